//! What a test sees of channels and messages, with names instead of ids where people would see names.

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use crate::state::channel::{ChannelKind, Overwrite};
use crate::state::message::{EPHEMERAL, LOADING};
use crate::state::{self, State, channel, guild, message};

/// A message, as somebody sees it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// The channel's id.
    pub channel: u64,
    /// Who wrote it, by name.
    pub author: String,
    /// What it says.
    pub content: String,
    /// Its embeds.
    pub embeds: Vec<Value>,
    /// The files that go with it.
    pub attachments: Vec<Attachment>,
    /// Its rows of buttons.
    pub components: Vec<Value>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether it was changed.
    pub edited: bool,
    /// What it replies to.
    pub reply_to: Option<u64>,
    /// Who was really notified by it, by name.
    pub mentions: Vec<String>,
    /// What its author called it.
    pub nonce: Option<String>,
    /// Whether it is for one person only, by name.
    pub only_for: Option<String>,
    /// Whether it still says that an answer is being thought about.
    pub thinking: bool,
    /// Its flags.
    pub flags: u64,
    /// Signs under it and who pressed each, by name.
    pub reactions: Vec<(String, Vec<String>)>,
    /// 0 ordinary, 6 "pinned a message", 18 "started a thread", 19 reply, 20 answer to a command.
    pub kind: u8,
}

impl Message {
    pub(crate) fn of(state: &State, it: &message::Message) -> Self {
        Self {
            id: it.id,
            channel: it.channel,
            author: name(state, it.author),
            content: it.content.clone(),
            embeds: it.embeds.clone(),
            attachments: it.attachments.iter().map(|attached| Attachment::of(it, attached)).collect(),
            components: it.components.clone(),
            pinned: it.pinned_at.is_some(),
            edited: it.edited_at.is_some(),
            reply_to: it.reply_to,
            mentions: it.notified.iter().map(|&who| name(state, who)).collect(),
            nonce: it.nonce.clone(),
            only_for: it.only_for.filter(|_| it.flags & EPHEMERAL != 0).map(|who| name(state, who)),
            thinking: it.flags & LOADING != 0,
            flags: it.flags,
            reactions: it
                .reactions
                .iter()
                .map(|it| (it.emoji.clone(), it.users.iter().map(|&who| name(state, who)).collect()))
                .collect(),
            kind: it.kind,
        }
    }

    /// Everything that is written in it: its content and, line by line, its embeds.
    pub fn text(&self) -> String {
        let mut lines = vec![self.content.clone()];
        for embed in &self.embeds {
            let texts = [&embed["title"], &embed["description"]];
            lines.extend(texts.into_iter().filter_map(Value::as_str).map(str::to_owned));
            for field in embed["fields"].as_array().into_iter().flatten() {
                lines.extend(
                    [&field["name"], &field["value"]]
                        .into_iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned),
                );
            }
            lines.extend(embed["footer"]["text"].as_str().map(str::to_owned));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// Its buttons, as label and custom id (empty for a link).
    pub fn buttons(&self) -> Vec<(String, String)> {
        let rows = self.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten());
        let buttons = rows.filter(|it| it["type"] == 2);
        buttons
            .map(|it| {
                let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
                (text("label"), text("custom_id"))
            })
            .collect()
    }
}

/// A file that goes with a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// What it says to those who can't see it.
    pub description: Option<String>,
    /// Its media type.
    pub kind: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// Width and height, if it is a picture.
    pub size: Option<(u32, u32)>,
    /// Where it is to be had.
    pub address: String,
}

impl Attachment {
    fn of(message: &message::Message, it: &message::Attachment) -> Self {
        Self {
            name: it.name.clone(),
            description: it.description.clone(),
            kind: it.kind.clone(),
            content: it.content.to_vec(),
            size: it.size(),
            address: crate::render::message::address(message, it),
        }
    }
}

/// A channel, as a moderator sees it.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// Its topic.
    pub topic: Option<String>,
    /// The name of its category, or of a thread's channel.
    pub parent: Option<String>,
    /// Who may do what in it.
    pub overwrites: Vec<Overwrite>,
    /// Pinned messages, the newest first.
    pub pins: Vec<u64>,
    /// Whether it is a thread that was archived.
    pub archived: bool,
    /// Who is in it, by name, if it is a thread.
    pub members: Vec<String>,
}

impl Channel {
    pub(crate) fn of(state: &State, it: &channel::Channel) -> Self {
        let messages = state.messages.get(&it.id).into_iter().flat_map(|all| all.values());
        let mut pins: Vec<_> = messages.filter_map(|it| Some((it.pinned_at?, it.id))).collect();
        pins.sort_by(|one, other| other.cmp(one));
        let thread = it.thread.as_ref();
        Self {
            id: it.id,
            name: it.name.clone(),
            kind: it.kind,
            topic: it.topic.clone(),
            parent: it.parent.and_then(|parent| Some(state.channels.get(&parent)?.name.clone())),
            overwrites: it.overwrites.clone(),
            pins: pins.into_iter().map(|(_, id)| id).collect(),
            archived: thread.is_some_and(|thread| thread.archived),
            members: thread
                .map(|thread| thread.members.keys().map(|&who| name(state, who)).collect())
                .unwrap_or_default(),
        }
    }
}

/// A scheduled event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// 1 scheduled, 2 under way, 3 over, 4 called off.
    pub status: u8,
}

impl Event {
    pub(crate) fn of(it: &guild::ScheduledEvent) -> Self {
        Self {
            id: it.id,
            name: it.name.clone(),
            description: it.description.clone(),
            location: it.location.clone(),
            starts_at: it.starts_at,
            ends_at: it.ends_at,
            status: it.status,
        }
    }
}

/// Somebody was notified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ping {
    /// Who, by name.
    pub person: String,
    /// In which channel, by name.
    pub channel: String,
    /// By which message.
    pub message: u64,
    /// What it says; empty if it is gone.
    pub content: String,
}

impl Ping {
    pub(crate) fn of(state: &State, it: &state::Ping) -> Self {
        let message = state.messages.get(&it.channel).and_then(|all| all.get(&it.message));
        let channel = state.channels.get(&it.channel).map(|channel| channel.name.clone());
        Self {
            person: name(state, it.user),
            channel: channel.unwrap_or_else(|| it.channel.to_string()),
            message: it.message,
            content: message.map(|message| message.content.clone()).unwrap_or_default(),
        }
    }
}

pub(crate) fn name(state: &State, user: u64) -> String {
    state.users.get(&user).map_or_else(|| user.to_string(), |user| user.name.clone())
}
