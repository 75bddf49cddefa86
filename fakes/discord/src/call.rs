//! A request that was understood, and what carries it out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::multipart::Upload;
use crate::refusal::{self, Refusal};
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};
use crate::state::message::Message;
use crate::{Gateway, permission};

/// A request, with the state locked for it.
#[derive(Debug)]
pub struct Call<'a> {
    /// Everything.
    pub state: &'a mut State,
    /// The gateway, whose address HTTP gives away.
    pub gateway: &'a Gateway,
    /// The parts of the path that have a name.
    pub parts: BTreeMap<&'static str, String>,
    /// The query.
    pub query: BTreeMap<String, String>,
    /// The body, null if there was none.
    pub body: Value,
    /// The files that came with it, by their numbers.
    pub files: BTreeMap<u64, Upload>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// 200, 201 or 204.
    pub status: u16,
    /// What it says.
    pub body: Option<Value>,
}

impl Reply {
    /// Here it is.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    /// It was made.
    pub fn created(body: Value) -> Self {
        Self { status: 201, body: Some(body) }
    }

    /// Done.
    pub fn done() -> Self {
        Self { status: 204, body: None }
    }
}

/// What came of a request.
pub type Outcome = Result<Reply, Refusal>;

/// What may be asked: a method on a path.
#[derive(Debug)]
pub struct Route {
    /// `GET` and so on.
    pub method: &'static str,
    /// The path as the description writes it.
    pub path: &'static str,
    /// What carries it out.
    pub handler: fn(&mut Call<'_>) -> Outcome,
}

impl Call<'_> {
    /// A part of the path that is an id.
    pub fn id(&self, part: &'static str) -> Result<u64, Refusal> {
        let text = self.parts.get(part).map_or("", String::as_str);
        let wrong =
            || Refusal::field(&[part], "NUMBER_TYPE_COERCE", format!("Value \"{text}\" is not snowflake."));
        text.parse().map_err(|_| wrong())
    }

    /// An id in the body.
    pub fn body_id(&self, key: &str) -> Option<u64> {
        self.body[key].as_str()?.parse().ok()
    }

    /// An id in the query.
    pub fn query_id(&self, key: &str) -> Option<u64> {
        self.query.get(key)?.parse().ok()
    }

    /// The bot.
    pub fn bot(&self) -> u64 {
        self.state.bot()
    }

    /// The channel of the path, if the bot sees it.
    pub fn channel(&self) -> Result<Channel, Refusal> {
        let id = self.id("channel_id")?;
        let channel = self.state.channels.get(&id).ok_or_else(refusal::unknown_channel)?;
        if channel.recipients.is_empty() && !self.state.application.in_guild {
            return Err(refusal::missing_access());
        }
        if !permissions::sees(self.state, self.bot(), id) {
            return Err(refusal::missing_access());
        }
        Ok(channel.clone())
    }

    /// What the bot may do in a channel.
    pub fn may(&self, channel: u64) -> u64 {
        permissions::in_channel(self.state, self.bot(), channel)
    }

    /// Goes on if the bot may do this in the channel. With a voice channel that it can't join it can do nothing, as with
    /// another that it can't see.
    pub fn need(&self, channel: u64, bits: u64) -> Result<(), Refusal> {
        let voice =
            self.state.channels.get(&channel).is_some_and(|channel| channel.kind == ChannelKind::Voice);
        if voice && self.may(channel) & permission::CONNECT == 0 {
            return Err(refusal::missing_access());
        }
        if self.may(channel) & bits == bits { Ok(()) } else { Err(refusal::missing_permissions()) }
    }

    /// Goes on if the path's guild is the one here, and the bot is in it.
    pub fn guild(&self) -> Result<(), Refusal> {
        if self.id("guild_id")? != self.state.guild.id {
            return Err(refusal::unknown_guild());
        }
        if !self.state.application.in_guild {
            return Err(refusal::missing_access());
        }
        Ok(())
    }

    /// Goes on if the bot may do this in the guild.
    pub fn need_in_guild(&self, bits: u64) -> Result<(), Refusal> {
        let may = permissions::in_guild(self.state, self.bot());
        if may & bits == bits { Ok(()) } else { Err(refusal::missing_permissions()) }
    }

    /// The message of the path, in this channel. Messages that one person sees are to be had by their webhook only.
    pub fn message(&self, channel: u64) -> Result<Message, Refusal> {
        let id = self.id("message_id")?;
        let message = self.state.messages.get(&channel).and_then(|all| all.get(&id));
        let message = message.filter(|message| message.only_for.is_none());
        let readable = self.may(channel) & permission::READ_MESSAGE_HISTORY != 0;
        match message {
            Some(message) if readable || message.author == self.bot() => Ok(message.clone()),
            Some(_) => Err(refusal::missing_access()),
            None => Err(refusal::unknown_message()),
        }
    }

    /// Writes down that this is not how it is done, and refuses it.
    pub fn breach(&mut self, refusal: Refusal) -> Refusal {
        let what = refusal.body.as_ref().map_or_else(Clone::clone, Value::to_string);
        self.state.violation(what);
        refusal
    }
}
