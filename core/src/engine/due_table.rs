//! The deadlines in memory, a mirror of the store's due table: by key, and by time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    event::Subject,
    port::{Commit, Due, DueKey},
    schedule::DueKind,
};

/// Every deadline. Those handed out for deciding wait aside until a commit says what became of them.
#[derive(Debug, Default)]
pub(super) struct DueTable {
    by_key: BTreeMap<DueKey, DateTime<Utc>>,
    by_time: BTreeSet<Due>,
}

impl DueTable {
    pub(super) fn new(dues: Vec<Due>) -> Self {
        let by_key = dues.iter().map(|due| (due.key, due.at)).collect();
        Self { by_key, by_time: dues.into_iter().collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// How many have a moment before this one.
    pub(super) fn count_before(&self, moment: DateTime<Utc>) -> usize {
        self.by_key.values().filter(|at| **at < moment).count()
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = Due> {
        self.by_key.iter().map(|(key, at)| Due { at: *at, key: *key })
    }

    /// The earliest that was not handed out.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.by_time.first().map(|due| due.at)
    }

    /// Hands out what is due, the earliest first.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>, most: usize) -> Vec<Due> {
        let mut due = Vec::new();
        while due.len() < most
            && let Some(first) = self.by_time.first()
            && first.at <= now
        {
            due.extend(self.by_time.pop_first());
        }
        due
    }

    /// The deadlines of one subject.
    pub(super) fn of(&self, subject: Subject) -> BTreeMap<DueKind, DateTime<Utc>> {
        let first = DueKey { subject, kind: DueKind::FIRST };
        self.by_key
            .range(first..)
            .take_while(|(key, _)| key.subject == subject)
            .map(|(key, at)| (key.kind, *at))
            .collect()
    }

    pub(super) fn apply(&mut self, commit: &Commit) {
        for ended in &commit.dues_ended {
            self.remove(ended.due.key);
        }
        for due in &commit.dues_set {
            self.remove(due.key);
            self.by_key.insert(due.key, due.at);
            self.by_time.insert(*due);
        }
    }

    fn remove(&mut self, key: DueKey) {
        if let Some(at) = self.by_key.remove(&key) {
            self.by_time.remove(&Due { at, key });
        }
    }
}
