//! What happens to an incident as a whole, applied.

use super::add_people;
use crate::{
    event::{IncidentEvent, Promise, Record},
    incident::{
        Incident, Status,
        ending::{Ending, Lasting},
    },
};

pub(super) fn evolve(incident: &mut Incident, event: &IncidentEvent, record: &Record) {
    match event {
        IncidentEvent::Declared { .. } => {}
        IncidentEvent::Acknowledged => {
            if incident.status == Status::Declared {
                incident.status = Status::Acknowledged;
            }
            if incident.acknowledged_by.is_none() {
                incident.acknowledged_by.clone_from(&record.by);
                incident.acknowledged_at = Some(record.at);
            }
            if let Some(person) = &record.by {
                add_people(incident, std::slice::from_ref(person));
            }
        }
        IncidentEvent::SeverityChanged { to, promise, invited } => {
            incident.severity = *to;
            incident.updates.promise(*promise);
            add_people(incident, invited);
        }
        IncidentEvent::Retitled => incident.title = record.words.clone().unwrap_or_default(),
        IncidentEvent::WordsErased { facts } => erase(incident, facts),
        IncidentEvent::Resolved => end(incident, Status::Resolved, record),
        IncidentEvent::Escalated { step, to } => {
            incident.roles.escalated = Some((*step, record.at));
            add_people(incident, to);
        }
        IncidentEvent::Mitigated { promise } => {
            incident.status = Status::Mitigated;
            incident.mitigated_at = Some(record.at);
            incident.updates.promise(*promise);
        }
        IncidentEvent::LastingEffects { none } => {
            let words = record.words.clone().unwrap_or_default();
            incident.lasting = Some(Lasting { fact: incident.facts, none: *none, words });
        }
        IncidentEvent::FalseAlarm => {
            end(incident, Status::Closed, record);
            incident.ending = Some(Ending::FalseAlarm);
        }
        IncidentEvent::Duplicate { of } => {
            end(incident, Status::Closed, record);
            incident.ending = Some(Ending::DuplicateOf(*of));
            incident.related.insert(*of);
        }
        IncidentEvent::Duplicated { by: other, people, followers } => {
            incident.related.insert(*other);
            add_people(incident, people);
            incident.followers.extend(followers.iter().cloned());
        }
        IncidentEvent::Related { to: other } => {
            incident.related.insert(*other);
        }
        IncidentEvent::Reopened { promise, .. } => {
            reopen(incident, *promise);
            incident.roles.resume(record.at);
        }
        IncidentEvent::Closed => incident.status = Status::Closed,
        IncidentEvent::Linked => {
            incident.links.push((incident.facts, record.words.clone().unwrap_or_default()));
        }
        IncidentEvent::MeetingChanged => {
            incident.meeting.clone_from(&record.words);
            incident.meeting_said = Some(incident.facts);
        }
    }
}

/// It is over.
fn end(incident: &mut Incident, status: Status, record: &Record) {
    incident.status = status;
    incident.resolved_at = Some(record.at);
    incident.updates.promise(None);
    incident.roles.offer = None;
    if incident.voice.is_some() && incident.meeting_said.is_none() {
        // It goes with the incident.
        incident.meeting = None;
    }
}

/// It goes on as if it had not ended: somebody has it, and a retrospective is owed when it ends again.
fn reopen(incident: &mut Incident, promise: Option<Promise>) {
    incident.status =
        if incident.acknowledged_by.is_some() { Status::Acknowledged } else { Status::Declared };
    incident.resolved_at = None;
    incident.mitigated_at = None;
    // Whoever is there knows the roles by now: asking at once would only add to the noise.
    incident.roles.asked = true;
    incident.ending = None;
    incident.lasting = None;
    incident.retrospective = None;
    incident.updates.promise(promise);
}

/// Words are gone. A title lives in one message and in the edits of it, and goes with them.
fn erase(incident: &mut Incident, facts: &[u64]) {
    incident.typed.retain(|_, typed| {
        typed.retain(|fact| !facts.contains(fact));
        !typed.is_empty()
    });
    if facts.contains(&1) {
        incident.title.clear();
    }
    // With its message go all wordings that an update ever had.
    for update in incident.news.iter_mut().filter(|update| facts.contains(&update.fact)) {
        update.words.clear();
    }
    for task in incident.tasks.iter_mut().filter(|task| facts.contains(&task.fact)) {
        task.words.clear();
    }
    if incident.lasting.as_ref().is_some_and(|lasting| facts.contains(&lasting.fact)) {
        // Nobody stands by it any more.
        incident.lasting = None;
    }
    if incident.meeting_said.is_some_and(|said| facts.contains(&said)) {
        incident.meeting = None;
    }
    incident.links.retain(|(fact, _)| !facts.contains(fact));
}
