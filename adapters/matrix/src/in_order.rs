//! One order for what was said in several rooms.

use chrono::{DateTime, Utc};
use sitrep_core::port::Inbound;

/// What was said in several rooms, by time, but never out of the order that each room has.
pub(crate) fn in_order(in_rooms: Vec<Vec<Inbound>>) -> Vec<Inbound> {
    let mut said: Vec<(DateTime<Utc>, Inbound)> = Vec::new();
    for inbounds in in_rooms {
        // Clocks of servers differ: a message counts as not earlier than the one before it.
        let mut latest = DateTime::<Utc>::MIN_UTC;
        for inbound in inbounds {
            latest = latest.max(inbound.sent_at);
            said.push((latest, inbound));
        }
    }
    said.sort_by_key(|(at, _)| *at);
    said.into_iter().map(|(_, inbound)| inbound).collect()
}

#[cfg(test)]
mod tests {
    use sitrep_core::{
        person::Person,
        port::{Content, RoomKind, Standing},
        room::{MessageRef, PlatformName, RoomRef},
    };

    use super::*;

    fn said(room: &str, text: &str, second: i64) -> Inbound {
        let platform = PlatformName::new("matrix");
        Inbound {
            message: MessageRef { room: RoomRef::new(&platform, room), id: text.to_owned(), thread: None },
            person: Person::new(&platform, "@alice:example.org"),
            kind: RoomKind::Other,
            standing: Standing::default(),
            awaits_answer: false,
            content: Content::Said(text.to_owned()),
            sent_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(second),
        }
    }

    #[test]
    fn rooms_are_merged_without_disordering_any() {
        let rooms = vec![
            vec![said("!a", "a1", 10), said("!a", "a2, from a slow clock", 2), said("!a", "a3", 30)],
            vec![said("!b", "b1", 5), said("!b", "b2", 20)],
        ];
        let texts: Vec<String> = in_order(rooms).into_iter().map(|inbound| inbound.message.id).collect();
        assert_eq!(texts, ["b1", "a1", "a2, from a slow clock", "b2", "a3"]);
    }
}
