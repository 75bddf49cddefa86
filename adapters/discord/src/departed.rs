//! The channels that are no more.
//!
//! Core keeps the position of every channel that was ever heard, and most incident rooms are deleted one day. Discord
//! says of each that it doesn't know it; that is written down, so that it isn't asked again at every start.
//!
//! A line for each, only added to, and not before core has heard that the room is gone.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serenity::all::ChannelId;

/// The name of the file in the state directory.
const NAME: &str = "departed";

/// The channels.
#[derive(Debug)]
pub(crate) struct Departed {
    path: PathBuf,
    known: Mutex<BTreeSet<ChannelId>>,
}

impl Departed {
    /// Those of before. What can't be read is left behind: Discord says it again.
    pub(crate) fn load(state_dir: &Path) -> Self {
        let path = state_dir.join(NAME);
        let text = fs::read_to_string(&path).unwrap_or_default();
        // The last line may be half of one, and name another channel.
        let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let ids = whole.filter_map(|line| line.parse().ok().filter(|id| *id != 0));
        Self { path, known: Mutex::new(ids.map(ChannelId::new).collect()) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<ChannelId>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a channel is no more.
    pub(crate) fn contains(&self, channel: ChannelId) -> bool {
        self.known().contains(&channel)
    }

    /// Discord doesn't know a channel any more.
    pub(crate) fn note(&self, channel: ChannelId) {
        if !self.known().insert(channel) {
            return;
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path);
        let written = file.and_then(|mut file| file.write_all(format!("{channel}\n").as_bytes()));
        if let Err(error) = written {
            tracing::debug!("{} can't be written: {error}.", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_more_is_known_after_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let departed = Departed::load(dir.path());
        departed.note(ChannelId::new(80));
        departed.note(ChannelId::new(80));
        let path = dir.path().join(NAME);
        assert_eq!(fs::read_to_string(&path).unwrap(), "80\n");
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"81").unwrap();
        let known = Departed::load(dir.path());
        assert!(known.contains(ChannelId::new(80)) && !known.contains(ChannelId::new(81)));
    }
}
