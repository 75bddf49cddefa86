//! What bears on an incident, applied.

use crate::{
    event::EvidenceEvent,
    incident::{Incident, reports::Attached},
    port::AlertState,
};

pub(super) fn evolve(incident: &mut Incident, event: &EvidenceEvent) {
    match event {
        EvidenceEvent::ReportAttached { report, source, reporter, .. } => {
            if incident.reports.iter().all(|attached| attached.report != *report) {
                incident.reports.push(Attached {
                    report: *report,
                    source: source.clone(),
                    reporter: reporter.clone(),
                    state: AlertState::Firing,
                });
            }
        }
        EvidenceEvent::AlertTold { report, state } => {
            for attached in incident.reports.iter_mut().filter(|attached| attached.report == *report) {
                attached.state = *state;
            }
        }
        EvidenceEvent::ChangeNoticed { .. } => {}
    }
}
