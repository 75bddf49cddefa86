//! When whoever leads is asked to hand over, and when whoever was offered the lead is asked again.
//!
//! Nobody decides well for hours on end. After the configured time the commander is asked; later everybody who has a role
//! is told that it is time, and again each time that the first span passes. A new commander begins anew. After downtime
//! there is one question, the one that fits by then.

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, RoleEvent},
    incident::Incident,
    policy::Policy,
};

/// After this long without an answer, an offer is repeated, once.
const REMINDED_AFTER: Duration = Duration::minutes(5);

pub(super) fn deadlines(
    incident: &Incident,
    policy: &Policy,
) -> impl Iterator<Item = (DueKind, DateTime<Utc>)> {
    let is_open = incident.status.is_open();
    let offer = incident.roles.offer.as_ref().filter(|offer| is_open && !offer.reminded);
    let reminder = offer.map(|offer| (DueKind::HandoffReminder, offer.at + REMINDED_AFTER));
    let prompt = prompt_at(incident, policy).map(|at| (DueKind::HandoffPrompt, at));
    reminder.into_iter().chain(prompt)
}

fn prompt_at(incident: &Incident, policy: &Policy) -> Option<DateTime<Utc>> {
    let led_since = incident.roles.led_since.filter(|_| incident.status.is_open())?;
    incident.commander.as_ref()?;
    Some(match incident.roles.handoff_prompted {
        None => led_since + policy.handoff_after,
        Some((1, _)) => led_since + policy.handoff_at_latest,
        Some((_, at)) => at + policy.handoff_after,
    })
}

/// Whoever was offered the lead is asked again.
pub(super) fn remind(incident: &Incident) -> Vec<Event> {
    let is_due = incident.roles.offer.as_ref().is_some_and(|offer| !offer.reminded);
    if is_due { vec![Event::Role(RoleEvent::HandoffReminded)] } else { Vec::new() }
}

/// Whoever leads is asked to hand over, or everybody is told that it is time.
pub(super) fn prompt(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Vec<Event> {
    let Some(led_since) = incident.roles.led_since.filter(|_| prompt_at(incident, policy).is_some()) else {
        return Vec::new();
    };
    let is_long = led_since + policy.handoff_at_latest <= now;
    let step = match incident.roles.handoff_prompted {
        Some((step, _)) if step > 1 => step + 1,
        Some(_) | None if is_long => 2,
        Some((step, _)) => step + 1,
        None => 1,
    };
    vec![Event::Role(RoleEvent::HandoffPrompted { step })]
}
