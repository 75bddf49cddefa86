//! The figures of the system: asked for once as an incident begins, and what came of asking.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    event::{Event, HealthEvent, Subject},
    incident::{IncidentId, RoomState},
};

/// How long after its declaration an incident is still beginning.
const BEGINS_FOR: Duration = Duration::minutes(10);

impl Engine {
    /// The card is posted: the figures are asked for, if this is the start. A room of others is not filled unasked.
    pub(super) fn measure_at_start(&self, draft: &mut Draft, id: IncidentId, now: DateTime<Utc>) {
        let Some(incident) = self.incident(draft, id) else { return };
        let begins = incident.status.is_open() && now < incident.declared_at + BEGINS_FOR;
        let has_room = matches!(incident.room, RoomState::Open(_));
        if begins && has_room && incident.measuring.is_none() && !self.policy.health.is_empty() {
            self.record_health(draft, id, HealthEvent::Asked { at_start: true }, now);
        }
    }

    /// Puts on record what came of asking.
    pub(super) fn record_health(
        &self,
        draft: &mut Draft,
        id: IncidentId,
        event: HealthEvent,
        now: DateTime<Utc>,
    ) {
        self.record(draft, (Subject::Incident(id), Event::Health(event), None), Cause::default(), now);
    }
}
