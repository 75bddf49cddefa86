//! What happens to the promise of news, applied.

use crate::{
    event::{Record, UpdateEvent},
    incident::{Incident, news::Update, update_cycle::Step},
};

pub(super) fn evolve(incident: &mut Incident, event: &UpdateEvent, record: &Record) {
    let updates = &mut incident.updates;
    match event {
        UpdateEvent::Posted { promise, to, audience } => {
            updates.promise(*promise);
            updates.last_update_at = Some(record.at);
            // News is always somebody's.
            let Some(by) = record.by.clone() else { return };
            incident.news.push(Update {
                fact: incident.facts,
                words: record.words.clone().unwrap_or_default(),
                by,
                at: record.at,
                audience: *audience,
                to: to.clone(),
                severity: incident.severity,
                status: incident.status,
                promise: *promise,
                corrected_at: None,
            });
            incident.told.extend(to.iter().cloned());
        }
        UpdateEvent::Edited { fact } => {
            let words = record.words.clone().unwrap_or_default();
            // Words that are gone by now were taken back with the update itself.
            let edited = incident.news.iter_mut().find(|update| update.fact == *fact);
            if let Some(update) = edited.filter(|update| !update.is_taken_back()) {
                update.words = words;
                update.corrected_at = Some(record.at);
            }
        }
        UpdateEvent::Asked => incident.asked_at = Some(record.at),
        UpdateEvent::Promised { promise } => updates.promise(Some(*promise)),
        UpdateEvent::Snoozed { until } => updates.step = Step::Snoozed(*until),
        UpdateEvent::Prompted { again: false, .. } => updates.step = Step::Asked(record.at),
        UpdateEvent::Prompted { again: true, .. } => updates.step = Step::AskedAgain(record.at),
        UpdateEvent::Missed { .. } => {
            updates.step = Step::Missed(record.at);
            updates.missed_rounds += 1;
        }
    }
}
