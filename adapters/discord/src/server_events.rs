//! What the gateway says of the server, heard on the connection's thread: sessions that begin, outages, and channels, roles
//! and people that change.
//!
//! - Every session begins with the server's state. Unless the session was resumed, what was said in between is fetched
//!   (`catch_up.rs`), and what is heard from then on waits for it.
//! - Discord doesn't say that a channel was closed to us: it follows from roles and overwrites.
//!
//! The lock of what is being heard is never taken while that of the server's state is held.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::Utc;
use serenity::all::{ChannelId, Event, Guild as WholeGuild, GuildChannel};
use sitrep_core::port::{Content, RoomKind};
use tokio::time::sleep;

use crate::{
    catch_up,
    guild::Guild,
    inbound::{Deed, number_at},
    intake::{Intake, Recent},
    rooms::Spot,
    streams::Item,
};

/// How long a room is closed to us before it counts as gone.
const SHUT_FOR: Duration = Duration::from_secs(30);

/// An event that is no message.
#[expect(clippy::wildcard_enum_match_arm, reason = "most events are nobody's business here")]
pub(crate) fn about_server(intake: &Arc<Intake>, event: &Event) {
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

/// Whether this is the server that sitrep is for.
pub(crate) fn is_ours(intake: &Intake, guild: Option<u64>) -> bool {
    guild == Some(intake.account.settings.guild_id)
}

/// A session begins.
pub(crate) fn ready(intake: &Arc<Intake>, mut guilds: impl Iterator<Item = u64>) {
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
