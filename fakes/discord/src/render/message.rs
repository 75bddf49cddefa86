//! Messages, for HTTP and for the gateway.

use serde_json::{Value, json};

use super::{id, time, user};
use crate::snowflake::made_at;
use crate::state::State;
use crate::state::interaction::InteractionKind;
use crate::state::message::{Attachment, Message, PIN_NOTICE, REPLY};

/// A message as HTTP answers with it.
pub fn message(state: &State, message: &Message) -> Value {
    let mut value = basic(state, message);
    if message.kind == REPLY {
        let referenced = message.reply_to.and_then(|to| state.messages.get(&message.channel)?.get(&to));
        value["referenced_message"] = referenced.map_or(Value::Null, |referenced| basic(state, referenced));
    }
    if !message.reactions.is_empty() {
        value["reactions"] = reactions(state, message);
    }
    value
}

/// A message as the gateway tells of it: with the author's place in the guild.
pub fn told(state: &State, it: &Message) -> Value {
    let mut value = message(state, it);
    let in_guild = state.channels.get(&it.channel).is_some_and(|channel| channel.recipients.is_empty());
    if in_guild {
        value["guild_id"] = json!(id(state.guild.id));
        if state.guild.members.contains_key(&it.author) {
            value["member"] = user::partial_member(state, it.author);
        }
        for mentioned in value["mentions"].as_array_mut().into_iter().flatten() {
            let who = mentioned["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
            mentioned["member"] = user::partial_member(state, who);
        }
    }
    value
}

/// A message without what it refers to.
fn basic(state: &State, message: &Message) -> Value {
    let mut value = json!({
        "id": id(message.id),
        "channel_id": id(message.channel),
        "type": message.kind,
        "author": user::user(state, message.author),
        "content": message.content,
        "embeds": message.embeds,
        "attachments": message.attachments.iter().map(|it| attachment(message, it)).collect::<Vec<_>>(),
        "components": message.components,
        "mentions": message.mentioned_users.iter().map(|&who| user::user(state, who)).collect::<Vec<_>>(),
        "mention_roles": message.mentioned_roles.iter().copied().map(id).collect::<Vec<_>>(),
        "mention_everyone": message.mentions_everyone,
        "timestamp": time(made_at(message.id)),
        "edited_timestamp": message.edited_at.map(time),
        "flags": message.flags,
        "pinned": message.pinned_at.is_some(),
        "tts": false,
    });
    if let Some(nonce) = &message.nonce {
        value["nonce"] = json!(nonce);
    }
    if let (Some(to), REPLY | PIN_NOTICE) = (message.reply_to, message.kind) {
        value["message_reference"] = json!({
            "type": 0,
            "channel_id": id(message.channel),
            "message_id": id(to),
            "guild_id": id(state.guild.id),
        });
    }
    if let Some(interaction) = message.interaction {
        let metadata = metadata(state, interaction);
        if !metadata.is_null() {
            value["interaction_metadata"] = metadata;
        }
        value["webhook_id"] = json!(id(state.application.id));
        value["application_id"] = json!(id(state.application.id));
    }
    value
}

/// Where a file is to be had.
pub fn address(message: &Message, attachment: &Attachment) -> String {
    format!(
        "https://cdn.discordapp.com/attachments/{}/{}/{}",
        message.channel, attachment.id, attachment.name
    )
}

fn attachment(message: &Message, it: &Attachment) -> Value {
    let address = address(message, it);
    let mut value = json!({
        "id": id(it.id),
        "filename": it.name,
        "size": it.content.len(),
        "url": address,
        "proxy_url": address.replace("cdn.discordapp.com", "media.discordapp.net"),
        "content_type": it.kind,
    });
    if let Some(description) = &it.description {
        value["description"] = json!(description);
    }
    if let Some((width, height)) = it.size() {
        (value["width"], value["height"]) = (json!(width), json!(height));
    }
    if message.only_for.is_some() {
        value["ephemeral"] = json!(true);
    }
    value
}

/// What a message answers. Of forms it isn't kept what they were shown for, without which nothing is said of them.
fn metadata(state: &State, interaction: u64) -> Value {
    let Some(it) = state.interactions.get(&interaction) else { return Value::Null };
    let mut metadata = json!({
        "id": id(it.id),
        "type": it.kind.number(),
        "user": user::user(state, it.user),
        "authorizing_integration_owners": { "0": id(state.guild.id) },
    });
    match (it.kind, it.message) {
        (InteractionKind::Command, _) => metadata,
        (InteractionKind::Component, Some(pressed)) => {
            metadata["interacted_message_id"] = json!(id(pressed));
            metadata
        }
        (InteractionKind::Component | InteractionKind::Autocomplete | InteractionKind::Modal, _) => {
            Value::Null
        }
    }
}

fn reactions(state: &State, message: &Message) -> Value {
    let all = message.reactions.iter().map(|reaction| {
        json!({
            "emoji": { "id": null, "name": reaction.emoji },
            "count": reaction.users.len(),
            "count_details": { "burst": 0, "normal": reaction.users.len() },
            "burst_colors": [],
            "me_burst": false,
            "burst_me": false,
            "burst_count": 0,
            "me": reaction.users.contains(&state.bot()),
        })
    });
    all.collect()
}
