//! What follows from the tasks of an incident.

use super::Effects;
use crate::event::TaskEvent;

pub(super) fn react(_effects: &mut Effects<'_>, event: &TaskEvent) {
    match event {
        TaskEvent::Added { .. } | TaskEvent::Ticked { .. } | TaskEvent::Unticked { .. } => {}
    }
}
