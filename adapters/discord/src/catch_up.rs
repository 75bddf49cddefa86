//! What the gateway left out is read: at the start, and whenever a session could not be resumed. Reading itself is in
//! `reading.rs`.
//!
//! - A room of our own is heard from its beginning, a thread from where its room was heard to, and any other room from
//!   where it ends now.
//! - Private conversations and threads that sleep are not in what the gateway says. Those that were heard before are
//!   asked for one by one.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use serenity::all::{ChannelId, GuildId};
use sitrep_core::port::RoomKind;
use tokio::time::sleep;

use crate::{
    guild::{Channel, Guild},
    intake::{Inner, Intake},
    reading::{Reading, Tail},
    rooms::Spot,
    server, server_events,
};

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Begins to catch up, in the place of what was going on.
pub(crate) fn begin(intake: &Arc<Intake>) {
    let (reading, shut) = {
        let mut inner = intake.inner();
        let guild = intake.account.guild();
        let tails = plan(intake, &mut inner, &guild);
        inner.reading += 1;
        inner.unread = tails.iter().map(|tail| tail.channel).collect();
        let shut = shut(intake, &inner, &guild);
        (Reading::new(intake, inner.reading, tails), shut)
    };
    let mut beside = intake.beside.lock().unwrap_or_else(PoisonError::into_inner);
    beside.abort_all();
    while beside.try_join_next().is_some() {}
    beside.spawn_on(reading.go(), &intake.runtime);
    drop(beside);
    for (channel, spot) in shut {
        server_events::shut(intake, channel, spot);
    }
}

/// The rooms that were heard and were closed to us while nobody said so.
fn shut(intake: &Intake, inner: &Inner, guild: &Guild) -> Vec<(ChannelId, Spot)> {
    let rooms = intake.account.rooms();
    let is_shut = |id: &ChannelId| {
        let is_room = guild.channels.get(id).is_some_and(|channel| !channel.is_thread());
        is_room && !inner.dead.contains(id) && !guild.is_open(*id, intake.account.user)
    };
    let shut = inner.streams.known().filter(is_shut).map(|id| (id, rooms.spot(guild, id)));
    shut.filter(|(_, spot)| spot.kind != RoomKind::Other).collect()
}

/// What has to be read, decided at once: everything that is heard from now on waits for it.
fn plan(intake: &Intake, inner: &mut Inner, guild: &Guild) -> Vec<Tail> {
    for (direct, after) in intake.account.known_directs(guild) {
        if inner.streams.position(direct).is_none() {
            inner.streams.resume(direct, after);
        }
    }
    let rooms = intake.account.rooms();
    let heard = guild.channels.iter().filter(|(id, _)| {
        rooms.spot(guild, **id).kind != RoomKind::Other && guild.is_open(**id, intake.account.user)
    });
    let (threads, channels): (Vec<_>, Vec<_>) = heard.partition(|(_, channel)| channel.is_thread());
    let mut tails = Vec::new();
    // Threads first: they begin where their room was heard to before.
    for (id, channel) in threads.into_iter().chain(channels) {
        inner.dead.remove(id);
        let is_own = rooms.kind_of(guild, *id) == RoomKind::Own;
        let Some(after) = start(inner, guild, (*id, channel), is_own) else { continue };
        let is_done = channel.last_message.is_none_or(|last| last.get() <= after);
        if !is_done || inner.streams.is_behind(*id) {
            tails.push(Tail::new(*id, after, true, is_done));
        }
    }
    // Channels that were heard and that the server doesn't name.
    let is_gone = |id: &ChannelId| inner.dead.contains(id) || intake.account.departed.contains(*id);
    let is_unknown = |id: &ChannelId| !guild.channels.contains_key(id) && !is_gone(id);
    let unknown = inner.streams.known().filter(is_unknown);
    tails.extend(unknown.map(|id| Tail::new(id, 0, false, false)));
    let is_read = |id: &ChannelId| tails.iter().any(|tail| tail.channel == *id);
    // Shut to us while its history was being read, or nobody's business: nothing more comes of that.
    let closed: Vec<ChannelId> = inner.streams.behind().filter(|id| !is_read(id)).collect();
    for id in closed {
        inner.streams.close(id);
    }
    for tail in &tails {
        inner.streams.hold(tail.channel);
    }
    inner.streams.all_is_planned();
    tails
}

/// After which message a channel is heard; `None` if nothing in it was meant for us yet.
fn start(
    inner: &mut Inner,
    guild: &Guild,
    (id, channel): (ChannelId, &Channel),
    is_own: bool,
) -> Option<u64> {
    // What was heard of a room of our own since may not be the first that was said in it.
    let known = if is_own { inner.streams.settled(id) } else { inner.streams.position(id) };
    if known.is_some() {
        return known;
    }
    let of_parent = channel.parent.and_then(|parent| inner.streams.position(parent));
    let beginning = match (is_own, channel.is_thread(), of_parent) {
        (true, ..) => Some(id.get()),
        (false, true, Some(position)) => Some(position.max(id.get())),
        (false, ..) => None,
    };
    inner.streams.begin(id, beginning.unwrap_or_else(|| guild.end_of(id)));
    beginning
}

/// Reads the server's state, because the gateway's word on it can't be read.
pub(crate) fn look_around(intake: &Arc<Intake>) {
    let inside = Arc::clone(intake);
    intake.runtime.spawn(async move {
        let account = &inside.account;
        let id = GuildId::new(account.settings.guild_id);
        let mut pause = Duration::from_secs(1);
        let seen = loop {
            match server::look(&account.client, id, account.user).await {
                Ok(seen) => break seen,
                Err(failure) => {
                    tracing::warn!("The Discord server can't be looked at: {}.", failure.words());
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        };
        {
            let mut guild = account.guild();
            guild.take_over(seen);
            guild.bind(&account.settings.rooms);
        }
        server_events::caught_up_from_here(&inside);
    });
}
