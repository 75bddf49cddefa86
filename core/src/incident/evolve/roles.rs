//! What happens to who does what, applied.

use super::add_people;
use crate::{
    event::{Record, RoleEvent},
    incident::{Incident, Role, roles::Offer},
    person::Person,
};

pub(super) fn evolve(incident: &mut Incident, event: &RoleEvent, record: &Record) {
    match event {
        RoleEvent::Assigned { role: Role::Commander, to } | RoleEvent::HandedOff { to, .. } => {
            lead(incident, to, record);
        }
        RoleEvent::Assigned { role, to } => assign(incident, *role, to),
        RoleEvent::Released { role, from } => release(incident, *role, from),
        RoleEvent::HandoffOffered { to } => {
            incident.roles.offer = Some(Offer { to: to.clone(), at: record.at, reminded: false });
            add_people(incident, std::slice::from_ref(to));
        }
        RoleEvent::HandoffReminded => {
            if let Some(offer) = &mut incident.roles.offer {
                offer.reminded = true;
            }
        }
        RoleEvent::HandoffWithdrawn => incident.roles.offer = None,
        RoleEvent::HandoffPrompted { step } => {
            incident.roles.handoff_prompted = Some((*step, record.at));
        }
        RoleEvent::Asked { .. } => incident.roles.asked = true,
    }
}

fn lead(incident: &mut Incident, to: &Person, record: &Record) {
    *incident.roles.given.entry((Role::Commander, to.clone())).or_default() += 1;
    incident.commander = Some(to.clone());
    incident.roles.led_since = Some(record.at);
    incident.roles.offer = None;
    incident.roles.handoff_prompted = None;
    add_people(incident, std::slice::from_ref(to));
}

fn assign(incident: &mut Incident, role: Role, to: &Person) {
    let roles = &mut incident.roles;
    *roles.given.entry((role, to.clone())).or_default() += 1;
    match role {
        Role::Commander => {}
        Role::CommsLead => roles.comms_lead = Some(to.clone()),
        Role::Scribe => roles.scribe = Some(to.clone()),
        Role::Responder => {
            if !roles.responders.contains(to) {
                roles.responders.push(to.clone());
            }
        }
    }
    add_people(incident, std::slice::from_ref(to));
}

fn release(incident: &mut Incident, role: Role, from: &Person) {
    let roles = &mut incident.roles;
    match role {
        Role::Commander => {
            incident.commander = None;
            roles.led_since = None;
            roles.offer = None;
            roles.handoff_prompted = None;
        }
        Role::CommsLead => roles.comms_lead = None,
        Role::Scribe => roles.scribe = None,
        Role::Responder => roles.responders.retain(|person| person != from),
    }
}
