//! What is said as an incident begins: where it was declared, to the stakeholders, and as people take it on.

use super::{Message, Span, mention, sentence};
use crate::{
    args,
    event::Promise,
    incident::{Incident, IncidentId, Severity, glimpse},
    person::Person,
    policy::Policy,
    room::RoomRef,
};

/// The answer where it was declared, once there is a room.
#[must_use]
pub fn declared(incident: &Incident, room: &RoomRef, may_name: bool, policy: &Policy) -> Message {
    let called =
        if may_name { incident.room_title() } else { policy.phrase("declaration.its_room", args![]) };
    let link = Span::Room(room.clone(), called);
    if !incident.status.is_open() {
        return policy.say("declaration.declared_and_over", args![id = incident.id, room = link]);
    }
    if !may_name {
        return policy.say("declaration.declared_privately", args![id = incident.id, room = link]);
    }
    let args = args![
        id = incident.id,
        private = incident.private,
        severity = policy.severity_word(incident.severity),
        title = sentence(&policy.title_of(incident)),
        room = link,
    ];
    policy.say("declaration.declared", args)
}

/// The answer where it was declared, when no room could be made.
#[must_use]
pub fn declared_without_room(incident: &Incident, reason: &str, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        severity = policy.severity_word(incident.severity),
        title = sentence(&policy.title_of(incident)),
        reason = reason,
    ];
    policy.say("declaration.without_room", args)
}

/// The answer where a private incident was declared, when no room could be made.
#[must_use]
pub fn private_without_room(incident: &Incident, reason: &str, policy: &Policy) -> Message {
    policy.say("declaration.private_without_room", args![id = incident.id, reason = reason])
}

/// To whoever corrected the title. It is not said where it may not be named.
#[must_use]
pub fn retitled(id: IncidentId, title: Option<&str>, policy: &Policy) -> Message {
    match title {
        Some(title) => policy.say("declaration.retitled", args![id = id, title = sentence(title)]),
        None => policy.say("declaration.retitled_privately", args![id = id]),
    }
}

/// To the stakeholders: it has begun.
#[must_use]
pub fn announced(incident: &Incident, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        severity = policy.severity_word(incident.severity),
        title = sentence(&policy.title_of(incident)),
        next = incident.updates.promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("declaration.announced", args)
}

/// To whoever acknowledged.
#[must_use]
pub fn you_have_it(incident: &Incident, leads: bool, policy: &Policy) -> Message {
    policy.say("declaration.you_have_it", args![id = incident.id, leads = leads])
}

/// To everybody else: somebody has it.
#[must_use]
pub fn acknowledged(incident: &Incident, by: &Person, policy: &Policy) -> Message {
    let args = args![id = incident.id, title = glimpse(&incident.title), by = by];
    policy.say("declaration.acknowledged", args)
}

/// To whoever named the commander, and to the commander.
#[must_use]
pub fn leads(incident: &Incident, to: &Person, by: &Person, policy: &Policy) -> Message {
    if policy.same(to, by) {
        return policy.say("declaration.you_lead", args![id = incident.id]);
    }
    has_the_lead(incident, to, policy)
}

/// In the incident's room, when the commander was named elsewhere.
#[must_use]
pub fn has_the_lead(incident: &Incident, to: &Person, policy: &Policy) -> Message {
    policy.say("declaration.leads", args![commander = mention(to), id = incident.id])
}

/// To whoever changed the severity.
#[must_use]
pub fn severity_changed(
    incident: &Incident,
    to: Severity,
    promise: Option<Promise>,
    policy: &Policy,
) -> Message {
    let args = args![
        id = incident.id,
        severity = policy.severity_word(to),
        before = policy.severity_word(incident.severity),
        next = promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("declaration.severity_changed", args)
}

/// To everybody who follows: it is worse, or less bad, than was thought.
#[must_use]
pub fn severity_is(incident: &Incident, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        title = glimpse(&incident.title),
        severity = policy.severity_word(incident.severity),
        next = incident.updates.promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("declaration.severity_is", args)
}
