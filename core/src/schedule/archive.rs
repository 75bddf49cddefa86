//! When the room of an incident that is over is archived.
//!
//! Some days after the end, and never before its retrospective is held or declined: people prepare it in that room, and
//! hold it there. A room that belongs to others, because none could be made, is left alone.

use chrono::{DateTime, Duration, Utc};

use crate::{
    event::{Event, RoomEvent},
    incident::{Incident, RoomState, retrospective::Stage},
    policy::Policy,
};

/// How long a retrospective that has begun is talked about in the room.
const TALKED_ABOUT_FOR: Duration = Duration::days(1);

/// When its room is archived, if it is to be.
pub(super) fn deadline(incident: &Incident, policy: &Policy) -> Option<DateTime<Utc>> {
    let has_own_room =
        matches!(&incident.room, RoomState::Open(room) if *room != incident.origin.message.room);
    if incident.archived || incident.status.is_open() || !has_own_room {
        return None;
    }
    let at = incident.resolved_at? + policy.archive_after?;
    match incident.retrospective.as_ref().map(|retrospective| retrospective.stage) {
        Some(Stage::Unbooked { .. } | Stage::Booked(_)) => None,
        Some(Stage::Begun(began)) => Some(at.max(began + TALKED_ABOUT_FOR)),
        Some(Stage::Declined) | None => Some(at),
    }
}

/// It is archived.
pub(super) fn fire(incident: &Incident) -> Vec<Event> {
    if incident.archived || incident.status.is_open() {
        return Vec::new();
    }
    vec![Event::Room(RoomEvent::Archived)]
}
