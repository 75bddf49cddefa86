//! Reading channels to their ends.
//!
//! - Asked are only channels whose last message is later than what was heard, page by page, one request at a time. What
//!   was edited or deleted meanwhile counts as it is now.
//! - Channels are read side by side and handed over in the order of their messages, as far as that holds up nobody: after
//!   a few seconds each goes on by itself.
//! - **What fails is tried again later, and holds up nothing else**: neither a channel that can't be read nor a person
//!   whom the server doesn't say anything about.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serenity::all::{ChannelId, GuildId, UserId};
use sitrep_core::{port::RoomKind, room::RoomRef};
use tokio::time::sleep;

use crate::{
    failure::{Failure, code},
    hearing,
    intake::Intake,
    interaction,
    rooms::Spot,
    server::{self, Somewhere},
    server_events,
};

/// Between two requests.
const PACE: Duration = Duration::from_millis(100);
/// How long channels wait for each other.
const IN_ORDER_FOR: Duration = Duration::from_secs(3);
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// When something that failed is tried again.
#[derive(Debug, Default)]
struct Pause {
    until: Option<Instant>,
    lasts: Duration,
}

impl Pause {
    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| until <= Instant::now())
    }

    /// It failed. In how many seconds it is tried again.
    fn again(&mut self) -> u64 {
        self.lasts = (self.lasts * 2).clamp(Duration::from_secs(1), LONGEST_PAUSE);
        self.until = Some(Instant::now() + self.lasts);
        self.lasts.as_secs()
    }
}

/// A channel whose history is read.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) channel: ChannelId,
    /// What is not later than this is known, or was read.
    after: u64,
    /// Whether the server names it. A private conversation or a thread that sleeps is asked for first.
    is_named: bool,
    is_done: bool,
    pause: Pause,
}

impl Tail {
    pub(crate) fn new(channel: ChannelId, after: u64, is_named: bool, is_done: bool) -> Self {
        Self { channel, after, is_named, is_done, pause: Pause::default() }
    }
}

/// Channels that are read.
pub(crate) struct Reading {
    intake: Arc<Intake>,
    /// Which reading it is.
    number: u64,
    tails: Vec<Tail>,
    /// Who was asked about in vain.
    strangers: BTreeMap<UserId, Pause>,
    in_order_until: Instant,
}

impl Reading {
    pub(crate) fn new(intake: &Arc<Intake>, number: u64, tails: Vec<Tail>) -> Self {
        let in_order_until = Instant::now() + IN_ORDER_FOR;
        Self { intake: Arc::clone(intake), number, tails, strangers: BTreeMap::new(), in_order_until }
    }

    /// Reads them to their ends.
    pub(crate) async fn go(mut self) {
        loop {
            for at in 0..self.tails.len() {
                ask_who(&self.intake, self.tails[at].channel, &mut self.strangers).await;
            }
            self.hand_over();
            if self.tails.is_empty() {
                return;
            }
            let is_due = |tail: &&mut Tail| !tail.is_done && tail.pause.is_over();
            // Those that nobody has spoken in for long last.
            let next = self.tails.iter_mut().filter(is_due).min_by_key(|tail| (!tail.is_named, tail.after));
            if let Some(tail) = next {
                step(&self.intake, self.number, tail).await;
            }
            sleep(PACE).await;
        }
    }

    /// Hands over what no earlier message can follow, or what each channel has. One that was read to its end goes on by
    /// itself.
    fn hand_over(&mut self) {
        let prefix = &self.intake.account.settings.prefix;
        let mut inner = self.intake.inner();
        if inner.reading != self.number {
            // Another one begins.
            return self.tails.clear();
        }
        let streams = &mut inner.streams;
        let limit = |tail: &Tail, streams: &crate::streams::Streams| {
            let unread = if tail.is_done { u64::MAX } else { tail.after };
            let of_stranger = streams.first_of_stranger(tail.channel, prefix);
            unread.min(of_stranger.map_or(u64::MAX, |first| first.saturating_sub(1)))
        };
        let named: Vec<&Tail> = self.tails.iter().filter(|tail| tail.is_named).collect();
        let least = named.iter().map(|tail| limit(tail, streams)).min().unwrap_or(u64::MAX);
        let is_in_order = Instant::now() < self.in_order_until && least != u64::MAX;
        if is_in_order {
            let channels: Vec<ChannelId> = named.iter().map(|tail| tail.channel).collect();
            streams.release(&channels, least);
        } else {
            let channels: Vec<ChannelId> = named.iter().map(|tail| tail.channel).collect();
            if least == u64::MAX {
                streams.release(&channels, least);
            }
            for tail in named {
                streams.release(&[tail.channel], limit(tail, streams));
            }
            let mut closed = Vec::new();
            self.tails.retain(|tail| {
                let is_over = tail.is_done && limit(tail, streams) == u64::MAX;
                closed.extend(is_over.then_some(tail.channel));
                !is_over
            });
            for channel in closed {
                inner.streams.close(channel);
                inner.unread.remove(&channel);
            }
        }
        drop(inner);
        self.intake.wake();
    }
}

/// One request about a channel.
async fn step(intake: &Arc<Intake>, number: u64, tail: &mut Tail) {
    let done = if tail.is_named { page(intake, number, tail).await } else { visit(intake, tail).await };
    match done {
        Ok(()) => tail.pause = Pause::default(),
        Err(failure) if is_closed(&failure) => {
            if !tail.is_named {
                if failure.is(&[code::UNKNOWN_CHANNEL]) {
                    intake.inner().departing.insert(tail.channel);
                }
                lose(intake, tail.channel);
            }
            (tail.is_named, tail.is_done) = (true, true);
        }
        Err(failure) => {
            let seconds = tail.pause.again();
            tracing::warn!(
                "What was said in the Discord channel {} meanwhile can't be read yet: {}. Trying again in {seconds} s.",
                tail.channel,
                failure.words(),
            );
        }
    }
}

/// Reads one page.
async fn page(intake: &Arc<Intake>, number: u64, tail: &mut Tail) -> Result<(), Failure> {
    let (messages, is_last) =
        server::messages_after(&intake.account.client, tail.channel, tail.after).await?;
    let last = messages.last().map(|message| message.id.get());
    let on_server = messages.into_iter().map(|message| message.on_server(&intake.account));
    let items: Vec<_> = on_server.filter_map(|message| hearing::take_in(intake, &message)).collect();
    let mut inner = intake.inner();
    // Another reading may have begun, and reads them again.
    if inner.reading == number {
        inner.streams.hold(tail.channel);
        for item in items {
            inner.streams.put(item);
        }
    }
    drop(inner);
    tail.after = last.unwrap_or(tail.after);
    tail.is_done = is_last || last.is_none();
    Ok(())
}

fn is_closed(failure: &Failure) -> bool {
    failure.is(&[code::UNKNOWN_CHANNEL, code::NO_ACCESS, code::NO_PERMISSION])
}

/// Looks after a channel that was heard and that the server doesn't name.
async fn visit(intake: &Arc<Intake>, tail: &mut Tail) -> Result<(), Failure> {
    let channel = tail.channel;
    let found = server::find(&intake.account.client, channel).await?;
    let position = intake.inner().streams.position(channel);
    tail.is_named = true;
    let last = match found {
        Somewhere::Direct(last) => {
            intake.account.note_direct(channel, position.or(last).unwrap_or(channel.get()));
            last
        }
        Somewhere::OnServer(found) if found.guild_id.get() == intake.account.settings.guild_id => {
            intake.account.guild().put_channel(&found);
            found.last_message_id.map(|id| id.get())
        }
        Somewhere::OnServer(_) | Somewhere::Elsewhere => {
            tail.is_done = true;
            lose(intake, channel);
            return Ok(());
        }
    };
    // Of whatever was heard in it, nothing was a message: what was said there was not for us.
    tail.after = position.or(last).unwrap_or(channel.get());
    if position.is_none() {
        intake.inner().streams.begin(channel, tail.after);
    }
    tail.is_done = last.is_none_or(|last| last <= tail.after);
    Ok(())
}

/// A channel that was heard is gone, or closed to us. Which room it was the server no longer says.
fn lose(intake: &Arc<Intake>, channel: ChannelId) {
    intake.inner().streams.close(channel);
    let room = RoomRef::new(&intake.account.name, channel.to_string());
    server_events::gone(intake, channel, Spot { room, thread: None, kind: RoomKind::Own });
}

/// Asks the server who somebody is, and lets what they did go on.
pub(crate) fn introduce(intake: &Arc<Intake>, channel: ChannelId) {
    let inside = Arc::clone(intake);
    intake.runtime.spawn(async move {
        let mut strangers = BTreeMap::new();
        loop {
            ask_who(&inside, channel, &mut strangers).await;
            if is_finished(&inside, channel) {
                return;
            }
            sleep(PACE).await;
        }
    });
}

/// A channel goes on once everybody in it is known. One whose history is read is none of ours any more.
fn is_finished(intake: &Intake, channel: ChannelId) -> bool {
    let mut inner = intake.inner();
    if inner.unread.contains(&channel) {
        return true;
    }
    if !inner.streams.strangers(channel, &intake.account.settings.prefix).is_empty() {
        return false;
    }
    inner.streams.close(channel);
    drop(inner);
    intake.wake();
    true
}

/// Asks about everybody who waits in a channel, but for those who were just asked about in vain.
async fn ask_who(intake: &Intake, channel: ChannelId, in_vain: &mut BTreeMap<UserId, Pause>) {
    let account = &intake.account;
    let server = GuildId::new(account.settings.guild_id);
    let strangers = intake.inner().streams.strangers(channel, &account.settings.prefix);
    for person in strangers {
        if !in_vain.get(&person).is_none_or(Pause::is_over) {
            continue;
        }
        match account.roles.of(&account.client, server, person).await {
            Ok(known) => {
                in_vain.remove(&person);
                let turned_away = intake.inner().streams.introduce(channel, person, known.as_ref());
                for deed in turned_away {
                    interaction::turn_away(account, &deed.id);
                }
            }
            Err(failure) => {
                let seconds = in_vain.entry(person).or_default().again();
                tracing::warn!(
                    "Discord doesn't say which roles somebody has who commands: {}. Trying again in {seconds} s.",
                    failure.words(),
                );
            }
        }
    }
}
