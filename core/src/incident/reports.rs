//! The reports that belong to an incident.

use super::Incident;
use crate::{
    person::Person,
    port::AlertState,
    report::{ReportId, Source},
};

/// A report that belongs to an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The report.
    pub report: ReportId,
    /// Where it comes from.
    pub source: Source,
    /// Who filed it; `None` for a machine.
    pub reporter: Option<Person>,
    /// How its alert stands; firing for what no machine told.
    pub state: AlertState,
}

impl Incident {
    /// The report of a group of alerts, if it belongs to this incident.
    #[must_use]
    pub fn report_of(&self, source: &str, group: &str) -> Option<&Attached> {
        self.reports.iter().find(|attached| {
            matches!(&attached.source, crate::report::Source::Alert { source: of, group: known, .. }
                if of == source && known == group)
        })
    }

    /// Whether everything that machines told about it is over.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let mut told = self.reports.iter().filter(|attached| attached.source.machine().is_some()).peekable();
        told.peek().is_some() && told.all(|attached| attached.state == AlertState::Resolved)
    }
}
