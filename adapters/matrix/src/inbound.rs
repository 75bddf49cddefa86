//! From one event of a room to an inbound, or to nothing.
//!
//! What others say counts, what they change and take back, the signs that they put on messages, and that they come in;
//! so do our removal and a room's upgrade. Notices (which other bots send) and our own events are passed over. Events are read leniently,
//! for a client that gets a detail wrong is still somebody who calls for help. What can't be decrypted is known as such.

use chrono::{DateTime, Utc};
use matrix_sdk::{
    Room,
    deserialized_responses::{TimelineEvent, TimelineEventKind},
    ruma::{OwnedRoomId, RoomId, UserId},
};
use serde::Deserialize;
use serde_json::Value;
use sitrep_core::{
    person::Person,
    port::{Content, Inbound, RoomKind, Standing},
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

    /// Whether it matters here. People come and go in rooms that no incident can have to itself.
    pub(crate) fn concerns_us(&self, heard: &Heard) -> bool {
        match self.kind {
            RoomKind::Configured | RoomKind::Direct => heard.what != What::Joined,
            RoomKind::Own | RoomKind::Other => true,
        }
    }
}

/// What somebody did: as much of an event as an inbound needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) event_id: String,
    pub(crate) sender: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) thread: Option<String>,
    pub(crate) what: What,
}

/// What it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Said(String),
    Edited {
        message: String,
        text: String,
    },
    Redacted {
        message: String,
    },
    Reacted {
        message: String,
        key: String,
    },
    /// They came in.
    Joined,
    /// Something that we have no key for.
    Unreadable,
    /// We were removed.
    Removed {
        banned: bool,
    },
    /// The room was upgraded to this one.
    Upgraded {
        to: OwnedRoomId,
    },
}

impl Heard {
    pub(crate) fn inbound(&self, spot: &Spot<'_>) -> Inbound {
        let (id, thread) = (self.event_id.clone(), self.thread.clone());
        Inbound {
            message: MessageRef { room: spot.room.clone(), id, thread },
            person: Person::new(spot.platform, self.sender.clone()),
            kind: spot.kind,
            standing: Standing::default(),
            awaits_answer: false,
            content: self.content(spot),
            sent_at: self.sent_at,
        }
    }

    fn content(&self, spot: &Spot<'_>) -> Content {
        match self.what.clone() {
            What::Said(text) => Content::Said(text),
            What::Edited { message, text } => Content::Edited { message, text },
            What::Redacted { message } => Content::Redacted { message },
            What::Reacted { message, key } => Content::Reacted { message, key },
            What::Joined => Content::Joined,
            What::Unreadable => Content::Unreadable,
            What::Removed { banned } => Content::Removed { banned },
            What::Upgraded { to } => Content::Moved { to: RoomRef::new(spot.platform, to.as_str()) },
        }
    }

    /// The words in it.
    pub(crate) fn text(&self) -> &str {
        match &self.what {
            What::Said(text) | What::Edited { text, .. } => text,
            What::Redacted { .. }
            | What::Reacted { .. }
            | What::Joined
            | What::Unreadable
            | What::Removed { .. }
            | What::Upgraded { .. } => "",
        }
    }

    /// Whether it is ordinary speech, rather than something done.
    pub(crate) fn is_speech(&self) -> bool {
        matches!(self.what, What::Said(_))
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    event_id: String,
    sender: String,
    origin_server_ts: i64,
    state_key: Option<String>,
    /// Where rooms older than version 11 say what is taken back.
    redacts: Option<String>,
    #[serde(default)]
    content: Value,
    #[serde(default)]
    unsigned: Value,
}

/// What somebody else did, if it concerns us.
pub(crate) fn read(event: &TimelineEvent, me: &UserId) -> Option<Heard> {
    let is_unreadable = matches!(event.kind, TimelineEventKind::UnableToDecrypt { .. });
    let event: Event = event.raw().deserialize_as_unchecked().ok()?;
    if event.sender == me.as_str() {
        return None;
    }
    let relation = &event.content["m.relates_to"];
    let in_thread = relation["rel_type"] == "m.thread";
    let thread = relation["event_id"].as_str().filter(|_| in_thread).map(str::to_owned);
    let what = if is_unreadable || event.kind == "m.room.encrypted" {
        // What was taken back has nothing left to decrypt.
        event.content["ciphertext"].is_string().then_some(What::Unreadable)?
    } else {
        what(&event, me)?
    };
    Some(Heard {
        sent_at: DateTime::<Utc>::from_timestamp_millis(event.origin_server_ts)?,
        event_id: event.event_id,
        sender: event.sender,
        thread,
        what,
    })
}

fn what(event: &Event, me: &UserId) -> Option<What> {
    let content = &event.content;
    match (event.kind.as_str(), event.state_key.as_deref()) {
        ("m.room.message", None) => said(content),
        ("m.reaction", None) => {
            let relation = &content["m.relates_to"];
            let (message, key) = (relation["event_id"].as_str()?, relation["key"].as_str()?);
            let is_sign = relation["rel_type"] == "m.annotation";
            is_sign.then(|| What::Reacted { message: message.to_owned(), key: key.to_owned() })
        }
        ("m.room.redaction", None) => {
            let message = content["redacts"].as_str().or(event.redacts.as_deref())?;
            Some(What::Redacted { message: message.to_owned() })
        }
        ("m.room.member", Some(user)) if user == me.as_str() => {
            let was_inside = event.unsigned["prev_content"]["membership"] == "join";
            let banned = content["membership"] == "ban";
            (was_inside && (banned || content["membership"] == "leave")).then_some(What::Removed { banned })
        }
        // Whoever changes their name or picture joins again, in the words of the protocol.
        ("m.room.member", Some(user)) if user == event.sender => {
            let was_inside = event.unsigned["prev_content"]["membership"] == "join";
            (!was_inside && content["membership"] == "join").then_some(What::Joined)
        }
        ("m.room.tombstone", Some("")) => {
            let to = RoomId::parse(content["replacement_room"].as_str()?).ok()?;
            Some(What::Upgraded { to })
        }
        _ => None,
    }
}

/// What a message says, or what an edit makes another one say.
fn said(content: &Value) -> Option<What> {
    let relation = &content["m.relates_to"];
    if relation["rel_type"] == "m.replace" {
        let (message, text) = (relation["event_id"].as_str()?, text(&content["m.new_content"], false)?);
        return Some(What::Edited { message: message.to_owned(), text });
    }
    let is_reply = relation["m.in_reply_to"]["event_id"].is_string();
    text(content, is_reply).map(What::Said)
}

/// The text of a message's content, if it is one that people type.
pub(crate) fn text(content: &Value, is_reply: bool) -> Option<String> {
    let is_text = content["msgtype"] == "m.text";
    is_text.then_some(inbound_text::read(content["body"].as_str()?, html_of(content), is_reply))
}

fn html_of(content: &Value) -> Option<&str> {
    if content["format"] == "org.matrix.custom.html" { content["formatted_body"].as_str() } else { None }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{serde::Raw, user_id};
    use serde_json::json;

    use super::*;

    fn read_event(event: &Value) -> Option<Heard> {
        let mut whole = json!({ "event_id": "$e", "sender": "@alice:example.org", "origin_server_ts": 1500 });
        whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        let event = TimelineEvent::from_plaintext(Raw::new(&whole).unwrap().cast_unchecked());
        read(&event, user_id!("@sitrep:example.org"))
    }

    fn message(content: Value) -> Value {
        json!({ "type": "m.room.message", "content": content })
    }

    #[test]
    fn only_what_people_say_is_said() {
        let text = json!({ "msgtype": "m.text", "body": "!incident" });
        let strange = json!({ "msgtype": "m.text", "body": "x", "m.mentions": { "user_ids": [7] } });
        let cases = [
            (message(text.clone()), true),
            (message(strange), true),
            (json!({ "type": "m.room.message", "sender": "@sitrep:example.org", "content": text }), false),
            (json!({ "type": "m.room.topic", "state_key": "", "content": text }), false),
            (message(json!({ "msgtype": "m.notice", "body": "beep" })), false),
            (message(json!({ "msgtype": "m.emote", "body": "waves" })), false),
            (message(json!({ "msgtype": "m.text", "body": 7 })), false),
            (message(json!({})), false),
        ];
        for (event, expected) in cases {
            assert_eq!(read_event(&event).is_some_and(|heard| heard.is_speech()), expected, "{event}");
        }
    }

    #[test]
    fn what_people_do_is_known() {
        let relation = |kind: &str| json!({ "rel_type": kind, "event_id": "$a", "key": "✅" });
        let edit = json!({
            "msgtype": "m.text", "body": "* !ack", "m.new_content": { "msgtype": "m.text", "body": "!ack" },
            "m.relates_to": relation("m.replace"),
        });
        let reaction =
            |kind: &str| json!({ "type": "m.reaction", "content": { "m.relates_to": relation(kind) } });
        let member = |user: &str, from: &str, to: &str| {
            json!({
                "type": "m.room.member", "state_key": user, "content": { "membership": to },
                "unsigned": { "prev_content": { "membership": from } },
            })
        };
        let tombstone = |to: &str| json!({ "type": "m.room.tombstone", "state_key": "", "content": { "replacement_room": to } });
        let (me, a) = ("@sitrep:example.org", "$a".to_owned());
        let cases = [
            (message(edit), Some(What::Edited { message: a.clone(), text: "!ack".to_owned() })),
            (
                message(json!({ "msgtype": "m.text", "body": "* x", "m.relates_to": relation("m.replace") })),
                None,
            ),
            (reaction("m.annotation"), Some(What::Reacted { message: a.clone(), key: "✅".to_owned() })),
            (reaction("m.thread"), None),
            (
                json!({ "type": "m.room.redaction", "redacts": "$a", "content": {} }),
                Some(What::Redacted { message: a.clone() }),
            ),
            (
                json!({ "type": "m.room.redaction", "content": { "redacts": "$a" } }),
                Some(What::Redacted { message: a }),
            ),
            (json!({ "type": "m.room.redaction", "content": {} }), None),
            (member(me, "join", "leave"), Some(What::Removed { banned: false })),
            (member(me, "join", "ban"), Some(What::Removed { banned: true })),
            (member(me, "invite", "leave"), None),
            (member("@bob:example.org", "join", "leave"), None),
            (member("@alice:example.org", "invite", "join"), Some(What::Joined)),
            (member("@alice:example.org", "leave", "join"), Some(What::Joined)),
            (member("@alice:example.org", "join", "join"), None),
            (member("@alice:example.org", "join", "leave"), None),
            (member("@alice:example.org", "leave", "invite"), None),
            (member("@bob:example.org", "invite", "join"), None),
            (tombstone("!new"), Some(What::Upgraded { to: RoomId::parse("!new").unwrap() })),
            (tombstone("nonsense"), None),
        ];
        for (event, expected) in cases {
            assert_eq!(read_event(&event).map(|heard| heard.what), expected, "{event}");
        }
    }

    #[test]
    fn threads_and_times_are_kept() {
        let relation = json!({ "rel_type": "m.thread", "event_id": "$root" });
        let content = json!({ "msgtype": "m.text", "body": "!ack", "m.relates_to": relation });
        let heard = read_event(&message(content)).expect("it was heard");
        let platform = PlatformName::new("matrix");
        let room = RoomRef::new(&platform, "#ops:example.org");
        let inbound = heard.inbound(&Spot { platform: &platform, room, kind: RoomKind::Configured });
        assert_eq!(inbound.message.thread.as_deref(), Some("$root"));
        assert_eq!(inbound.person.handle, "@alice:example.org");
        assert_eq!(inbound.sent_at.timestamp_millis(), 1500);
    }

    #[test]
    fn what_has_no_key_is_known_as_such() {
        let encrypted = |content: Value| json!({ "type": "m.room.encrypted", "content": content });
        let megolm = json!({ "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x" });
        let heard = read_event(&encrypted(megolm)).map(|heard| heard.what);
        assert_eq!(heard, Some(What::Unreadable));
        assert_eq!(read_event(&encrypted(json!({}))), None, "it was taken back");
    }
}
