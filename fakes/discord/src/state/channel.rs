//! Channels: text, voice, categories, threads and direct ones.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// What a channel is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChannelKind {
    /// Messages, under a guild.
    Text,
    /// Between the bot and one person.
    Direct,
    /// People talk; it can be written in too.
    Voice,
    /// Holds channels.
    Category,
    /// A thread that all who see its channel see.
    PublicThread,
    /// A thread for those who were added.
    PrivateThread,
}

impl ChannelKind {
    /// Its number in Discord's description.
    pub fn number(self) -> u8 {
        match self {
            Self::Text => 0,
            Self::Direct => 1,
            Self::Voice => 2,
            Self::Category => 4,
            Self::PublicThread => 11,
            Self::PrivateThread => 12,
        }
    }

    /// The kind with that number, if there is such a thing here.
    pub fn of_number(number: u64) -> Option<Self> {
        [Self::Text, Self::Direct, Self::Voice, Self::Category, Self::PublicThread, Self::PrivateThread]
            .into_iter()
            .find(|kind| u64::from(kind.number()) == number)
    }

    /// Whether it hangs below a channel and has its overwrites.
    pub fn is_thread(self) -> bool {
        matches!(self, Self::PublicThread | Self::PrivateThread)
    }
}

/// What one role or person is allowed and denied in one channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overwrite {
    /// The role or person.
    pub id: u64,
    /// Whether `id` is a person's.
    pub member: bool,
    /// Allowed bits.
    pub allow: u64,
    /// Denied bits.
    pub deny: u64,
}

/// What a channel has only if it is a thread.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Who started it.
    pub owner: u64,
    /// Out of sight until somebody writes.
    pub archived: bool,
    /// Nobody but moderators may bring it back.
    pub locked: bool,
    /// Whether others than moderators may add people. Private threads only.
    pub invitable: bool,
    /// After how many minutes of silence it is archived.
    pub auto_archive_minutes: u64,
    /// When it was last archived or brought back.
    pub archived_changed_at: DateTime<Utc>,
    /// Who is in it, and since when.
    pub members: BTreeMap<u64, DateTime<Utc>>,
    /// Messages in it, the one it started from not counted.
    pub message_count: u64,
}

/// A channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: u64,
    /// What it is.
    pub kind: ChannelKind,
    /// Its name; empty for a direct one.
    pub name: String,
    /// Its topic.
    pub topic: Option<String>,
    /// Its category, or a thread's channel.
    pub parent: Option<u64>,
    /// Its place in the list.
    pub position: u64,
    /// Who may do what in it.
    pub overwrites: Vec<Overwrite>,
    /// The newest message that was ever written in it, removed or not.
    pub last_message: Option<u64>,
    /// When something was last pinned.
    pub last_pin_at: Option<DateTime<Utc>>,
    /// The people of a direct channel, without the bot.
    pub recipients: Vec<u64>,
    /// What it has as a thread.
    pub thread: Option<Thread>,
    /// When its name or topic was changed lately: limited, without a header saying so.
    pub renamed_at: Vec<DateTime<Utc>>,
}

impl Channel {
    /// A channel of a guild, as it is made.
    pub fn new(id: u64, kind: ChannelKind, name: impl Into<String>) -> Self {
        Self {
            id,
            kind,
            name: name.into(),
            topic: None,
            parent: None,
            position: 0,
            overwrites: Vec::new(),
            last_message: None,
            last_pin_at: None,
            recipients: Vec::new(),
            thread: None,
            renamed_at: Vec::new(),
        }
    }

    /// The overwrite for a role or person.
    pub fn overwrite(&self, id: u64) -> Option<&Overwrite> {
        self.overwrites.iter().find(|overwrite| overwrite.id == id)
    }
}
