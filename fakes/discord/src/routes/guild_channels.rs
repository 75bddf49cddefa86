//! The guild's channels: all of them, and new ones.

use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::Refusal;
use crate::rules::{channel_form, permissions};
use crate::state::channel::{Channel, ChannelKind};
use crate::{happening, permission, render};

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/guilds/{guild_id}/channels", handler: list },
    Route { method: "POST", path: "/guilds/{guild_id}/channels", handler: make },
    Route { method: "GET", path: "/guilds/{guild_id}/threads/active", handler: active_threads },
];

/// Every channel, those that the bot can't see too.
fn list(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let state = &*call.state;
    let channels = state.channels.values().filter(|it| it.thread.is_none() && it.kind != ChannelKind::Direct);
    Ok(Reply::ok(channels.map(|it| render::channel::channel(state, it)).collect::<Value>()))
}

fn active_threads(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let (state, bot) = (&*call.state, call.bot());
    let threads =
        state.channels.values().filter(|it| it.thread.as_ref().is_some_and(|thread| !thread.archived));
    let threads: Vec<&Channel> = threads.filter(|it| permissions::sees(state, bot, it.id)).collect();
    let own = threads
        .iter()
        .filter(|it| it.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&bot)));
    Ok(Reply::ok(serde_json::json!({
        "threads": threads.iter().map(|it| render::channel::channel(state, it)).collect::<Vec<_>>(),
        "members": own.map(|it| render::channel::thread_member(it, bot)).collect::<Vec<_>>(),
        "has_more": false,
    })))
}

fn make(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let parent = call.body_id("parent_id");
    match parent.filter(|parent| call.state.channels.contains_key(parent)) {
        Some(parent) => call.need(parent, permission::MANAGE_CHANNELS)?,
        None => call.need_in_guild(permission::MANAGE_CHANNELS)?,
    }
    let kind = call.body["type"].as_u64().unwrap_or(0);
    let kind = ChannelKind::of_number(kind).filter(|kind| !kind.is_thread() && *kind != ChannelKind::Direct);
    let kind = kind
        .ok_or_else(|| Refusal::field(&["type"], "BASE_TYPE_CHOICES", "this Discord has no such channels"))?;
    let name = channel_form::name(kind, call.body["name"].as_str().unwrap_or_default());
    if name.is_empty() {
        let refusal = Refusal::field(&["name"], "BASE_TYPE_REQUIRED", "This field is required");
        return Err(call.breach(refusal));
    }
    if let Some(parent) = parent {
        channel_form::fits_category(call.state, parent)?;
    }
    channel_form::fits_guild(call.state)?;
    let sent = &call.body["permission_overwrites"];
    let mut overwrites = channel_form::overwrites(call.state, sent, None)?;
    if sent.is_null() {
        // A channel of which nothing is said begins with the overwrites of its category; an empty list says something.
        let category = parent.and_then(|parent| call.state.channels.get(&parent));
        overwrites = category.map(|category| category.overwrites.clone()).unwrap_or_default();
    }
    let mut channel = Channel::new(call.state.next_id(), kind, name);
    channel.topic = topic(&call.body);
    channel.parent = parent;
    channel.overwrites = overwrites;
    channel.position = call.state.channels.values().map(|it| it.position + 1).max().unwrap_or(0);
    let made = render::channel::channel(call.state, &channel);
    happening::channel::make(call.state, channel);
    Ok(Reply::created(made))
}

pub(super) fn topic(body: &Value) -> Option<String> {
    body["topic"].as_str().filter(|topic| !topic.is_empty()).map(str::to_owned)
}
