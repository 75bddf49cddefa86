//! What follows from who does what.

use chrono::Duration;

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::{Desired, Pressed, Purpose},
    event::{IncidentEvent, RoleEvent},
    incident::{Role, Status},
    message::{declaration, role},
    person::Person,
};

/// How long an offer, or the question who takes a role, is worth making.
const OFFER_WORTH: Duration = Duration::hours(1);
/// How long it is worth saying that it is time to hand over: until it is said again.
const PROMPT_WORTH: Duration = Duration::minutes(45);
/// How long it is worth calling somebody: a call that comes late finds that somebody has it.
const CALL_WORTH: Duration = Duration::hours(1);

pub(super) fn react(effects: &mut Effects<'_>, event: &RoleEvent, by: Option<&Person>) {
    let (incident, policy, now) = (effects.incident, effects.surroundings.policy, effects.surroundings.now);
    match event {
        RoleEvent::Assigned { role: Role::Commander, to } => named_commander(effects, to, by),
        RoleEvent::Assigned { role, to } => {
            let is_news = !by.is_some_and(|by| policy.same(by, to));
            effects.tell_home(role::has(incident, (*role, to), is_news, policy));
            effects.keep_members();
            instruct(effects, *role, to);
            if incident.vacant_roles().is_empty() {
                take_signs_away(effects, Pressed::Roles);
            }
        }
        RoleEvent::Released { role, from } => {
            effects.tell_home(role::released(incident, (*role, from), policy));
        }
        RoleEvent::HandoffOffered { to } => {
            effects.ask_at_home(Pressed::Handoff, role::offered(incident, to, false, policy), OFFER_WORTH);
            effects.keep_members();
        }
        RoleEvent::HandoffReminded => {
            let Some(to) = incident.roles.offer.as_ref().map(|offer| &offer.to) else { return };
            effects.ask_at_home(Pressed::Handoff, role::offered(incident, to, true, policy), OFFER_WORTH);
            effects.tell_person(to, role::offered_privately(incident, policy), OFFER_WORTH);
        }
        RoleEvent::HandoffWithdrawn => {
            effects.tell_home(role::offer_withdrawn(incident, policy));
            take_signs_away(effects, Pressed::Handoff);
        }
        RoleEvent::HandedOff { from, to } => {
            effects.tell_home(role::handed_off(incident, from.as_ref(), to, policy));
            effects.keep_members();
            instruct(effects, Role::Commander, to);
            take_signs_away(effects, Pressed::Handoff);
        }
        RoleEvent::HandoffPrompted { step } => {
            let message = role::time_to_hand_over(incident, *step, policy, now);
            effects.say_at_home(Purpose::Notice, message, PROMPT_WORTH);
        }
        RoleEvent::Asked { roles } => {
            effects.ask_at_home(Pressed::Roles, role::asked(incident, roles, policy), OFFER_WORTH);
        }
    }
}

fn named_commander(effects: &mut Effects<'_>, to: &Person, by: Option<&Person>) {
    let (incident, policy) = (effects.incident, effects.surroundings.policy);
    // Whoever takes what nobody has acknowledges it thereby, and is announced by that.
    let takes_it = incident.status == Status::Declared && by.is_some_and(|by| policy.same(by, to));
    if !takes_it {
        effects.tell_home(declaration::has_the_lead(incident, to, policy));
    }
    effects.keep_members();
    instruct(effects, Role::Commander, to);
    take_signs_away(effects, Pressed::Handoff);
}

/// Whoever has a role is told what it is for, the first time.
fn instruct(effects: &mut Effects<'_>, role: Role, to: &Person) {
    let incident = effects.incident;
    if incident.roles.is_new_to(role, to) {
        let message = role::instructions(incident, role, effects.surroundings.policy);
        effects.tell_person(to, message, NEWS_WORTH);
    }
}

/// There is nothing left to press on a question that was answered.
pub(super) fn take_signs_away(effects: &mut Effects<'_>, on: Pressed) {
    if let Some(message) = effects.incident.signs.get(&on).cloned() {
        effects.keep(Desired::Buttons { message, on, keys: Vec::new() });
    }
}

/// Nobody has it: those who should are called, then the stakeholders hear it.
pub(super) fn escalated(effects: &mut Effects<'_>, event: &IncidentEvent) {
    let IncidentEvent::Escalated { step, to } = event else { return };
    let (incident, policy, now) = (effects.incident, effects.surroundings.policy, effects.surroundings.now);
    effects.keep_members();
    let called = role::nobody_has_it(incident, to, policy, now);
    effects.ask_at_home(Pressed::Escalation, called, CALL_WORTH);
    match step {
        1 => {
            for person in to {
                effects.tell_person(person, role::nobody_has_it_privately(incident, policy, now), CALL_WORTH);
            }
        }
        2 => {
            let message = role::still_nobody(incident, policy, now);
            effects.tell_rooms(&incident.told, &message, NEWS_WORTH);
        }
        _ => {}
    }
}
