//! One event of a room, as a person's client received it.

use std::collections::BTreeMap;

use serde_json::Value;

/// An event of a room's timeline. Fields that an event doesn't have are empty.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) event_id: String,
    /// The full user id.
    pub(crate) sender: String,
    /// The event's type, such as `m.room.message`.
    pub(crate) kind: String,
    /// Set for state events.
    pub(crate) state_key: Option<String>,
    pub(crate) body: String,
    pub(crate) formatted_body: Option<String>,
    /// Whom `m.mentions` notifies: full user ids.
    pub(crate) mentions: Vec<String>,
    /// `m.mentions` notifies the whole room.
    pub(crate) mentions_room: bool,
    pub(crate) relates_to: Option<Value>,
    pub(crate) content: Value,
    pub(crate) redacted: bool,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) sent_ms: u64,
}

impl Seen {
    pub(crate) fn read(event: &Value) -> Seen {
        let content = event["content"].clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mentions = content["m.mentions"]["user_ids"].as_array();
        Seen {
            event_id: text(&event["event_id"]),
            sender: text(&event["sender"]),
            kind: text(&event["type"]),
            state_key: event["state_key"].as_str().map(str::to_owned),
            body: text(&content["body"]),
            formatted_body: content["formatted_body"].as_str().map(str::to_owned),
            mentions: mentions.into_iter().flatten().map(text).collect(),
            mentions_room: content["m.mentions"]["room"] == true,
            relates_to: content.get("m.relates_to").cloned(),
            redacted: !event["unsigned"]["redacted_because"].is_null(),
            sent_ms: event["origin_server_ts"].as_u64().unwrap_or_default(),
            content,
        }
    }

    pub(crate) fn is_message(&self) -> bool {
        self.kind == "m.room.message"
    }

    /// The event that this one is an edit of.
    pub(crate) fn edits(&self) -> Option<&str> {
        self.related("m.replace")
    }

    /// The event whose thread this one is in.
    pub(crate) fn thread(&self) -> Option<&str> {
        self.related("m.thread")
    }

    /// The event and the key of a reaction.
    pub(crate) fn reaction(&self) -> Option<(&str, &str)> {
        let event = self.related("m.annotation")?;
        Some((event, self.relates_to.as_ref()?["key"].as_str()?))
    }

    /// The event that this one is a reply to.
    pub(crate) fn replies_to(&self) -> Option<&str> {
        self.relates_to.as_ref()?["m.in_reply_to"]["event_id"].as_str()
    }

    /// Whether what it replies to is only named for clients that show no threads.
    pub(crate) fn falls_back(&self) -> bool {
        self.relates_to.as_ref().is_some_and(|relation| relation["is_falling_back"] == true)
    }

    fn related(&self, how: &str) -> Option<&str> {
        let relation = self.relates_to.as_ref()?;
        if relation["rel_type"] == how { relation["event_id"].as_str() } else { None }
    }

    /// This message with the words of an edit.
    fn edited(&self, edit: &Seen) -> Seen {
        let content = edit.content["m.new_content"].clone();
        let relates_to = self.relates_to.clone();
        let event = serde_json::json!({ "content": content });
        let words = Seen::read(&event);
        Seen {
            body: words.body,
            formatted_body: words.formatted_body,
            mentions: words.mentions,
            mentions_room: words.mentions_room,
            content: words.content,
            relates_to,
            ..self.clone()
        }
    }
}

/// What a client shows: messages in order, with the last edit by their own sender applied; what was redacted
/// is gone.
pub(crate) fn shown(events: &[Seen]) -> Vec<Seen> {
    let mut edits: BTreeMap<(&str, &str), &Seen> = BTreeMap::new();
    for event in events.iter().filter(|event| !event.redacted) {
        if let Some(edited) = event.edits() {
            edits.insert((edited, &event.sender), event);
        }
    }
    let messages =
        events.iter().filter(|event| event.is_message() && !event.redacted && event.edits().is_none());
    messages
        .map(|message| match edits.get(&(message.event_id.as_str(), message.sender.as_str())) {
            Some(edit) => message.edited(edit),
            None => message.clone(),
        })
        .collect()
}
