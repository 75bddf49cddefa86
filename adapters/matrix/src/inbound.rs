//! From one event of a room to an inbound, or to nothing.
//!
//! Only what a person says counts: text messages of others. Edits, notices (which other bots send), and our own
//! messages are passed over. The event is read leniently, for a client that gets a detail wrong is still somebody
//! who calls for help.

use chrono::{DateTime, Utc};
use matrix_sdk::{
    Room,
    deserialized_responses::{TimelineEvent, TimelineEventKind},
    ruma::UserId,
};
use serde::Deserialize;
use serde_json::Value;
use sitrep_core::{
    person::Person,
    port::{Inbound, RoomKind},
    room::{MessageRef, PlatformName, RoomRef},
};

use crate::{account::Account, inbound_text};

/// Where something was said, and to whom.
pub(crate) struct Spot<'a> {
    platform: &'a PlatformName,
    me: &'a UserId,
    room: RoomRef,
    kind: RoomKind,
}

impl<'a> Spot<'a> {
    pub(crate) fn of(account: &'a Account, room: &Room) -> Self {
        let id = room.room_id();
        let name = account.rooms.name_of(id).unwrap_or_else(|| id.to_string());
        Self {
            platform: &account.platform,
            me: &account.me,
            room: RoomRef::new(&account.platform, name),
            kind: account.rooms.kind_of(room, &account.me),
        }
    }
}

#[derive(Deserialize)]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    event_id: String,
    sender: String,
    origin_server_ts: i64,
    #[serde(default)]
    content: Value,
}

/// What a person said, if that is what the event is.
pub(crate) fn read(event: &TimelineEvent, spot: &Spot<'_>) -> Option<Inbound> {
    if let TimelineEventKind::UnableToDecrypt { .. } = event.kind {
        let id = event.event_id();
        tracing::warn!("A message in {} can't be decrypted ({id:?}): it is passed over.", spot.room.room);
        return None;
    }
    let said: Said = event.raw().deserialize_as_unchecked().ok()?;
    let content = &said.content;
    if said.kind != "m.room.message" || content["msgtype"] != "m.text" || said.sender == spot.me.as_str() {
        return None;
    }
    let relation = &content["m.relates_to"];
    let (kind, to) = (relation["rel_type"].as_str(), relation["event_id"].as_str());
    if kind == Some("m.replace") {
        return None;
    }
    let thread = if kind == Some("m.thread") { to.map(str::to_owned) } else { None };
    let is_reply = relation["m.in_reply_to"]["event_id"].is_string();
    let text = inbound_text::read(content["body"].as_str()?, html_of(content), is_reply);
    Some(Inbound {
        message: MessageRef { room: spot.room.clone(), id: said.event_id, thread },
        person: Person::new(spot.platform, said.sender),
        kind: spot.kind,
        text,
        sent_at: DateTime::<Utc>::from_timestamp_millis(said.origin_server_ts)?,
    })
}

fn html_of(content: &Value) -> Option<&str> {
    if content["format"] == "org.matrix.custom.html" { content["formatted_body"].as_str() } else { None }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{serde::Raw, user_id};
    use serde_json::json;

    use super::*;

    fn read_content(sender: &str, kind: &str, content: Value) -> Option<Inbound> {
        let platform = PlatformName::new("matrix");
        let spot = Spot {
            platform: &platform,
            me: user_id!("@sitrep:example.org"),
            room: RoomRef::new(&platform, "#ops:example.org"),
            kind: RoomKind::Configured,
        };
        let event = json!({
            "type": kind, "event_id": "$e", "sender": sender, "origin_server_ts": 1500, "content": content,
        });
        let event = TimelineEvent::from_plaintext(Raw::new(&event).unwrap().cast_unchecked());
        read(&event, &spot)
    }

    #[test]
    fn only_what_people_say_counts() {
        let (alice, message) = ("@alice:example.org", "m.room.message");
        let text = json!({ "msgtype": "m.text", "body": "!incident" });
        let edit = json!({
            "msgtype": "m.text", "body": "* x", "m.relates_to": { "rel_type": "m.replace", "event_id": "$a" },
        });
        let cases = [
            (alice, message, text.clone(), true),
            ("@sitrep:example.org", message, text.clone(), false),
            (alice, "m.room.topic", text, false),
            (alice, message, json!({ "msgtype": "m.notice", "body": "beep" }), false),
            (alice, message, json!({ "msgtype": "m.emote", "body": "waves" }), false),
            (alice, message, json!({ "msgtype": "m.text", "body": 7 }), false),
            (
                alice,
                message,
                json!({ "msgtype": "m.text", "body": "x", "m.mentions": { "user_ids": [7] } }),
                true,
            ),
            (alice, message, json!({}), false),
            (alice, message, edit, false),
        ];
        for (sender, kind, content, expected) in cases {
            assert_eq!(
                read_content(sender, kind, content.clone()).is_some(),
                expected,
                "{sender} {kind} {content}"
            );
        }
    }

    #[test]
    fn threads_and_times_are_kept() {
        let relation = json!({ "rel_type": "m.thread", "event_id": "$root" });
        let content = json!({ "msgtype": "m.text", "body": "!ack", "m.relates_to": relation });
        let inbound = read_content("@alice:example.org", "m.room.message", content).unwrap();
        assert_eq!(inbound.message.thread.as_deref(), Some("$root"));
        assert_eq!(inbound.person.handle, "@alice:example.org");
        assert_eq!(inbound.sent_at.timestamp_millis(), 1500);
    }
}
