//! One channel or thread.

use std::time::Duration;

use chrono::TimeDelta;

use super::guild_channels::topic;
use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::{self, Refusal, Scope};
use crate::rules::channel_form;
use crate::state::channel::{Channel, ChannelKind, Thread};
use crate::{happening, permission, render};

/// Name and topic can be changed that often…
const RENAMES: usize = 2;
/// … in this time. No header says so.
const RENAMES_WINDOW: TimeDelta = TimeDelta::minutes(10);

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/channels/{channel_id}", handler: one },
    Route { method: "PATCH", path: "/channels/{channel_id}", handler: change },
    Route { method: "DELETE", path: "/channels/{channel_id}", handler: remove },
    Route { method: "POST", path: "/channels/{channel_id}/typing", handler: typing },
];

fn one(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    Ok(Reply::ok(render::channel::channel(call.state, &channel)))
}

fn change(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    match &channel.thread {
        Some(thread) => change_thread(call, &channel, thread)?,
        None => change_channel(call, &channel)?,
    }
    one(call)
}

fn change_channel(call: &mut Call<'_>, channel: &Channel) -> Result<(), Refusal> {
    if channel.kind == ChannelKind::Direct {
        return Err(refusal::wrong_channel_type());
    }
    let body = call.body.clone();
    let overwrites = body.get("permission_overwrites").filter(|sent| !sent.is_null());
    call.need(
        channel.id,
        if overwrites.is_some() { permission::MANAGE_ROLES } else { permission::MANAGE_CHANNELS },
    )?;
    let mut changed = channel.clone();
    if let Some(sent) = overwrites {
        changed.overwrites = channel_form::overwrites(call.state, sent, Some(channel))?;
    }
    if let Some(name) = body["name"].as_str() {
        call.need(channel.id, permission::MANAGE_CHANNELS)?;
        changed.name = channel_form::name(channel.kind, name);
    }
    if body.get("topic").is_some() {
        call.need(channel.id, permission::MANAGE_CHANNELS)?;
        changed.topic = topic(&body);
    }
    if let Some(position) = body["position"].as_u64() {
        changed.position = position;
    }
    if body.get("parent_id").is_some() {
        changed.parent = call.body_id("parent_id");
        if let Some(parent) = changed.parent.filter(|_| changed.parent != channel.parent) {
            channel_form::fits_category(call.state, parent)?;
        }
    }
    if changed.name != channel.name || changed.topic != channel.topic {
        renamed(call, &mut changed)?;
    }
    happening::channel::change(call.state, channel.id, |known| *known = changed);
    Ok(())
}

fn renamed(call: &Call<'_>, channel: &mut Channel) -> Result<(), Refusal> {
    let now = call.state.now();
    channel.renamed_at.retain(|&at| now - at < RENAMES_WINDOW);
    if let (true, Some(&first)) = (channel.renamed_at.len() >= RENAMES, channel.renamed_at.first()) {
        let wait = (first + RENAMES_WINDOW - now).to_std().unwrap_or(Duration::ZERO);
        return Err(Refusal::limited(Scope::Shared, wait));
    }
    channel.renamed_at.push(now);
    Ok(())
}

fn change_thread(call: &mut Call<'_>, channel: &Channel, thread: &Thread) -> Result<(), Refusal> {
    let body = call.body.clone();
    let manages = call.may(channel.id) & permission::MANAGE_THREADS != 0;
    let own = thread.owner == call.bot();
    let unlocking = thread.locked || body.get("locked").is_some();
    let opening = body["archived"] == false;
    // Whoever can write in a thread brings it back; the rest is for its owner and for moderators, locking for the latter.
    let writes = call.may(channel.id) & permission::SEND_MESSAGES_IN_THREADS != 0;
    let only_opening = opening && body.as_object().is_some_and(|body| body.len() == 1);
    if !(manages || own && !unlocking || only_opening && writes && !thread.locked) {
        return Err(refusal::missing_permissions());
    }
    if thread.archived && !opening {
        return Err(refusal::thread_archived());
    }
    let now = call.state.now();
    happening::channel::change(call.state, channel.id, |known| {
        if let Some(name) = body["name"].as_str() {
            name.clone_into(&mut known.name);
        }
        let Some(thread) = &mut known.thread else { return };
        if let Some(archived) = body["archived"].as_bool().filter(|archived| *archived != thread.archived) {
            thread.archived = archived;
            thread.archived_changed_at = now;
        }
        thread.locked = body["locked"].as_bool().unwrap_or(thread.locked);
        thread.invitable = body["invitable"].as_bool().unwrap_or(thread.invitable);
        thread.auto_archive_minutes =
            body["auto_archive_duration"].as_u64().unwrap_or(thread.auto_archive_minutes);
    });
    Ok(())
}

/// Removes a channel or thread. A direct one is only closed.
fn remove(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let gone = render::channel::channel(call.state, &channel);
    if channel.kind != ChannelKind::Direct {
        let thread = channel.thread.is_some();
        call.need(channel.id, if thread { permission::MANAGE_THREADS } else { permission::MANAGE_CHANNELS })?;
        happening::channel::remove(call.state, channel.id);
    }
    Ok(Reply::ok(gone))
}

fn typing(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let bot = call.bot();
    call.need(channel.id, permission::SEND_MESSAGES)?;
    happening::message::typing(call.state, channel.id, bot);
    Ok(Reply::done())
}
