//! What happens to the promise of news.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Promise;
use crate::room::RoomRef;

/// Whom an update is worded for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Those who work on it or wait for it.
    #[default]
    Inside,
    /// Customers: support can send it on.
    Public,
}

impl Audience {
    fn is_inside(&self) -> bool {
        *self == Self::Inside
    }
}

/// What happens to the promise of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateEvent {
    /// News was given. Words: the update.
    Posted {
        /// When the next is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
        /// The rooms it goes to besides the incident's own.
        to: Vec<RoomRef>,
        /// Whom it is worded for.
        #[serde(default, skip_serializing_if = "Audience::is_inside")]
        audience: Audience,
    },
    /// An update was worded anew by whoever gave it. Words: the update.
    Edited {
        /// The fact that it was given with.
        fact: u64,
    },
    /// Somebody wants an update.
    Asked,
    /// The next update was promised for another time.
    Promised {
        /// The new promise.
        promise: Promise,
    },
    /// Somebody wants to be asked later. The promise stands.
    Snoozed {
        /// When to ask.
        until: DateTime<Utc>,
    },
    /// The commander was asked for the update that is due.
    Prompted {
        /// The promise that it was asked for.
        due: DateTime<Utc>,
        /// Whether it is the repetition.
        again: bool,
    },
    /// The stakeholders were told that the update is overdue.
    Missed {
        /// The promise that was missed.
        due: DateTime<Utc>,
        /// Whole minutes overdue.
        minutes: i64,
    },
}

impl UpdateEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Posted { .. } => "UpdatePosted",
            Self::Promised { .. } => "UpdatePromised",
            Self::Snoozed { .. } => "UpdateSnoozed",
            Self::Prompted { .. } => "UpdatePrompted",
            Self::Missed { .. } => "UpdateMissed",
            Self::Edited { .. } => "UpdateEdited",
            Self::Asked => "UpdateAsked",
        }
    }
}
