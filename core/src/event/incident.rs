//! What happens to an incident as a whole.

use serde::{Deserialize, Serialize};

use super::Promise;
use crate::{
    incident::{IncidentId, Origin, Severity},
    person::Person,
    room::RoomRef,
};

/// What happens to an incident as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was declared. Words: the title.
    Declared {
        /// How bad.
        severity: Severity,
        /// Whether only those in its room may know of it.
        private: bool,
        /// What its room is to be called.
        room_name: String,
        /// Where and by which message it was declared.
        origin: Origin,
        /// Who is asked in as the room is made: the most needed first.
        invited: Vec<Person>,
        /// The rooms that are kept informed, from the first word on.
        stakeholders: Vec<RoomRef>,
        /// The services that it is about, by their names in the configuration.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<String>,
        /// Where people meet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meeting: Option<String>,
        /// When news is due; `None` when this severity owes none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
    },
    /// Somebody has it.
    Acknowledged,
    /// It is worse, or less bad, than was thought.
    SeverityChanged {
        /// The severity from now on.
        to: Severity,
        /// When news is due from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
        /// Whom the new severity asks in.
        invited: Vec<Person>,
    },
    /// Nobody said in time that they have it: these are called.
    Escalated {
        /// Which time it is, from 1.
        step: u32,
        /// Who is called.
        to: Vec<Person>,
    },
    /// The harm has stopped. Words, if any: how.
    Mitigated {
        /// When news is due from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
    },
    /// The cause is dealt with. Words: what was done.
    Resolved,
    /// What is lost or lingers. Words: what, or that nothing is.
    LastingEffects {
        /// Nothing is.
        none: bool,
    },
    /// It was none. Words, if any: why.
    FalseAlarm,
    /// It is the same as another one, where everything goes on.
    Duplicate {
        /// The other.
        of: IncidentId,
    },
    /// Another one is the same as this, and its people come here.
    Duplicated {
        /// The other.
        by: IncidentId,
        /// Its people, who are asked in here.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<Person>,
        /// Those who followed it, and follow this one from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        followers: Vec<Person>,
    },
    /// It has to do with another one.
    Related {
        /// The other.
        to: IncidentId,
    },
    /// It goes on. Words: why.
    Reopened {
        /// When news is due from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
        /// Its retrospective was booked, and is not held then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retrospective_off: bool,
    },
    /// Nothing more is owed, somebody said.
    Closed,
    /// Something worth looking at. Words: its address, and what it is.
    Linked,
    /// People meet elsewhere. Words: the address; none if they don't meet any more.
    MeetingChanged,
    /// Whoever declared it corrected the title. Words: the title.
    Retitled,
    /// A message was taken back, and with it the words of these facts, by their numbers.
    WordsErased {
        /// The facts.
        facts: Vec<u64>,
    },
}

impl IncidentEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Declared { .. } => "IncidentDeclared",
            Self::Acknowledged => "IncidentAcknowledged",
            Self::SeverityChanged { .. } => "SeverityChanged",
            Self::Resolved => "IncidentResolved",
            Self::Retitled => "IncidentRetitled",
            Self::WordsErased { .. } => "WordsErased",
            Self::Escalated { .. } => "Escalated",
            Self::Mitigated { .. } => "IncidentMitigated",
            Self::LastingEffects { .. } => "LastingEffects",
            Self::FalseAlarm => "FalseAlarm",
            Self::Duplicate { .. } => "IncidentDuplicate",
            Self::Duplicated { .. } => "IncidentDuplicated",
            Self::Related { .. } => "IncidentRelated",
            Self::Reopened { .. } => "IncidentReopened",
            Self::Closed => "IncidentClosed",
            Self::Linked => "LinkAdded",
            Self::MeetingChanged => "MeetingChanged",
        }
    }
}
