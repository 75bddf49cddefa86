//! What follows from who does what.

use super::Effects;
use crate::{
    event::RoleEvent,
    incident::{Role, Status},
    message::declaration,
    person::Person,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &RoleEvent, by: Option<&Person>) {
    let RoleEvent::Assigned { role: Role::Commander, to } = event else { return };
    // Whoever takes what nobody has acknowledges it thereby, and is announced by that.
    let takes_it =
        effects.incident.status == Status::Declared && by.is_some_and(|by| effects.policy().same(by, to));
    if !takes_it {
        effects.tell_home(declaration::has_the_lead(effects.incident, to, effects.policy()));
    }
    effects.keep_members();
}
