//! Roles and people of the guild come, change and go; the bot is put out of it and back.

use serde_json::json;

use crate::intent;
use crate::render::{self, id};
use crate::state::State;
use crate::state::guild::Role;

/// Adds a role, or puts a changed one in the place of what it was.
pub fn role(state: &mut State, role: Role) {
    let known = state.guild.roles.contains_key(&role.id);
    let d = json!({ "guild_id": id(state.guild.id), "role": render::user::role(&role) });
    state.guild.roles.insert(role.id, role);
    state.emit(if known { "GUILD_ROLE_UPDATE" } else { "GUILD_ROLE_CREATE" }, d, intent::GUILDS);
}

/// Removes a role from everybody and everything.
pub fn remove_role(state: &mut State, role: u64) {
    if state.guild.roles.remove(&role).is_some() {
        for member in state.guild.members.values_mut() {
            member.roles.retain(|&it| it != role);
        }
        for channel in state.channels.values_mut() {
            channel.overwrites.retain(|overwrite| overwrite.id != role);
        }
        let d = json!({ "guild_id": id(state.guild.id), "role_id": id(role) });
        state.emit("GUILD_ROLE_DELETE", d, intent::GUILDS);
    }
}

/// Somebody's roles are these from now on.
pub fn member_roles(state: &mut State, user: u64, roles: Vec<u64>) {
    if let Some(member) = state.guild.members.get_mut(&user) {
        member.roles = roles;
        member_changed(state, user);
    }
}

/// Tells that somebody's place in the guild changed.
pub fn member_changed(state: &mut State, user: u64) {
    let mut d = render::user::member(state, user);
    d["guild_id"] = json!(id(state.guild.id));
    // The bot hears of itself without the intent.
    let intents = if user == state.bot() { 0 } else { intent::GUILD_MEMBERS };
    state.emit("GUILD_MEMBER_UPDATE", d, intents);
}

/// The bot is put out of the guild.
pub fn remove_bot(state: &mut State) {
    let bot = state.bot();
    state.guild.members.remove(&bot);
    state.application.in_guild = false;
    state.emit("GUILD_DELETE", json!({ "id": id(state.guild.id) }), intent::GUILDS);
}

/// An outage of the guild begins or ends.
pub fn available(state: &mut State, available: bool) {
    state.guild.available = available;
    if available {
        let d = render::guild::whole(state);
        state.emit("GUILD_CREATE", d, intent::GUILDS);
    } else {
        let d = render::guild::unavailable(state);
        state.emit("GUILD_DELETE", d, intent::GUILDS);
    }
}
