//! What follows from what became of messages and rooms.

use chrono::Duration;

use super::{END_WORTH, Effects, opening, updates};
use crate::{
    command::button,
    effect::{Desired, Pressed, Purpose},
    event::RoomEvent,
    incident::RoomState,
    message::{Message, ending, task, trouble},
    person::Person,
    reaction::NEWS_WORTH,
    room::MessageRef,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &RoomEvent) {
    match event {
        RoomEvent::Opened { .. } => opening::opened(effects),
        RoomEvent::OpeningFailed { reason } => opening::failed(effects, reason),
        // In a room that belongs to others nothing is pinned over their heads.
        RoomEvent::CardPosted { card } => {
            if matches!(effects.incident.room, RoomState::Open(_)) {
                effects.keep(Desired::Pinned { card: card.clone() });
            }
            put_buttons(effects, Pressed::Card, card);
        }
        RoomEvent::PromptPosted { prompt } => put_buttons(effects, Pressed::Prompt, prompt),
        RoomEvent::SignsPosted { on, message } => {
            put_buttons(effects, *on, message);
            let old = effects.incident.old_tasks.clone().filter(|_| *on == Pressed::Tasks);
            if let Some(list) = old {
                let message = task::moved(effects.incident, effects.policy());
                effects.keep(Desired::Tasks { list, message });
            }
        }
        RoomEvent::Lost { by, .. } => {
            let incident = effects.incident;
            let private = trouble::private_room_lost(incident, by, effects.policy());
            lost(effects, trouble::room_lost(incident, by, effects.policy()), private, Some(by));
        }
        RoomEvent::Gone { .. } => {
            let incident = effects.incident;
            let private = trouble::private_room_gone(incident, effects.policy());
            lost(effects, trouble::room_gone(incident, effects.policy()), private, None);
        }
        RoomEvent::MeetingOpened { .. } => {
            if !effects.incident.status.is_open() {
                effects.end_meeting();
            }
        }
        RoomEvent::Moved { by, .. } => {
            effects.say_at_home(
                Purpose::Notice,
                trouble::room_moved(effects.incident, by, effects.policy()),
                NEWS_WORTH,
            );
            opening::post_card(effects);
            effects.keep_members();
        }
        RoomEvent::Regained { .. } => opening::post_card(effects),
        RoomEvent::GivenUp { what, reason } => {
            let message = trouble::given_up(effects.incident.id, what, reason, effects.policy());
            effects.say_at_home(Purpose::Notice, message, NEWS_WORTH);
        }
        RoomEvent::Delayed { things, minutes } => {
            let message = trouble::delayed(effects.incident.id, *things, *minutes, effects.policy());
            effects.say_at_home(Purpose::Notice, message, Duration::minutes(i64::from(*minutes)));
        }
        RoomEvent::CopyPosted { fact, .. } => updates::copy_delivered(effects, *fact),
        RoomEvent::Archived => archived(effects),
        RoomEvent::Restored => {
            if let RoomState::Open(room) = effects.incident.room.clone() {
                effects.keep(Desired::Restored { room });
            }
        }
        RoomEvent::Dropped { .. } => {}
    }
}

pub(super) fn put_buttons(effects: &mut Effects<'_>, on: Pressed, message: &MessageRef) {
    if button::may_be_pressed(on, effects.incident) {
        let keys = match on {
            Pressed::Tasks => button::task_keys(effects.incident.tasks.len()),
            Pressed::Card
            | Pressed::Prompt
            | Pressed::Handoff
            | Pressed::Roles
            | Pressed::Escalation
            | Pressed::Lasting
            | Pressed::Report => button::keys(on),
        };
        effects.keep(Desired::Buttons { message: message.clone(), on, keys });
    }
}

/// It is over for some days: the last word in its room, and then nobody writes there any more.
fn archived(effects: &mut Effects<'_>) {
    let RoomState::Open(room) = effects.incident.room.clone() else { return };
    let message = ending::archived(effects.incident, effects.policy());
    effects.say_at_home(Purpose::Notice, message, NEWS_WORTH);
    effects.keep(Desired::Archived { room });
}

/// The incident's room is lost: it goes on where it was declared, or those who lead it are told, but for whoever did it.
fn lost(effects: &mut Effects<'_>, at_home: Message, alone: Message, by: Option<&Person>) {
    let incident = effects.incident;
    if incident.home().is_some() {
        effects.say_at_home(Purpose::Notice, at_home, END_WORTH);
        return;
    }
    let policy = effects.surroundings.policy;
    for person in policy.each_once(incident.commander.iter().chain(&incident.reporter)) {
        if by.is_none_or(|by| !policy.same(by, &person)) {
            effects.tell_person(&person, alone.clone(), END_WORTH);
        }
    }
}
