//! How effects are stored whose shape has grown: what was stored before a report could have any still loads.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Desired, Keep, Quote, Quoting};
use crate::{
    event::Subject,
    incident::IncidentId,
    person::Person,
    report::ReportId,
    room::{MessageRef, PlatformName},
};

/// A [`Keep`], with whose it is in a field for each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredKeep {
    platform: PlatformName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<ReportId>,
    desired: Desired,
}

/// Nothing is said about whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is neither an incident's nor a report's")]
pub(super) struct Nobodys;

impl TryFrom<StoredKeep> for Keep {
    type Error = Nobodys;

    fn try_from(stored: StoredKeep) -> Result<Self, Self::Error> {
        let StoredKeep { platform, incident, report, desired } = stored;
        let about = incident.map(Subject::Incident).or(report.map(Subject::Report)).ok_or(Nobodys)?;
        Ok(Self { platform, about, desired })
    }
}

impl From<Keep> for StoredKeep {
    fn from(Keep { platform, about, desired }: Keep) -> Self {
        let (incident, report) = match about {
            Subject::Incident(id) => (Some(id), None),
            Subject::Report(id) => (None, Some(id)),
            // Nothing is kept for anything else.
            Subject::Workspace | Subject::Rota | Subject::Changes(_) | Subject::Heartbeat(_) => (None, None),
        };
        Self { platform, incident, report, desired }
    }
}

/// A [`Quote`], with what it is for in a field for each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredQuote {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<Person>,
    message: MessageRef,
    stale_at: DateTime<Utc>,
}

impl From<StoredQuote> for Quote {
    fn from(StoredQuote { incident, files, message, stale_at }: StoredQuote) -> Self {
        let purpose = match (files, incident) {
            (Some(by), _) => Quoting::Report(by),
            (None, incident) => Quoting::Timeline(incident.unwrap_or(IncidentId(0))),
        };
        Self { purpose, message, stale_at }
    }
}

impl From<Quote> for StoredQuote {
    fn from(Quote { purpose, message, stale_at }: Quote) -> Self {
        let (incident, files) = match purpose {
            Quoting::Timeline(id) => (Some(id), None),
            Quoting::Report(by) => (None, Some(by)),
        };
        Self { incident, files, message, stale_at }
    }
}
