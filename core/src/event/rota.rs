//! What happens to who is on duty.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::person::Person;

/// What happens to who is on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotaEvent {
    /// Somebody is on duty instead of whom the rota names.
    OverrideSet {
        /// For which team.
        team: String,
        /// Who.
        person: Person,
        /// From when on.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// What was set is no more: what is in force, or, if nothing is, what is ahead.
    OverrideEnded {
        /// For which team.
        team: String,
    },
    /// Somebody else is on duty now.
    HandedOver {
        /// For which team.
        team: String,
        /// Who was announced before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Person>,
        /// Who is on duty; `None` if nobody is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Person>,
    },
}

impl RotaEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::OverrideSet { .. } => "OverrideSet",
            Self::OverrideEnded { .. } => "OverrideEnded",
            Self::HandedOver { .. } => "HandedOver",
        }
    }

    /// The team whose duty it is.
    #[must_use]
    pub fn team(&self) -> &str {
        match self {
            Self::OverrideSet { team, .. } | Self::OverrideEnded { team } | Self::HandedOver { team, .. } => {
                team
            }
        }
    }
}
