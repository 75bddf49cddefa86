//! What is said as an incident begins: where it was declared, to the stakeholders, and as people take it on.

use super::{Message, Span, bold, card::clock_with_zone, code, in_brackets, mention, named, sentence, text};
use crate::{
    event::Promise,
    incident::{Incident, IncidentId, Severity},
    person::Person,
    policy::Policy,
    room::RoomRef,
};

/// The answer where it was declared, once there is a room.
#[must_use]
pub fn declared(incident: &Incident, room: &RoomRef, may_name: bool) -> Message {
    if !incident.status.is_open() {
        return Message::line([
            bold(incident.id.to_string()),
            text(" was declared and is resolved already. What was said is kept in "),
            Span::Room(room.clone(), if may_name { incident.room_title() } else { "its room".to_owned() }),
        ]);
    }
    if !may_name {
        return Message::line([
            bold(incident.id.to_string()),
            text(" is declared, privately. You are invited to "),
            Span::Room(room.clone(), "its room".to_owned()),
        ]);
    }
    let privately = if incident.private { ", privately" } else { "" };
    // No full stop after a link: it would hang alone on a line, or be taken for a part of the address.
    Message::line([
        bold(incident.id.to_string()),
        text(format!(
            " is declared{privately} ({}): {}",
            incident.severity,
            sentence(incident.title_or_gap())
        )),
    ])
    .and([text("Everything happens in "), Span::Room(room.clone(), incident.room_title())])
}

/// The answer where it was declared, when no room could be made.
#[must_use]
pub fn declared_without_room(incident: &Incident, reason: &str, prefix: &str) -> Message {
    Message::line([
        bold(incident.id.to_string()),
        text(format!(
            " is declared ({}): {} I could not make a room ({reason}), so we run it here. Where several run, add its number: ",
            incident.severity,
            sentence(incident.title_or_gap())
        )),
        code(format!("{prefix}status {}", incident.id)),
        text("."),
    ])
}

/// The answer where a private incident was declared, when no room could be made.
#[must_use]
pub fn private_without_room(incident: &Incident, reason: &str) -> Message {
    Message::text(format!(
        "I could not make a private room ({reason}), so {} goes no further here, and nothing was said anywhere \
         else. Please talk to each other directly, and try again in a moment.",
        incident.id
    ))
}

/// To whoever corrected the title. It is not said where it may not be named.
#[must_use]
pub fn retitled(id: IncidentId, title: Option<&str>) -> Message {
    match title {
        Some(title) => {
            Message::line([bold(id.to_string()), text(format!(" is called now: {}", sentence(title)))])
        }
        None => Message::line([text("The title of "), bold(id.to_string()), text(" is corrected.")]),
    }
}

/// To the stakeholders: it has begun.
#[must_use]
pub fn announced(incident: &Incident, policy: &Policy) -> Message {
    let mut spans = vec![
        bold(incident.id.to_string()),
        text(format!(
            " ({}): {} The right people are being called together.",
            incident.severity,
            sentence(incident.title_or_gap())
        )),
    ];
    if let Some(promise) = incident.updates.promise {
        spans.push(text(format!(" Next update by {}.", clock_with_zone(promise.due, policy))));
    }
    Message::line(spans)
}

/// To whoever acknowledged.
#[must_use]
pub fn you_have_it(incident: &Incident, leads: bool) -> Message {
    let leads = if leads { ", and you lead" } else { "" };
    Message::line([text("Thank you: you have "), bold(incident.id.to_string()), text(format!("{leads}."))])
}

/// To everybody else: somebody has it.
#[must_use]
pub fn acknowledged(incident: &Incident, by: &Person) -> Message {
    Message::line([
        bold(incident.id.to_string()),
        text(format!("{}: ", in_brackets(incident))),
        named(by),
        text(" has it, the resolution is under way."),
    ])
}

/// To whoever named the commander, and to the commander.
#[must_use]
pub fn leads(incident: &Incident, to: &Person, by: &Person) -> Message {
    if to == by {
        return Message::line([text("You lead "), bold(incident.id.to_string()), text(".")]);
    }
    has_the_lead(incident, to)
}

/// In the incident's room, when the commander was named elsewhere.
#[must_use]
pub fn has_the_lead(incident: &Incident, to: &Person) -> Message {
    Message::line([mention(to), text(" leads "), bold(incident.id.to_string()), text(" from now on.")])
}

/// To whoever changed the severity.
#[must_use]
pub fn severity_changed(
    incident: &Incident,
    to: Severity,
    promise: Option<Promise>,
    policy: &Policy,
) -> Message {
    let next = promise.map_or_else(
        || " No updates are owed at this severity.".to_owned(),
        |promise| format!(" Next update by {}.", clock_with_zone(promise.due, policy)),
    );
    Message::line([
        bold(incident.id.to_string()),
        text(format!(" is {to} now, it was {}.{next}", incident.severity)),
    ])
}

/// To everybody who follows: it is worse, or less bad, than was thought.
#[must_use]
pub fn severity_is(incident: &Incident, policy: &Policy) -> Message {
    let next = incident.updates.promise.map_or_else(String::new, |promise| {
        format!(" Next update by {}.", clock_with_zone(promise.due, policy))
    });
    Message::line([
        bold(incident.id.to_string()),
        text(format!("{} is {} now.{next}", in_brackets(incident), incident.severity)),
    ])
}
