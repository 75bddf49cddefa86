//! Events applied: from what happened to how things stand.
//!
//! Total and silent: an event that doesn't fit the state (a second card, a reminder for nothing) changes as
//! much as makes sense and never fails, because what is stored has happened.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Incident, IncidentId, Role, RoomState, Status,
    retrospective::{Retrospective, Stage},
    update_cycle::{Step, UpdateCycle},
};
use crate::{
    event::{Ahead, Event, IncidentEvent, Record, RetrospectiveEvent, RoleEvent, RoomEvent, UpdateEvent},
    person::Person,
};

/// An incident from its first fact; `None` when that is not its declaration.
#[must_use]
pub fn begin(id: IncidentId, record: &Record) -> Option<Incident> {
    let Event::Incident(IncidentEvent::Declared {
        severity,
        private,
        room_name,
        origin,
        invited,
        stakeholders,
        meeting,
        promise,
    }) = &record.event
    else {
        return None;
    };
    let updates = UpdateCycle { promise: *promise, ..UpdateCycle::default() };
    let mut incident = Incident {
        id,
        title: record.words.clone().unwrap_or_default(),
        severity: *severity,
        status: Status::Declared,
        private: *private,
        room_name: room_name.clone(),
        room: RoomState::Pending,
        origin: origin.clone(),
        reporter: record.by.clone()?,
        commander: None,
        acknowledged_by: None,
        people: invited.clone(),
        stakeholders: stakeholders.clone(),
        told: stakeholders.iter().cloned().collect(),
        meeting: meeting.clone(),
        first_room: None,
        voice: None,
        card: None,
        prompt: None,
        lost_room: None,
        typed: BTreeMap::new(),
        updates,
        retrospective: None,
        declared_at: record.at,
        resolved_at: None,
        given_up: BTreeSet::new(),
        told_of_delay: false,
        facts: 1,
    };
    remember_words(&mut incident, record);
    Some(incident)
}

/// Keeps which message the words of a fact came with: they go when it is taken back.
fn remember_words(incident: &mut Incident, record: &Record) {
    if let (Some(message), Some(_)) = (&record.message, &record.words) {
        incident.typed.entry(message.clone()).or_default().push(incident.facts);
    }
}

/// Applies one more fact.
pub fn evolve(incident: &mut Incident, record: &Record) {
    incident.facts += 1;
    remember_words(incident, record);
    match &record.event {
        Event::Workspace(_) => {}
        Event::Incident(event) => evolve_incident(incident, event, record),
        Event::Room(event) => evolve_room(incident, event),
        Event::Role(RoleEvent::Assigned { role: Role::Commander, to }) => {
            incident.commander = Some(to.clone());
            add_people(incident, std::slice::from_ref(to));
        }
        Event::Update(event) => evolve_updates(incident, event, record),
        Event::Retrospective(event) => evolve_retrospective(incident, event, record.at),
    }
}

fn evolve_incident(incident: &mut Incident, event: &IncidentEvent, record: &Record) {
    match event {
        IncidentEvent::Declared { .. } => {}
        IncidentEvent::Acknowledged => {
            if incident.status == Status::Declared {
                incident.status = Status::Acknowledged;
            }
            if incident.acknowledged_by.is_none() {
                incident.acknowledged_by.clone_from(&record.by);
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
        IncidentEvent::Resolved => {
            incident.status = Status::Resolved;
            incident.resolved_at = Some(record.at);
            incident.updates.promise(None);
            if incident.voice.is_some() {
                // It goes with the incident.
                incident.meeting = None;
            }
        }
    }
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
}

fn evolve_room(incident: &mut Incident, event: &RoomEvent) {
    match event {
        RoomEvent::Opened { room } => {
            incident.room = RoomState::Open(room.clone());
            incident.first_room.get_or_insert_with(|| room.clone());
        }
        RoomEvent::PromptPosted { prompt } => incident.prompt = Some(prompt.clone()),
        RoomEvent::Lost { room, .. } | RoomEvent::Gone { room } => {
            let may_run_at_origin = !incident.private || incident.origin.direct;
            let is_origin = incident.origin.message.room == *room;
            incident.room =
                if may_run_at_origin && !is_origin { RoomState::AtOrigin } else { RoomState::Nowhere };
            incident.lost_room = Some(room.clone());
            incident.card = None;
            incident.prompt = None;
        }
        RoomEvent::Regained { room } => {
            let is_origin = incident.origin.message.room == *room;
            incident.room = if is_origin { RoomState::AtOrigin } else { RoomState::Open(room.clone()) };
            incident.lost_room = None;
        }
        RoomEvent::Moved { room, .. } => {
            incident.room = RoomState::Open(room.clone());
            incident.lost_room = None;
            incident.card = None;
            incident.prompt = None;
        }
        RoomEvent::OpeningFailed { .. } => {
            let may_run_at_origin = !incident.private || incident.origin.direct;
            incident.room = if may_run_at_origin { RoomState::AtOrigin } else { RoomState::Nowhere };
            if !may_run_at_origin {
                incident.status = Status::Closed;
                incident.updates.promise(None);
                incident.retrospective = None;
            }
        }
        RoomEvent::MeetingOpened { room, link } => {
            incident.meeting = incident.status.is_open().then(|| link.clone());
            incident.voice = Some(room.clone());
        }
        RoomEvent::CardPosted { card } => incident.card = Some(card.clone()),
        RoomEvent::GivenUp { what, .. } => {
            incident.given_up.insert(what.clone());
        }
        RoomEvent::Delayed { .. } => incident.told_of_delay = true,
        RoomEvent::Dropped { .. } => {}
    }
}

fn evolve_updates(incident: &mut Incident, event: &UpdateEvent, record: &Record) {
    let updates = &mut incident.updates;
    match event {
        UpdateEvent::Posted { promise, to } => {
            updates.promise(*promise);
            updates.last_update_at = Some(record.at);
            incident.told.extend(to.iter().cloned());
        }
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

fn evolve_retrospective(incident: &mut Incident, event: &RetrospectiveEvent, recorded_at: DateTime<Utc>) {
    if let RetrospectiveEvent::Proposed { owner, at, ask_at } = event {
        incident.retrospective = Some(Retrospective {
            owner: owner.clone(),
            proposed_at: *at,
            stage: Stage::Unbooked { ask_at: *ask_at },
            reminded: BTreeSet::new(),
        });
        return;
    }
    let Some(retrospective) = &mut incident.retrospective else { return };
    match event {
        RetrospectiveEvent::Proposed { .. } => {}
        RetrospectiveEvent::Booked { at } => {
            retrospective.stage = Stage::Booked(*at);
            // Booked at short notice, it skips the reminders whose moment has passed.
            retrospective.reminded = [Ahead::Day, Ahead::Hour, Ahead::TenMinutes]
                .into_iter()
                .filter(|ahead| *at - ahead.lead() <= recorded_at)
                .collect();
        }
        RetrospectiveEvent::Lapsed { ask_at } => {
            retrospective.stage = Stage::Unbooked { ask_at: *ask_at };
        }
        RetrospectiveEvent::Declined => retrospective.stage = Stage::Declined,
        RetrospectiveEvent::Reminded { ahead } => {
            retrospective.reminded.insert(*ahead);
            if let (Ahead::Now, Stage::Booked(at)) = (ahead, retrospective.stage) {
                retrospective.stage = Stage::Begun(at);
            }
        }
        RetrospectiveEvent::Nagged { ask_at } => {
            if let Stage::Unbooked { ask_at: next } = &mut retrospective.stage {
                *next = *ask_at;
            }
        }
    }
}

fn add_people(incident: &mut Incident, people: &[Person]) {
    for person in people {
        if !incident.people.contains(person) {
            incident.people.push(person.clone());
        }
    }
}
