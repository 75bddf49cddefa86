//! Shifts of a calendar, with whom they mean.
//!
//! A shift that means nobody in `[people]` puts nobody on duty, and takes over from nobody: better whoever was on duty is
//! called than nobody.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{policy::Policy, port::Shift};

/// A shift of somebody who is known.
struct Known<'a> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    name: &'a str,
}

/// The shifts of a calendar that are not over.
pub(super) struct Shifts<'a> {
    /// In the order in which they begin.
    known: Vec<Known<'a>>,
}

impl<'a> Shifts<'a> {
    pub(super) fn new(shifts: &'a [Shift], policy: &'a Policy, now: DateTime<Utc>) -> Self {
        let mut meant: BTreeMap<&[String], Option<&str>> = BTreeMap::new();
        let ahead = shifts.iter().filter(|shift| shift.until > now && shift.until > shift.from);
        let mut known: Vec<Known<'a>> = ahead
            .filter_map(|shift| {
                let name = *meant.entry(&shift.who).or_insert_with(|| policy.who_is_meant(&shift.who));
                Some(Known { from: shift.from, until: shift.until, name: name? })
            })
            .collect();
        known.sort_by_key(|shift| shift.from);
        Self { known }
    }

    /// Who is on duty at a moment, and until when that is so at least.
    pub(super) fn at(&self, at: DateTime<Utc>) -> (Option<&'a str>, Option<DateTime<Utc>>) {
        let begun = self.known.partition_point(|shift| shift.from <= at);
        let (past, ahead) = self.known.split_at(begun);
        let next = ahead.first().map(|shift| shift.from);
        let now = past.iter().rev().find(|shift| shift.until > at);
        let until = now.map(|shift| shift.until).into_iter().chain(next).min();
        (now.map(|shift| shift.name), until)
    }

    /// Whose shifts they are, in order; one human may be there several times.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.known.iter().map(|shift| shift.name)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }
}
