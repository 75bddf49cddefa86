//! The list of what is open.

use super::Message;
use crate::{
    args,
    incident::{Incident, glimpse, retrospective::Stage},
    policy::Policy,
};

/// What is open, and what still owes a retrospective.
#[must_use]
pub fn list(incidents: &[&Incident], policy: &Policy) -> Message {
    if incidents.is_empty() {
        return policy.say("incidents.nothing", args![]);
    }
    let (open, over): (Vec<&Incident>, Vec<&Incident>) =
        incidents.iter().copied().partition(|incident| incident.status.is_open());
    let mut message = Message::default();
    if !open.is_empty() {
        message = lines(message.then(policy.say("incidents.open", args![])), &open, policy);
    }
    if !over.is_empty() {
        message = lines(message.then(policy.say("incidents.over", args![])), &over, policy);
    }
    message
}

fn lines(message: Message, incidents: &[&Incident], policy: &Policy) -> Message {
    incidents.iter().fold(message, |message, incident| message.then(line(incident, policy)))
}

fn line(incident: &Incident, policy: &Policy) -> Message {
    let stage = incident.retrospective.as_ref().map(|retrospective| retrospective.stage);
    let owes = match (&incident.updates.promise, stage) {
        (Some(promise), _) => {
            Some(policy.phrase("incidents.update_due", args![due = policy.clock(promise.due)]))
        }
        (None, Some(Stage::Unbooked { .. })) => Some(policy.phrase("incidents.unbooked", args![])),
        (None, Some(Stage::Booked(_) | Stage::Begun(_))) => Some(policy.phrase("incidents.booked", args![])),
        (None, Some(Stage::Declined) | None) => None,
    };
    let args = args![
        standing = policy.in_brief(incident),
        title = glimpse(incident.title_or_gap()),
        commander = incident.commander.as_ref(),
        owes = owes,
        private = incident.private,
    ];
    policy.say("incidents.line", args)
}
