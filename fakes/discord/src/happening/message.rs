//! Messages come, change and go.

use serde_json::{Value, json};

use crate::intent;
use crate::render::{self, id};
use crate::rules::mentions::{self, Words};
use crate::rules::permissions;
use crate::state::channel::ChannelKind;
use crate::state::log::Dispatch;
use crate::state::message::{DEFAULT, Message, PIN_NOTICE, REPLY, Reaction, SUPPRESS_NOTIFICATIONS};
use crate::state::{Ping, State};

/// Whether the gateway tells the bot about a channel's messages.
fn told(state: &State, channel: u64) -> bool {
    permissions::sees(state, state.bot(), channel)
}

fn is_direct(state: &State, channel: u64) -> bool {
    state.channels.get(&channel).is_some_and(|it| it.kind == ChannelKind::Direct)
}

fn tell(state: &mut State, t: &'static str, mut d: Value, channel: u64) {
    if !told(state, channel) {
        return;
    }
    let direct = is_direct(state, channel);
    if !direct {
        d["guild_id"] = json!(id(state.guild.id));
    }
    let reaction = t.starts_with("MESSAGE_REACTION");
    let intents = match (direct, reaction) {
        (true, true) => intent::DIRECT_MESSAGE_REACTIONS,
        (true, false) => intent::DIRECT_MESSAGES,
        (false, true) => intent::GUILD_MESSAGE_REACTIONS,
        (false, false) => intent::GUILD_MESSAGES,
    };
    state.tell(Dispatch { t, d, intents, content: false });
}

/// What of a message a session without MESSAGE_CONTENT may not read: all but its own, what mentions the bot, and what
/// is written to it directly.
pub fn content_is_hidden(state: &State, message: &Message) -> bool {
    let bot = state.bot();
    let free =
        message.author == bot || message.mentioned_users.contains(&bot) || is_direct(state, message.channel);
    !free && message.kind != PIN_NOTICE
}

/// Puts a message into its channel: the caller fills in everything but its id and its mentions.
pub fn post(state: &mut State, mut message: Message, allowed: Option<&Value>) -> u64 {
    message.id = state.next_id();
    if message.kind == DEFAULT && message.reply_to.is_some() {
        message.kind = REPLY;
    }
    mention(state, &mut message, allowed);
    if message.flags & SUPPRESS_NOTIFICATIONS != 0 {
        message.notified.clear();
    }
    if message.only_for.is_some() {
        message.notified.retain(|who| Some(*who) == message.only_for);
    }
    let (it, channel) = (message.id, message.channel);
    state.pings.extend(message.notified.iter().map(|&user| Ping { user, message: it, channel }));
    let joining = message.mentioned_users.clone();
    let mut author = vec![message.author];
    author.extend(joining);
    super::thread::wakes(state, channel);
    if state.channels.get(&channel).is_some_and(|channel| channel.thread.is_some())
        && message.only_for.is_none()
    {
        super::thread::join(state, channel, &author);
    }
    if let Some(place) = state.channels.get_mut(&channel) {
        if message.only_for.is_none() {
            place.last_message = Some(it);
        }
        if let Some(thread) = &mut place.thread {
            thread.message_count += 1;
        }
    }
    state.messages.entry(channel).or_default().insert(it, message.clone());
    tell_message(state, "MESSAGE_CREATE", &message);
    it
}

fn tell_message(state: &mut State, t: &'static str, message: &Message) {
    if !told(state, message.channel) || message.only_for.is_some() && message.author != state.bot() {
        return;
    }
    let mut d = render::message::told(state, message);
    let mut direct = is_direct(state, message.channel);
    if let (Some(_), Some(d)) = (message.only_for, d.as_object_mut()) {
        // What only one person sees is told as if it had been said directly.
        direct = true;
        d.retain(|key, _| key != "guild_id" && key != "member");
    }
    let intents = if direct { intent::DIRECT_MESSAGES } else { intent::GUILD_MESSAGES };
    let content = content_is_hidden(state, message);
    state.tell(Dispatch { t, d, intents, content });
}

fn mention(state: &State, message: &mut Message, allowed: Option<&Value>) {
    let replied = message.reply_to.and_then(|to| state.messages.get(&message.channel)?.get(&to));
    let words = Words {
        author: message.author,
        channel: message.channel,
        content: &message.content,
        replies_to: replied.map(|replied| replied.author),
        allowed,
    };
    let found = mentions::of(state, words);
    message.mentioned_users = found.users;
    message.mentioned_roles = found.roles;
    message.mentions_everyone = found.everyone;
    message.notified = found.notified;
}

/// Changes a message. Nobody is notified, whoever is mentioned now.
pub fn edit(
    state: &mut State,
    channel: u64,
    message: u64,
    change: impl FnOnce(&mut Message),
    allowed: Option<&Value>,
) {
    let Some(mut changed) = state.messages.get(&channel).and_then(|all| all.get(&message)).cloned() else {
        return;
    };
    change(&mut changed);
    let notified = changed.notified.clone();
    mention(state, &mut changed, allowed);
    changed.notified = notified;
    changed.edited_at = Some(state.now());
    state.messages.entry(channel).or_default().insert(message, changed.clone());
    tell_message(state, "MESSAGE_UPDATE", &changed);
}

/// Tells of a change to a message that is no edit by its author: a pin, a flag.
pub fn changed(state: &mut State, channel: u64, message: u64) {
    if let Some(message) = state.messages.get(&channel).and_then(|all| all.get(&message)).cloned() {
        tell_message(state, "MESSAGE_UPDATE", &message);
    }
}

/// Removes a message.
pub fn remove(state: &mut State, channel: u64, message: u64) {
    let removed = state.messages.get_mut(&channel).and_then(|all| all.remove(&message));
    if let Some(removed) = removed {
        if removed.pinned_at.is_some() {
            pins_changed(state, channel);
        }
        let d = json!({ "id": id(message), "channel_id": id(channel) });
        if removed.only_for.is_some() {
            state.emit("MESSAGE_DELETE", d, intent::DIRECT_MESSAGES);
        } else {
            tell(state, "MESSAGE_DELETE", d, channel);
        }
    }
}

/// Removes several messages at once: one event tells of all.
pub fn remove_many(state: &mut State, channel: u64, messages: &[u64]) {
    let Some(all) = state.messages.get_mut(&channel) else { return };
    let removed: Vec<u64> =
        messages.iter().copied().filter(|message| all.remove(message).is_some()).collect();
    let ids: Vec<_> = removed.into_iter().map(id).collect();
    if !ids.is_empty() {
        tell(state, "MESSAGE_DELETE_BULK", json!({ "ids": ids, "channel_id": id(channel) }), channel);
    }
}

fn pins_changed(state: &mut State, channel: u64) {
    let at = state.channels.get(&channel).and_then(|channel| channel.last_pin_at);
    let mut d = json!({ "channel_id": id(channel), "last_pin_timestamp": at.map(render::time) });
    let direct = is_direct(state, channel);
    if !direct {
        d["guild_id"] = json!(id(state.guild.id));
    }
    if told(state, channel) {
        state.emit("CHANNEL_PINS_UPDATE", d, if direct { intent::DIRECT_MESSAGES } else { intent::GUILDS });
    }
}

/// Pins a message, and says so in the channel.
pub fn pin(state: &mut State, channel: u64, message: u64, by: u64) {
    let now = state.now();
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    if it.pinned_at.is_some() {
        return;
    }
    it.pinned_at = Some(now);
    if let Some(channel) = state.channels.get_mut(&channel) {
        channel.last_pin_at = Some(now);
    }
    changed(state, channel, message);
    pins_changed(state, channel);
    let notice =
        Message { channel, author: by, kind: PIN_NOTICE, reply_to: Some(message), ..Message::default() };
    post(state, notice, Some(&json!({ "parse": [] })));
}

/// Takes a pin away.
pub fn unpin(state: &mut State, channel: u64, message: u64) {
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    if it.pinned_at.take().is_some() {
        changed(state, channel, message);
        pins_changed(state, channel);
    }
}

/// Presses a sign. Nothing happens if they had.
pub fn react(state: &mut State, channel: u64, message: u64, emoji: &str, by: u64) {
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    let author = it.author;
    let at = it.reactions.iter().position(|reaction| reaction.emoji == emoji);
    let at = at.unwrap_or_else(|| {
        it.reactions.push(Reaction { emoji: emoji.to_owned(), users: Vec::new() });
        it.reactions.len() - 1
    });
    if it.reactions[at].users.contains(&by) {
        return;
    }
    it.reactions[at].users.push(by);
    let mut d = reaction(channel, message, emoji, by);
    d["message_author_id"] = json!(id(author));
    d["burst"] = json!(false);
    d["type"] = json!(0);
    if !is_direct(state, channel) {
        d["member"] = render::user::member(state, by);
    }
    tell(state, "MESSAGE_REACTION_ADD", d, channel);
}

/// Takes a sign away.
pub fn unreact(state: &mut State, channel: u64, message: u64, emoji: &str, by: u64) {
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    let mut removed = false;
    for reaction in it.reactions.iter_mut().filter(|reaction| reaction.emoji == emoji) {
        let before = reaction.users.len();
        reaction.users.retain(|&user| user != by);
        removed |= reaction.users.len() < before;
    }
    it.reactions.retain(|reaction| !reaction.users.is_empty());
    if removed {
        let mut d = reaction(channel, message, emoji, by);
        d["burst"] = json!(false);
        d["type"] = json!(0);
        tell(state, "MESSAGE_REACTION_REMOVE", d, channel);
    }
}

/// Takes all signs away.
pub fn unreact_all(state: &mut State, channel: u64, message: u64) {
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    it.reactions.clear();
    let d = json!({ "channel_id": id(channel), "message_id": id(message) });
    tell(state, "MESSAGE_REACTION_REMOVE_ALL", d, channel);
}

/// Takes all signs of one kind away. The event says neither whose they were nor what type.
pub fn unreact_kind(state: &mut State, channel: u64, message: u64, emoji: &str) {
    let Some(it) = state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) else { return };
    it.reactions.retain(|reaction| reaction.emoji != emoji);
    let emoji = json!({ "id": null, "name": emoji });
    let d = json!({ "channel_id": id(channel), "message_id": id(message), "emoji": emoji });
    tell(state, "MESSAGE_REACTION_REMOVE_EMOJI", d, channel);
}

fn reaction(channel: u64, message: u64, emoji: &str, by: u64) -> Value {
    json!({
        "user_id": id(by),
        "channel_id": id(channel),
        "message_id": id(message),
        "emoji": { "id": null, "name": emoji },
    })
}

/// Somebody is typing.
pub fn typing(state: &mut State, channel: u64, by: u64) {
    if is_direct(state, channel) || !told(state, channel) {
        return;
    }
    let d = json!({
        "channel_id": id(channel),
        "guild_id": id(state.guild.id),
        "user_id": id(by),
        "timestamp": state.now().timestamp(),
        "member": render::user::member(state, by),
    });
    state.emit("TYPING_START", d, intent::GUILD_MESSAGE_TYPING);
}
