//! From one event of a room to an inbound, or to nothing.
//!
//! Only what a person says counts: text messages of others. Edits, notices (which other bots send), and our own
//! messages are passed over. The event is read leniently, for a client that gets a detail wrong is still somebody
//! who calls for help. What can't be decrypted is known as such, so that whoever said it can be told.

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
    port::{Content, Inbound, RoomKind},
    room::{MessageRef, PlatformName, RoomRef},
};

use crate::{account::Account, inbound_text};

/// Where something was said, and to whom.
pub(crate) struct Spot<'a> {
    platform: &'a PlatformName,
    room: RoomRef,
    pub(crate) kind: RoomKind,
}

impl<'a> Spot<'a> {
    pub(crate) fn of(account: &'a Account, room: &Room) -> Self {
        let name = account.rooms.name_of(room).unwrap_or_else(|| room.room_id().to_string());
        Self {
            platform: &account.platform,
            room: RoomRef::new(&account.platform, name),
            kind: account.rooms.kind_of(room, &account.me),
        }
    }
}

/// An event, as far as it concerns us.
pub(crate) enum Heard {
    Said(Said),
    /// Something that we have no key for.
    Unreadable {
        event_id: String,
        sender: String,
    },
}

/// What a person said: as much of an event as an inbound needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) event_id: String,
    pub(crate) sender: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) thread: Option<String>,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn inbound(&self, spot: &Spot<'_>) -> Inbound {
        let (id, thread) = (self.event_id.clone(), self.thread.clone());
        Inbound {
            message: MessageRef { room: spot.room.clone(), id, thread },
            person: Person::new(spot.platform, self.sender.clone()),
            kind: spot.kind,
            content: Content::Said(self.text.clone()),
            sent_at: self.sent_at,
        }
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    event_id: String,
    sender: String,
    origin_server_ts: i64,
    #[serde(default)]
    content: Value,
}

/// What somebody else has said, if that is what the event is.
pub(crate) fn read(event: &TimelineEvent, me: &UserId) -> Option<Heard> {
    let is_unreadable = matches!(event.kind, TimelineEventKind::UnableToDecrypt { .. });
    let event: Event = event.raw().deserialize_as_unchecked().ok()?;
    if event.sender == me.as_str() {
        return None;
    }
    if is_unreadable || event.kind == "m.room.encrypted" {
        return Some(Heard::Unreadable { event_id: event.event_id, sender: event.sender });
    }
    let content = &event.content;
    if event.kind != "m.room.message" || content["msgtype"] != "m.text" {
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
    Some(Heard::Said(Said {
        event_id: event.event_id,
        sender: event.sender,
        sent_at: DateTime::<Utc>::from_timestamp_millis(event.origin_server_ts)?,
        thread,
        text,
    }))
}

fn html_of(content: &Value) -> Option<&str> {
    if content["format"] == "org.matrix.custom.html" { content["formatted_body"].as_str() } else { None }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{serde::Raw, user_id};
    use serde_json::json;

    use super::*;

    fn read_content(sender: &str, kind: &str, content: Value) -> Option<Heard> {
        let event = json!({
            "type": kind, "event_id": "$e", "sender": sender, "origin_server_ts": 1500, "content": content,
        });
        let event = TimelineEvent::from_plaintext(Raw::new(&event).unwrap().cast_unchecked());
        read(&event, user_id!("@sitrep:example.org"))
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
        let Some(Heard::Said(said)) = read_content("@alice:example.org", "m.room.message", content) else {
            panic!("it was not heard")
        };
        let platform = PlatformName::new("matrix");
        let room = RoomRef::new(&platform, "#ops:example.org");
        let inbound = said.inbound(&Spot { platform: &platform, room, kind: RoomKind::Configured });
        assert_eq!(inbound.message.thread.as_deref(), Some("$root"));
        assert_eq!(inbound.person.handle, "@alice:example.org");
        assert_eq!(inbound.sent_at.timestamp_millis(), 1500);
    }

    #[test]
    fn what_has_no_key_is_known_as_such() {
        let content = json!({ "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x" });
        let heard = |sender: &str| read_content(sender, "m.room.encrypted", content.clone());
        let expected = ("$e", "@alice:example.org");
        assert!(matches!(
            heard("@alice:example.org"),
            Some(Heard::Unreadable { event_id, sender }) if (event_id.as_str(), sender.as_str()) == expected
        ));
        assert!(heard("@sitrep:example.org").is_none());
    }
}
