//! What happened in an incident, in the order in which it happened.
//!
//! - An entry holds what happened, who did it and what they said, and no sentence: that is made as it is shown, in the
//!   words of the catalogue.
//! - Entries are shared, so that a working copy of an incident is cheap however long it has been going on.
//! - It is sorted by when a thing happened, which is not always when it was recorded: notes and marked messages are
//!   from before.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{event::Event, person::Person, room::MessageRef};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The fact that put it here.
    pub fact: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who did it, or said it; `None` for sitrep itself.
    pub by: Option<Person>,
    /// What happened.
    pub event: Event,
    /// What was said; empty if nothing was, or if it was taken back.
    pub words: String,
    /// The fact that holds the words: the latest, if they were corrected.
    pub words_in: u64,
    /// Whether the words were taken back.
    pub is_erased: bool,
    /// Whether the words were corrected.
    pub is_corrected: bool,
}

/// A message that people have put on the record by a sign on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// Who has a mark on it, and what the platform knows the mark by.
    pub marks: Vec<(Person, String)>,
    /// The fact since which it is being read, until it is known what it says or that this can't be known.
    pub reading: Option<u64>,
    /// Who said it, once that is known.
    pub author: Option<Person>,
}

/// The entries in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    entries: Vec<Arc<Entry>>,
}

impl Timeline {
    /// All of them, the earliest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter().map(Arc::as_ref)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts one where it belongs: behind everything that happened before it or at the same time.
    pub(super) fn insert(&mut self, entry: Entry) {
        let place = self.entries.partition_point(|other| other.at <= entry.at);
        self.entries.insert(place, Arc::new(entry));
    }

    /// Puts one before whatever the same person did at that moment: who does something in a room has come into it first.
    pub(super) fn insert_first_of(&mut self, entry: Entry) {
        let is_theirs = |other: &Arc<Entry>| other.at == entry.at && other.by == entry.by;
        match self.entries.iter().position(is_theirs) {
            Some(place) => self.entries.insert(place, Arc::new(entry)),
            None => self.insert(entry),
        }
    }

    /// Puts one in the place of the one about a marked message: a correction stands where it was said.
    pub(super) fn replace(&mut self, message: &MessageRef, entry: Entry) {
        let place = self.entries.iter().position(|other| other.marked() == Some(message));
        match place.filter(|place| self.entries[*place].at == entry.at) {
            Some(place) => self.entries[place] = Arc::new(entry),
            None => {
                self.take(message);
                self.insert(entry);
            }
        }
    }

    /// Takes out the one about a marked message.
    pub(super) fn take(&mut self, message: &MessageRef) -> Option<Arc<Entry>> {
        let place = self.entries.iter().position(|entry| entry.marked() == Some(message))?;
        Some(self.entries.remove(place))
    }

    /// Changes those that are meant.
    pub(super) fn change(&mut self, is_meant: impl Fn(&Entry) -> bool, change: impl Fn(&mut Entry)) {
        for entry in self.entries.iter_mut().filter(|entry| is_meant(entry)) {
            change(Arc::make_mut(entry));
        }
    }
}

impl Entry {
    /// The marked message that it is about.
    #[must_use]
    pub fn marked(&self) -> Option<&MessageRef> {
        use crate::event::TimelineEvent::{Marked, Quoted, Unreadable};
        let Event::Timeline(Marked { message, .. } | Quoted { message, .. } | Unreadable { message }) =
            &self.event
        else {
            return None;
        };
        Some(message)
    }
}
