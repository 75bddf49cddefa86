//! When a retrospective's owner is asked to book it, and when everybody is reminded of a booked one.
//!
//! Reminders come a day, an hour and ten minutes before, and when it begins. A booking at short notice skips the
//! reminders whose moment has passed; after downtime only the one nearest the start is given.

use chrono::{DateTime, Duration, NaiveTime, Utc};

use super::DueKind;
use crate::{
    event::{Ahead, Event, RetrospectiveEvent},
    incident::{Incident, retrospective::Stage},
    policy::Policy,
};

/// When, in working hours, somebody is asked to book a retrospective.
const NAG_HOUR: u32 = 10;

/// The next time of day to ask, strictly after `now`, on a working day.
pub(crate) fn next_nag(policy: &Policy, now: DateTime<Utc>) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(NAG_HOUR, 0, 0).unwrap_or_default();
    policy.working_hours.next_daily(now, time, policy.timezone)
}

/// What falls due for the retrospective as it stands: the question, or the next reminder only.
pub(super) fn deadlines(incident: &Incident) -> Option<(DueKind, DateTime<Utc>)> {
    let retrospective = incident.retrospective.as_ref()?;
    match retrospective.stage {
        Stage::Unbooked { ask_at } => Some((DueKind::RetrospectiveNag, ask_at)),
        Stage::Booked(at) => {
            let next = Ahead::ALL
                .into_iter()
                .find(|ahead| !retrospective.reminded.iter().any(|given| given >= ahead))?;
            Some((DueKind::RetrospectiveReminder(next), at - next.lead()))
        }
        Stage::Begun(_) | Stage::Declined => None,
    }
}

/// The owner is asked.
pub(super) fn nag(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Vec<Event> {
    let Some(Stage::Unbooked { .. }) = incident.retrospective.as_ref().map(|r| r.stage) else {
        return Vec::new();
    };
    vec![Event::Retrospective(RetrospectiveEvent::Nagged { ask_at: next_nag(policy, now) })]
}

/// How late it may be said that a retrospective begins. Later than that, nobody was called to it.
const BEGINS_WITHIN: Duration = Duration::minutes(30);

/// A reminder is given: the one nearest the start, of those whose moment has come. After downtime over the start
/// itself, the retrospective is owed again.
pub(super) fn remind(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Vec<Event> {
    let Some(Stage::Booked(at)) = incident.retrospective.as_ref().map(|r| r.stage) else {
        return Vec::new();
    };
    if at + BEGINS_WITHIN < now {
        let lapsed = RetrospectiveEvent::Lapsed { ask_at: next_nag(policy, now) };
        return vec![Event::Retrospective(lapsed)];
    }
    let nearest = Ahead::ALL.into_iter().rev().find(|ahead| at - ahead.lead() <= now);
    nearest.map(|ahead| Event::Retrospective(RetrospectiveEvent::Reminded { ahead })).into_iter().collect()
}
