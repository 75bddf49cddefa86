//! Who and what is there when a Discord starts: a small builder.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::permission;
use crate::rules::rate_limits::Limits;
use crate::snowflake::Snowflakes;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind, Overwrite};
use crate::state::guild::{Application, Guild, Member, Role, User};

/// A guild with its people, roles and channels, before it runs.
#[derive(Clone, Debug)]
pub struct World {
    guild: String,
    bot: String,
    bot_permissions: u64,
    message_content: bool,
    roles: Vec<String>,
    people: Vec<(String, Vec<String>)>,
    programs: Vec<String>,
    channels: Vec<Made>,
}

#[derive(Clone, Debug)]
struct Made {
    name: String,
    kind: ChannelKind,
    parent: Option<String>,
    only: Option<Vec<String>>,
}

impl World {
    /// A guild with a bot called `sitrep` that may do what its invitation asks for, and nobody else but the owner.
    pub fn new(guild: &str) -> Self {
        Self {
            guild: guild.to_owned(),
            bot: "sitrep".to_owned(),
            bot_permissions: permission::OF_THE_BOT,
            message_content: true,
            roles: Vec::new(),
            people: Vec::new(),
            programs: Vec::new(),
            channels: Vec::new(),
        }
    }

    /// A role, above those before it, that allows nothing of its own.
    #[must_use]
    pub fn role(mut self, name: &str) -> Self {
        self.roles.push(name.to_owned());
        self
    }

    /// Somebody who has these roles.
    #[must_use]
    pub fn person(mut self, name: &str, roles: &[&str]) -> Self {
        self.people.push((name.to_owned(), roles.iter().map(|&role| role.to_owned()).collect()));
        self
    }

    /// Another program in the guild, which says what a test has it say.
    #[must_use]
    pub fn program(mut self, name: &str) -> Self {
        self.programs.push(name.to_owned());
        self.person(name, &[])
    }

    /// A text channel that everybody sees.
    #[must_use]
    pub fn channel(self, name: &str) -> Self {
        self.any_channel(name, ChannelKind::Text, None, None)
    }

    /// A text channel in a category that was said before.
    #[must_use]
    pub fn channel_in(self, category: &str, name: &str) -> Self {
        self.any_channel(name, ChannelKind::Text, Some(category), None)
    }

    /// A text channel that these roles and people see, and the bot.
    #[must_use]
    pub fn private_channel(self, name: &str, only: &[&str]) -> Self {
        self.any_channel(name, ChannelKind::Text, None, Some(only))
    }

    /// A voice channel.
    #[must_use]
    pub fn voice(self, name: &str) -> Self {
        self.any_channel(name, ChannelKind::Voice, None, None)
    }

    /// A category.
    #[must_use]
    pub fn category(self, name: &str) -> Self {
        self.any_channel(name, ChannelKind::Category, None, None)
    }

    /// Whether the switch "message content" of the bot's developer portal is on. It is, unless said otherwise.
    #[must_use]
    pub fn message_content(mut self, on: bool) -> Self {
        self.message_content = on;
        self
    }

    /// What the bot's own role allows.
    #[must_use]
    pub fn bot_permissions(mut self, bits: u64) -> Self {
        self.bot_permissions = bits;
        self
    }

    /// What the bot is called.
    #[must_use]
    pub fn bot(mut self, name: &str) -> Self {
        self.bot = name.to_owned();
        self
    }

    fn any_channel(
        mut self,
        name: &str,
        kind: ChannelKind,
        parent: Option<&str>,
        only: Option<&[&str]>,
    ) -> Self {
        self.channels.push(Made {
            name: name.to_owned(),
            kind,
            parent: parent.map(str::to_owned),
            only: only.map(|only| only.iter().map(|&name| name.to_owned()).collect()),
        });
        self
    }

    /// All of it, as it stands when it begins.
    pub fn build(self) -> State {
        let clock = Clock::default();
        let mut ids = Snowflakes::default();
        let now = clock.now();
        let mut id = || ids.next(now);
        let (guild, owner, bot) = (id(), id(), id());
        let mut roles = BTreeMap::from([(guild, role(guild, "@everyone", permission::OF_EVERYBODY, 0))]);
        let mut position = 0;
        for name in &self.roles {
            position += 1;
            let id = id();
            roles.insert(id, role(id, name, 0, position));
        }
        let of_bot = id();
        let own = Role { managed: true, ..role(of_bot, &self.bot, self.bot_permissions, position + 1) };
        roles.insert(of_bot, own);
        let member = |roles: Vec<u64>| Member { nick: None, roles, joined_at: now };
        let mut users = BTreeMap::from([
            (owner, user(owner, "owner")),
            (bot, User { bot: true, ..user(bot, &self.bot) }),
        ]);
        let mut members = BTreeMap::from([(owner, member(vec![])), (bot, member(vec![of_bot]))]);
        for (name, theirs) in &self.people {
            let id = id();
            let theirs = theirs.iter().filter_map(|name| roles.values().find(|role| role.name == *name));
            members.insert(id, member(theirs.map(|role| role.id).collect()));
            users.insert(id, User { bot: self.programs.contains(name), ..user(id, name) });
        }
        let mut state = State {
            application: Application {
                id: bot,
                token: format!("{}.fake.{}", base(bot), "a-token-of-a-fake-that-opens-nothing"),
                message_content: self.message_content,
                members: false,
                in_guild: true,
            },
            guild: Guild { id: guild, name: self.guild, owner, roles, members, available: true },
            users,
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            events: BTreeMap::new(),
            commands: BTreeMap::new(),
            voice: BTreeMap::new(),
            interactions: BTreeMap::new(),
            log: Vec::new(),
            pings: Vec::new(),
            violations: Vec::new(),
            requests: Vec::new(),
            identifies: Vec::new(),
            limits: Limits::default(),
            old_edits: BTreeMap::new(),
            command_creates: Vec::new(),
            news: watch::Sender::new(0),
            snowflakes: ids,
            clock,
        };
        for (position, made) in (0..).zip(self.channels) {
            let made = made.into_channel(&mut state, position);
            state.channels.insert(made.id, made);
        }
        state
    }
}

impl Made {
    fn into_channel(self, state: &mut State, position: u64) -> Channel {
        let mut channel = Channel::new(state.next_id(), self.kind, self.name);
        channel.position = position;
        channel.parent = self.parent.and_then(|name| Some(state.channel(&name)?.id));
        if let Some(only) = self.only {
            let see = permission::VIEW_CHANNEL;
            channel.overwrites.push(Overwrite { id: state.guild.id, member: false, allow: 0, deny: see });
            channel.overwrites.push(Overwrite { id: state.bot(), member: true, allow: see, deny: 0 });
            for name in only {
                let role =
                    state.guild.roles.values().find(|role| role.name == name).map(|role| (role.id, false));
                let found = role.or_else(|| state.user(&name).map(|user| (user.id, true)));
                channel.overwrites.extend(found.map(|(id, member)| Overwrite {
                    id,
                    member,
                    allow: see,
                    deny: 0,
                }));
            }
        }
        channel
    }
}

fn role(id: u64, name: &str, permissions: u64, position: u64) -> Role {
    Role { id, name: name.to_owned(), permissions, position, mentionable: false, managed: false }
}

fn user(id: u64, name: &str) -> User {
    User { id, name: name.to_owned(), global_name: None, bot: false, takes_direct_messages: true }
}

/// The first part of a token is the bot's id in a way that some libraries read: base 64 of its digits.
fn base(id: u64) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = id.to_string();
    let mut out = String::new();
    for chunk in digits.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        let signs = (0..=chunk.len()).map(|at| SIGNS[(bits >> (18 - 6 * at) & 63) as usize]);
        out.extend(signs.map(char::from));
    }
    out
}
