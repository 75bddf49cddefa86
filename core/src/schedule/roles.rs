//! When it is asked who speaks for an incident and who keeps the record: once, when it is bad, somebody has had it for a
//! while, and nobody has said so.

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, RoleEvent},
    incident::{Incident, Status},
};

/// Whoever leads has this long to find somebody.
const ASKED_AFTER: Duration = Duration::minutes(10);

pub(super) fn deadline(incident: &Incident) -> Option<(DueKind, DateTime<Utc>)> {
    let is_under_way = incident.status.is_open() && incident.status != Status::Declared;
    if !is_under_way || incident.roles.asked || incident.vacant_roles().is_empty() {
        return None;
    }
    Some((DueKind::RolesQuestion, incident.acknowledged_at? + ASKED_AFTER))
}

pub(super) fn fire(incident: &Incident) -> Vec<Event> {
    let roles = incident.vacant_roles();
    if roles.is_empty() { Vec::new() } else { vec![Event::Role(RoleEvent::Asked { roles })] }
}
