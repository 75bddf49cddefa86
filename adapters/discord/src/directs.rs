//! The channels in which we are alone with somebody.
//!
//! Discord never lists them to bots. So each is written down when it is first heard of, before anything else is done
//! about it: what is said there while sitrep is away can be asked for only where it is known whom to ask about.
//!
//! A line for each, only added to: the channel, and the message after which it is heard.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serenity::all::ChannelId;

use crate::line_file::LineFile;

/// The name of the file in the state directory.
const NAME: &str = "directs";

/// The channels, each with the message after which it is heard.
#[derive(Debug)]
pub(crate) struct Directs {
    file: LineFile,
    known: Mutex<BTreeMap<ChannelId, u64>>,
}

impl Directs {
    /// Those of before. What can't be read is left behind: whoever writes again is known again.
    pub(crate) fn load(state_dir: &Path) -> Self {
        let (file, lines) = LineFile::open(state_dir, NAME);
        let known = lines.iter().filter_map(|line| {
            let (channel, after) = line.split_once(' ')?;
            let channel = channel.parse().ok().filter(|id| *id != 0)?;
            Some((ChannelId::new(channel), after.parse().ok()?))
        });
        Self { file, known: Mutex::new(known.collect()) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ChannelId, u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeMap<ChannelId, u64> {
        self.known().clone()
    }

    /// A channel was heard of, and is heard from after this message on.
    pub(crate) fn note(&self, channel: ChannelId, after: u64) {
        let mut known = self.known();
        if known.contains_key(&channel) {
            return;
        }
        known.insert(channel, after);
        if let Err(error) = self.file.add(&format!("{channel} {after}")) {
            tracing::warn!(
                "{} can't be written: {error}. What is said to sitrep in private while it is away may be missed.",
                self.file.path().display()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::*;

    #[test]
    fn what_was_heard_of_once_is_known_after_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let directs = Directs::load(dir.path());
        directs.note(ChannelId::new(80), 100);
        directs.note(ChannelId::new(80), 200);
        directs.note(ChannelId::new(81), 0);
        fs::OpenOptions::new()
            .append(true)
            .open(dir.path().join(NAME))
            .unwrap()
            .write_all(b"half a li")
            .unwrap();
        let known = Directs::load(dir.path()).all();
        assert_eq!(known, [(ChannelId::new(80), 100), (ChannelId::new(81), 0)].into());
    }
}
