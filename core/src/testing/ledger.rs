//! What a store was made to keep: every commit that became durable, in order.
//!
//! The engine's word is not taken for it: a commit is entered when the store below has it, whatever the engine was
//! told. A restored backup moves what came after it to the abandoned commits, which happened in the chat all the
//! same.

use chrono::{DateTime, Utc};

use crate::port::Commit;

/// A commit that became durable.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The incarnation that it was made in.
    pub incarnation: String,
    /// When it became durable.
    pub at: DateTime<Utc>,
    /// What it was.
    pub commit: Commit,
}

/// Every commit that became durable.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Those that count, in order.
    pub entries: Vec<Entry>,
    /// Those that came after a backup that was restored.
    pub abandoned: Vec<Entry>,
    /// Commits that a store had and has no more, or has otherwise: sentences for people.
    pub damage: Vec<String>,
}

impl Ledger {
    /// The number of the last commit.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.commit.sequence)
    }

    /// A backup was restored: what came after this commit doesn't count any more.
    pub fn restored(&mut self, sequence: u64) {
        let kept = self.entries.partition_point(|entry| entry.commit.sequence <= sequence);
        self.abandoned.extend(self.entries.drain(kept..));
    }

    /// A store was opened that has this many commits.
    pub(super) fn opened(&mut self, sequence: u64) {
        if sequence < self.sequence() {
            self.damage.push(format!("commit {} was durable; the store ends at {sequence}", self.sequence()));
            self.restored(sequence);
        }
    }

    /// A commit became durable, perhaps not for the first time.
    pub(super) fn committed(&mut self, entry: Entry) {
        let known = self.entries.iter().rev().find(|known| known.commit.sequence <= entry.commit.sequence);
        match known {
            Some(known) if known.commit.sequence == entry.commit.sequence => {
                if known.commit != entry.commit {
                    self.damage
                        .push(format!("commit {} came a second time, and differs", entry.commit.sequence));
                }
            }
            Some(_) | None => self.entries.push(entry),
        }
    }
}
