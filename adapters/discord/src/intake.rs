//! From what the gateway brings to batches, none of which is lost.
//!
//! - **A batch is kept until core asks for what comes after it.** Batches are numbered in a stream of their own, because
//!   a batch of reactions moves no channel's position.
//! - The first batch comes as soon as the server is known, with where every channel ends that was never heard.
//! - While nothing can be heard, core is told so once for each outage, and otherwise waits: whoever is told too often
//!   comes back too late.
//!
//! What is heard is in `hearing.rs`, its order and the positions in `streams.rs`, what the gateway left out in
//! `catch_up.rs`, the connection itself in `watchdog.rs`.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use serenity::all::{ChannelId, MessageId, UserId};
use sitrep_core::port::{Batch, Content, ListenError, Position, Positions};
use tokio::{runtime::Handle, sync::Notify, task::JoinSet};

use crate::{
    account::Account,
    reading,
    streams::{Item, Streams},
};

/// The stream in which batches are numbered.
const BATCHES: &str = "batch";
/// How many things are handed over at once.
const AT_ONCE: usize = 200;
/// How long positions of mere talk may wait for something better to go with.
const FLUSH_EVERY: Duration = Duration::from_secs(30);
/// An outage that is shorter isn't worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(10);
/// How often a long one is.
const WORTH_ANOTHER: Duration = Duration::from_secs(300);

/// How the connection to the gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Everything is heard.
    Up,
    /// Nothing is heard, for this reason: a sentence.
    Down { since: Instant, why: String },
    /// Nothing will be heard before somebody has done this: a sentence.
    Over(String),
}

/// What is being heard.
pub(crate) struct Intake {
    pub(crate) account: Arc<Account>,
    pub(crate) runtime: Handle,
    inner: Mutex<Inner>,
    wake: Notify,
    listening: tokio::sync::Mutex<()>,
    /// What goes on beside hearing: reading history. It ends when this is dropped.
    pub(crate) beside: Mutex<JoinSet<()>>,
}

/// What is known, behind one lock that is never held across an await.
pub(crate) struct Inner {
    pub(crate) streams: Streams,
    pub(crate) link: Link,
    /// Whether the session is one whose beginning was not followed by the server's state yet.
    pub(crate) is_new_session: bool,
    /// Reactions that are there, so that one that is repeated counts once.
    pub(crate) signs: Recent<(MessageId, UserId, String)>,
    /// Changes of messages that were heard.
    pub(crate) edits: Recent<(MessageId, i64)>,
    /// Channels that are gone, or closed to us.
    pub(crate) dead: BTreeSet<ChannelId>,
    /// Those that Discord doesn't know any more, of which core has yet to hear.
    pub(crate) departing: BTreeSet<ChannelId>,
    /// Those that were closed to us a moment ago.
    pub(crate) shut: BTreeSet<ChannelId>,
    /// Whether Discord said that the server can't be heard for a while.
    pub(crate) is_outage: bool,
    /// Which reading of history counts: each begins in the place of the one before.
    pub(crate) reading: u64,
    /// The channels whose history is read, or will be.
    pub(crate) unread: BTreeSet<ChannelId>,
    held: Option<(String, Batch)>,
    batches: u64,
    run: String,
    is_first_due: bool,
    flushed_at: Instant,
    told_at: Option<Instant>,
}

/// The last ones of something, to know what comes twice.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    all: BTreeSet<T>,
    in_order: VecDeque<T>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { all: BTreeSet::new(), in_order: VecDeque::new() }
    }
}

impl<T: Ord + Clone> Recent<T> {
    const REMEMBERED: usize = 1000;

    /// Whether it is new.
    pub(crate) fn put(&mut self, one: T) -> bool {
        if !self.all.insert(one.clone()) {
            return false;
        }
        self.in_order.push_back(one);
        while self.in_order.len() > Self::REMEMBERED {
            if let Some(oldest) = self.in_order.pop_front() {
                self.all.remove(&oldest);
            }
        }
        true
    }

    /// Forgets those that fit, and gives them, the oldest first.
    pub(crate) fn take(&mut self, fits: impl Fn(&T) -> bool) -> Vec<T> {
        let (taken, kept): (Vec<T>, Vec<T>) = self.in_order.drain(..).partition(&fits);
        self.in_order = kept.into();
        self.all.retain(|one| !fits(one));
        taken
    }

    pub(crate) fn remove(&mut self, one: &T) {
        self.all.remove(one);
        self.in_order.retain(|known| known != one);
    }
}

impl Intake {
    pub(crate) fn new(account: Arc<Account>, runtime: Handle) -> Self {
        let link = Link::Down { since: Instant::now(), why: "sitrep is connecting to Discord.".to_owned() };
        let inner = Inner {
            streams: Streams::default(),
            link,
            is_new_session: true,
            signs: Recent::default(),
            edits: Recent::default(),
            dead: BTreeSet::new(),
            departing: BTreeSet::new(),
            shut: BTreeSet::new(),
            is_outage: false,
            reading: 0,
            unread: BTreeSet::new(),
            held: None,
            batches: 0,
            run: format!("{:x}", Utc::now().timestamp_millis()),
            is_first_due: true,
            flushed_at: Instant::now(),
            told_at: None,
        };
        Self {
            account,
            runtime,
            inner: Mutex::new(inner),
            wake: Notify::new(),
            listening: tokio::sync::Mutex::new(()),
            beside: Mutex::default(),
        }
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the connection is.
    pub(crate) fn link(&self) -> Link {
        self.inner().link.clone()
    }

    /// Goes on after the positions that core has. Before anything is heard.
    pub(crate) fn resume(&self, after: &Positions) {
        let mut inner = self.inner();
        let mut guild = self.account.guild();
        for (channel, after) in self.account.known_directs(&guild) {
            inner.streams.resume(channel, after);
            guild.directs.insert(channel);
        }
        for (stream, token) in after {
            let channel = stream.parse().ok().filter(|id| *id != 0).map(ChannelId::new);
            if let (Some(channel), Ok(position)) = (channel, token.parse()) {
                inner.streams.resume(channel, position);
                // It was heard, and so is a room of ours if it isn't any other.
                guild.own.insert(channel);
            }
        }
    }

    /// The next batch after these positions.
    pub(crate) async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        let _one_at_a_time = self.listening.lock().await;
        loop {
            // Before looking: what is heard between looking and waiting isn't missed.
            let woken = self.wake.notified();
            if let Some(result) = self.next(after, Instant::now()) {
                return result;
            }
            // Outages and positions come of age without anybody waking us.
            let _ = tokio::time::timeout(Duration::from_secs(1), woken).await;
        }
    }

    fn next(&self, after: &Positions, now: Instant) -> Option<Result<Batch, ListenError>> {
        let mut inner = self.inner();
        match &inner.held {
            Some((token, batch)) if after.get(BATCHES) == Some(token) => {
                let gone = batch.inbounds.iter().filter(|inbound| inbound.content == Content::Gone);
                let gone: Vec<String> = gone.map(|inbound| inbound.message.room.room.clone()).collect();
                inner.held = None;
                inner.note_departed(&self.account, &gone);
            }
            Some((_, batch)) => return Some(Ok(batch.clone())),
            None => {}
        }
        let is_up = inner.link == Link::Up;
        let is_flush_due = now.saturating_duration_since(inner.flushed_at) >= FLUSH_EVERY;
        let is_first = is_up && inner.is_first_due;
        if inner.streams.has_news() || is_first || is_flush_due {
            let deeds = inner.streams.take(AT_ONCE, now);
            let positions = inner.streams.positions(now);
            inner.flushed_at = now;
            if is_first || !deeds.is_empty() || !positions.is_empty() {
                inner.is_first_due &= !is_first;
                let guild = self.account.guild();
                // Of whom the server can't be asked any more, nobody knows whether they may.
                let prefix = &self.account.settings.prefix;
                let known = deeds.into_iter().filter(|deed| !deed.needs_roles(prefix));
                let inbounds = known.map(|deed| deed.inbound(&self.account, &guild)).collect();
                return Some(Ok(inner.hold(&self.account, inbounds, &positions)));
            }
        }
        inner.trouble(now).map(Err)
    }

    /// Something was heard. What needs the server's word on who did it waits for that.
    pub(crate) fn put(self: &Arc<Self>, item: Item) {
        let channel = item.channel;
        let prefix = &self.account.settings.prefix;
        let must_ask = item.deed.as_ref().is_some_and(|deed| deed.needs_roles(prefix));
        let mut inner = self.inner();
        let is_behind = inner.streams.is_behind(channel);
        if must_ask && !is_behind {
            inner.streams.hold(channel);
        }
        let is_news = inner.streams.put(item);
        drop(inner);
        if is_news {
            self.wake();
        }
        if must_ask && !is_behind {
            reading::introduce(self, channel);
        }
    }

    /// Whoever listens looks again.
    pub(crate) fn wake(&self) {
        self.wake.notify_waiters();
    }

    /// Everything is heard again.
    pub(crate) fn set_up(&self) {
        let mut inner = self.inner();
        inner.link = Link::Up;
        inner.told_at = None;
        drop(inner);
        self.wake();
    }

    /// Nothing is heard any more.
    pub(crate) fn set_down(&self, why: String) {
        let mut inner = self.inner();
        let since = match inner.link {
            Link::Down { since, .. } => since,
            Link::Up | Link::Over(_) => Instant::now(),
        };
        inner.link = Link::Down { since, why };
    }

    /// Nothing will be heard before somebody has helped.
    pub(crate) fn set_over(&self, sentence: String) {
        self.inner().link = Link::Over(sentence);
        self.wake();
    }
}

impl Inner {
    /// Core has heard that these rooms are gone.
    fn note_departed(&mut self, account: &Account, rooms: &[String]) {
        for channel in std::mem::take(&mut self.departing) {
            if rooms.contains(&channel.to_string()) {
                account.departed.note(channel);
            } else {
                self.departing.insert(channel);
            }
        }
    }

    /// What is heard from now on waits for what was said before, which is read as soon as the server is known.
    pub(crate) fn hold_all(&mut self) {
        self.reading += 1;
        self.unread = self.streams.known().collect();
        self.streams.hold_everything();
    }

    fn hold(
        &mut self,
        account: &Account,
        inbounds: Vec<sitrep_core::port::Inbound>,
        positions: &[(ChannelId, u64)],
    ) -> Batch {
        self.batches += 1;
        let token = format!("{}-{}", self.run, self.batches);
        let platform = &account.name;
        let position = |stream: String, token: String| Position { platform: platform.clone(), stream, token };
        let mut positions: Vec<Position> =
            positions.iter().map(|(channel, id)| position(channel.to_string(), id.to_string())).collect();
        positions.push(position(BATCHES.to_owned(), token.clone()));
        let batch = Batch { inbounds, positions };
        self.held = Some((token, batch.clone()));
        batch
    }

    /// What core is to be told about the connection.
    fn trouble(&mut self, now: Instant) -> Option<ListenError> {
        match &self.link {
            Link::Up => None,
            Link::Over(sentence) => Some(ListenError::Fatal(sentence.clone())),
            Link::Down { since, why } => {
                let is_long = now.saturating_duration_since(*since) >= WORTH_A_WORD;
                let was_said =
                    self.told_at.is_some_and(|at| now.saturating_duration_since(at) < WORTH_ANOTHER);
                (is_long && !was_said).then(|| {
                    self.told_at = Some(now);
                    ListenError::Transient(why.clone())
                })
            }
        }
    }
}
