//! The news that was given, and its copies in other rooms.

use chrono::{DateTime, Utc};

use super::{Incident, Severity, Status};
use crate::{
    event::{Audience, Promise},
    person::Person,
    room::{MessageRef, RoomRef},
};

/// An update as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The fact that it was given with.
    pub fact: u64,
    /// What it says; empty once erased.
    pub words: String,
    /// Who gave it.
    pub by: Person,
    /// When.
    pub at: DateTime<Utc>,
    /// Whom it is worded for.
    pub audience: Audience,
    /// The rooms that it went to.
    pub to: Vec<RoomRef>,
    /// How bad it was then.
    pub severity: Severity,
    /// How far along it was then.
    pub status: Status,
    /// What was promised with it.
    pub promise: Option<Promise>,
    /// When it was last worded anew.
    pub corrected_at: Option<DateTime<Utc>>,
}

impl Update {
    /// Whether its words were taken back.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether it says something else than it did at first: what is delivered of it may not know that.
    #[must_use]
    pub fn is_revised(&self) -> bool {
        self.corrected_at.is_some() || self.is_taken_back()
    }
}

/// A copy of somebody's words that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The fact whose words it passes on.
    pub fact: u64,
    /// The copy.
    pub message: MessageRef,
}

impl Incident {
    /// The update that was given with this fact.
    #[must_use]
    pub fn update(&self, fact: u64) -> Option<&Update> {
        self.news.iter().find(|update| update.fact == fact)
    }

    /// What was delivered of the words of these facts, each with its number among all copies.
    pub fn copies_of<'a>(&'a self, facts: &'a [u64]) -> impl Iterator<Item = (u32, &'a Copy)> {
        (0_u32..).zip(&self.copies).filter(|(_, copy)| facts.contains(&copy.fact))
    }
}
