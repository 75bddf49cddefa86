//! What follows from the figures of the system.

use super::Effects;
use crate::event::HealthEvent;

pub(super) fn react(_effects: &mut Effects<'_>, event: &HealthEvent) {
    match event {
        HealthEvent::Asked { .. } | HealthEvent::Measured { .. } | HealthEvent::Unanswered => {}
    }
}
