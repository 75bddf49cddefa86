//! Who could do what in a channel before it was archived, so that it can be brought back just so.
//!
//! A line for each time, only added to; the last one of a channel counts. It is on disk before anything is changed. If
//! it is lost, whoever sees the channel may write in it again, which is how it was unless people had changed it by hand.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serenity::all::ChannelId;

use crate::{line_file::LineFile, raw::RawOverwrite};

/// The name of the file in the state directory.
const NAME: &str = "archived";

/// A line: the channel, and its overwrites; none once it is as it was.
#[derive(Serialize, Deserialize)]
struct Line {
    channel: ChannelId,
    before: Option<Vec<RawOverwrite>>,
}

/// The channels that are archived.
#[derive(Debug)]
pub(crate) struct Archived {
    file: LineFile,
    known: Mutex<BTreeMap<ChannelId, Vec<RawOverwrite>>>,
}

impl Archived {
    /// Those of before. What can't be read is left behind.
    pub(crate) fn load(state_dir: &Path) -> Self {
        let (file, lines) = LineFile::open(state_dir, NAME);
        let mut known = BTreeMap::new();
        for Line { channel, before } in lines.iter().filter_map(|line| serde_json::from_str(line).ok()) {
            match before {
                Some(before) => drop(known.insert(channel, before)),
                None => drop(known.remove(&channel)),
            }
        }
        Self { file, known: Mutex::new(known) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ChannelId, Vec<RawOverwrite>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its overwrites were; `None` if that isn't known.
    pub(crate) fn before(&self, channel: ChannelId) -> Option<Vec<RawOverwrite>> {
        self.known().get(&channel).cloned()
    }

    /// A channel is about to be archived, and these are its overwrites.
    pub(crate) fn keep(&self, channel: ChannelId, before: &[RawOverwrite]) {
        if self.before(channel).as_deref() == Some(before) {
            return;
        }
        self.known().insert(channel, before.to_vec());
        self.add(&Line { channel, before: Some(before.to_vec()) });
    }

    /// A channel is as it was before.
    pub(crate) fn forget(&self, channel: ChannelId) {
        if self.known().remove(&channel).is_some() {
            self.add(&Line { channel, before: None });
        }
    }

    fn add(&self, line: &Line) {
        let written = serde_json::to_string(line).map_err(std::io::Error::from);
        if let Err(error) = written.and_then(|line| self.file.add(&line)) {
            tracing::warn!(
                "{} can't be written: {error}. If the channel {} is ever brought back, whoever sees it may write in it.",
                self.file.path().display(),
                line.channel,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_channel_counts_also_after_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let overwrite = |id| RawOverwrite { id, kind: 1, allow: 1 << 51, deny: 0 };
        let archived = Archived::load(dir.path());
        archived.keep(ChannelId::new(5), &[overwrite(1)]);
        archived.keep(ChannelId::new(6), &[]);
        archived.keep(ChannelId::new(5), &[overwrite(2)]);
        archived.forget(ChannelId::new(6));
        archived.forget(ChannelId::new(7));
        let again = Archived::load(dir.path());
        let before = |id: u64| again.before(ChannelId::new(id));
        assert_eq!((before(5), before(6)), (Some(vec![overwrite(2)]), None));
    }
}
