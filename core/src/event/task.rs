//! What happens to the tasks of an incident.

use serde::{Deserialize, Serialize};

use crate::person::Person;

/// What happens to the tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEvent {
    /// There is something to do. Words: what.
    Added {
        /// Its number within the incident, from 1.
        number: u32,
        /// Who is to do it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Person>,
        /// The checklist that it comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// It is done.
    Ticked {
        /// Its number.
        number: u32,
    },
    /// It is not done after all.
    Unticked {
        /// Its number.
        number: u32,
    },
}

impl TaskEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "TaskAdded",
            Self::Ticked { .. } => "TaskTicked",
            Self::Unticked { .. } => "TaskUnticked",
        }
    }
}
