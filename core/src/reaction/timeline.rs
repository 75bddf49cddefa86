//! What follows from what is put on the record.

use super::Effects;
use crate::event::TimelineEvent;

pub(super) fn react(_effects: &mut Effects<'_>, event: &TimelineEvent) {
    match event {
        TimelineEvent::NoteAdded { .. }
        | TimelineEvent::Marked { .. }
        | TimelineEvent::Quoted { .. }
        | TimelineEvent::Unmarked { .. } => {}
    }
}
