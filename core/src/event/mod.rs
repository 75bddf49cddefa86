//! Stored facts: what happened, for good.
//!
//! Events are the truth; state is what they add up to. They hold absolute promises (`due`), never policy, and
//! the platforms' own handles, never names from the configuration, so that a change of configuration can't
//! rewrite the past.
//!
//! - Nested by area: a file here, in `reaction/` and in `incident/evolve/` reads one area.
//! - What a person typed (a title, an update) is not in the event but beside it, in [`Record::words`], in a row of
//!   its own: a redaction can erase the words and leave the fact.
//! - Every stored shape has a fixture in `fixtures/events.jsonl` that must still load.

mod change;
mod evidence;
mod health;
mod incident;
mod people;
mod report;
mod retrospective;
mod role;
mod room;
mod rota;
mod task;
mod timeline;
mod update;
mod workspace;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{incident::IncidentId, person::Person, report::ReportId};

pub use change::ChangeEvent;
pub use evidence::EvidenceEvent;
pub use health::HealthEvent;
pub use incident::IncidentEvent;
pub use people::PeopleEvent;
pub use report::ReportEvent;
pub use retrospective::{Ahead, RetrospectiveEvent};
pub use role::RoleEvent;
pub use room::RoomEvent;
pub use rota::RotaEvent;
pub use task::TaskEvent;
pub use timeline::TimelineEvent;
pub use update::{Audience, UpdateEvent};
pub use workspace::WorkspaceEvent;

/// Whose history a fact belongs to. Each subject's facts are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The whole installation: numbers, names and rooms given out.
    Workspace,
    /// One incident.
    Incident(IncidentId),
    /// Who is on duty.
    Rota,
    /// One report.
    Report(ReportId),
    /// What was changed on one day, by the days since 1970 in UTC.
    Changes(u64),
    /// A sign of life that is expected, by a number made of its name. It has deadlines and no facts.
    Heartbeat(u64),
}

/// The version of [`Record`] that this build writes.
pub const RECORD_VERSION: u32 = 1;

/// One fact as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this shape.
    pub v: u32,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Who caused it; `None` for sitrep itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// The platform's handle of the message that caused it, so that its words can be erased with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What happened.
    pub event: Event,
    /// What was typed, stored apart so that it can be erased.
    #[serde(skip)]
    pub words: Option<String>,
}

/// Anything that can have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// To the installation.
    Workspace(WorkspaceEvent),
    /// To an incident as a whole.
    Incident(IncidentEvent),
    /// To its room and its messages.
    Room(RoomEvent),
    /// To who does what.
    Role(RoleEvent),
    /// To the promise of news.
    Update(UpdateEvent),
    /// To its retrospective.
    Retrospective(RetrospectiveEvent),
    /// To who takes part.
    People(PeopleEvent),
    /// To what there is to do.
    Task(TaskEvent),
    /// To the record.
    Timeline(TimelineEvent),
    /// To the figures of the system.
    Health(HealthEvent),
    /// To who is on duty.
    Rota(RotaEvent),
    /// To what bears on it.
    Evidence(EvidenceEvent),
    /// To a report.
    Report(ReportEvent),
    /// To the system, by somebody's hand.
    Change(ChangeEvent),
}

/// A promise of news: when the next update is due, and the silence it was promised against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The moment promised.
    pub due: DateTime<Utc>,
    /// The interval that it was promised with, in seconds.
    pub interval_secs: i64,
}

impl Event {
    /// Its name as the vocabulary has it, for logs and reasons.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Workspace(event) => event.name(),
            Self::Incident(event) => event.name(),
            Self::Room(event) => event.name(),
            Self::Role(event) => event.name(),
            Self::Update(event) => event.name(),
            Self::Retrospective(event) => event.name(),
            Self::People(event) => event.name(),
            Self::Task(event) => event.name(),
            Self::Timeline(event) => event.name(),
            Self::Health(event) => event.name(),
            Self::Rota(event) => event.name(),
            Self::Evidence(event) => event.name(),
            Self::Report(event) => event.name(),
            Self::Change(event) => event.name(),
        }
    }
}
