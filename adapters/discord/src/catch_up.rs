//! Reading what the gateway left out: at the start, and whenever a session could not be resumed.
//!
//! - Asked are only channels whose last message is later than what was heard, page by page, one request at a time. What
//!   was edited or deleted meanwhile counts as it is now.
//! - Channels are read side by side and handed over in the order of their messages, as far as that holds up nobody: after
//!   a few seconds each goes on by itself.
//! - A room of our own is heard from its beginning, a thread from where its room was heard to, and any other room from
//!   where it ends now.
//! - Private conversations and threads that sleep are not in what the gateway says. Those that were heard before are
//!   asked for one by one.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use serenity::all::{ChannelId, GuildId};
use sitrep_core::{port::RoomKind, room::RoomRef};
use tokio::time::sleep;

use crate::{
    failure::{Failure, code},
    guild::{Channel, Guild},
    hearing,
    intake::{Inner, Intake},
    rooms::Spot,
    server::{self, Somewhere},
};

/// Between two requests.
const PACE: Duration = Duration::from_millis(100);
/// How long channels wait for each other.
const IN_ORDER_FOR: Duration = Duration::from_secs(3);
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A channel whose history is read.
struct Tail {
    channel: ChannelId,
    /// What is not later than this is known, or was read.
    after: u64,
    is_done: bool,
}

/// What has to be read, decided at once: everything that is heard from now on waits for it.
struct Plan {
    tails: Vec<Tail>,
    /// Channels that were heard and that the server doesn't name.
    unknown: Vec<ChannelId>,
}

/// Begins to catch up, in the place of what was going on.
pub(crate) fn begin(intake: &Arc<Intake>) {
    let plan = {
        let mut inner = intake.inner();
        let guild = intake.account.guild();
        plan(intake, &mut inner, &guild)
    };
    let mut beside = intake.beside.lock().unwrap_or_else(PoisonError::into_inner);
    beside.abort_all();
    while beside.try_join_next().is_some() {}
    let intake = Arc::clone(intake);
    let runtime = intake.runtime.clone();
    beside.spawn_on(
        async move {
            let Plan { tails, unknown } = plan;
            tokio::join!(read(&intake, tails), visit(&intake, unknown));
        },
        &runtime,
    );
}

fn plan(intake: &Intake, inner: &mut Inner, guild: &Guild) -> Plan {
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
        let Some(after) = start(inner, (*id, channel), is_own) else { continue };
        let is_done = channel.last_message.is_none_or(|last| last.get() <= after);
        if !is_done || inner.streams.is_behind(*id) {
            inner.streams.hold(*id);
            tails.push(Tail { channel: *id, after, is_done });
        }
    }
    let is_read = |id: &ChannelId| tails.iter().any(|tail| tail.channel == *id);
    let closed: Vec<ChannelId> =
        inner.streams.behind().filter(|id| guild.channels.contains_key(id) && !is_read(id)).collect();
    for id in closed {
        // Shut to us while its history was being read: nothing more comes of that.
        inner.streams.close(id);
    }
    let is_unknown = |id: &ChannelId| !guild.channels.contains_key(id) && !inner.dead.contains(id);
    let unknown: Vec<ChannelId> = inner.streams.known().filter(is_unknown).collect();
    for id in &unknown {
        inner.streams.hold(*id);
    }
    Plan { tails, unknown }
}

/// After which message a channel is heard; `None` if nothing in it was meant for us yet.
fn start(inner: &mut Inner, (id, channel): (ChannelId, &Channel), is_own: bool) -> Option<u64> {
    if let Some(position) = inner.streams.position(id) {
        return Some(position);
    }
    let of_parent = channel.parent.and_then(|parent| inner.streams.position(parent));
    let beginning = match (is_own, channel.is_thread(), of_parent) {
        (true, ..) => Some(id.get()),
        (false, true, Some(position)) => Some(position.max(id.get())),
        (false, ..) => None,
    };
    match beginning {
        Some(beginning) => inner.streams.resume(id, beginning),
        None => {
            let end = channel.last_message.map_or(id.get(), |last| last.get().max(id.get()));
            inner.streams.begin(id, end);
        }
    }
    beginning
}

/// Reads channels to their ends.
async fn read(intake: &Arc<Intake>, mut tails: Vec<Tail>) {
    let in_order_until = Instant::now() + IN_ORDER_FOR;
    let all: Vec<ChannelId> = tails.iter().map(|tail| tail.channel).collect();
    let mut pause = Duration::from_secs(1);
    loop {
        for id in tails.iter().map(|tail| tail.channel) {
            ask_who(intake, id).await;
        }
        release(intake, &tails, &all, Instant::now() < in_order_until);
        let next = tails.iter_mut().filter(|tail| !tail.is_done).min_by_key(|tail| tail.after);
        let Some(tail) = next else { break };
        match page(intake, tail).await {
            Ok(()) => {
                pause = Duration::from_secs(1);
                sleep(PACE).await;
            }
            Err(failure) if is_closed(&failure) => tail.is_done = true,
            Err(failure) => {
                tracing::warn!(
                    "What was said in the Discord channel {} meanwhile can't be read yet: {}. Trying again in {} s.",
                    tail.channel,
                    failure.words(),
                    pause.as_secs()
                );
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        if Instant::now() > in_order_until {
            tails.retain(|tail| !tail.is_done || !is_finished(intake, tail.channel));
        }
    }
    for id in all {
        finish(intake, id).await;
    }
}

/// Hands over what no earlier message can follow, or what each channel has.
fn release(intake: &Intake, tails: &[Tail], all: &[ChannelId], is_in_order: bool) {
    let mut inner = intake.inner();
    let unread = || tails.iter().filter(|tail| !tail.is_done);
    let up_to = unread().map(|tail| tail.after).min().unwrap_or(u64::MAX);
    if is_in_order {
        inner.streams.release(all, up_to);
    } else {
        for tail in tails {
            let up_to = if tail.is_done { u64::MAX } else { tail.after };
            inner.streams.release(&[tail.channel], up_to);
        }
    }
    drop(inner);
    intake.wake();
}

/// A channel that was read to its end goes on by itself.
fn is_finished(intake: &Arc<Intake>, channel: ChannelId) -> bool {
    let mut inner = intake.inner();
    if !inner.streams.strangers(channel, &intake.account.settings.prefix).is_empty() {
        return false;
    }
    inner.streams.close(channel);
    drop(inner);
    intake.wake();
    true
}

/// Reads one page.
async fn page(intake: &Arc<Intake>, tail: &mut Tail) -> Result<(), Failure> {
    let (messages, is_last) =
        server::messages_after(&intake.account.client, tail.channel, tail.after).await?;
    let last = messages.last().map(|message| message.id.get());
    for message in messages {
        if let Some(item) = hearing::take_in(intake, &message.on_server(&intake.account)) {
            intake.inner().streams.put(item);
        }
    }
    tail.after = last.unwrap_or(tail.after);
    tail.is_done = is_last || last.is_none();
    Ok(())
}

fn is_closed(failure: &Failure) -> bool {
    failure.is(&[code::UNKNOWN_CHANNEL, code::NO_ACCESS, code::NO_PERMISSION])
}

/// Looks after channels that were heard and that the server doesn't name.
async fn visit(intake: &Arc<Intake>, channels: Vec<ChannelId>) {
    for channel in channels {
        let mut pause = Duration::from_secs(1);
        loop {
            match server::find(&intake.account.client, channel).await {
                Ok(found) => {
                    arrive(intake, channel, &found).await;
                    break;
                }
                Err(failure) if is_closed(&failure) => {
                    lose(intake, channel);
                    break;
                }
                Err(failure) => {
                    tracing::debug!("The Discord channel {channel} can't be looked at: {}.", failure.words());
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        sleep(PACE).await;
    }
}

async fn arrive(intake: &Arc<Intake>, channel: ChannelId, found: &Somewhere) {
    let position = intake.inner().streams.position(channel);
    let last = match found {
        Somewhere::Direct(last) => {
            intake.account.note_direct(channel, position.or(*last).unwrap_or(channel.get()));
            *last
        }
        Somewhere::OnServer(found) if found.guild_id.get() == intake.account.settings.guild_id => {
            intake.account.guild().put_channel(found);
            found.last_message_id.map(|id| id.get())
        }
        Somewhere::OnServer(_) | Somewhere::Elsewhere => return lose(intake, channel),
    };
    // Of whatever was heard in it, nothing was a message: what was said there was not for us.
    let after = position.or(last).unwrap_or(channel.get());
    if position.is_none() {
        intake.inner().streams.begin(channel, after);
    }
    let is_done = last.is_none_or(|last| last <= after);
    Box::pin(read(intake, vec![Tail { channel, after, is_done }])).await;
}

/// A channel that was heard is gone, or closed to us. Which room it was the server no longer says.
fn lose(intake: &Arc<Intake>, channel: ChannelId) {
    intake.inner().streams.close(channel);
    let room = RoomRef::new(&intake.account.name, channel.to_string());
    hearing::gone(intake, channel, Spot { room, thread: None, kind: RoomKind::Own });
}

/// Asks the server who somebody is, and lets what they did go on.
pub(crate) fn introduce(intake: &Arc<Intake>, channel: ChannelId) {
    let inside = Arc::clone(intake);
    intake.runtime.spawn(async move { finish(&inside, channel).await });
}

/// Lets a channel go on once everybody in it is known.
async fn finish(intake: &Arc<Intake>, channel: ChannelId) {
    while !is_finished(intake, channel) {
        ask_who(intake, channel).await;
    }
}

/// Asks about everybody who waits in a channel.
async fn ask_who(intake: &Arc<Intake>, channel: ChannelId) {
    let account = &intake.account;
    let server = GuildId::new(account.settings.guild_id);
    let mut pause = Duration::from_secs(1);
    loop {
        let strangers = intake.inner().streams.strangers(channel, &account.settings.prefix);
        let Some(person) = strangers.first() else { return };
        match account.roles.of(&account.client, server, *person).await {
            Ok(known) => intake.inner().streams.introduce(channel, *person, known.as_ref()),
            Err(failure) => {
                tracing::warn!(
                    "Discord doesn't say which roles somebody has who commands: {}. Trying again in {} s.",
                    failure.words(),
                    pause.as_secs()
                );
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
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
        hearing::caught_up_from_here(&inside);
    });
}
