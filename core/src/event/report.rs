//! What happens to a report.

use serde::{Deserialize, Serialize};

use crate::{
    incident::{IncidentId, Severity},
    person::Person,
    port::AlertState,
    report::Source,
    room::{MessageRef, RoomRef},
};

/// What happens to a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportEvent {
    /// It was filed. Words: what it says.
    Filed {
        /// Where it comes from.
        source: Source,
        /// The room that its line is to be in.
        room: RoomRef,
        /// Whose rota watches over it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// The services that it is about, by their names in the configuration.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<String>,
        /// Who is called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        called: Vec<Person>,
        /// The open incident that it belongs to from the beginning: its line is said there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attached: Option<IncidentId>,
        /// Whether that incident is private, so that it is named nowhere else.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        private: bool,
        /// How bad the incident is that it becomes once its line is posted; `None` if people decide.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        declares: Option<Severity>,
        /// How many alerts of a group are firing.
        #[serde(default)]
        firing: u32,
    },
    /// Its line is in the room.
    LinePosted {
        /// The line.
        line: MessageRef,
    },
    /// Its line can't be said in its room, and is said in another one.
    LineMoved {
        /// The other.
        room: RoomRef,
    },
    /// Its line can't be said anywhere.
    LineFailed,
    /// Somebody looks at it.
    Acknowledged,
    /// Nobody said in time that they have it: these are called. Nobody, if there is nobody left.
    Escalated {
        /// Which time it is, from 1.
        step: u32,
        /// Who is called.
        to: Vec<Person>,
    },
    /// It belongs to an incident from now on.
    Taken {
        /// The incident.
        incident: IncidentId,
        /// Whether that is private, so that it is not named where the report is.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        private: bool,
        /// Whether the incident came of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        declared: bool,
    },
    /// It is none, somebody said. Words: why.
    Declined,
    /// Whoever reported it meant something else. Words: what it says now.
    Reworded,
    /// Its alert was told again, or how it stands.
    ToldAgain {
        /// How it stands.
        state: AlertState,
        /// How many alerts of the group are firing.
        firing: u32,
    },
    /// A group of a storm was told. Words, the first time: what it is called.
    GroupTold {
        /// What makes it the same group.
        group: String,
        /// How it stands.
        state: AlertState,
    },
    /// Nothing more will come of it.
    Settled,
    /// A message was taken back, and with it the words of these facts, by their numbers.
    WordsErased {
        /// The facts.
        facts: Vec<u64>,
    },
}

impl ReportEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Filed { .. } => "ReportFiled",
            Self::LinePosted { .. } => "ReportPosted",
            Self::LineMoved { .. } => "ReportMoved",
            Self::LineFailed => "ReportNotPosted",
            Self::Acknowledged => "ReportAcknowledged",
            Self::Escalated { .. } => "ReportEscalated",
            Self::Taken { .. } => "ReportTaken",
            Self::Declined => "ReportDeclined",
            Self::Reworded => "ReportReworded",
            Self::ToldAgain { .. } => "AlertToldAgain",
            Self::GroupTold { .. } => "AlertGroupTold",
            Self::Settled => "ReportSettled",
            Self::WordsErased { .. } => "ReportWordsErased",
        }
    }
}
