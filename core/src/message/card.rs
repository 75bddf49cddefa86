//! The card: an incident at a glance, pinned in its room and edited as things change.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, ending, role, update};
use crate::{
    args,
    incident::{Incident, Status, retrospective::Stage},
    policy::Policy,
};

/// The card. It reads no clock: it changes when the incident does, and not by itself.
#[must_use]
pub fn card(incident: &Incident, policy: &Policy) -> Message {
    let mut card = standing(incident, policy);
    if let Some(promise) = incident.updates.promise {
        card = card.then(policy.say("card.next_update", args![due = policy.clock(promise.due)]));
    }
    card = card.then(commander(incident, policy)).then(role::on_card(incident, policy));
    card = card.then(meeting(incident, policy)).then(retrospective(incident, policy));
    card = card.then(ending::on_card(incident, policy));
    match incident.status {
        Status::Declared => card.then(policy.say("card.what_to_do", args![])),
        Status::Acknowledged | Status::Mitigated | Status::Resolved | Status::Closed => card,
    }
}

/// The answer to `!status`: the card with how long it has been going on, and how late news is.
#[must_use]
pub fn status(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let mut message = standing(incident, policy);
    if let Some(next) = update::next_line(incident, policy, now) {
        message = message.and(next);
    }
    message = message.then(commander(incident, policy)).then(role::on_card(incident, policy));
    if incident.status != Status::Declared {
        message = message.then(role::vacant(incident, policy));
    }
    if incident.status.is_open() {
        message = message.then(meeting(incident, policy));
    }
    if !incident.services.is_empty() {
        message = message.then(policy.say("card.services", args![services = incident.services.join(", ")]));
    }
    message
        .then(declared(incident, policy, now))
        .then(retrospective(incident, policy))
        .then(ending::on_card(incident, policy))
}

pub(super) fn declared(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let began = policy.moment(incident.declared_at, now);
    let ends = incident.resolved_at.unwrap_or(now);
    let span = ends - incident.declared_at;
    let by = policy.declarer(incident);
    if !incident.status.is_open() {
        return policy.say("card.declared_and_over", args![at = began, by = by, took = policy.lasting(span)]);
    }
    let minutes = Duration::minutes(span.num_minutes());
    let lasting = (minutes > Duration::zero()).then(|| policy.lasting(minutes));
    policy.say("card.declared", args![at = began, by = by, lasting = lasting])
}

/// What a phone shows of a pinned message is its beginning: how bad it is, and how far along. The title is the room's.
fn standing(incident: &Incident, policy: &Policy) -> Message {
    let args = args![
        standing = policy.in_brief(incident),
        private = incident.private,
        title = policy.title_of(incident),
    ];
    policy.say("card.standing", args)
}

fn commander(incident: &Incident, policy: &Policy) -> Message {
    match &incident.commander {
        Some(person) => policy.say("card.commander", args![commander = person]),
        None if incident.status == Status::Declared => policy.say("card.nobody_yet", args![]),
        None if incident.status.is_open() => policy.say("card.nobody_leads", args![]),
        None => policy.say("card.nobody_led", args![]),
    }
}

fn meeting(incident: &Incident, policy: &Policy) -> Message {
    let Some(link) = &incident.meeting else { return Message::default() };
    policy.say("card.meeting", args![link = Span::Link(link.clone())])
}

fn retrospective(incident: &Incident, policy: &Policy) -> Message {
    let Some(retrospective) = &incident.retrospective else { return Message::default() };
    let owner = &retrospective.owner;
    match retrospective.stage {
        Stage::Unbooked { .. } => policy.say("card.retrospective_unbooked", args![owner = owner]),
        Stage::Booked(at) | Stage::Begun(at) => {
            policy.say("card.retrospective", args![at = policy.absolute(at), owner = owner])
        }
        Stage::Declined => policy.say("card.retrospective_declined", args![owner = owner]),
    }
}
