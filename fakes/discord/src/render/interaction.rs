//! An interaction, as the gateway delivers it.

use serde_json::{Value, json};

use super::{channel, id, message, user};
use crate::rules::permissions;
use crate::state::State;
use crate::state::interaction::Interaction;

/// An interaction.
pub fn interaction(state: &State, it: &Interaction) -> Value {
    let app_permissions = permissions::in_channel(state, state.bot(), it.channel);
    let mut value = json!({
        "id": id(it.id),
        "application_id": id(state.application.id),
        "type": it.kind.number(),
        "data": it.data,
        "token": it.token,
        "version": 1,
        "channel_id": id(it.channel),
        "app_permissions": app_permissions.to_string(),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": { "0": id(state.guild.id) },
        "attachment_size_limit": 10_485_760,
    });
    if let Some(where_) = state.channels.get(&it.channel) {
        value["channel"] = channel::channel(state, where_);
        if where_.recipients.is_empty() {
            let mut member = user::member(state, it.user);
            member["permissions"] = json!(permissions::in_channel(state, it.user, it.channel).to_string());
            value["member"] = member;
            value["guild_id"] = json!(id(state.guild.id));
            value["guild"] = json!({ "id": id(state.guild.id), "locale": "en-US", "features": [] });
            value["guild_locale"] = json!("en-US");
            value["context"] = json!(0);
        } else {
            value["user"] = user::user(state, it.user);
            value["context"] = json!(1);
        }
    }
    let pressed = it.message.and_then(|pressed| state.messages.get(&it.channel)?.get(&pressed));
    if let Some(pressed) = pressed {
        value["message"] = message::message(state, pressed);
    }
    value
}
