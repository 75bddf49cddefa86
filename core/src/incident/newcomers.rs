//! Who comes to an incident when it is under way already.
//!
//! They are told what is going on, once, in private. Who can't be told so is named in the room, several at once and no
//! more often than once a minute.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::Incident;
use crate::person::Person;

/// Whoever is asked in, or comes, later than this after the declaration has missed something.
const MISSES_NOTHING_FOR: Duration = Duration::minutes(2);

/// People who could not be told in private what is going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreached {
    /// All of them.
    pub people: BTreeSet<Person>,
    /// Those who are still to be named in the room, in the order in which they came.
    pub waiting: Vec<Person>,
    /// When some were named in the room last.
    pub told_at: Option<DateTime<Utc>>,
}

impl Incident {
    /// Whether somebody who comes now has missed something.
    #[must_use]
    pub fn is_under_way(&self, now: DateTime<Utc>) -> bool {
        now > self.declared_at + MISSES_NOTHING_FOR || !self.news.is_empty()
    }

    /// Who gave some of the news, and so knows.
    pub fn gave_news(&self) -> impl Iterator<Item = &Person> {
        self.news.iter().map(|update| &update.by)
    }
}
