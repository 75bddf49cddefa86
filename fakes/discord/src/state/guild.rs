//! The guild, its people and roles, its scheduled events and its commands.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// The one server that this Discord has.
#[derive(Clone, Debug)]
pub struct Guild {
    /// Its id, which is also that of the role `@everyone`.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whose it is. May everything.
    pub owner: u64,
    /// Its roles by id.
    pub roles: BTreeMap<u64, Role>,
    /// Who is in it, by the person's id.
    pub members: BTreeMap<u64, Member>,
    /// False during an outage: then it is announced as unavailable.
    pub available: bool,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its bits.
    pub permissions: u64,
    /// Its height: roles rule those below them.
    pub position: u64,
    /// Whether everybody may notify it.
    pub mentionable: bool,
    /// Whether it came with a bot.
    pub managed: bool,
}

/// Somebody's place in the guild.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name in this guild, if it is another.
    pub nick: Option<String>,
    /// Roles, `@everyone` not among them.
    pub roles: Vec<u64>,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// Somebody on this Discord.
#[derive(Clone, Debug)]
pub struct User {
    /// The id.
    pub id: u64,
    /// The unique name.
    pub name: String,
    /// The name that is shown.
    pub global_name: Option<String>,
    /// Whether it is a program.
    pub bot: bool,
    /// Whether it lets itself be written to directly.
    pub takes_direct_messages: bool,
}

/// An appointment of the guild.
#[derive(Clone, Debug)]
pub struct ScheduledEvent {
    /// Its id.
    pub id: u64,
    /// Who made it.
    pub creator: u64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// A channel, for one that isn't elsewhere.
    pub channel: Option<u64>,
    /// Where, for one that is elsewhere.
    pub location: Option<String>,
    /// 1 stage, 2 voice, 3 elsewhere.
    pub entity_type: u8,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// 1 scheduled, 2 under way, 3 over, 4 called off.
    pub status: u8,
}

/// A slash command as it was registered.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its id.
    pub id: u64,
    /// Whether it is the guild's alone.
    pub guild_only: bool,
    /// Its definition: name, description, options and so on.
    pub definition: Value,
    /// The version, a snowflake.
    pub version: u64,
}

/// The bot's application, as its developer portal shows it.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its id, which is also the bot's.
    pub id: u64,
    /// The secret by which the bot speaks.
    pub token: String,
    /// Whether the switch for reading messages is on.
    pub message_content: bool,
    /// Whether the switch for members is on.
    pub members: bool,
    /// Whether the bot is in the guild.
    pub in_guild: bool,
}

impl Application {
    /// The flags that say which privileged intents it has, in the form for bots in fewer than 100 guilds.
    pub fn flags(&self) -> u64 {
        let bit = |on, bit: u64| if on { bit } else { 0 };
        bit(self.members, 1 << 15) | bit(self.message_content, 1 << 19)
    }
}
