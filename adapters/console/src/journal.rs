//! The log of the workspace in a file: one line of JSON an entry, appended as it happens.
//!
//! A last line that was cut short, by a kill or a full disk, is dropped at the next start; any other damage is said.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::change::Change;

/// Why the log can't be kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file can't be read or written.
    #[error("the console's history {path} can't be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file isn't a log.
    #[error(
        "line {line} of the console's history {path} can't be read ({reason}). Move its directory away to begin with an empty workspace"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// The log in its file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or makes the file, and gives back what is in it.
    ///
    /// # Errors
    /// When the file can't be used, or is damaged before its last line.
    pub fn open(path: &Path) -> Result<(Self, Vec<Change>), JournalError> {
        let fail = |source| JournalError::Io { path: path.to_owned(), source };
        let file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(fail)?;
        let mut changes = Vec::new();
        let mut whole = 0;
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        loop {
            line.clear();
            let length = reader.read_line(&mut line).map_err(fail)?;
            if !line.ends_with('\n') {
                break;
            }
            match serde_json::from_str(&line) {
                Ok(change) => changes.push(change),
                Err(error) => {
                    let (line, reason) = (changes.len() + 1, error.to_string());
                    return Err(JournalError::Damaged { path: path.to_owned(), line, reason });
                }
            }
            whole += length as u64;
        }
        file.set_len(whole).map_err(fail)?;
        Ok((Self { path: path.to_owned(), file }, changes))
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn append(&mut self, change: &Change) -> Result<(), JournalError> {
        let mut line = serde_json::to_string(change).map_err(|error| self.fail(error.into()))?;
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(|error| self.fail(error))
    }

    fn fail(&self, source: std::io::Error) -> JournalError {
        JournalError::Io { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Deed, Did};

    fn pinned(message: usize) -> Change {
        Change::Pinned { message }
    }

    #[test]
    fn what_is_appended_is_read_again_and_a_cut_line_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("chat.jsonl");
        let (mut journal, changes) = Journal::open(&path).expect("a new journal");
        assert_eq!(changes, []);
        journal.append(&pinned(1)).expect("appended");
        journal.append(&pinned(2)).expect("appended");
        drop(journal);
        let whole = std::fs::read(&path).expect("readable");
        std::fs::write(&path, &whole[..whole.len() - 3]).expect("cut");
        let (mut journal, changes) = Journal::open(&path).expect("a journal with a cut line");
        assert_eq!(changes, [pinned(1)]);
        journal.append(&pinned(3)).expect("appended");
        assert_eq!(Journal::open(&path).expect("whole again").1, [pinned(1), pinned(3)]);
    }

    #[test]
    fn what_people_did_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("chat.jsonl");
        let (mut journal, _) = Journal::open(&path).expect("a new journal");
        let at = chrono::DateTime::UNIX_EPOCH;
        let did = |deed| Change::Did(Did { room: "ops".into(), person: "alice".into(), at, deed });
        let changes = [
            did(Deed::Corrected { message: 0, text: "hello".into() }),
            did(Deed::TookBack { message: 0 }),
            did(Deed::Pressed { message: 1, key: "✅".into() }),
            did(Deed::RemovedSitrep),
            did(Deed::InvitedSitrep),
            Change::Signed { message: 1, keys: vec!["✅".into()] },
            Change::Archived { room: "ops".into(), archived: true },
            Change::Retitled { room: "ops".into(), topic: "INC-1 · it is down".into() },
        ];
        for change in &changes {
            journal.append(change).expect("appended");
        }
        assert_eq!(Journal::open(&path).expect("a journal").1, changes);
    }

    #[test]
    fn damage_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("chat.jsonl");
        std::fs::write(&path, "{\"pinned\":{\"message\":1}}\nnonsense\n{}\n").expect("written");
        assert!(matches!(Journal::open(&path), Err(JournalError::Damaged { line: 2, .. })));
    }
}
