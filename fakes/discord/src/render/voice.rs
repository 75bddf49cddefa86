//! Who is talking where.

use serde_json::{Value, json};

use super::{id, user};
use crate::state::State;

/// Somebody's place in a voice channel, as it comes with the guild.
pub fn here(who: u64, channel: u64) -> Value {
    json!({
        "channel_id": id(channel),
        "user_id": id(who),
        "session_id": format!("voice-{who}"),
        "deaf": false,
        "mute": false,
        "self_deaf": false,
        "self_mute": false,
        "self_video": false,
        "suppress": false,
        "request_to_speak_timestamp": null,
    })
}

/// The same as an event, also of somebody who is in none any more.
pub fn changed(state: &State, who: u64) -> Value {
    let mut value = here(who, 0);
    value["channel_id"] = json!(state.voice.get(&who).copied().map(id));
    value["guild_id"] = json!(id(state.guild.id));
    value["member"] = user::member(state, who);
    value
}
