//! What is said when something could not be done: what happened, what sitrep did about it, what to do now.

use chrono::{DateTime, Utc};

use super::{Message, Span, bold, card::clock_with_zone, code, named, text};
use crate::{
    incident::{Incident, IncidentId, glimpse},
    person::Person,
    policy::Policy,
    port::StoreError,
    room::RoomRef,
};

/// In an incident's room: something was given up.
#[must_use]
pub fn given_up(id: IncidentId, what: &str, reason: &str) -> Message {
    Message::line([
        text("I could not "),
        text(what),
        text(" for "),
        bold(id.to_string()),
        text(format!(" and have given up ({reason}). Everything else goes on; please see to it by hand.")),
    ])
}

/// In an incident's room: the server's limits hold things up.
#[must_use]
pub fn delayed(id: IncidentId, things: u32, minutes: u32) -> Message {
    Message::line([
        text(format!(
            "The chat server limits how fast I may write and invite: {things} messages and invitations for "
        )),
        bold(id.to_string()),
        text(format!(
            " are still waiting and take about {minutes} minutes, the important ones first. Nothing is lost. The \
             server's admin can lift the limit for me."
        )),
    ])
}

/// Where a command was typed, when it can't be made durable.
#[must_use]
pub fn cannot_store(error: &StoreError) -> Message {
    // The error itself names files of the machine, which is for the log.
    let reason = match error {
        StoreError::Full(_) => "it is full",
        StoreError::Damaged(_) | StoreError::InUse(_) | StoreError::Failed(_) => "the log says why",
    };
    Message::text(format!(
        "I heard you, but I can't write to my disk ({reason}), so nothing is done yet. Nothing is lost: I carry it \
         out as soon as I can write again. Whoever runs me: please make room."
    ))
}

/// To somebody whose message can't be decrypted.
#[must_use]
pub fn cannot_read() -> Message {
    Message::text(
        "I can't read this message yet: its key has not reached me. I have asked for it and keep trying. If it is \
         urgent, please send it again, or in a room that isn't encrypted.",
    )
}

/// To somebody whose message could be decrypted too late to be carried out unasked.
#[must_use]
pub fn read_late(words: &str, sent_at: DateTime<Utc>, policy: &Policy) -> Message {
    Message::line([
        text(format!("I can read only now what you wrote at {}: ", clock_with_zone(sent_at, policy))),
        code(glimpse(words)),
        text(". I have done nothing about it. If it still holds, please send it again."),
    ])
}

/// In the home room: we were removed from a configured room.
#[must_use]
pub fn removed(room: &RoomRef, by: &Person) -> Message {
    Message::line([
        named(by),
        text(" removed me from "),
        Span::Room(room.clone(), room.room.clone()),
        text(
            ", so I can neither hear nor tell anybody there. If that was not meant, please invite me again.",
        ),
    ])
}

/// In the home room: a configured room is no longer there.
#[must_use]
pub fn gone(room: &RoomRef) -> Message {
    Message::line([
        text("The room "),
        Span::Room(room.clone(), room.room.clone()),
        text(
            " was deleted, or is closed to me, so I can neither hear nor tell anybody there. Whoever runs me can let \
             me in, or name another in my configuration.",
        ),
    ])
}

/// In the home room: a configured room was replaced.
#[must_use]
pub fn moved(room: &RoomRef, by: &Person) -> Message {
    Message::line([
        named(by),
        text(" replaced the room "),
        Span::Room(room.clone(), room.room.clone()),
        text(" by a new one. I have followed into it and go on there."),
    ])
}

/// Where the incident goes on: we were removed from its room.
#[must_use]
pub fn room_lost(incident: &Incident, by: &Person) -> Message {
    Message::line([
        named(by),
        text(" removed me from the room of "),
        bold(incident.id.to_string()),
        text(", so I go on here. If that was not meant, please invite me there again."),
    ])
}

/// To those who lead a private incident, each alone: we were removed from its room.
#[must_use]
pub fn private_room_lost(incident: &Incident, by: &Person, policy: &Policy) -> Message {
    Message::line([
        named(by),
        text(" removed me from the room of "),
        bold(incident.id.to_string()),
        text(", so I can't ask for updates there. Invite me again and say "),
        code(format!("{}status", policy.prefix)),
        text(" in it, and I go on; nothing is said anywhere else."),
    ])
}

/// Where the incident goes on: its room is no longer there.
#[must_use]
pub fn room_gone(incident: &Incident, policy: &Policy) -> Message {
    Message::line([
        text("The room of "),
        bold(incident.id.to_string()),
        text(" was deleted, or is closed to me, so I go on here. Name it in what you say: "),
        code(format!("{}status {}", policy.prefix, incident.id)),
    ])
}

/// To those who lead a private incident, each alone: its room is no longer there.
#[must_use]
pub fn private_room_gone(incident: &Incident, policy: &Policy) -> Message {
    Message::line([
        text("The room of "),
        bold(incident.id.to_string()),
        text(
            " was deleted, or is closed to me. Nothing is said about it anywhere else; what you say to me here with its \
             number, I carry out: ",
        ),
        code(format!("{}status {}", policy.prefix, incident.id)),
    ])
}

/// In the room that replaces an incident's.
#[must_use]
pub fn room_moved(incident: &Incident, by: &Person) -> Message {
    Message::line([
        named(by),
        text(" replaced the room of "),
        bold(incident.id.to_string()),
        text(" by this one. I go on here."),
    ])
}
