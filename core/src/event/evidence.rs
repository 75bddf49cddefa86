//! What bears on an incident: reports, their alerts, and changes that may be why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    person::Person,
    port::AlertState,
    report::{ReportId, Source},
};

/// What bears on an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceEvent {
    /// A report belongs to it. Words: what that says.
    ReportAttached {
        /// The report.
        report: ReportId,
        /// Where it comes from.
        source: Source,
        /// Who filed it; `None` for a machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reporter: Option<Person>,
        /// When that was.
        filed_at: DateTime<Utc>,
        /// Whether the incident came of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        declared: bool,
        /// Whether its line is said in the incident's room.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        has_line: bool,
    },
    /// An alert of a report of its stands differently. Words: what the alert is called.
    AlertTold {
        /// The report.
        report: ReportId,
        /// How it stands.
        state: AlertState,
    },
    /// Something was changed shortly before, or since. Words: what.
    ChangeNoticed {
        /// The source, as the configuration names it.
        source: String,
        /// When, according to the source.
        at: DateTime<Utc>,
        /// Where there is more to see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
}

impl EvidenceEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ReportAttached { .. } => "ReportAttached",
            Self::AlertTold { .. } => "AlertTold",
            Self::ChangeNoticed { .. } => "ChangeNoticed",
        }
    }
}
