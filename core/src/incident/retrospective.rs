//! The retrospective of one incident: who sees to it and when it is.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{event::Ahead, person::Person};

/// A retrospective that is owed, booked, begun or declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retrospective {
    /// Who sees to it.
    pub owner: Person,
    /// The time that was proposed.
    pub proposed_at: DateTime<Utc>,
    /// How far it is.
    pub stage: Stage,
    /// The reminders given for the booked time.
    pub reminded: BTreeSet<Ahead>,
}

/// How far a retrospective is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// None is booked; the owner is asked at this time.
    Unbooked {
        /// When to ask.
        ask_at: DateTime<Utc>,
    },
    /// It begins at this time.
    Booked(DateTime<Utc>),
    /// Its time has come.
    Begun(DateTime<Utc>),
    /// There will be none.
    Declined,
}

impl Retrospective {
    /// Whether it is still to come.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        match self.stage {
            Stage::Unbooked { .. } | Stage::Booked(_) => true,
            Stage::Begun(_) | Stage::Declined => false,
        }
    }
}
