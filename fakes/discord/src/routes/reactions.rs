//! Signs under messages.

use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::{happening, permission, refusal, render};

/// Different signs under one message.
const SIGNS: usize = 20;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "PUT",
        path: "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
        handler: add,
    },
    Route {
        method: "DELETE",
        path: "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
        handler: remove_own,
    },
    Route {
        method: "DELETE",
        path: "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}",
        handler: remove_of,
    },
    Route {
        method: "DELETE",
        path: "/channels/{channel_id}/messages/{message_id}/reactions",
        handler: remove_all,
    },
    Route {
        method: "GET",
        path: "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}",
        handler: who,
    },
];

fn sign(call: &Call<'_>) -> String {
    call.parts.get("emoji_name").cloned().unwrap_or_default()
}

fn add(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    call.need(channel.id, permission::READ_MESSAGE_HISTORY)?;
    let sign = sign(call);
    if sign.is_empty() || sign.is_ascii() {
        let refusal = refusal::unknown_emoji();
        return Err(call.breach(refusal));
    }
    if !message.reactions.iter().any(|reaction| reaction.emoji == sign) {
        call.need(channel.id, permission::ADD_REACTIONS)?;
        if message.reactions.len() >= SIGNS {
            return Err(refusal::max_reactions());
        }
    }
    let bot = call.bot();
    happening::message::react(call.state, channel.id, message.id, &sign, bot);
    Ok(Reply::done())
}

fn remove_own(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    let (sign, bot) = (sign(call), call.bot());
    happening::message::unreact(call.state, channel.id, message.id, &sign, bot);
    Ok(Reply::done())
}

fn remove_of(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    call.need(channel.id, permission::MANAGE_MESSAGES)?;
    let (sign, user) = (sign(call), call.id("user_id")?);
    happening::message::unreact(call.state, channel.id, message.id, &sign, user);
    Ok(Reply::done())
}

fn remove_all(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    call.need(channel.id, permission::MANAGE_MESSAGES)?;
    happening::message::unreact_all(call.state, channel.id, message.id);
    Ok(Reply::done())
}

fn who(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    let sign = sign(call);
    let limit = call.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25);
    let users = message.reactions.iter().filter(|it| it.emoji == sign).flat_map(|it| &it.users).take(limit);
    Ok(Reply::ok(users.map(|&user| render::user::user(call.state, user)).collect::<Value>()))
}
