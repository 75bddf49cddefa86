//! What follows from what became of messages and rooms.

use super::{Effects, opening};
use crate::{
    effect::{Desired, Purpose},
    event::RoomEvent,
    incident::RoomState,
    message::trouble,
    reaction::NEWS_WORTH,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &RoomEvent) {
    match event {
        RoomEvent::Opened { .. } => opening::opened(effects),
        RoomEvent::OpeningFailed { reason } => opening::failed(effects, reason),
        // In a room that belongs to others nothing is pinned over their heads.
        RoomEvent::CardPosted { card } if matches!(effects.incident.room, RoomState::Open(_)) => {
            effects.keep(Desired::Pinned { card: card.clone() });
        }
        RoomEvent::CardPosted { .. } => {}
        RoomEvent::GivenUp { what, reason } => {
            let message = trouble::given_up(effects.incident.id, what, reason);
            effects.say_at_home(Purpose::Notice, message, NEWS_WORTH);
        }
        RoomEvent::Dropped { .. } => {}
    }
}
