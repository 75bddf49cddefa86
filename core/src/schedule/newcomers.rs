//! When those who came late, and could not be told in private what is going on, are named in the room.

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, PeopleEvent},
    incident::Incident,
};

/// The room is not told more often than this.
const APART: Duration = Duration::minutes(1);

pub(super) fn deadline(incident: &Incident) -> Option<(DueKind, DateTime<Utc>)> {
    if incident.unreached.waiting.is_empty() || !incident.status.is_open() {
        return None;
    }
    let at = incident.unreached.told_at.map_or(incident.declared_at, |told| told + APART);
    Some((DueKind::NewcomersInRoom, at))
}

pub(super) fn fire(incident: &Incident) -> Vec<Event> {
    let people = incident.unreached.waiting.clone();
    if people.is_empty() { Vec::new() } else { vec![Event::People(PeopleEvent::BriefedInRoom { people })] }
}
