//! All that this Discord knows, behind one lock.
//!
//! Every change goes through a method that also writes the event that the gateway tells about it, so that none is
//! forgotten. An event that the bot may not see is not written: what it may see is decided when the thing happens, as
//! Discord does.

pub mod channel;
pub mod guild;
pub mod interaction;
pub mod log;
pub mod message;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::rules::rate_limits::Limits;
use crate::snowflake::Snowflakes;
use channel::Channel;
use guild::{Application, Command, Guild, ScheduledEvent, User};
use interaction::Interaction;
use log::Dispatch;
use message::Message;

/// Somebody's device rang.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ping {
    /// Who was notified.
    pub user: u64,
    /// By which message.
    pub message: u64,
    /// In which channel.
    pub channel: u64,
}

/// A request that was answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// `GET` and so on.
    pub method: String,
    /// The path below `/api/v10`, without the query.
    pub path: String,
    /// The status of the answer; 0 if the connection was cut instead.
    pub status: u16,
}

/// All that there is.
#[derive(Debug)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// Gives out ids.
    pub snowflakes: Snowflakes,
    /// The bot's application. The bot's user has the same id.
    pub application: Application,
    /// Everybody, the bot included.
    pub users: BTreeMap<u64, User>,
    /// The guild.
    pub guild: Guild,
    /// Channels of all kinds, threads and direct ones included.
    pub channels: BTreeMap<u64, Channel>,
    /// Messages by channel and id.
    pub messages: BTreeMap<u64, BTreeMap<u64, Message>>,
    /// Scheduled events.
    pub events: BTreeMap<u64, ScheduledEvent>,
    /// Slash commands.
    pub commands: BTreeMap<u64, Command>,
    /// Who is in which voice channel.
    pub voice: BTreeMap<u64, u64>,
    /// Interactions.
    pub interactions: BTreeMap<u64, Interaction>,
    /// What the gateway tells. It only grows.
    pub log: Vec<Dispatch>,
    /// Who was notified by what.
    pub pings: Vec<Ping>,
    /// What a real Discord would have refused, or its description doesn't allow.
    pub violations: Vec<String>,
    /// What was asked over HTTP.
    pub requests: Vec<Request>,
    /// When sessions were identified (not resumed).
    pub identifies: Vec<DateTime<Utc>>,
    /// What was asked lately, and how much of it may be.
    pub limits: Limits,
    /// When messages older than an hour were changed lately, by channel.
    pub old_edits: BTreeMap<u64, Vec<DateTime<Utc>>>,
    /// When commands were made lately.
    pub command_creates: Vec<DateTime<Utc>>,
    /// The length of `log`, for those who wait for more of it.
    pub news: watch::Sender<usize>,
}

impl State {
    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id.
    pub fn next_id(&mut self) -> u64 {
        let now = self.now();
        self.snowflakes.next(now)
    }

    /// The bot.
    pub fn bot(&self) -> u64 {
        self.application.id
    }

    /// Writes down what happened, for sessions with one of these intents.
    pub fn emit(&mut self, t: &'static str, d: Value, intents: u64) {
        self.tell(Dispatch { t, d, intents, content: false });
    }

    /// Writes down what happened.
    pub fn tell(&mut self, dispatch: Dispatch) {
        if !self.application.in_guild && dispatch.d.get("guild_id").is_some() && dispatch.t != "GUILD_DELETE"
        {
            return;
        }
        self.log.push(dispatch);
        self.news.send_replace(self.log.len());
    }

    /// Writes down that the bot did what a real Discord would not have let it do.
    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// A channel by its id or its name (with or without `#`; of several with that name the oldest).
    pub fn channel(&self, id_or_name: &str) -> Option<&Channel> {
        let name = id_or_name.trim_start_matches('#');
        if let Some(channel) = name.parse().ok().and_then(|id: u64| self.channels.get(&id)) {
            return Some(channel);
        }
        self.channels.values().find(|channel| channel.name == name)
    }

    /// A person by name.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.name == name)
    }
}
