//! The channels that are no more.
//!
//! Core keeps the position of every channel that was ever heard, and most incident rooms are deleted one day. Discord
//! says of each that it doesn't know it; that is written down, so that it isn't asked again at every start.
//!
//! A line for each, only added to, and not before core has heard that the room is gone.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serenity::all::ChannelId;

use crate::line_file::LineFile;

/// The name of the file in the state directory.
const NAME: &str = "departed";

/// The channels.
#[derive(Debug)]
pub(crate) struct Departed {
    file: LineFile,
    known: Mutex<BTreeSet<ChannelId>>,
}

impl Departed {
    /// Those of before. What can't be read is left behind: Discord says it again.
    pub(crate) fn load(state_dir: &Path) -> Self {
        let (file, lines) = LineFile::open(state_dir, NAME);
        let ids = lines.iter().filter_map(|line| line.parse().ok().filter(|id| *id != 0));
        Self { file, known: Mutex::new(ids.map(ChannelId::new).collect()) }
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
        if let Err(error) = self.file.add(&channel.to_string()) {
            tracing::debug!("{} can't be written: {error}.", self.file.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        io::Write,
    };

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
