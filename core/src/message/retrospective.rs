//! Booking a retrospective, and reminding of it.

use chrono::{DateTime, Utc};

use super::{Message, Span, bold, code, mention, named, text};
use crate::{
    event::Ahead,
    incident::{Incident, retrospective::{Retrospective, Stage}},
    person::Person,
    policy::Policy,
    time::{absolute, when::Overlap},
};

/// To whoever booked it: the absolute time, with its zone.
#[must_use]
pub fn booked(incident: &Incident, at: DateTime<Utc>, note: Option<&Overlap>, policy: &Policy) -> Message {
    let message = Message::line([
        text("Booked: the retrospective of "),
        bold(incident.id.to_string()),
        text(format!(" is {}. I will remind you a day, an hour and ten minutes before.", absolute(at, policy.timezone))),
    ]);
    match note {
        Some(overlap) => message.and([text(overlap.to_string())]),
        None => message,
    }
}

/// To those who are invited.
#[must_use]
pub fn invitation(incident: &Incident, at: DateTime<Utc>, policy: &Policy) -> Message {
    let mut spans = vec![
        text("The retrospective of "),
        bold(incident.id.to_string()),
        text(format!(" ({}) is {}. You are invited.", incident.title, absolute(at, policy.timezone))),
    ];
    if let Some(meeting) = &incident.meeting {
        spans.extend([text(" "), Span::Link(meeting.clone())]);
    }
    Message::line(spans)
}

/// To whoever declined it.
#[must_use]
pub fn declined(incident: &Incident) -> Message {
    Message::line([text("On record: "), bold(incident.id.to_string()), text(" gets no retrospective.")])
}

/// How it stands.
#[must_use]
pub fn stands(incident: &Incident, retrospective: &Retrospective, policy: &Policy) -> Message {
    let (words, at) = match retrospective.stage {
        Stage::Unbooked { .. } => ("is not booked. Proposed", retrospective.proposed_at),
        Stage::Booked(at) | Stage::Begun(at) => ("is booked", at),
        Stage::Declined => ("is declined. It was proposed for", retrospective.proposed_at),
    };
    Message::line([
        text("The retrospective of "),
        bold(incident.id.to_string()),
        text(format!(" {words}: {}. ", absolute(at, policy.timezone))),
        named(&retrospective.owner),
        text(" sees to it."),
    ])
}

/// To the owner, while none is booked.
#[must_use]
pub fn nag(incident: &Incident, retrospective: &Retrospective, policy: &Policy, now: DateTime<Utc>) -> Message {
    let prefix = &policy.prefix;
    let message = Message::line([
        mention(&retrospective.owner),
        text(" the retrospective of "),
        bold(incident.id.to_string()),
        text(" is not booked yet. "),
        code(format!("{prefix}retro tomorrow 14:00")),
        text(" books it, "),
        code(format!("{prefix}retro decline WHY")),
        text(" skips it."),
    ]);
    if retrospective.proposed_at <= now {
        return message;
    }
    message.and([
        text(format!("Proposed: {}, ", absolute(retrospective.proposed_at, policy.timezone))),
        code(format!("{prefix}retro ok")),
        text(" takes that."),
    ])
}

/// A reminder in the incident's room.
#[must_use]
pub fn reminder(incident: &Incident, owner: &Person, ahead: Ahead, at: DateTime<Utc>, policy: &Policy) -> Message {
    let when = match ahead {
        Ahead::Day => "is in a day",
        Ahead::Hour => "is in an hour",
        Ahead::TenMinutes => "is in ten minutes",
        Ahead::Now => "begins now",
    };
    let mut spans = vec![
        mention(owner),
        text(" the retrospective of "),
        bold(incident.id.to_string()),
        text(format!(" {when}: {}.", absolute(at, policy.timezone))),
    ];
    if let Some(meeting) = &incident.meeting {
        spans.extend([text(" "), Span::Link(meeting.clone())]);
    }
    Message::line(spans)
}

