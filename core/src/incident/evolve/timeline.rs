//! What is put on the record for its own sake, applied.

use crate::{
    event::{Record, TimelineEvent},
    incident::Incident,
};

pub(super) fn evolve(_incident: &mut Incident, event: &TimelineEvent, _record: &Record) {
    match event {
        TimelineEvent::NoteAdded { .. }
        | TimelineEvent::Marked { .. }
        | TimelineEvent::Quoted { .. }
        | TimelineEvent::Unmarked { .. } => {}
    }
}
