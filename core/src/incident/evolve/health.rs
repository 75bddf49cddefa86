//! What happens to the figures of the system, applied.

use chrono::{DateTime, Utc};

use crate::{event::HealthEvent, incident::Incident};

pub(super) fn evolve(incident: &mut Incident, event: &HealthEvent, recorded_at: DateTime<Utc>) {
    match event {
        HealthEvent::Asked { .. } => incident.measuring = Some((recorded_at, true)),
        HealthEvent::Measured { .. } | HealthEvent::Unanswered => {
            incident.measuring = incident.measuring.map(|(asked_at, _)| (asked_at, false));
        }
    }
}
