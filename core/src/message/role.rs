//! Who does what: what a role is for, the lead on its way to somebody else, and the word that nobody has it.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, mention, text};
use crate::{
    args,
    incident::{Incident, Role, glimpse},
    person::Person,
    policy::Policy,
};

/// To whoever has a role from now on, in private: what it is for.
#[must_use]
pub fn instructions(incident: &Incident, role: Role, policy: &Policy) -> Message {
    let args = args![id = incident.id, title = glimpse(&incident.title)];
    match role {
        Role::Commander => policy.say("role.for_commander", args),
        Role::CommsLead => policy.say("role.for_comms_lead", args),
        Role::Scribe => policy.say("role.for_scribe", args),
        Role::Responder => policy.say("role.for_responder", args),
    }
}

/// To whoever took a role.
#[must_use]
pub fn you_have(incident: &Incident, role: Role, policy: &Policy) -> Message {
    policy.say("role.you_have", args![role = policy.role_word(role), id = incident.id])
}

/// To everybody: somebody has a role. They are notified, unless they took it themselves.
#[must_use]
pub fn has(
    incident: &Incident,
    (role, to): (Role, &Person),
    is_news_to_them: bool,
    policy: &Policy,
) -> Message {
    let who = if is_news_to_them { mention(to) } else { Span::Person(to.clone()) };
    policy.say("role.has", args![who = who, role = policy.role_word(role), id = incident.id])
}

/// To whoever gave somebody a role that they have.
#[must_use]
pub fn has_already(incident: &Incident, (role, who): (Role, &Person), policy: &Policy) -> Message {
    policy.say("role.has_already", args![who = who, role = policy.role_word(role), id = incident.id])
}

/// A role was given back.
#[must_use]
pub fn released(incident: &Incident, (role, from): (Role, &Person), policy: &Policy) -> Message {
    match role {
        Role::Commander => policy.say("role.nobody_leads", args![id = incident.id]),
        Role::CommsLead | Role::Scribe | Role::Responder => {
            policy.say("role.released", args![who = from, role = policy.role_word(role), id = incident.id])
        }
    }
}

/// To whoever gave back a role that nobody has.
#[must_use]
pub fn nobody_has(incident: &Incident, role: Role, policy: &Policy) -> Message {
    policy.say("role.nobody_has", args![role = policy.role_word(role), id = incident.id])
}

/// The answer to a bare `!role`: who does what.
#[must_use]
pub fn list(incident: &Incident, policy: &Policy) -> Message {
    let mut message = policy.say("role.list", args![id = incident.id]);
    for role in Role::ALL {
        let holders = holders(incident, role);
        let args = args![role = policy.role_word(role), who = names(&holders)];
        message = message.then(policy.say("role.line", args));
    }
    message
}

fn holders(incident: &Incident, role: Role) -> Vec<&Person> {
    match role {
        Role::Commander => incident.commander.iter().collect(),
        Role::CommsLead | Role::Scribe | Role::Responder => {
            let is_of_role = |(held, person)| (held == role).then_some(person);
            incident.roles.holders().filter_map(is_of_role).collect()
        }
    }
}

/// Names, as a part of a line; nothing for nobody.
fn names(people: &[&Person]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for person in people {
        spans.extend((!spans.is_empty()).then(|| text(", ")));
        spans.push(Span::Person((*person).clone()));
    }
    spans
}

/// People, notified, as a part of a line.
fn mentions(people: &[Person]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for person in people {
        spans.extend((!spans.is_empty()).then(|| text(" ")));
        spans.push(mention(person));
    }
    spans
}

/// For the card: whoever has a role besides the commander, a line each role.
#[must_use]
pub fn on_card(incident: &Incident, policy: &Policy) -> Message {
    let mut message = Message::default();
    for role in [Role::CommsLead, Role::Scribe, Role::Responder] {
        let holders = holders(incident, role);
        if !holders.is_empty() {
            let args = args![role = policy.role_word(role), who = names(&holders)];
            message = message.then(policy.say("role.on_card", args));
        }
    }
    message
}

/// For `!status`: the roles that nobody has and somebody should have.
#[must_use]
pub fn vacant(incident: &Incident, policy: &Policy) -> Message {
    let roles = words(&incident.vacant_roles(), policy);
    if roles.is_empty() { Message::default() } else { policy.say("role.vacant", args![roles = roles]) }
}

fn words(roles: &[Role], policy: &Policy) -> String {
    roles.iter().map(|role| policy.role_word(*role)).collect::<Vec<_>>().join(", ")
}

/// To the room: who takes the roles that nobody has?
#[must_use]
pub fn asked(incident: &Incident, roles: &[Role], policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        roles = words(roles, policy),
        comms = roles.contains(&Role::CommsLead),
        scribe = roles.contains(&Role::Scribe),
    ];
    policy.say("role.asked", args)
}

/// To whoever offers the lead.
#[must_use]
pub fn offer_made(incident: &Incident, to: &Person, policy: &Policy) -> Message {
    policy.say("role.offer_made", args![who = to, id = incident.id])
}

/// To whoever is offered the lead, in the incident's room.
#[must_use]
pub fn offered(incident: &Incident, to: &Person, again: bool, policy: &Policy) -> Message {
    let args =
        args![to = mention(to), commander = incident.commander.as_ref(), id = incident.id, again = again,];
    policy.say("role.offered", args)
}

/// To whoever is offered the lead and has not answered, in private.
#[must_use]
pub fn offered_privately(incident: &Incident, policy: &Policy) -> Message {
    let args =
        args![commander = incident.commander.as_ref(), id = incident.id, title = glimpse(&incident.title),];
    policy.say("role.offered_privately", args)
}

/// The offer stands no more.
#[must_use]
pub fn offer_withdrawn(incident: &Incident, policy: &Policy) -> Message {
    policy.say("role.offer_withdrawn", args![commander = incident.commander.as_ref(), id = incident.id])
}

/// To everybody in the room: the lead was taken over.
#[must_use]
pub fn handed_off(incident: &Incident, from: Option<&Person>, to: &Person, policy: &Policy) -> Message {
    policy.say("role.handed_off", args![to = mention(to), id = incident.id, from = from])
}

/// To whoever has led for a while.
#[must_use]
pub fn time_to_hand_over(incident: &Incident, step: u32, policy: &Policy, now: DateTime<Utc>) -> Message {
    let since = incident.roles.led_since.unwrap_or(now);
    let lasting = policy.lasting(Duration::minutes((now - since).num_minutes().max(1)));
    let commander = incident.commander.as_ref();
    if step == 1 {
        let args = args![commander = commander.map(mention), lasting = lasting, id = incident.id];
        return policy.say("role.long_enough", args);
    }
    let others = incident.roles.holders().map(|(_, person)| person);
    let called = policy.each_once(commander.into_iter().chain(others));
    let args = args![people = mentions(&called), commander = commander, lasting = lasting, id = incident.id,];
    policy.say("role.too_long", args)
}

/// To the room: nobody has it yet.
#[must_use]
pub fn nobody_has_it(incident: &Incident, to: &[Person], policy: &Policy, now: DateTime<Utc>) -> Message {
    let args = args![
        people = mentions(to),
        id = incident.id,
        lasting = waiting(incident, policy, now),
        severity = policy.severity_word(incident.severity),
        title = glimpse(&incident.title),
    ];
    policy.say("role.nobody_has_it", args)
}

/// To those who are called, each in private.
#[must_use]
pub fn nobody_has_it_privately(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let room = incident.home().map(|room| Span::Room(room.clone(), incident.room_title()));
    let args = args![
        id = incident.id,
        lasting = waiting(incident, policy, now),
        severity = policy.severity_word(incident.severity),
        title = glimpse(&incident.title),
        room = room,
    ];
    policy.say("role.nobody_has_it_privately", args)
}

/// To the stakeholders: nobody has it yet.
#[must_use]
pub fn still_nobody(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let args =
        args![id = incident.id, title = glimpse(&incident.title), lasting = waiting(incident, policy, now),];
    policy.say("role.still_nobody", args)
}

/// How long nobody has had it.
fn waiting(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> String {
    let since = incident.roles.resumed_at.unwrap_or(incident.declared_at);
    policy.lasting(Duration::minutes((now - since).num_minutes().max(1)))
}
