//! What happens to the figures of the system, applied.

use chrono::{DateTime, Utc};

use crate::{
    event::HealthEvent,
    incident::{Incident, Measuring},
};

pub(super) fn evolve(incident: &mut Incident, event: &HealthEvent, recorded_at: DateTime<Utc>) {
    match event {
        HealthEvent::Asked { at_start } => {
            let measuring = Measuring { asked_at: recorded_at, at_start: *at_start, is_under_way: true };
            incident.measuring = Some(measuring);
        }
        HealthEvent::Measured { .. } | HealthEvent::Unanswered => {
            if let Some(measuring) = &mut incident.measuring {
                measuring.is_under_way = false;
            }
        }
    }
}
