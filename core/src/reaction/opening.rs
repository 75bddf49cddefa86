//! The saga of a room: declared, opened, filled; or not to be had.

use super::Effects;
use crate::{
    effect::{Desired, Pressed, Purpose},
    incident::{Incident, RoomState},
    message::{card, declaration},
    policy::Policy,
    reaction::{END_WORTH, NEWS_WORTH, people},
};

/// How many people a room can be made with; the rest are asked in afterwards. Matrix servers refuse more.
pub(super) const INVITED_AT_ONCE: usize = 10;

/// It is declared: it gets a room.
pub(super) fn make_room(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    let topic = topic(incident, effects.policy());
    // Members of the room where it was declared need not all be on the allow-list, and who isn't reads nothing.
    let platform = &incident.origin.message.room.platform;
    let may_enter = !incident.private && effects.policy().allows_everybody(platform);
    effects.keep(Desired::Room {
        name: incident.room_title(),
        topic,
        invited: effects
            .policy()
            .members(&incident.people, platform)
            .into_iter()
            .take(INVITED_AT_ONCE)
            .collect(),
        private: incident.private,
        open_to: may_enter.then(|| incident.origin.message.room.clone()),
    });
}

fn topic(incident: &Incident, policy: &Policy) -> String {
    format!("{} · {}", incident.id, policy.title_of(incident))
}

/// The title has changed: so does what the room is called.
pub(super) fn rename_room(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    if matches!(incident.room, RoomState::Open(_)) {
        effects
            .keep(Desired::Named { name: incident.room_title(), topic: topic(incident, effects.policy()) });
    }
}

/// The room is there: the answer, the card, whoever is missing, the stakeholders.
pub(super) fn opened(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    let RoomState::Open(room) = &incident.room else { return };
    effects.answer_origin(declaration::declared(
        incident,
        room,
        incident.may_be_named_in(&incident.origin.message.room),
        effects.policy(),
    ));
    if incident.title_has_changed() {
        // The room may have been asked for before.
        rename_room(effects);
    }
    post_card(effects);
    // Also those who were asked in as the room was made: one impossible name may have cost the others theirs.
    effects.keep_members();
    if !incident.private {
        effects.keep_meeting();
    }
    people::tell_elsewhere(effects, &incident.people);
    announce(effects);
}

/// There will be none: the incident runs where it was declared, or, if private, not at all.
pub(super) fn failed(effects: &mut Effects<'_>, reason: &str) {
    let incident = effects.incident;
    if incident.room == RoomState::Nowhere {
        effects.answer_origin(declaration::private_without_room(incident, reason, effects.policy()));
        return;
    }
    effects.answer_origin(declaration::declared_without_room(incident, reason, effects.policy()));
    post_card(effects);
    effects.keep_meeting();
    people::tell_elsewhere(effects, &incident.people);
    announce(effects);
}

/// It is over: there is nothing left to press.
pub(super) fn take_buttons_away(effects: &mut Effects<'_>) {
    if let Some(card) = effects.incident.card.clone() {
        effects.keep(Desired::Buttons { message: card, on: Pressed::Card, keys: Vec::new() });
    }
}

pub(super) fn post_card(effects: &mut Effects<'_>) {
    let message = card::card(effects.incident, effects.policy());
    effects.say_at_home(Purpose::Card, message, END_WORTH);
}

/// The stakeholders hear of it once there is something to join, and only while it is still going on.
fn announce(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    if incident.status.is_open() {
        let message = declaration::announced(incident, effects.policy());
        effects.tell_rooms(
            incident.told.iter().filter(|room| **room != incident.origin.message.room),
            &message,
            NEWS_WORTH,
        );
    }
}
