//! A message, and who was really notified by it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// Links don't unfold.
pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// It has a thread.
pub const HAS_THREAD: u64 = 1 << 5;
/// For one person only.
pub const EPHEMERAL: u64 = 1 << 6;
/// The answer to an interaction is being thought about.
pub const LOADING: u64 = 1 << 7;
/// Nobody's device makes a sound.
pub const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// A message as people write it.
pub const DEFAULT: u8 = 0;
/// "Somebody pinned a message".
pub const PIN_NOTICE: u8 = 6;
/// "Somebody started a thread".
pub const THREAD_NOTICE: u8 = 18;
/// A reply.
pub const REPLY: u8 = 19;
/// The answer to a slash command.
pub const COMMAND_ANSWER: u8 = 20;

/// One sign under a message, and who pressed it.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// The sign.
    pub emoji: String,
    /// Who, in order.
    pub users: Vec<u64>,
}

/// A file that goes with a message.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it says to those who can't see it.
    pub description: Option<String>,
    /// Its media type.
    pub kind: String,
    /// What is in it.
    pub content: Arc<[u8]>,
}

impl Attachment {
    /// Width and height, if it is a picture in the one format that is read here.
    pub fn size(&self) -> Option<(u32, u32)> {
        const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
        let header = self.content.strip_prefix(SIGNATURE)?.get(8..16)?;
        let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
        Some((number(0)?, number(4)?))
    }
}

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// Where it is.
    pub channel: u64,
    /// Who wrote it.
    pub author: u64,
    /// What it says.
    pub content: String,
    /// Its embeds.
    pub embeds: Vec<Value>,
    /// The files that go with it.
    pub attachments: Vec<Attachment>,
    /// Its rows of buttons, as they were sent.
    pub components: Vec<Value>,
    /// Flags, as above.
    pub flags: u64,
    /// What kind of message, as above.
    pub kind: u8,
    /// What its author called it, to write it only once.
    pub nonce: Option<String>,
    /// The message that it replies to (or that was pinned).
    pub reply_to: Option<u64>,
    /// When it was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// Since when it is pinned.
    pub pinned_at: Option<DateTime<Utc>>,
    /// People in it that are shown as mentioned.
    pub mentioned_users: Vec<u64>,
    /// Roles in it that are shown as mentioned.
    pub mentioned_roles: Vec<u64>,
    /// Whether it mentions everybody.
    pub mentions_everyone: bool,
    /// Everybody whose device rang.
    pub notified: Vec<u64>,
    /// Signs under it.
    pub reactions: Vec<Reaction>,
    /// The interaction that it answers.
    pub interaction: Option<u64>,
    /// The one person who sees it.
    pub only_for: Option<u64>,
}
