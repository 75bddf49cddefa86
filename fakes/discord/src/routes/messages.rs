//! Messages of one channel.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::attached;
use super::message_form::{self, Source};
use crate::call::{Call, Outcome, Reply, Route};
use crate::happening::message::content_is_hidden;
use crate::refusal::{self, Refusal};
use crate::snowflake::made_at;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};
use crate::state::message::{Message, SUPPRESS_EMBEDS};
use crate::{happening, permission, render};

/// How long a nonce is remembered: "a few minutes", says the documentation.
const NONCE: TimeDelta = TimeDelta::minutes(3);
/// From this age on, changes to a message are limited.
const OLD: TimeDelta = TimeDelta::hours(1);
/// Changes to old messages of one channel…
const OLD_EDITS: usize = 3;
/// … in this time. The numbers aren't published; what people saw was about this.
const OLD_EDITS_WINDOW: TimeDelta = TimeDelta::hours(1);

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/channels/{channel_id}/messages", handler: list },
    Route { method: "POST", path: "/channels/{channel_id}/messages", handler: post },
    Route { method: "GET", path: "/channels/{channel_id}/messages/{message_id}", handler: one },
    Route { method: "PATCH", path: "/channels/{channel_id}/messages/{message_id}", handler: edit },
    Route { method: "DELETE", path: "/channels/{channel_id}/messages/{message_id}", handler: remove },
    Route { method: "POST", path: "/channels/{channel_id}/messages/bulk-delete", handler: remove_many },
];

/// A message as HTTP gives it to this bot: without the switch for reading messages, what it may not read is empty.
pub(super) fn readable(state: &State, message: &Message) -> Value {
    let mut value = render::message::message(state, message);
    if !state.application.message_content && content_is_hidden(state, message) {
        value["content"] = json!("");
        for key in ["embeds", "components", "attachments"] {
            value[key] = json!([]);
        }
    }
    value
}

/// The newest first, unless those after one are asked for: those are the next after it, the newest first all the same.
fn list(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    if call.may(channel.id) & permission::READ_MESSAGE_HISTORY == 0 {
        return Ok(Reply::ok(json!([])));
    }
    let limit = call.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let all = call.state.messages.get(&channel.id).into_iter().flat_map(|all| all.values());
    let all: Vec<&Message> = all.filter(|message| message.only_for.is_none()).collect();
    let mut found: Vec<&Message> = if let Some(after) = call.query_id("after") {
        all.iter().filter(|it| it.id > after).take(limit).copied().collect()
    } else if let Some(around) = call.query_id("around") {
        let newer = all.iter().filter(|it| it.id >= around).take(limit.div_ceil(2));
        let older = all.iter().rev().filter(|it| it.id < around).take(limit / 2);
        newer.chain(older).copied().collect()
    } else {
        let before = call.query_id("before").unwrap_or(u64::MAX);
        all.iter().rev().filter(|it| it.id < before).take(limit).copied().collect()
    };
    found.sort_by_key(|message| std::cmp::Reverse(message.id));
    Ok(Reply::ok(found.into_iter().map(|message| readable(call.state, message)).collect::<Value>()))
}

fn one(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    Ok(Reply::ok(readable(call.state, &message)))
}

/// Whether the bot may write in a channel.
fn may_write(call: &Call<'_>, channel: &Channel) -> Result<(), Refusal> {
    match channel.kind {
        ChannelKind::Category => return Err(refusal::not_a_text_channel()),
        ChannelKind::Direct => {
            let willing = channel.recipients.iter().all(|recipient| {
                let willing = call.state.users.get(recipient).is_some_and(|user| user.takes_direct_messages);
                willing && call.state.application.in_guild && call.state.guild.members.contains_key(recipient)
            });
            return if willing { Ok(()) } else { Err(refusal::cannot_write_to_user()) };
        }
        ChannelKind::Text | ChannelKind::Voice => call.need(channel.id, permission::SEND_MESSAGES)?,
        ChannelKind::PublicThread | ChannelKind::PrivateThread => {
            call.need(channel.id, permission::SEND_MESSAGES_IN_THREADS)?;
        }
    }
    let manages = call.may(channel.id) & permission::MANAGE_THREADS != 0;
    if channel.thread.as_ref().is_some_and(|thread| thread.archived && thread.locked && !manages) {
        return Err(refusal::thread_archived());
    }
    if channel.thread.as_ref().is_some_and(|thread| thread.locked && !manages) {
        return Err(refusal::thread_locked());
    }
    Ok(())
}

fn post(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    may_write(call, &channel)?;
    let body = call.body.clone();
    message_form::check(&body, Source::Bot).map_err(|refusal| call.breach(refusal))?;
    let mut message = Message { channel: channel.id, author: call.bot(), ..Message::default() };
    message_form::fill(&mut message, &body);
    message.attachments = attached::of(call, &message, &body)?;
    message_form::something(&message).map_err(|refusal| call.breach(refusal))?;
    attached::may(call, channel.id)?;
    if !message.embeds.is_empty() && channel.recipients.is_empty() {
        call.need(channel.id, permission::EMBED_LINKS)?;
    }
    if body["enforce_nonce"] == true
        && let Some(known) = known(call.state, &message)
    {
        return Ok(Reply::ok(render::message::message(call.state, &known)));
    }
    message.reply_to = replied_to(call, &channel)?;
    let allowed = body.get("allowed_mentions").filter(|allowed| !allowed.is_null());
    let id = happening::message::post(call.state, message, allowed);
    let posted = call.state.messages.get(&channel.id).and_then(|all| all.get(&id));
    let posted = posted.ok_or_else(refusal::unknown_message)?;
    Ok(Reply::ok(render::message::message(call.state, posted)))
}

/// A message of the same author with the same nonce, of the last few minutes.
fn known(state: &State, message: &Message) -> Option<Message> {
    let now = state.now();
    let all = state.messages.get(&message.channel)?.values();
    let mut recent = all.rev().take_while(|it| now - made_at(it.id) < NONCE);
    recent.find(|it| it.author == message.author && it.nonce.is_some() && it.nonce == message.nonce).cloned()
}

fn replied_to(call: &Call<'_>, channel: &Channel) -> Result<Option<u64>, Refusal> {
    let reference = &call.body["message_reference"];
    let Some(to) = reference["message_id"].as_str().and_then(|id| id.parse().ok()) else { return Ok(None) };
    if call.may(channel.id) & permission::READ_MESSAGE_HISTORY == 0 {
        return Err(refusal::cannot_reply());
    }
    let there = call.state.messages.get(&channel.id).is_some_and(|all| all.contains_key(&to));
    let elsewhere =
        call.body["message_reference"]["channel_id"].as_str().is_some_and(|it| it != channel.id.to_string());
    if there && !elsewhere {
        return Ok(Some(to));
    }
    if reference["fail_if_not_exists"] == false {
        return Ok(None);
    }
    Err(Refusal::field(&["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message"))
}

fn edit(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    let body = call.body.clone();
    if message.author != call.bot() {
        return edit_of_another(call, &channel, &message);
    }
    if message.kind != 0 && message.kind < 19 {
        return Err(refusal::system_message());
    }
    if channel.thread.as_ref().is_some_and(|thread| thread.archived) {
        return Err(refusal::thread_archived());
    }
    message_form::check(&body, Source::Bot).map_err(|refusal| call.breach(refusal))?;
    let mut changed = message.clone();
    message_form::fill(&mut changed, &body);
    let attachments = attached::of(call, &message, &body)?;
    changed.attachments.clone_from(&attachments);
    message_form::something(&changed).map_err(|refusal| call.breach(refusal))?;
    attached::may(call, channel.id)?;
    edit_of_old(call, &message)?;
    let allowed = body.get("allowed_mentions").filter(|allowed| !allowed.is_null());
    let change = |it: &mut Message| {
        message_form::fill(it, &body);
        it.attachments = attachments;
    };
    happening::message::edit(call.state, channel.id, message.id, change, allowed);
    one(call)
}

/// A moderator may take the previews from the messages of others, and nothing else.
fn edit_of_another(call: &mut Call<'_>, channel: &Channel, message: &Message) -> Outcome {
    let only_flags = call.body.as_object().is_some_and(|body| body.keys().all(|key| key == "flags"));
    if !only_flags {
        return Err(refusal::not_the_author());
    }
    call.need(channel.id, permission::MANAGE_MESSAGES)?;
    let flags = call.body["flags"].as_u64().unwrap_or(0) & SUPPRESS_EMBEDS;
    if let Some(it) = call.state.messages.get_mut(&channel.id).and_then(|all| all.get_mut(&message.id)) {
        it.flags = it.flags & !SUPPRESS_EMBEDS | flags;
    }
    happening::message::changed(call.state, channel.id, message.id);
    one(call)
}

fn edit_of_old(call: &mut Call<'_>, message: &Message) -> Result<(), Refusal> {
    let now = call.state.now();
    if now - made_at(message.id) < OLD {
        return Ok(());
    }
    let edits = call.state.old_edits.entry(message.channel).or_default();
    edits.retain(|&at| now - at < OLD_EDITS_WINDOW);
    if edits.len() >= OLD_EDITS {
        return Err(refusal::max_old_edits());
    }
    edits.push(now);
    Ok(())
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    if message.author != call.bot() {
        call.need(channel.id, permission::MANAGE_MESSAGES)?;
    }
    happening::message::remove(call.state, channel.id, message.id);
    Ok(Reply::done())
}

fn remove_many(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    call.need(channel.id, permission::MANAGE_MESSAGES)?;
    let ids = call.body["messages"].as_array().into_iter().flatten();
    let ids: Vec<u64> = ids.filter_map(|id| id.as_str()?.parse().ok()).collect();
    happening::message::remove_many(call.state, channel.id, &ids);
    Ok(Reply::done())
}
