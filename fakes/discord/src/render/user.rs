//! People, their places in the guild, and roles.

use serde_json::{Value, json};

use super::{id, time};
use crate::state::State;
use crate::state::guild::Role;

/// Somebody.
pub fn user(state: &State, user: u64) -> Value {
    let Some(known) = state.users.get(&user) else {
        return nobody(user);
    };
    let mut value = json!({
        "id": id(known.id),
        "username": known.name,
        "global_name": known.global_name,
        "avatar": null,
        "avatar_decoration_data": null,
        "discriminator": if known.bot { "0001" } else { "0" },
        "public_flags": 0,
        "flags": 0,
        "banner": null,
        "accent_color": null,
        "collectibles": null,
        "primary_guild": null,
    });
    if known.bot {
        value["bot"] = json!(true);
    }
    value
}

fn nobody(user: u64) -> Value {
    json!({
        "id": id(user), "username": "deleted_user", "global_name": null, "avatar": null,
        "discriminator": "0", "public_flags": 0, "flags": 0, "primary_guild": null,
    })
}

/// The bot's own user, with what only it sees.
pub fn me(state: &State) -> Value {
    let mut value = user(state, state.bot());
    value["mfa_enabled"] = json!(true);
    value["verified"] = json!(true);
    value["email"] = Value::Null;
    value["locale"] = json!("en-US");
    value
}

/// Somebody's place in the guild, with who it is.
pub fn member(state: &State, user_id: u64) -> Value {
    let mut value = partial_member(state, user_id);
    value["user"] = user(state, user_id);
    value
}

/// Somebody's place in the guild, for where the user stands beside it.
pub fn partial_member(state: &State, user_id: u64) -> Value {
    let member = state.guild.members.get(&user_id);
    json!({
        "avatar": null,
        "banner": null,
        "communication_disabled_until": null,
        "flags": 0,
        "joined_at": member.map(|member| time(member.joined_at)),
        "nick": member.and_then(|member| member.nick.clone()),
        "pending": false,
        "premium_since": null,
        "roles": member.map(|member| member.roles.iter().copied().map(id).collect::<Vec<_>>()).unwrap_or_default(),
        "mute": false,
        "deaf": false,
    })
}

/// A role.
pub fn role(role: &Role) -> Value {
    json!({
        "id": id(role.id),
        "name": role.name,
        "description": null,
        "permissions": role.permissions.to_string(),
        "position": role.position,
        "color": 0,
        "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": null,
        "unicode_emoji": null,
        "flags": 0,
    })
}
