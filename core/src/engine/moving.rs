//! Rooms that we lose, and rooms that are replaced by others.
//!
//! Nothing stops for it. An incident whose room is gone runs on where it was declared, or, if it is private, is told to
//! those who lead it, each alone. That a configured room is gone is said in the home room.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    deciding::Missing,
    draft::{Cause, Draft},
};
use crate::{
    command::Live,
    effect::{Effect, Place, Purpose, Say},
    event::{Event, RoomEvent, Subject, WorkspaceEvent},
    incident::{IncidentId, RoomState},
    message::{Message, trouble},
    port::{Content, Inbound, RoomKind, Seen},
    reaction::NEWS_WORTH,
    room::RoomRef,
};

/// How a room was lost.
fn loss(inbound: &Inbound) -> RoomEvent {
    let room = inbound.message.room.clone();
    if inbound.content == Content::Gone {
        RoomEvent::Gone { room }
    } else {
        RoomEvent::Lost { room, by: inbound.person.clone() }
    }
}

impl Engine {
    pub(super) fn decide_lost(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let room = &inbound.message.room;
        if let Some(id) = self.incident_living_in(draft, room)? {
            self.record_move(draft, id, loss(inbound), inbound, now);
        } else if inbound.kind == RoomKind::Configured {
            let message = if inbound.content == Content::Gone {
                trouble::gone(room, &self.policy)
            } else {
                trouble::removed(room, &inbound.person, &self.policy)
            };
            self.tell_home_room(draft, inbound, message, now);
        }
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let guests: Vec<IncidentId> = live.running_at(room).map(|incident| incident.id).collect();
        for id in guests {
            self.record_move(draft, id, loss(inbound), inbound, now);
        }
        Ok(())
    }

    pub(super) fn decide_moved(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        to: &RoomRef,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let room = &inbound.message.room;
        if let Some(id) = self.incident_living_in(draft, room)? {
            let bound = Event::Workspace(WorkspaceEvent::RoomBound { id, room: to.clone() });
            self.record(draft, (Subject::Workspace, bound, None), Cause::default(), now);
            let moved = RoomEvent::Moved { room: to.clone(), by: inbound.person.clone() };
            self.record_move(draft, id, moved, inbound, now);
        } else if inbound.kind == RoomKind::Configured {
            self.tell_home_room(draft, inbound, trouble::moved(room, &inbound.person, &self.policy), now);
        }
        Ok(())
    }

    /// The incident whose own room this is at present, if it still owes anything.
    fn incident_living_in(&self, draft: &Draft, room: &RoomRef) -> Result<Option<IncidentId>, Missing> {
        let Some(id) = self.workspace(draft).incident_in(room) else { return Ok(None) };
        let subject = Subject::Incident(id);
        if self.unreadable.contains(&subject) {
            return Ok(None);
        }
        let incident = self.incident(draft, id).ok_or(Missing::Facts(subject))?;
        let lives_here = incident.is_live() && incident.room == RoomState::Open(room.clone());
        Ok(lives_here.then_some(id))
    }

    fn record_move(
        &self,
        draft: &mut Draft,
        id: IncidentId,
        event: RoomEvent,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) {
        if self.mark(draft, &inbound.key()).is_none() {
            draft.commit.seen.push(Seen { about: Some(id), ..Seen::carried_out(inbound.key(), now) });
        }
        self.record(draft, (Subject::Incident(id), Event::Room(event), None), Cause::default(), now);
    }

    /// Tells the home room of the platform, unless it is the room in question.
    fn tell_home_room(&self, draft: &mut Draft, inbound: &Inbound, message: Message, now: DateTime<Utc>) {
        let room = &inbound.message.room;
        draft.notes.push(message.plain(|room, _| room.room.clone()));
        draft.commit.seen.push(Seen::carried_out(inbound.key(), now));
        let Some(home) = self.policy.home_room(&room.platform).filter(|home| *home != room) else { return };
        let place = Place::Room(home.clone());
        let say = Say::new(place, &room.platform, Purpose::Notice, message, now + NEWS_WORTH);
        draft.add_effect(Effect::Say(say));
    }
}
