//! The threads that were begun under messages of ours, to talk about them. They are no rooms of their own, although they
//! are ours: what is said in them is said in the room that they belong to.
//!
//! A line for each, only added to, and on disk before the thread is begun: its number is that of its message. If it is lost,
//! they are known by how soon they are hidden, unless somebody has changed that.

use std::{collections::BTreeSet, path::Path};

use serenity::all::ChannelId;

use crate::line_file::LineFile;

/// The name of the file in the state directory.
const NAME: &str = "begun";

/// The file.
#[derive(Debug)]
pub(crate) struct Begun {
    file: LineFile,
}

impl Begun {
    /// Those of before too. What can't be read is left behind.
    pub(crate) fn load(state_dir: &Path) -> (Self, BTreeSet<ChannelId>) {
        let (file, lines) = LineFile::open(state_dir, NAME);
        let ids = lines.iter().filter_map(|line| line.parse().ok().filter(|id| *id != 0));
        (Self { file }, ids.map(ChannelId::new).collect())
    }

    /// A thread is about to be begun.
    pub(crate) fn note(&self, thread: ChannelId) {
        if let Err(error) = self.file.add(&thread.to_string()) {
            tracing::warn!(
                "{} can't be written: {error}. After a restart, commands in the thread {thread} may not be understood.",
                self.file.path().display()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_known_after_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let (begun, before) = Begun::load(dir.path());
        assert!(before.is_empty());
        begun.note(ChannelId::new(5));
        begun.note(ChannelId::new(6));
        std::fs::OpenOptions::new()
            .append(true)
            .open(begun.file.path())
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"0\nx\n7"))
            .unwrap();
        assert_eq!(Begun::load(dir.path()).1, [5, 6].map(ChannelId::new).into());
    }
}
