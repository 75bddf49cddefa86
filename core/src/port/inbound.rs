//! What a platform delivers: batches of messages, and how far each batch reaches.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    person::Person,
    room::{MessageRef, PlatformName, RoomRef},
};

/// What makes a message the same message when it is delivered a second time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InboundKey {
    /// The platform.
    pub platform: PlatformName,
    /// The platform's handle of the message, unique on the platform.
    pub id: String,
}

/// What kind of room something was said in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// One that the configuration names.
    Configured,
    /// One with sitrep and one other person.
    Direct,
    /// One that sitrep made itself: an incident's, perhaps before the engine has heard that it is there.
    Own,
    /// Any other, which sitrep was asked into.
    Other,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// They said this, with mentions of people written as `@handle`.
    Said(String),
    /// They changed what a message of theirs says.
    Edited {
        /// The platform's handle of the message.
        message: String,
        /// What it says now.
        text: String,
    },
    /// They took a message back, or a moderator did.
    Redacted {
        /// The platform's handle of the message.
        message: String,
    },
    /// They put a sign on a message, ours or anybody's.
    Reacted {
        /// The platform's handle of the message.
        message: String,
        /// The sign, as the platform delivers it, or the verb that it stands for.
        key: String,
    },
    /// They took a sign off a message again. Where taking it off deletes what put it there, that is heard as
    /// [`Content::Redacted`] instead.
    Unreacted {
        /// The platform's handle of the message.
        message: String,
        /// The sign, as the platform delivers it.
        key: String,
    },
    /// They came into the room.
    Joined,
    /// They pressed a button that asks for words, on one of our messages, and gave these.
    Filled {
        /// The platform's handle of the message.
        message: String,
        /// The button's sign, or its verb.
        key: String,
        /// The words.
        text: String,
    },
    /// They said something that can't be decrypted, at least not yet.
    Unreadable,
    /// They removed us from the room.
    Removed {
        /// For good.
        banned: bool,
    },
    /// The room is gone, or closed to us. Whose doing it was is not known: the person is ourselves.
    Gone,
    /// They replaced the room by another one, in which we are already.
    Moved {
        /// The room that replaces it.
        to: RoomRef,
    },
}

/// What a platform knows about a person besides who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What people call them, where their handle doesn't say it.
    pub called: Option<String>,
    /// The groups that they are in, by every name that the configuration may give them: roles on Discord.
    pub groups: Vec<String>,
}

/// Something that happened in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// What the platform knows it by: the message, or the event.
    pub message: MessageRef,
    /// Who did it, according to the platform.
    pub person: Person,
    /// What the platform knows about them besides.
    pub standing: Standing,
    /// What kind of room it happened in.
    pub kind: RoomKind,
    /// What they did.
    pub content: Content,
    /// Whether the platform shows them, and nobody else, that they did something and that an answer is awaited: a word
    /// is due then, whatever comes of it, and the others have not read what was said.
    pub awaits_answer: bool,
    /// When, according to the platform.
    pub sent_at: DateTime<Utc>,
}

impl Inbound {
    /// What makes it the same message when it comes again.
    #[must_use]
    pub fn key(&self) -> InboundKey {
        InboundKey { platform: self.message.room.platform.clone(), id: self.message.id.clone() }
    }
}

/// How far one stream of a platform has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The platform.
    pub platform: PlatformName,
    /// The stream within the platform: the whole account on Matrix, one channel on Discord.
    pub stream: String,
    /// The platform's token for the place in the stream.
    pub token: String,
}

/// How far each stream of one platform has been read.
pub type Positions = BTreeMap<String, String>;

/// What a platform delivered at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What was said, in order.
    pub inbounds: Vec<Inbound>,
    /// How far the batch reaches.
    pub positions: Vec<Position>,
}
