//! What follows from who takes part.

use super::Effects;
use crate::event::{PeopleEvent, Record};

pub(super) fn react(effects: &mut Effects<'_>, event: &PeopleEvent, _record: &Record) {
    match event {
        PeopleEvent::Invited { .. } => effects.keep_members(),
        PeopleEvent::Joined
        | PeopleEvent::Briefed { .. }
        | PeopleEvent::Followed
        | PeopleEvent::Unfollowed => {}
    }
}
