//! What is said when something could not be done: what happened, what sitrep did about it, what to do now.

use chrono::{DateTime, Utc};

use super::{Message, Span, code};
use crate::{
    args,
    incident::{Incident, IncidentId, glimpse},
    person::Person,
    policy::Policy,
    port::StoreError,
    room::RoomRef,
};

/// In an incident's room: something was given up.
#[must_use]
pub fn given_up(id: IncidentId, what: &str, reason: &str, policy: &Policy) -> Message {
    policy.say("trouble.given_up", args![what = doing(what, policy), id = id, reason = reason])
}

/// What was given up, which facts hold in English.
fn doing(what: &str, policy: &Policy) -> String {
    let key = format!("doing.{}", what.replace(' ', "_"));
    if policy.words.has(&key) {
        return policy.phrase(&key, args![]);
    }
    let object = |doing: &str| what.strip_prefix(doing);
    match (object("invite "), object("pass on a message to ")) {
        (Some(name), _) => policy.phrase("trouble.invite", args![name = name]),
        (None, Some(room)) => policy.phrase("trouble.pass_on", args![room = room]),
        (None, None) => what.to_owned(),
    }
}

/// In an incident's room: the server's limits hold things up.
#[must_use]
pub fn delayed(id: IncidentId, things: u32, minutes: u32, policy: &Policy) -> Message {
    policy.say("trouble.delayed", args![things = things, id = id, minutes = minutes])
}

/// Where a command was typed, when it can't be made durable.
#[must_use]
pub fn cannot_store(error: &StoreError, policy: &Policy) -> Message {
    // The error itself names files of the machine, which is for the log.
    let is_full = matches!(error, StoreError::Full(_));
    policy.say("trouble.cannot_store", args![is_full = is_full])
}

/// To somebody whose message can't be decrypted.
#[must_use]
pub fn cannot_read(policy: &Policy) -> Message {
    policy.say("trouble.cannot_read", args![])
}

/// To somebody whose message could be decrypted too late to be carried out unasked.
#[must_use]
pub fn read_late(words: &str, sent_at: DateTime<Utc>, policy: &Policy) -> Message {
    policy.say("trouble.read_late", args![at = policy.clock(sent_at), words = code(glimpse(words))])
}

/// In the home room: we were removed from a configured room.
#[must_use]
pub fn removed(room: &RoomRef, by: &Person, policy: &Policy) -> Message {
    policy.say("trouble.removed", args![by = by, room = link(room)])
}

/// In the home room: a configured room is no longer there.
#[must_use]
pub fn gone(room: &RoomRef, policy: &Policy) -> Message {
    policy.say("trouble.gone", args![room = link(room)])
}

/// In the home room: a configured room was replaced.
#[must_use]
pub fn moved(room: &RoomRef, by: &Person, policy: &Policy) -> Message {
    policy.say("trouble.moved", args![by = by, room = link(room)])
}

fn link(room: &RoomRef) -> Span {
    Span::Room(room.clone(), room.room.clone())
}

/// Where the incident goes on: we were removed from its room.
#[must_use]
pub fn room_lost(incident: &Incident, by: &Person, policy: &Policy) -> Message {
    policy.say("trouble.room_lost", args![by = by, id = incident.id])
}

/// To those who lead a private incident, each alone: we were removed from its room.
#[must_use]
pub fn private_room_lost(incident: &Incident, by: &Person, policy: &Policy) -> Message {
    policy.say("trouble.private_room_lost", args![by = by, id = incident.id])
}

/// Where the incident goes on: its room is no longer there.
#[must_use]
pub fn room_gone(incident: &Incident, policy: &Policy) -> Message {
    policy.say("trouble.room_gone", args![id = incident.id])
}

/// To those who lead a private incident, each alone: its room is no longer there.
#[must_use]
pub fn private_room_gone(incident: &Incident, policy: &Policy) -> Message {
    policy.say("trouble.private_room_gone", args![id = incident.id])
}

/// In the room that replaces an incident's.
#[must_use]
pub fn room_moved(incident: &Incident, by: &Person, policy: &Policy) -> Message {
    policy.say("trouble.room_moved", args![by = by, id = incident.id])
}
