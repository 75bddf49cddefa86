//! Events applied: from what happened to how things stand.
//!
//! Total and silent: an event that doesn't fit the state (a second card, a reminder for nothing) changes as
//! much as makes sense and never fails, because what is stored has happened.

mod evidence;
mod health;
mod incident;
mod people;
mod retrospective;
mod roles;
mod room;
mod tasks;
mod timeline;
mod updates;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Incident, IncidentId, RoomState, Status, newcomers::Unreached, roles::Roles, timeline::Timeline,
    update_cycle::UpdateCycle,
};
use crate::{
    event::{Event, IncidentEvent, PeopleEvent, Record},
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
        services,
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
        reporter: record.by.clone(),
        commander: None,
        acknowledged_by: None,
        services: services.clone(),
        roles: Roles::default(),
        joined: BTreeSet::new(),
        briefed: BTreeSet::new(),
        unreached: Unreached::default(),
        followers: BTreeSet::new(),
        people: invited.clone(),
        stakeholders: stakeholders.clone(),
        told: stakeholders.iter().cloned().collect(),
        meeting: meeting.clone(),
        meeting_said: None,
        first_room: None,
        voice: None,
        card: None,
        prompt: None,
        signs: BTreeMap::new(),
        archived: false,
        tasks: Vec::new(),
        tasks_changed: 0,
        old_tasks: None,
        timeline: Timeline::default(),
        marked: BTreeMap::new(),
        news: Vec::new(),
        copies: Vec::new(),
        asked_at: None,
        links: Vec::new(),
        related: BTreeSet::new(),
        reports: Vec::new(),
        measuring: None,
        lost_room: None,
        typed: BTreeMap::new(),
        updates,
        retrospective: None,
        declared_at: record.at,
        acknowledged_at: None,
        mitigated_at: None,
        resolved_at: None,
        ending: None,
        lasting: None,
        given_up: BTreeSet::new(),
        told_of_delay: false,
        facts: 1,
    };
    remember_words(&mut incident, record);
    timeline::note(&mut incident, record);
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
    let joins = matches!(record.event, Event::People(PeopleEvent::Joined));
    let was_asked_in = joins && record.by.as_ref().is_some_and(|by| incident.has_person(by));
    incident.facts += 1;
    remember_words(incident, record);
    match &record.event {
        Event::Workspace(_) | Event::Rota(_) | Event::Report(_) | Event::Change(_) => {}
        Event::Evidence(event) => evidence::evolve(incident, event),
        Event::Incident(event) => incident::evolve(incident, event, record),
        Event::Room(event) => room::evolve(incident, event),
        Event::Role(event) => roles::evolve(incident, event, record),
        Event::Update(event) => updates::evolve(incident, event, record),
        Event::Retrospective(event) => retrospective::evolve(incident, event, record.at),
        Event::People(event) => people::evolve(incident, event, record),
        Event::Task(event) => tasks::evolve(incident, event, record),
        Event::Timeline(event) => timeline::evolve(incident, event, record),
        Event::Health(event) => health::evolve(incident, event, record.at),
    }
    // Of whom was asked in, the timeline tells that already.
    if !was_asked_in {
        timeline::note(incident, record);
    }
}

fn add_people(incident: &mut Incident, people: &[Person]) {
    for person in people {
        if !incident.people.contains(person) {
            incident.people.push(person.clone());
        }
    }
}
