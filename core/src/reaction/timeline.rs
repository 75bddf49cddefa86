//! What follows from what is put on the record.

use chrono::Duration;

use super::Effects;
use crate::{
    effect::{Effect, Quote, Quoting},
    event::TimelineEvent,
};

/// How long a marked message that can't be decrypted is tried again.
const READ_FOR: Duration = Duration::days(1);

pub(super) fn react(effects: &mut Effects<'_>, event: &TimelineEvent) {
    let incident = effects.incident;
    match event {
        // Nothing is said about it: the sign is there.
        TimelineEvent::Marked { message, .. } => {
            let is_news =
                incident.marked.get(message).is_some_and(|marked| marked.reading == Some(incident.facts));
            if is_news {
                let stale_at = effects.surroundings.now + READ_FOR;
                let quote =
                    Quote { purpose: Quoting::Timeline(incident.id), message: message.clone(), stale_at };
                effects.list.push(Effect::Quote(quote));
            }
        }
        TimelineEvent::NoteAdded { .. }
        | TimelineEvent::Quoted { .. }
        | TimelineEvent::Unreadable { .. }
        | TimelineEvent::Unmarked { .. } => {}
    }
}
