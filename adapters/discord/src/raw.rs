//! What Discord says, as far as it is read here.
//!
//! serenity's own types are not used for overwrites: its permissions end at bit 50, and what it cuts off is written
//! back as if it had never been there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};
use serenity::all::{ChannelId, InteractionId, MessageId, RoleId, ScheduledEventId, UserId};

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Posted {
    pub(crate) id: MessageId,
    #[serde(default)]
    pub(crate) content: String,
    pub(crate) author: Author,
    #[serde(default)]
    pub(crate) embeds: Vec<PostedEmbed>,
    #[serde(default)]
    pub(crate) flags: Option<u64>,
    #[serde(default)]
    pub(crate) message_reference: Option<Reference>,
    #[serde(default)]
    pub(crate) interaction_metadata: Option<Interaction>,
}

/// Who wrote it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Author {
    pub(crate) id: UserId,
}

/// The message that one answers.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reference {
    #[serde(default)]
    pub(crate) message_id: Option<MessageId>,
}

/// The interaction that one answers.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Interaction {
    pub(crate) id: InteractionId,
}

/// A part of a message that stands apart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PostedEmbed {
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

/// What a first answer to an interaction came to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Callback {
    #[serde(default)]
    pub(crate) resource: Option<CallbackResource>,
}

/// The message that it became.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CallbackResource {
    #[serde(default)]
    pub(crate) message: Option<Made>,
}

/// Something that was made, by its number.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: MessageId,
}

/// A channel or thread.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RawChannel {
    pub(crate) id: ChannelId,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) topic: Option<String>,
    #[serde(default)]
    pub(crate) parent_id: Option<ChannelId>,
    #[serde(default)]
    pub(crate) owner_id: Option<UserId>,
    #[serde(default)]
    pub(crate) permission_overwrites: Vec<RawOverwrite>,
}

/// Kinds of channels, by Discord's numbers.
pub(crate) mod kind {
    pub(crate) const TEXT: u8 = 0;
    pub(crate) const VOICE: u8 = 2;
    pub(crate) const CATEGORY: u8 = 4;
    pub(crate) const PRIVATE_THREAD: u8 = 12;
}

/// What somebody may or may not do in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawOverwrite {
    #[serde(deserialize_with = "number")]
    pub(crate) id: u64,
    /// 0 for a role, 1 for a person.
    #[serde(rename = "type")]
    pub(crate) kind: u8,
    #[serde(deserialize_with = "number")]
    pub(crate) allow: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) deny: u64,
}

impl RawOverwrite {
    /// As it is sent: bits beyond what other languages count to are written as strings.
    pub(crate) fn json(&self) -> Value {
        let Self { id, kind, allow, deny } = self;
        json!({ "id": id.to_string(), "type": kind, "allow": allow.to_string(), "deny": deny.to_string() })
    }
}

/// Numbers that are written as strings.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    match Value::deserialize(from)? {
        Value::String(digits) => digits.parse().map_err(D::Error::custom),
        Value::Number(number) => number.as_u64().ok_or_else(|| D::Error::custom("not a whole number")),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(D::Error::custom("not a number"))
        }
    }
}

/// Somebody on the server.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RawMember {
    #[serde(default)]
    pub(crate) roles: Vec<RoleId>,
}

/// The threads in which people are.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ActiveThreads {
    #[serde(default)]
    pub(crate) threads: Vec<RawChannel>,
}

/// An entry in the server's calendar.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RawEvent {
    pub(crate) id: ScheduledEventId,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) scheduled_start_time: DateTime<Utc>,
    #[serde(default)]
    pub(crate) scheduled_end_time: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) creator_id: Option<UserId>,
    /// 1 for what is to come, 2 for what is going on.
    pub(crate) status: u8,
    #[serde(default)]
    pub(crate) entity_metadata: Option<EventPlace>,
}

/// Where it happens.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EventPlace {
    #[serde(default)]
    pub(crate) location: Option<String>,
}
