//! The list of what is open.

use chrono::{DateTime, Utc};

use super::{Message, update};
use crate::{
    args,
    incident::{Incident, glimpse, retrospective::Stage},
    policy::Policy,
};

/// What is open, and what still owes a retrospective.
#[must_use]
pub fn list(incidents: &[&Incident], policy: &Policy, now: DateTime<Utc>) -> Message {
    if incidents.is_empty() {
        return policy.say("incidents.nothing", args![]);
    }
    let (open, over): (Vec<&Incident>, Vec<&Incident>) =
        incidents.iter().copied().partition(|incident| incident.status.is_open());
    let mut message = Message::default();
    if !open.is_empty() {
        message = lines(message.then(policy.say("incidents.open", args![])), &open, (policy, now));
    }
    if !over.is_empty() {
        message = lines(message.then(policy.say("incidents.over", args![])), &over, (policy, now));
    }
    message
}

fn lines(message: Message, incidents: &[&Incident], (policy, now): (&Policy, DateTime<Utc>)) -> Message {
    incidents.iter().fold(message, |message, incident| message.then(line(incident, policy, now)))
}

fn line(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let stage = incident.retrospective.as_ref().map(|retrospective| retrospective.stage);
    let owes = match (update::next_in_brief(incident, policy, now), stage) {
        (Some(next), _) => Some(next),
        (None, Some(Stage::Unbooked { .. })) => Some(policy.phrase("incidents.unbooked", args![])),
        (None, Some(Stage::Booked(_) | Stage::Begun(_))) => Some(policy.phrase("incidents.booked", args![])),
        (None, Some(Stage::Declined) | None) => None,
    };
    let args = args![
        standing = policy.in_brief(incident),
        title = glimpse(&policy.title_of(incident)),
        commander = incident.commander.as_ref(),
        owes = owes,
        private = incident.private,
    ];
    policy.say("incidents.line", args)
}
