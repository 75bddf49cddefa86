//! What happens to its room and to messages on their way, applied.

use crate::{
    effect::Pressed,
    event::RoomEvent,
    incident::{Incident, RoomState, Status, news::Copy},
};

pub(super) fn evolve(incident: &mut Incident, event: &RoomEvent) {
    match event {
        RoomEvent::Opened { room } => {
            incident.room = RoomState::Open(room.clone());
            incident.first_room.get_or_insert_with(|| room.clone());
        }
        RoomEvent::PromptPosted { prompt } => incident.prompt = Some(prompt.clone()),
        RoomEvent::SignsPosted { on, message } => {
            let before = incident.signs.insert(*on, message.clone());
            if *on == Pressed::Tasks {
                incident.old_tasks = before;
                incident.tasks_changed = 0;
            }
        }
        RoomEvent::CopyPosted { fact, copy } => {
            incident.copies.push(Copy { fact: *fact, message: copy.clone() });
        }
        RoomEvent::Archived => incident.archived = true,
        RoomEvent::Restored => incident.archived = false,
        RoomEvent::Lost { room, .. } | RoomEvent::Gone { room } => {
            let may_run_at_origin = !incident.private || incident.origin.direct;
            let is_origin = incident.origin.message.room == *room;
            incident.room =
                if may_run_at_origin && !is_origin { RoomState::AtOrigin } else { RoomState::Nowhere };
            incident.lost_room = Some(room.clone());
            incident.card = None;
            incident.prompt = None;
            incident.signs.clear();
            incident.old_tasks = None;
        }
        RoomEvent::Regained { room } => {
            let is_origin = incident.origin.message.room == *room;
            incident.room = if is_origin { RoomState::AtOrigin } else { RoomState::Open(room.clone()) };
            incident.lost_room = None;
        }
        RoomEvent::Moved { room, .. } => {
            incident.room = RoomState::Open(room.clone());
            incident.lost_room = None;
            incident.card = None;
            incident.prompt = None;
            incident.signs.clear();
            incident.old_tasks = None;
        }
        RoomEvent::OpeningFailed { .. } => {
            let may_run_at_origin = !incident.private || incident.origin.direct;
            incident.room = if may_run_at_origin { RoomState::AtOrigin } else { RoomState::Nowhere };
            if !may_run_at_origin {
                incident.status = Status::Closed;
                incident.updates.promise(None);
                incident.retrospective = None;
            }
        }
        RoomEvent::MeetingOpened { room, link } => {
            if incident.meeting_said.is_none() {
                incident.meeting = incident.status.is_open().then(|| link.clone());
            }
            incident.voice = Some(room.clone());
        }
        RoomEvent::CardPosted { card } => incident.card = Some(card.clone()),
        RoomEvent::GivenUp { what, .. } => {
            incident.given_up.insert(what.clone());
        }
        RoomEvent::Delayed { .. } => incident.told_of_delay = true,
        RoomEvent::Dropped { .. } => {}
    }
}
