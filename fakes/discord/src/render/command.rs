//! Slash commands as they were registered.

use serde_json::{Value, json};

use super::id;
use crate::state::State;
use crate::state::guild::Command;

/// A slash command.
pub fn command(state: &State, command: &Command) -> Value {
    let mut value = command.definition.clone();
    if let Some(options) = value.get_mut("options") {
        leave_out_what_says_nothing(options);
    }
    value["id"] = json!(id(command.id));
    value["application_id"] = json!(id(state.application.id));
    value["version"] = json!(id(command.version));
    if command.guild_only {
        value["guild_id"] = json!(id(state.guild.id));
    }
    let defaults = [
        ("type", json!(1)),
        ("description", json!("")),
        ("nsfw", json!(false)),
        ("default_member_permissions", Value::Null),
    ];
    for (key, default) in defaults {
        if value.get(key).is_none() {
            value[key] = default;
        }
    }
    value
}

/// Options come back without what was null or an empty list, however they were sent.
fn leave_out_what_says_nothing(options: &mut Value) {
    for option in options.as_array_mut().into_iter().flatten() {
        leave_out_what_says_nothing(&mut option["options"]);
        if let Some(option) = option.as_object_mut() {
            option
                .retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
        }
    }
}
