//! Booking a retrospective, and reminding of it.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, bold, code, isolated, mention, named, text};
use crate::{
    event::Ahead,
    incident::{
        Incident,
        retrospective::{Retrospective, Stage},
    },
    person::Person,
    policy::Policy,
    port::Appointment,
    time::{absolute, duration_words, when::Overlap},
};

/// To whoever booked it: the absolute time, with its zone.
#[must_use]
pub fn booked(
    incident: &Incident,
    at: DateTime<Utc>,
    note: Option<&Overlap>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
    let when = absolute(at, policy.timezone);
    let message = Message::line([
        text("Booked: the retrospective of "),
        bold(incident.id.to_string()),
        text(format!(" is {when}. I will remind you {}.", reminders(at, now))),
    ]);
    match note {
        Some(overlap) => message.and([text(overlap.to_string())]),
        None => message,
    }
}

/// The reminders that are still to come.
fn reminders(at: DateTime<Utc>, now: DateTime<Utc>) -> &'static str {
    match at - now {
        left if left > Ahead::Day.lead() => "a day, an hour, and again ten minutes before",
        left if left > Ahead::Hour.lead() => "an hour before, and again ten minutes before",
        left if left > Ahead::TenMinutes.lead() => "ten minutes before",
        _ => "as it begins",
    }
}

/// To those who are invited.
#[must_use]
pub fn invitation(incident: &Incident, at: DateTime<Utc>, policy: &Policy) -> Message {
    let mut spans = vec![
        text("The retrospective of "),
        bold(incident.id.to_string()),
        text(format!(
            " ({}) is {}. You are invited.",
            isolated(incident.title_or_gap()),
            absolute(at, policy.timezone)
        )),
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
pub fn nag(
    incident: &Incident,
    retrospective: &Retrospective,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
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

/// A reminder in the incident's room, with the time that is really left.
#[must_use]
pub fn reminder(
    incident: &Incident,
    owner: &Person,
    at: DateTime<Utc>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
    // A reminder comes a moment late: "in an hour" must not read "in 59 min".
    let left = (at - now + Duration::seconds(30)).num_minutes();
    let when = match left {
        ..=0 => "begins now".to_owned(),
        left => format!("is in {}", duration_words(Duration::minutes(left))),
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

/// To the owner, when the time went by while sitrep was away.
#[must_use]
pub fn lapsed(incident: &Incident, owner: &Person, prefix: &str) -> Message {
    Message::line([
        mention(owner),
        text(" the time of the retrospective of "),
        bold(incident.id.to_string()),
        text(" went by while I was away, and I could not remind you. "),
        code(format!("{prefix}retro tomorrow 14:00")),
        text(" books another, "),
        code(format!("{prefix}retro decline WHY")),
        text(" if it was held or is not needed."),
    ])
}
/// How long a retrospective takes, for calendars.
const TAKES: Duration = Duration::hours(1);

/// What a calendar says about it.
#[must_use]
pub fn appointment(incident: &Incident, at: DateTime<Utc>, may_name: bool) -> Appointment {
    let title = if may_name { incident.title_or_gap() } else { "" };
    let colon = if title.is_empty() { "" } else { ": " };
    let name = format!("Retrospective of {}{colon}{title}", incident.id);
    let minutes = incident.resolved_at.map_or(0, |end| (end - incident.declared_at).num_minutes());
    let lasted = duration_words(Duration::minutes(minutes.max(1)));
    Appointment {
        name: name.chars().take(100).collect(),
        about: format!("{}, {}. What happened, why, and what we change.", incident.severity, lasted),
        starts_at: at,
        ends_at: at + TAKES,
    }
}
