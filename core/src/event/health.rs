//! What happens to the figures of the system.

use serde::{Deserialize, Serialize};

use crate::port::Reading;

/// What happens to the figures of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthEvent {
    /// They are asked for.
    Asked {
        /// Because it begins, and not because somebody wants them.
        at_start: bool,
    },
    /// This is what came back.
    Measured {
        /// A reading for each panel.
        readings: Vec<Reading>,
    },
    /// Nothing came back. What asks gave up.
    Unanswered,
}

impl HealthEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "HealthAsked",
            Self::Measured { .. } => "HealthMeasured",
            Self::Unanswered => "HealthUnanswered",
        }
    }
}
