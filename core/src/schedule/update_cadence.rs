//! When the commander is asked for news, and when the stakeholders hear that there is none.
//!
//! At the promised moment the commander is asked; after a quarter of the interval again; after half of it the
//! stakeholders are told how late the update is (for Sev2: 20, 25 and 30 minutes). Then a new round begins an
//! interval later, the next two intervals later, and from then on every four: an incident that was forgotten stays
//! a nuisance without becoming noise. Each step counts from the later of the promise and the step before, so that downtime leads to
//! one question and then time to answer it. The steps are in `incident/update_cycle.rs`, intervals in `policy.rs`.

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, UpdateEvent},
    incident::{Incident, update_cycle::Step},
    time::wording::minutes_late,
};

/// The next step of asking, if anything is promised.
pub(super) fn deadline(incident: &Incident) -> Option<(DueKind, DateTime<Utc>)> {
    if !incident.status.is_open() {
        return None;
    }
    let promise = incident.updates.promise?;
    let quarter = Duration::milliseconds(promise.interval_secs * 250);
    Some(match incident.updates.step {
        Step::Waiting => (DueKind::UpdatePrompt, promise.due),
        Step::Snoozed(until) => (DueKind::UpdatePrompt, until.max(promise.due)),
        Step::Asked(at) => (DueKind::UpdatePromptAgain, at.max(promise.due) + quarter),
        Step::AskedAgain(at) => (DueKind::UpdateOverdue, at + quarter),
        Step::Missed(at) => (DueKind::UpdatePrompt, at + pause(quarter * 4, incident.updates.missed_rounds)),
    })
}

/// How long after a round in vain the next begins: one interval, two, and then four.
fn pause(interval: Duration, missed_rounds: u32) -> Duration {
    interval * (1 << missed_rounds.saturating_sub(1).min(2))
}

/// The step is taken.
pub(super) fn fire(incident: &Incident, kind: DueKind, now: DateTime<Utc>) -> Vec<Event> {
    let expected = deadline(incident).map(|(kind, _)| kind);
    let Some(promise) = incident.updates.promise.filter(|_| expected == Some(kind)) else {
        return Vec::new();
    };
    let event = match kind {
        DueKind::UpdatePrompt => UpdateEvent::Prompted { due: promise.due, again: false },
        DueKind::UpdatePromptAgain => UpdateEvent::Prompted { due: promise.due, again: true },
        DueKind::UpdateOverdue => {
            UpdateEvent::Missed { due: promise.due, minutes: minutes_late(promise.due, now) }
        }
        DueKind::Escalation
        | DueKind::RolesQuestion
        | DueKind::HandoffReminder
        | DueKind::HandoffPrompt
        | DueKind::NewcomersInRoom
        | DueKind::Archive
        | DueKind::RetrospectiveNag
        | DueKind::RetrospectiveReminder(_)
        | DueKind::OnCallHandover => return Vec::new(),
    };
    vec![Event::Update(event)]
}
