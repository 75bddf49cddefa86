//! One event of the gateway, heard on the connection's thread: nothing here waits.
//!
//! - **Events come in order, and are dealt with in order**: the server's state is what it was when a message was written.
//! - Every session begins with the server's state. Unless the session was resumed, what was said in between is fetched
//!   (`catch_up.rs`), and what is heard from then on waits for it.
//! - Discord doesn't say that a channel was closed to us: it follows from roles and overwrites.
//! - An event that serenity can't read is read leniently, if it is one that matters.
//!
//! The lock of what is being heard is never taken while that of the server's state is held.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::Utc;
use serenity::all::{
    ChannelId, Event, Guild as WholeGuild, GuildChannel, Message, MessageId, MessageUpdateEvent, Reaction,
    ReactionType, UnknownEvent,
};
use sitrep_core::port::{Content, RoomKind};
use tokio::time::sleep;

use crate::{
    catch_up,
    guild::Guild,
    inbound::{self, Deed, Spoken, number_at},
    inbound_text::{self, Listener},
    intake::{Intake, Recent},
    interaction,
    rooms::Spot,
    streams::Item,
};

/// How long a room is closed to us before it counts as gone.
const SHUT_FOR: Duration = Duration::from_secs(30);

/// An event.
#[expect(clippy::wildcard_enum_match_arm, reason = "there are sixty others, and serenity may add more")]
pub(crate) fn hear(intake: &Arc<Intake>, event: &Event) {
    match event {
        Event::MessageCreate(event) => message(intake, &event.message),
        Event::MessageUpdate(event) => edited(intake, event),
        Event::MessageDelete(event) => deleted(intake, event.channel_id, &[event.message_id]),
        Event::MessageDeleteBulk(event) => deleted(intake, event.channel_id, &event.ids),
        Event::ReactionAdd(event) => reacted(intake, &event.reaction),
        Event::ReactionRemove(event) => {
            let sign = sign_of(&event.reaction);
            if let Some(sign) = sign {
                intake.inner().signs.remove(&sign);
            }
        }
        Event::InteractionCreate(event) => interaction::receive(intake, &event.interaction),
        Event::Ready(event) => ready(intake, event.ready.guilds.iter().map(|guild| guild.id.get())),
        Event::Resumed(_) => intake.set_up(),
        Event::Unknown(event) => unreadable(intake, event),
        event => about_server(intake, event),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most events are nobody's business here")]
fn about_server(intake: &Arc<Intake>, event: &Event) {
    let me = intake.account.user;
    match event {
        Event::GuildCreate(event) => whole(intake, &event.guild),
        Event::GuildDelete(event) if is_ours(intake, Some(event.guild.id.get())) => {
            lost(intake, event.guild.unavailable);
        }
        Event::GuildUpdate(event) if is_ours(intake, Some(event.guild.id.get())) => {
            changed(intake, |guild| guild.owner = event.guild.owner_id);
        }
        Event::ChannelCreate(event) => put_channel(intake, &event.channel),
        Event::ChannelUpdate(event) => put_channel(intake, &event.channel),
        Event::ThreadCreate(event) => put_channel(intake, &event.thread),
        Event::ThreadUpdate(event) => put_channel(intake, &event.thread),
        Event::ThreadListSync(event) => {
            for thread in &event.threads {
                put_channel(intake, thread);
            }
        }
        Event::ChannelDelete(event) => drop_channel(intake, event.channel.id),
        Event::ThreadDelete(event) => drop_channel(intake, event.thread.id),
        Event::GuildRoleCreate(event) => changed(intake, |guild| guild.put_role(&event.role, me)),
        Event::GuildRoleUpdate(event) => changed(intake, |guild| guild.put_role(&event.role, me)),
        Event::GuildRoleDelete(event) => changed(intake, |guild| guild.drop_role(event.role_id)),
        Event::GuildMemberUpdate(event)
            if event.user.id == me && is_ours(intake, Some(event.guild_id.get())) =>
        {
            changed(intake, |guild| guild.my_roles = Some(event.roles.iter().copied().collect()));
        }
        Event::VoiceStateUpdate(event) => {
            let state = &event.voice_state;
            if is_ours(intake, state.guild_id.map(|id| id.get())) {
                intake.account.guild().note_talking(state.user_id, state.channel_id);
            }
        }
        _ => {}
    }
}

fn is_ours(intake: &Intake, guild: Option<u64>) -> bool {
    guild == Some(intake.account.settings.guild_id)
}

fn ready(intake: &Arc<Intake>, mut guilds: impl Iterator<Item = u64>) {
    {
        let mut inner = intake.inner();
        inner.is_new_session = true;
        inner.is_outage = false;
        inner.hold_all();
        // Which of them were taken away meanwhile nobody says.
        inner.signs = Recent::default();
    }
    intake.account.guild().talking = None;
    if !guilds.any(|guild| is_ours(intake, Some(guild))) {
        lost(intake, false);
    }
}

/// The server's state, as a session begins, and when an outage of Discord's is over.
fn whole(intake: &Arc<Intake>, whole: &WholeGuild) {
    if !is_ours(intake, Some(whole.id.get())) {
        return;
    }
    let me = intake.account.user;
    let my_roles = whole.members.get(&me).map(|member| member.roles.iter().copied().collect());
    changed(intake, |guild| {
        (guild.id, guild.owner) = (whole.id, whole.owner_id);
        guild.put_roles(whole.roles.values(), me);
        guild.put_channels(whole.channels.values().chain(&whole.threads));
        guild.my_roles = my_roles.or(guild.my_roles.take());
        let talking = whole.voice_states.iter();
        let talking = talking.filter_map(|(person, state)| Some((*person, state.channel_id?))).collect();
        // It is told only if it was asked for.
        guild.talking = intake.account.settings.meetings.then_some(talking);
    });
    caught_up_from_here(intake);
}

/// The server is known: what was said since the last session is fetched, and everything is heard.
pub(crate) fn caught_up_from_here(intake: &Arc<Intake>) {
    if std::mem::replace(&mut intake.inner().is_new_session, false) {
        catch_up::begin(intake);
    }
    intake.set_up();
}

/// The server is gone, for a while or for us.
fn lost(intake: &Intake, is_outage: bool) {
    let id = intake.account.settings.guild_id;
    {
        let mut inner = intake.inner();
        inner.is_new_session = true;
        inner.is_outage = is_outage;
        inner.hold_all();
    }
    intake.set_down(if is_outage {
        "Discord has an outage on its side: the server can't be heard until that is over.".to_owned()
    } else {
        format!(
            "sitrep is not on the Discord server {id}. Invite it again, with the link that `sitrep invite-link` \
             prints, or correct `guild_id`."
        )
    });
}

/// The server has changed: names are looked up anew, and rooms that are closed to us by that are gone.
fn changed(intake: &Arc<Intake>, change: impl FnOnce(&mut Guild)) {
    let account = &intake.account;
    let mut guild = account.guild();
    let before = open_rooms(intake, &guild);
    change(&mut guild);
    let missing: Vec<String> = guild.bind(&account.settings.rooms).into_iter().map(str::to_owned).collect();
    let is_lost = |id: &ChannelId| !guild.is_open(*id, account.user);
    let after = open_rooms(intake, &guild);
    let won = after.iter().filter(|(id, _)| !before.contains_key(id));
    let won: Vec<(ChannelId, RoomKind, u64)> =
        won.map(|(id, spot)| (*id, spot.kind, guild.end_of(*id))).collect();
    let lost: Vec<(ChannelId, Spot)> = before.into_iter().filter(|(id, _)| is_lost(id)).collect();
    drop(guild);
    begin(intake, &won);
    account.rooms_missing(&missing);
    account.client.powers_changed();
    account.roles.forget();
    for (channel, spot) in lost {
        let is_there = account.guild().channels.contains_key(&channel);
        if is_there {
            shut(intake, channel, spot);
        } else {
            gone(intake, channel, spot);
        }
    }
}

/// A room was closed to us. Whoever changes who may see what does it in steps, so that it counts if it lasts.
pub(crate) fn shut(intake: &Arc<Intake>, channel: ChannelId, spot: Spot) {
    if !intake.inner().shut.insert(channel) {
        return;
    }
    let inside = Arc::downgrade(intake);
    intake.runtime.spawn(async move {
        sleep(SHUT_FOR).await;
        let Some(intake) = inside.upgrade() else { return };
        let is_open = intake.account.guild().is_open(channel, intake.account.user);
        let was_known = {
            let mut inner = intake.inner();
            inner.shut.remove(&channel);
            inner.dead.contains(&channel)
        };
        if !is_open && !was_known {
            gone(&intake, channel, spot);
        }
    });
}

/// Rooms that matter only now are heard from now on, and those of our own from their beginning. What a new session finds
/// is for `catch_up.rs` to tell.
fn begin(intake: &Intake, rooms: &[(ChannelId, RoomKind, u64)]) {
    let mut inner = intake.inner();
    if inner.is_new_session {
        return;
    }
    for (id, kind, end) in rooms {
        if inner.streams.is_behind(*id) {
            continue;
        }
        inner.dead.remove(id);
        match (kind, inner.streams.settled(*id)) {
            (RoomKind::Own, None) => inner.streams.begin(*id, id.get()),
            // What was said while it was closed is read by the next session, if nothing was said since.
            (RoomKind::Own, Some(_)) => {}
            (RoomKind::Configured | RoomKind::Direct | RoomKind::Other, _) => {
                inner.streams.begin(*id, *end);
            }
        }
    }
}

/// The rooms that matter and that we may see.
fn open_rooms(intake: &Intake, guild: &Guild) -> BTreeMap<ChannelId, Spot> {
    let rooms = intake.account.rooms();
    let heard = guild.channels.iter().filter(|(_, channel)| !channel.is_thread());
    let heard = heard.map(|(id, _)| (*id, rooms.spot(guild, *id)));
    heard
        .filter(|(id, spot)| spot.kind != RoomKind::Other && guild.is_open(*id, intake.account.user))
        .collect()
}

fn put_channel(intake: &Arc<Intake>, channel: &GuildChannel) {
    if is_ours(intake, Some(channel.guild_id.get())) {
        changed(intake, |guild| guild.put_channel(channel));
    }
}

fn drop_channel(intake: &Arc<Intake>, id: ChannelId) {
    // What is lost with other channels is seen by comparison; threads are not compared, because they only sleep.
    let own_thread = {
        let guild = intake.account.guild();
        let spot = intake.account.spot(&guild, id);
        let is_thread = guild.channels.get(&id).is_some_and(|channel| channel.is_thread());
        (is_thread && spot.thread.is_none() && spot.kind == RoomKind::Own).then_some(spot)
    };
    changed(intake, |guild| drop(guild.channels.remove(&id)));
    if let Some(spot) = own_thread {
        gone(intake, id, spot);
    }
}

/// A room that matters is gone, or closed to us.
pub(crate) fn gone(intake: &Arc<Intake>, channel: ChannelId, spot: Spot) {
    intake.inner().dead.insert(channel);
    let now = Utc::now();
    let id = format!("gone:{channel}:{}", now.timestamp_millis());
    let deed = Deed::ours(&intake.account, spot, id, Content::Gone);
    intake.put(Item { channel, order: number_at(now), message: None, deed: Some(deed) });
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
    let number = edited_at.timestamp_millis();
    if spoken.guild_id.is_some() && !is_ours(intake, spoken.guild_id.map(|id| id.get())) {
        return;
    }
    let (deed, text) = {
        let guild = intake.account.guild();
        let spot = intake.account.spot(&guild, spoken.channel_id);
        if spot.kind == RoomKind::Other {
            return;
        }
        let text = text(intake, &guild, &spoken);
        (Deed::said(&spoken, spot, text.clone()), text)
    };
    let Some(deed) = deed else { return };
    if !intake.inner().edits.put((spoken.id, number)) {
        return;
    }
    let deed = Deed {
        id: format!("edited:{}:{number}", spoken.id),
        content: Content::Edited { message: spoken.id.to_string(), text },
        sent_at: edited_at,
        ..deed
    };
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

/// A sign that stands for itself: Discord's own emojis and those of a server mean nothing here.
fn sign_of(reaction: &Reaction) -> Option<(MessageId, serenity::all::UserId, String)> {
    let ReactionType::Unicode(sign) = &reaction.emoji else { return None };
    Some((reaction.message_id, reaction.user_id?, sign.clone()))
}

fn reacted(intake: &Arc<Intake>, reaction: &Reaction) {
    let account = &intake.account;
    let is_elsewhere = reaction.guild_id.is_some() && !is_ours(intake, reaction.guild_id.map(|id| id.get()));
    let is_on_ours = reaction.message_author_id == Some(account.user);
    let is_bot = reaction.member.as_ref().is_some_and(|member| member.user.bot);
    let Some((message, who, sign)) = sign_of(reaction) else { return };
    if is_elsewhere || !is_on_ours || is_bot || who == account.user {
        return;
    }
    let spot = {
        let guild = account.guild();
        account.spot(&guild, reaction.channel_id)
    };
    if spot.kind == RoomKind::Other || !intake.inner().signs.put((message, who, sign.clone())) {
        return;
    }
    if spot.kind == RoomKind::Own {
        account.doing.note_present(reaction.channel_id, who);
    }
    let now = Utc::now();
    let deed = Deed {
        // Whoever presses twice in a moment presses twice.
        id: format!("reacted:{message}:{who}:{sign}:{}", now.timestamp_nanos_opt().unwrap_or_default()),
        spot,
        who,
        known: inbound::who_reacted(reaction),
        content: Content::Reacted { message: message.to_string(), key: sign },
        awaits_answer: false,
        sent_at: now,
    };
    intake.put(Item { channel: reaction.channel_id, order: number_at(now), message: None, deed: Some(deed) });
}

/// serenity could not read it.
fn unreadable(intake: &Arc<Intake>, event: &UnknownEvent) {
    match event.kind.as_str() {
        "MESSAGE_CREATE" => {
            if let Ok(read) = serde_json::from_value::<Spoken>(event.value.clone()) {
                spoken(intake, &read);
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
