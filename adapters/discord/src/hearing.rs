//! One event of the gateway, heard on the connection's thread: nothing here waits.
//!
//! - **Events come in order, and are dealt with in order**: the server's state is what it was when a message was written.
//! - What it says of the server itself is in `server_events.rs`, of signs in `signs.rs`.
//! - An event that serenity can't read is read leniently, if it is one that matters.
//!
//! The lock of what is being heard is never taken while that of the server's state is held.

use std::sync::{Arc, atomic::Ordering};

use chrono::Utc;
use serde::Deserialize;
use serenity::all::{ChannelId, Event, Message, MessageId, MessageUpdateEvent, UnknownEvent};
use sitrep_core::port::{Content, RoomKind};

use crate::{
    catch_up,
    guild::Guild,
    inbound::{self, Deed, Spoken, number_at},
    inbound_text::{self, Listener},
    intake::Intake,
    interaction,
    server_events::{about_server, is_ours, ready},
    signs::{self, Swept},
    streams::Item,
};

/// An event.
#[expect(clippy::wildcard_enum_match_arm, reason = "there are sixty others, and serenity may add more")]
pub(crate) fn hear(intake: &Arc<Intake>, event: &Event) {
    match event {
        Event::MessageCreate(event) => message(intake, &event.message),
        Event::MessageUpdate(event) => edited(intake, event),
        Event::MessageDelete(event) => deleted(intake, event.channel_id, &[event.message_id]),
        Event::MessageDeleteBulk(event) => deleted(intake, event.channel_id, &event.ids),
        Event::ReactionAdd(event) => signs::put(intake, &event.reaction),
        Event::ReactionRemove(event) => signs::taken_off(intake, &event.reaction),
        Event::ReactionRemoveAll(event) => {
            let (channel_id, message_id, guild_id) = (event.channel_id, event.message_id, event.guild_id);
            signs::swept(intake, &Swept { channel_id, message_id, guild_id, emoji: None });
        }
        Event::InteractionCreate(event) => interaction::receive(intake, &event.interaction),
        Event::Ready(event) => ready(intake, event.ready.guilds.iter().map(|guild| guild.id.get())),
        Event::Resumed(_) => intake.set_up(),
        Event::Unknown(event) => unreadable(intake, event),
        event => about_server(intake, event),
    }
}

/// Mere talk in a room that is nobody's business costs a look at a map.
fn message(intake: &Arc<Intake>, message: &Message) {
    if message.guild_id.is_some() && message.author.id != intake.account.user {
        let mut guild = intake.account.guild();
        guild.note_message(message.channel_id, message.id);
        if intake.account.rooms().heard_as(&guild, message.channel_id) == RoomKind::Other {
            return;
        }
    }
    spoken(intake, &Spoken::from(message));
}

/// A message, whoever wrote it.
fn spoken(intake: &Arc<Intake>, spoken: &Spoken) {
    let Some(item) = take_in(intake, spoken) else { return };
    intake.put(item);
}

/// What a message is to sitrep, if it was written where commands are heard.
pub(crate) fn take_in(intake: &Intake, spoken: &Spoken) -> Option<Item> {
    let account = &intake.account;
    let is_elsewhere = spoken.guild_id.is_some_and(|id| id.get() != account.settings.guild_id);
    if is_elsewhere {
        return None;
    }
    if let Some(nonce) = spoken.own_nonce(account.user) {
        account.nonces().put(nonce, spoken.channel_id, spoken.id);
    }
    if spoken.guild_id.is_none() {
        account.note_direct(spoken.channel_id, spoken.id.get().saturating_sub(1));
    }
    let mut guild = account.guild();
    guild.note_message(spoken.channel_id, spoken.id);
    let spot = account.spot(&guild, spoken.channel_id);
    if spot.kind == RoomKind::Other {
        return None;
    }
    let is_own_room = spot.kind == RoomKind::Own;
    let deed = spoken.person().and_then(|_| Deed::said(spoken, spot, text(intake, &guild, spoken)));
    if let Some(deed) = deed.as_ref().filter(|_| is_own_room) {
        account.doing.note_present(spoken.channel_id, deed.who);
    }
    Some(Item { channel: spoken.channel_id, order: spoken.id.get(), message: Some(spoken.id), deed })
}

fn text(intake: &Intake, guild: &Guild, spoken: &Spoken) -> String {
    let prefix = &intake.account.settings.prefix;
    let listener = Listener { me: intake.account.user, prefix, here: spoken.channel_id };
    inbound_text::read(&spoken.content, guild, &listener)
}

fn edited(intake: &Arc<Intake>, event: &MessageUpdateEvent) {
    let Some((spoken, edited_at)) = inbound::edit(event) else { return };
    let now = Utc::now();
    if !inbound::is_fresh_edit(spoken.id, edited_at, now) {
        return;
    }
    if spoken.guild_id.is_some() && !is_ours(intake, spoken.guild_id.map(|id| id.get())) {
        return;
    }
    let account = &intake.account;
    // What we may not read says nothing, and that is not what it says.
    if spoken.content.is_empty() && !account.reads_content.load(Ordering::Relaxed) {
        return;
    }
    let deed = {
        let guild = account.guild();
        let spot = account.spot(&guild, spoken.channel_id);
        if spot.kind == RoomKind::Other {
            return;
        }
        let text = text(intake, &guild, &spoken);
        Deed::edited(&spoken, (account.user, &account.settings.prefix), spot, (text, edited_at))
    };
    let Some(deed) = deed else { return };
    if !intake.inner().edits.put((spoken.id, edited_at.timestamp_millis())) {
        return;
    }
    intake.put(Item { channel: spoken.channel_id, order: number_at(now), message: None, deed: Some(deed) });
}

fn deleted(intake: &Arc<Intake>, channel: ChannelId, messages: &[MessageId]) {
    let spot = {
        let guild = intake.account.guild();
        intake.account.spot(&guild, channel)
    };
    if spot.kind == RoomKind::Other {
        return;
    }
    let now = Utc::now();
    for message in messages {
        let content = Content::Redacted { message: message.to_string() };
        let deed = Deed::ours(&intake.account, spot.clone(), format!("deleted:{message}"), content);
        intake.put(Item { channel, order: number_at(now), message: None, deed: Some(deed) });
    }
}

/// serenity could not read it.
fn unreadable(intake: &Arc<Intake>, event: &UnknownEvent) {
    match event.kind.as_str() {
        "MESSAGE_CREATE" => {
            if let Ok(read) = serde_json::from_value::<Spoken>(event.value.clone()) {
                spoken(intake, &read);
            }
        }
        "MESSAGE_REACTION_REMOVE_EMOJI" => {
            if let Ok(swept) = Swept::deserialize(&event.value) {
                signs::swept(intake, &swept);
            }
        }
        "GUILD_CREATE" => {
            let is_it = event.value["id"].as_str().and_then(|id| id.parse().ok());
            if is_ours(intake, is_it) {
                catch_up::look_around(intake);
            }
        }
        kind => tracing::debug!("An event of Discord's gateway could not be read: {kind}."),
    }
}
