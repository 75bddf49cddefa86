//! Booking a retrospective, and reminding of it.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, mention, unclear_time};
use crate::{
    args,
    event::Ahead,
    incident::{
        Incident,
        retrospective::{Retrospective, Stage},
    },
    person::Person,
    policy::Policy,
    port::Appointment,
    time::when::Overlap,
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
    let reminders = reminders(at, now, policy);
    let message = policy.say(
        "retrospective.booked",
        args![id = incident.id, at = policy.absolute(at), reminders = reminders],
    );
    match note {
        Some(overlap) => message.then(unclear_time::overlap(overlap, policy)),
        None => message,
    }
}

/// The reminders that are still to come.
fn reminders(at: DateTime<Utc>, now: DateTime<Utc>, policy: &Policy) -> String {
    match at - now {
        left if left > Ahead::Day.lead() => policy.phrase("retrospective.three_reminders", args![]),
        left if left > Ahead::Hour.lead() => policy.phrase("retrospective.two_reminders", args![]),
        left if left > Ahead::TenMinutes.lead() => policy.phrase("retrospective.one_reminder", args![]),
        _ => policy.phrase("retrospective.no_reminder", args![]),
    }
}

/// To those who are invited.
#[must_use]
pub fn invitation(incident: &Incident, at: DateTime<Utc>, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        title = policy.title_of(incident),
        at = policy.absolute(at),
        meeting = incident.meeting.clone().map(Span::Link),
    ];
    policy.say("retrospective.invitation", args)
}

/// To whoever declined it.
#[must_use]
pub fn declined(incident: &Incident, policy: &Policy) -> Message {
    policy.say("retrospective.declined", args![id = incident.id])
}

/// How it stands.
#[must_use]
pub fn stands(incident: &Incident, retrospective: &Retrospective, policy: &Policy) -> Message {
    let values = |at| args![id = incident.id, at = policy.absolute(at), owner = &retrospective.owner];
    match retrospective.stage {
        Stage::Unbooked { .. } => {
            policy.say("retrospective.stands_unbooked", values(retrospective.proposed_at))
        }
        Stage::Booked(at) | Stage::Begun(at) => policy.say("retrospective.stands_booked", values(at)),
        Stage::Declined => policy.say("retrospective.stands_declined", values(retrospective.proposed_at)),
    }
}

/// To the owner, while none is booked.
#[must_use]
pub fn nag(
    incident: &Incident,
    retrospective: &Retrospective,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
    let proposed = retrospective.proposed_at;
    let args = args![
        owner = mention(&retrospective.owner),
        id = incident.id,
        proposed = (proposed > now).then(|| policy.absolute(proposed)),
    ];
    policy.say("retrospective.nag", args)
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
    let args = args![
        owner = mention(owner),
        id = incident.id,
        left = (left > 0).then(|| policy.lasting(Duration::minutes(left))),
        at = policy.absolute(at),
        meeting = incident.meeting.clone().map(Span::Link),
    ];
    policy.say("retrospective.reminder", args)
}

/// To the owner, when the time went by while sitrep was away.
#[must_use]
pub fn lapsed(incident: &Incident, owner: &Person, policy: &Policy) -> Message {
    policy.say("retrospective.lapsed", args![owner = mention(owner), id = incident.id])
}

/// How long a retrospective takes, for calendars.
const TAKES: Duration = Duration::hours(1);

/// What a calendar says about it.
#[must_use]
pub fn appointment(incident: &Incident, at: DateTime<Utc>, may_name: bool, policy: &Policy) -> Appointment {
    let title = if may_name { policy.title_of(incident) } else { "".into() };
    let name = policy.phrase("retrospective.appointment", args![id = incident.id, title = title]);
    let minutes = incident.resolved_at.map_or(0, |end| (end - incident.declared_at).num_minutes());
    let args = args![
        severity = policy.severity_word(incident.severity),
        lasted = policy.lasting(Duration::minutes(minutes.max(1))),
    ];
    Appointment {
        name: name.chars().take(100).collect(),
        about: policy.phrase("retrospective.appointment_about", args),
        starts_at: at,
        ends_at: at + TAKES,
    }
}
