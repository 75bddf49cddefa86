//! What the guild's owner does, and what befalls a whole Discord: rights come and go, channels and people go, switches
//! are turned.

use serde_json::json;

use crate::discord::Discord;
use crate::happening;
use crate::intent;
use crate::render::id;
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind, Overwrite};
use crate::state::guild::{Member, Role, User};

/// The role of all people, if `@everyone` lost something that they keep.
const PEOPLE: &str = "people";

impl Discord {
    /// Removes a channel, category or thread. Whether there was one.
    pub fn remove_channel(&self, channel: &str) -> bool {
        let mut state = self.server().state();
        let found = state.channel(channel).map(|channel| channel.id);
        if let Some(found) = found {
            happening::channel::remove(&mut state, found);
        }
        found.is_some()
    }

    /// Puts a thread to sleep, as nobody writes in it for long; a moderator may lock it besides.
    pub fn archive_thread(&self, thread: &str, locked: bool) {
        let mut state = self.server().state();
        let Some(found) = state.channel(thread).map(|thread| thread.id) else { return };
        let now = state.now();
        happening::channel::change(&mut state, found, |channel| {
            if let Some(thread) = &mut channel.thread {
                (thread.archived, thread.locked, thread.archived_changed_at) = (true, locked, now);
            }
        });
    }

    /// Removes several messages at once.
    pub fn purge(&self, channel: &str, messages: &[u64]) {
        let mut state = self.server().state();
        if let Some(channel) = state.channel(channel).map(|channel| channel.id) {
            happening::message::remove_many(&mut state, channel, messages);
        }
    }

    /// Takes all signs off a message at once, or all of one kind: one event tells of all.
    pub fn sweep(&self, channel: &str, message: u64, sign: Option<&str>) {
        let mut state = self.server().state();
        let Some(channel) = state.channel(channel).map(|channel| channel.id) else { return };
        match sign {
            Some(sign) => happening::message::unreact_kind(&mut state, channel, message, sign),
            None => happening::message::unreact_all(&mut state, channel, message),
        }
    }

    /// Makes a text channel that everybody sees, below a category if one is said.
    pub fn add_channel(&self, name: &str, category: Option<&str>) -> u64 {
        self.add_any_channel(name, ChannelKind::Text, category)
    }

    /// Makes a channel of any kind.
    pub fn add_any_channel(&self, name: &str, kind: ChannelKind, category: Option<&str>) -> u64 {
        let mut state = self.server().state();
        let mut channel = Channel::new(state.next_id(), kind, name);
        channel.parent = category.and_then(|category| Some(state.channel(category)?.id));
        channel.position = state.channels.len() as u64;
        happening::channel::make(&mut state, channel)
    }

    /// A scheduled event is started before its time.
    pub fn begin_event(&self, name: &str) {
        let mut state = self.server().state();
        let found = state.events.values().find(|event| event.name == name && event.status == 1).cloned();
        if let Some(mut event) = found {
            event.status = 2;
            happening::event::change(&mut state, event);
        }
    }

    /// Gives a channel another name.
    pub fn rename_channel(&self, channel: &str, name: &str) {
        let mut state = self.server().state();
        if let Some(found) = state.channel(channel).map(|channel| channel.id) {
            happening::channel::change(&mut state, found, |channel| name.clone_into(&mut channel.name));
        }
    }

    /// Sets what a role or person may do in one channel.
    pub fn overwrite(&self, channel: &str, whom: &str, allow: u64, deny: u64) {
        let mut state = self.server().state();
        let role = role_named(&state, whom).map(|role| (role.id, false));
        let found = role.or_else(|| state.user(whom).map(|user| (user.id, true)));
        if let (Some(channel), Some((id, member))) = (state.channel(channel).map(|channel| channel.id), found)
        {
            happening::channel::change(&mut state, channel, |channel| {
                channel.overwrites.retain(|known| known.id != id);
                channel.overwrites.push(Overwrite { id, member, allow, deny });
            });
        }
    }

    /// Takes these bits from the bot: from its own role and from `@everyone`. What people had from the latter they keep, by
    /// a role `people`.
    pub fn revoke(&self, bits: u64) {
        let mut state = self.server().state();
        let everyone = state.guild.roles.get(&state.guild.id).map_or(0, |role| role.permissions);
        keep_for_people(&mut state, everyone & bits);
        for role in of_bot(&state) {
            let permissions = role.permissions & !bits;
            happening::guild::role(&mut state, Role { permissions, ..role });
        }
    }

    /// Gives these bits to the bot's own role.
    pub fn restore(&self, bits: u64) {
        let mut state = self.server().state();
        if let Some(role) = of_bot(&state).into_iter().find(|role| role.managed) {
            let permissions = role.permissions | bits;
            happening::guild::role(&mut state, Role { permissions, ..role });
        }
    }

    /// What the bot may do in a channel.
    pub fn bot_may(&self, channel: &str) -> u64 {
        let state = self.server().state();
        state.channel(channel).map_or(0, |channel| permissions::in_channel(&state, state.bot(), channel.id))
    }

    /// Puts the bot out of the guild.
    pub fn remove_bot(&self) {
        happening::guild::remove_bot(&mut self.server().state());
    }

    /// Invites the bot again, with a role that has these bits.
    pub fn invite_bot(&self, bits: u64) {
        let mut state = self.server().state();
        let (bot, joined_at) = (state.bot(), state.now());
        let role = state.guild.roles.values().find(|role| role.managed).cloned();
        let roles = role.iter().map(|role| role.id).collect();
        state.application.in_guild = true;
        state.guild.members.insert(bot, Member { nick: None, roles, joined_at });
        if let Some(role) = role {
            happening::guild::role(&mut state, Role { permissions: bits, ..role });
        }
        happening::guild::available(&mut state, true);
    }

    /// An outage of the guild begins, or ends.
    pub fn set_available(&self, available: bool) {
        happening::guild::available(&mut self.server().state(), available);
    }

    /// Gives a role another name.
    pub fn rename_role(&self, role: &str, name: &str) {
        let mut state = self.server().state();
        if let Some(role) = role_named(&state, role).cloned() {
            happening::guild::role(&mut state, Role { name: name.to_owned(), ..role });
        }
    }

    /// Removes a role.
    pub fn remove_role(&self, role: &str) {
        let mut state = self.server().state();
        if let Some(role) = role_named(&state, role).map(|role| role.id) {
            happening::guild::remove_role(&mut state, role);
        }
    }

    /// A role by name: its id.
    pub fn role_id(&self, role: &str) -> Option<u64> {
        role_named(&self.server().state(), role).map(|role| role.id)
    }

    /// Somebody has exactly these roles from now on.
    pub fn set_roles(&self, person: &str, roles: &[&str]) {
        let mut state = self.server().state();
        let roles = roles.iter().filter_map(|role| Some(role_named(&state, role)?.id)).collect();
        if let Some(user) = state.user(person).map(|user| user.id) {
            happening::guild::member_roles(&mut state, user, roles);
        }
    }

    /// The name that is shown for somebody in this guild.
    pub fn set_nick(&self, person: &str, nick: &str) {
        let mut state = self.server().state();
        let user = state.user(person).map(|user| user.id);
        if let Some(user) = user
            && let Some(member) = state.guild.members.get_mut(&user)
        {
            member.nick = Some(nick.to_owned());
            happening::guild::member_changed(&mut state, user);
        }
    }

    /// Somebody joins the guild, with these roles.
    pub fn add_person(&self, name: &str, roles: &[&str]) -> u64 {
        let mut state = self.server().state();
        let roles =
            roles.iter().chain(&[PEOPLE]).filter_map(|role| Some(role_named(&state, role)?.id)).collect();
        let (user, joined_at) = (state.next_id(), state.now());
        let global_name = None;
        let known =
            User { id: user, name: name.to_owned(), global_name, bot: false, takes_direct_messages: true };
        state.users.insert(user, known);
        state.guild.members.insert(user, Member { nick: None, roles, joined_at });
        let mut d = crate::render::user::member(&state, user);
        d["guild_id"] = json!(id(state.guild.id));
        state.emit("GUILD_MEMBER_ADD", d, intent::GUILD_MEMBERS);
        user
    }

    /// Somebody leaves the guild.
    pub fn remove_person(&self, name: &str) {
        let mut state = self.server().state();
        let Some(user) = state.user(name).map(|user| user.id) else { return };
        state.guild.members.remove(&user);
        let d = json!({ "guild_id": id(state.guild.id), "user": crate::render::user::user(&state, user) });
        state.emit("GUILD_MEMBER_REMOVE", d, intent::GUILD_MEMBERS);
    }

    /// Whether somebody lets themselves be written to directly.
    pub fn takes_direct_messages(&self, name: &str, takes: bool) {
        let mut state = self.server().state();
        let user = state.user(name).map(|user| user.id);
        if let Some(user) = user.and_then(|user| state.users.get_mut(&user)) {
            user.takes_direct_messages = takes;
        }
    }

    /// Turns the switch "message content" of the developer portal.
    pub fn set_message_content(&self, on: bool) {
        self.server().state().application.message_content = on;
    }

    /// Gives the bot another token: the old one opens nothing any more. `Discord::token` keeps giving the old one.
    pub fn reset_token(&self) -> String {
        let mut state = self.server().state();
        state.application.token.push_str("-and-new");
        state.application.token.clone()
    }

    /// The slash commands as they are registered now, as HTTP gives them.
    pub fn commands(&self) -> Vec<serde_json::Value> {
        let state = self.server().state();
        state.commands.values().map(|command| crate::render::command::command(&state, command)).collect()
    }

    /// How often slash commands were made anew in the last day.
    pub fn command_creates(&self) -> usize {
        self.server().state().command_creates.len()
    }

    /// Whether the limits of how fast may be asked are kept to. They are, unless a test needs them out of its way.
    pub fn enforce_limits(&self, enforced: bool) {
        self.server().state().limits.enforced = enforced;
    }

    /// How many answers of 401, 403 and 429 in ten minutes are a violation.
    pub fn set_ledger_bound(&self, bound: usize) {
        self.server().state().limits.ledger_bound = bound;
    }
}

fn role_named<'a>(state: &'a State, name: &str) -> Option<&'a Role> {
    state.guild.roles.values().find(|role| role.name == name)
}

/// The roles from which the bot has what it may do: its own, and that of everybody.
fn of_bot(state: &State) -> Vec<Role> {
    let bot = state.guild.members.get(&state.bot());
    let theirs = bot.map(|member| member.roles.clone()).unwrap_or_default();
    let roles = state.guild.roles.values();
    roles.filter(|role| role.id == state.guild.id || theirs.contains(&role.id)).cloned().collect()
}

/// Gives these bits to everybody but the bot.
fn keep_for_people(state: &mut State, bits: u64) {
    if bits == 0 {
        return;
    }
    let known = role_named(state, PEOPLE).cloned();
    let role = known.unwrap_or_else(|| Role {
        id: state.next_id(),
        name: PEOPLE.to_owned(),
        permissions: 0,
        position: 1,
        mentionable: false,
        managed: false,
    });
    let (id, bot) = (role.id, state.bot());
    happening::guild::role(state, Role { permissions: role.permissions | bits, ..role });
    for (_, member) in state.guild.members.iter_mut().filter(|(user, _)| **user != bot) {
        if !member.roles.contains(&id) {
            member.roles.push(id);
        }
    }
}
