//! Channels of all kinds.

use serde_json::{Value, json};

use super::{id, time, user};
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind, Thread};

/// A channel.
pub fn channel(state: &State, channel: &Channel) -> Value {
    match (&channel.thread, channel.kind) {
        (Some(of_thread), _) => thread(state, channel, of_thread),
        (None, ChannelKind::Direct) => direct(state, channel),
        (None, _) => of_guild(state, channel),
    }
}

fn of_guild(state: &State, channel: &Channel) -> Value {
    let mut value = json!({
        "id": id(channel.id),
        "type": channel.kind.number(),
        "flags": 0,
        "guild_id": id(state.guild.id),
        "name": channel.name,
        "position": channel.position,
        "parent_id": channel.parent.map(id),
        "permission_overwrites": channel.overwrites.iter().map(|overwrite| json!({
            "id": id(overwrite.id),
            "type": u8::from(overwrite.member),
            "allow": overwrite.allow.to_string(),
            "deny": overwrite.deny.to_string(),
        })).collect::<Vec<_>>(),
    });
    if channel.kind != ChannelKind::Category {
        value["last_message_id"] = json!(channel.last_message.map(id));
        value["rate_limit_per_user"] = json!(0);
        value["nsfw"] = json!(false);
    }
    if channel.kind == ChannelKind::Text {
        value["topic"] = json!(channel.topic);
        if let Some(at) = channel.last_pin_at {
            value["last_pin_timestamp"] = json!(time(at));
        }
    }
    if channel.kind == ChannelKind::Voice {
        value["bitrate"] = json!(64000);
        value["user_limit"] = json!(0);
        value["rtc_region"] = Value::Null;
    }
    value
}

fn thread(state: &State, channel: &Channel, thread: &Thread) -> Value {
    let mut metadata = json!({
        "archived": thread.archived,
        "auto_archive_duration": thread.auto_archive_minutes,
        "archive_timestamp": time(thread.archived_changed_at),
        "create_timestamp": time(crate::snowflake::made_at(channel.id)),
        "locked": thread.locked,
    });
    if channel.kind == ChannelKind::PrivateThread {
        metadata["invitable"] = json!(thread.invitable);
    }
    let mut value = json!({
        "id": id(channel.id),
        "type": channel.kind.number(),
        "flags": 0,
        "guild_id": id(state.guild.id),
        "parent_id": channel.parent.map(id),
        "name": channel.name,
        "owner_id": id(thread.owner),
        "last_message_id": channel.last_message.map(id),
        "rate_limit_per_user": 0,
        "thread_metadata": metadata,
        "message_count": thread.message_count,
        "member_count": thread.members.len().min(50),
        "total_message_sent": thread.message_count,
    });
    if thread.members.contains_key(&state.bot()) {
        value["member"] = thread_member(channel, state.bot());
    }
    value
}

/// That somebody is in a thread.
pub fn thread_member(channel: &Channel, user: u64) -> Value {
    let joined = channel.thread.as_ref().and_then(|thread| thread.members.get(&user));
    json!({
        "id": id(channel.id),
        "user_id": id(user),
        "join_timestamp": joined.copied().map(time),
        "flags": 1,
    })
}

fn direct(state: &State, channel: &Channel) -> Value {
    json!({
        "id": id(channel.id),
        "type": 1,
        "flags": 0,
        "last_message_id": channel.last_message.map(id),
        "recipients": channel.recipients.iter().map(|&recipient| user::user(state, recipient)).collect::<Vec<_>>(),
    })
}
