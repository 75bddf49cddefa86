//! One report, as its events add up.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{ReportId, Source};
use crate::{
    event::EvidenceEvent,
    incident::{IncidentId, Severity},
    person::Person,
    port::AlertState,
    room::{MessageRef, RoomRef},
};

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it.
    Waiting,
    /// Somebody looks at it.
    Acknowledged(Person),
    /// It belongs to an incident: it became it, or was attached to it.
    Taken(IncidentId),
    /// Somebody said that it is none. The reason is in the report's words.
    Declined(Person),
}

/// A group of alerts in a storm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How it stands.
    pub state: AlertState,
    /// What it is called.
    pub title: String,
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub id: ReportId,
    /// Where it comes from.
    pub source: Source,
    /// Who filed it; `None` for a machine.
    pub by: Option<Person>,
    /// What it says; empty once erased.
    pub words: String,
    /// Why it was declined; empty if it wasn't, or once erased.
    pub why: String,
    /// The fact that holds that.
    pub why_in: Option<u64>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// Since when nobody has it.
    pub waiting_since: DateTime<Utc>,
    /// The room that its line is in, or is to be in.
    pub room: RoomRef,
    /// The line, once it is posted.
    pub line: Option<MessageRef>,
    /// Whether the line could not be posted.
    pub has_no_line: bool,
    /// Whose rota watches over it.
    pub team: Option<String>,
    /// The services that it is about, by their names in the configuration.
    pub services: Vec<String>,
    /// What became of it.
    pub standing: Standing,
    /// Whether the incident that it belongs to is private, and not to be named where the report is.
    pub is_private: bool,
    /// Whether that incident came of it.
    pub became_it: bool,
    /// Whether its line is said in that incident's room.
    pub is_at_incident: bool,
    /// When that was.
    pub decided_at: Option<DateTime<Utc>>,
    /// How bad the incident is that it is to become as soon as its line is posted.
    pub declares: Option<Severity>,
    /// Everybody who was called to it, in order.
    pub called: Vec<Person>,
    /// How often somebody else was called, and when last.
    pub escalated: Option<(u32, DateTime<Utc>)>,
    /// How often it was said that nobody could be reached.
    pub forsaken_times: u32,
    /// How its alert stands, if it is one.
    pub state: AlertState,
    /// How many alerts of the group are firing.
    pub firing: u32,
    /// How often it was told that it fires.
    pub told: u32,
    /// When it was last told.
    pub last_told_at: DateTime<Utc>,
    /// The groups of a storm, by what makes them the same.
    pub groups: BTreeMap<String, Group>,
    /// How many groups a storm has, those that are not kept one by one among them.
    pub count: u32,
    /// Facts with words in them, by the message that said them.
    pub typed: BTreeMap<String, Vec<u64>>,
    /// Whether nothing more will come of it.
    pub is_settled: bool,
    /// How many facts it consists of.
    pub facts: u64,
}

impl Report {
    /// What has happened to an incident as this comes to it.
    pub(crate) fn attached(&self, declared: bool, has_line: bool) -> EvidenceEvent {
        EvidenceEvent::ReportAttached {
            report: self.id,
            source: self.source.clone(),
            reporter: self.by.clone(),
            filed_at: self.filed_at,
            declared,
            has_line,
        }
    }

    /// Whether something may still come of it, so that it stays in memory.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.is_settled
    }

    /// Whether nobody has it, and somebody should.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.standing == Standing::Waiting && self.state == AlertState::Firing && self.declares.is_none()
    }

    /// Whether there is nobody left to call.
    #[must_use]
    pub fn is_forsaken(&self) -> bool {
        self.forsaken_times > 0
    }

    /// Whether it can still be decided what it is.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        matches!(self.standing, Standing::Waiting | Standing::Acknowledged(_))
    }

    /// The incident that it belongs to.
    #[must_use]
    pub fn incident(&self) -> Option<IncidentId> {
        match self.standing {
            Standing::Taken(id) => Some(id),
            Standing::Waiting | Standing::Acknowledged(_) | Standing::Declined(_) => None,
        }
    }

    /// Whether its source knows it, or a group of it, by this.
    #[must_use]
    pub fn has_key(&self, source: &str, group: &str) -> bool {
        match &self.source {
            Source::Alert { source: of, group: known, .. } => of == source && known == group,
            Source::Storm { source: of } => of == source && self.groups.contains_key(group),
            Source::Person { .. } | Source::Heartbeat { .. } => false,
        }
    }

    /// What its source knows it by: one key, or those of a storm.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_alert = match &self.source {
            Source::Alert { source, group, .. } => Some((source.as_str(), group.as_str())),
            Source::Person { .. } | Source::Storm { .. } | Source::Heartbeat { .. } => None,
        };
        let storm = match &self.source {
            Source::Storm { source } => Some(source.as_str()),
            Source::Person { .. } | Source::Alert { .. } | Source::Heartbeat { .. } => None,
        };
        let of_storm = storm
            .into_iter()
            .flat_map(|source| self.groups.keys().map(move |group| (source, group.as_str())));
        of_alert.into_iter().chain(of_storm)
    }
}
