//! The card: an incident at a glance, pinned in its room and edited as things change.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, bold, code, ending, isolated, named, text};
use crate::{
    command::button::{ACKNOWLEDGES, TAKES_THE_LEAD},
    incident::{Incident, Status, retrospective::Stage},
    policy::Policy,
    time::{duration_words, moment, wording::clock},
};

/// The card. It reads no clock: it changes when the incident does, and not by itself.
#[must_use]
pub fn card(incident: &Incident, policy: &Policy) -> Message {
    let mut card = Message::line(standing(incident)).and(title(incident));
    if let Some(promise) = incident.updates.promise {
        card = card.and([text(format!("Next update due: {}", clock_with_zone(promise.due, policy)))]);
    }
    card = card.and(commander(incident, &policy.prefix));
    if let Some(meeting) = &incident.meeting {
        card = card.and([text("Meeting: "), Span::Link(meeting.clone())]);
    }
    if let Some(line) = retrospective_line(incident, policy) {
        card = card.and(line);
    }
    card.lines.extend(ending::on_card(incident, policy));
    match incident.status {
        Status::Declared => card.and([
            code(format!("{}ack", policy.prefix)),
            text(format!(" or {ACKNOWLEDGES} if you have it, ")),
            code(format!("{}lead me", policy.prefix)),
            text(format!(" or {TAKES_THE_LEAD} to lead, ")),
            code(format!("{}help", policy.prefix)),
            text(" for the rest."),
        ]),
        Status::Acknowledged | Status::Mitigated | Status::Resolved | Status::Closed => card,
    }
}

/// The answer to `!status`: the card with how long it has been going on, and how late news is.
#[must_use]
pub fn status(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let mut message = Message::line(standing(incident)).and(title(incident));
    let began = moment(incident.declared_at, policy.timezone, now);
    let ends = incident.resolved_at.unwrap_or(now);
    let span = ends - incident.declared_at;
    let lasted = match incident.status.is_open() {
        true if span < Duration::minutes(1) => "just now".to_owned(),
        true => format!("for {} now", duration_words(Duration::minutes(span.num_minutes()))),
        false => format!("it took {}", duration_words(span)),
    };
    if let Some(promise) = incident.updates.promise {
        let late = crate::time::minutes_late(promise.due, now);
        let due = clock_with_zone(promise.due, policy);
        let line = if late > 0 {
            format!("Update overdue by {}: it was due {due}.", minutes(late))
        } else {
            format!("Next update due: {due}")
        };
        message = message.and([text(line)]);
    }
    message = message.and(commander(incident, &policy.prefix));
    if let Some(meeting) = &incident.meeting
        && incident.status.is_open()
    {
        message = message.and([text("Meeting: "), Span::Link(meeting.clone())]);
    }
    message = message.and([
        text(format!("Declared {began} by ")),
        named(&incident.reporter),
        text(format!(", {lasted}.")),
    ]);
    if let Some(line) = retrospective_line(incident, policy) {
        message = message.and(line);
    }
    message.lines.extend(ending::on_card(incident, policy));
    message
}

/// "1 minute", "12 minutes", and from two hours on "2 h 5 min".
#[must_use]
pub fn minutes(count: i64) -> String {
    match count {
        1 => "1 minute".to_owned(),
        ..120 => format!("{count} minutes"),
        _ => duration_words(Duration::minutes(count)),
    }
}

/// "11:13 CET".
#[must_use]
pub fn clock_with_zone(at: DateTime<Utc>, policy: &Policy) -> String {
    format!("{} {}", clock(at, policy.timezone), crate::time::wording::zone_name(at, policy.timezone))
}

/// What a phone shows of a pinned message is its beginning: how bad it is, and how far along. The title is the room's.
fn standing(incident: &Incident) -> Vec<Span> {
    let private = if incident.private { " · private" } else { "" };
    vec![bold(in_brief(incident)), text(private)]
}

fn title(incident: &Incident) -> Vec<Span> {
    vec![bold(isolated(incident.title_or_gap()))]
}

/// "INC-7 · Sev1 · acknowledged".
#[must_use]
pub fn in_brief(incident: &Incident) -> String {
    format!("{} · {} · {}", incident.id, incident.severity, incident.status)
}

fn commander(incident: &Incident, prefix: &str) -> Vec<Span> {
    match &incident.commander {
        Some(person) => vec![text("Commander: "), named(person)],
        None if incident.status == Status::Declared => vec![text("Commander: nobody yet")],
        None if incident.status.is_open() => {
            vec![text("Commander: nobody yet ("), code(format!("{prefix}lead me")), text(")")]
        }
        None => vec![text("Commander: nobody")],
    }
}

fn retrospective_line(incident: &Incident, policy: &Policy) -> Option<Vec<Span>> {
    let retrospective = incident.retrospective.as_ref()?;
    let words = match retrospective.stage {
        Stage::Unbooked { .. } => "not booked".to_owned(),
        Stage::Booked(at) | Stage::Begun(at) => crate::time::absolute(at, policy.timezone),
        Stage::Declined => "declined".to_owned(),
    };
    Some(vec![text(format!("Retrospective: {words}, owner ")), named(&retrospective.owner)])
}
