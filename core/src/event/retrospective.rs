//! What happens to an incident's retrospective.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::person::Person;

/// How long before a retrospective a reminder comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ahead {
    /// A day.
    Day,
    /// An hour.
    Hour,
    /// Ten minutes.
    TenMinutes,
    /// It begins.
    Now,
}

impl Ahead {
    /// All of them, the earliest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Hour, Self::TenMinutes, Self::Now];

    /// How long before the start it comes.
    #[must_use]
    pub fn lead(self) -> Duration {
        match self {
            Self::Day => Duration::days(1),
            Self::Hour => Duration::hours(1),
            Self::TenMinutes => Duration::minutes(10),
            Self::Now => Duration::zero(),
        }
    }
}

/// What happens to an incident's retrospective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetrospectiveEvent {
    /// Somebody sees to it, and a time is proposed.
    Proposed {
        /// Who sees to it.
        owner: Person,
        /// The time proposed.
        at: DateTime<Utc>,
        /// When to ask, if none is booked by then.
        ask_at: DateTime<Utc>,
    },
    /// It is booked, or moved.
    Booked {
        /// When it begins.
        at: DateTime<Utc>,
    },
    /// There will be none. Words: why.
    Declined,
    /// A reminder was given.
    Reminded {
        /// Which.
        ahead: Ahead,
    },
    /// Its time went by while nobody could be reminded: it is owed again.
    Lapsed {
        /// When to ask for another time.
        ask_at: DateTime<Utc>,
    },
    /// The owner was asked to book one.
    Nagged {
        /// When to ask again.
        ask_at: DateTime<Utc>,
    },
}

impl RetrospectiveEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "RetrospectiveProposed",
            Self::Booked { .. } => "RetrospectiveBooked",
            Self::Declined => "RetrospectiveDeclined",
            Self::Reminded { .. } => "RetrospectiveReminded",
            Self::Lapsed { .. } => "RetrospectiveLapsed",
            Self::Nagged { .. } => "RetrospectiveNagged",
        }
    }
}
