//! What was heard and not yet handed over, and how far each channel was heard.
//!
//! - A channel's messages are in the order of their numbers, each once, whatever the gateway repeats or swaps. A channel
//!   that is **behind** is one whose history is being read: what is heard in it meanwhile waits for its turn.
//! - **A position lags a few seconds behind** what was handed over. A message that arrives after a later one is thereby
//!   still after the position, and a crash loses it as little as any other. What is delivered again is known to core.
//! - What core has no use for moves positions and wakes nobody.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use serenity::all::{ChannelId, MessageId, UserId};

use crate::inbound::{Deed, Known};

/// How long a message may arrive after a later one.
const LAG: Duration = Duration::from_secs(3);
/// How many numbers of a channel are remembered, to know what comes twice.
const REMEMBERED: usize = 512;

/// Something heard in a channel.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) channel: ChannelId,
    /// Its place among everything heard: a number of Discord's.
    pub(crate) order: u64,
    /// The message, if it is one: positions are numbers of messages.
    pub(crate) message: Option<MessageId>,
    /// What core is to hear, if anything.
    pub(crate) deed: Option<Deed>,
}

/// One channel.
#[derive(Debug, Default)]
struct Stream {
    /// What is not later than this was heard before.
    floor: u64,
    /// What is later and was heard.
    heard: BTreeSet<u64>,
    /// What waits while the channel's history is being read.
    behind: Option<BTreeMap<(u64, u64), Item>>,
    /// What was handed over a moment ago.
    fresh: VecDeque<(Instant, u64)>,
    /// How far it was handed over, and how far of that core knows.
    settled: u64,
    told: u64,
}

/// All channels.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    by_channel: BTreeMap<ChannelId, Stream>,
    ready: VecDeque<Item>,
    count: u64,
    /// Whether it isn't known yet what has to be read: in any channel, also one of which nothing is known, something
    /// may have been said before what is heard now.
    waits: bool,
}

impl Streams {
    /// Goes on after a position that core has.
    pub(crate) fn resume(&mut self, channel: ChannelId, position: u64) {
        let stream = self.by_channel.entry(channel).or_default();
        let position = position.max(stream.settled);
        (stream.floor, stream.settled, stream.told) = (position.max(stream.floor), position, position);
    }

    /// Begins where a channel ends now: nothing before that was meant for us.
    pub(crate) fn begin(&mut self, channel: ChannelId, end: u64) {
        let stream = self.by_channel.entry(channel).or_default();
        (stream.floor, stream.settled) = (stream.floor.max(end), stream.settled.max(end));
    }

    /// The channels that were ever heard.
    pub(crate) fn known(&self) -> impl Iterator<Item = ChannelId> + '_ {
        self.by_channel.keys().copied()
    }

    /// How far a channel is known to have been heard completely; `None` if no message of it was heard yet, whatever else
    /// was: its history was not for us to hear.
    pub(crate) fn position(&self, channel: ChannelId) -> Option<u64> {
        // One whose first message wasn't handed over yet begins with that.
        let first = || Some(self.by_channel.get(&channel)?.heard.first()?.saturating_sub(1));
        self.settled(channel).or_else(first)
    }

    /// Something was heard. Whether it is new and can be handed over now.
    pub(crate) fn put(&mut self, item: Item) -> bool {
        let stream = self.by_channel.entry(item.channel).or_default();
        if self.waits {
            stream.behind.get_or_insert_default();
        }
        if let Some(id) = item.message.map(MessageId::get) {
            if id <= stream.floor || !stream.heard.insert(id) {
                return false;
            }
            // While history is read, what it brings is earlier than what was heard since.
            while stream.behind.is_none() && stream.heard.len() > REMEMBERED {
                stream.floor = stream.heard.pop_first().unwrap_or_default().max(stream.floor);
            }
        }
        self.count += 1;
        if let Some(behind) = &mut stream.behind {
            behind.insert((item.order, self.count), item);
            return false;
        }
        let is_for_core = item.deed.is_some();
        // The gateway may have swapped it with one that still waits.
        let is_later = |waits: &Item| waits.channel == item.channel && waits.message > item.message;
        let before = item.message.and_then(|_| self.ready.iter().position(is_later));
        self.ready.insert(before.unwrap_or(self.ready.len()), item);
        is_for_core
    }

    /// From now on what is heard in a channel waits, until it is [closed](Self::close) again.
    pub(crate) fn hold(&mut self, channel: ChannelId) {
        self.by_channel.entry(channel).or_default().behind.get_or_insert_default();
    }

    /// What is heard waits, wherever it is, until it is known what has to be read.
    pub(crate) fn hold_everything(&mut self) {
        self.waits = true;
        for stream in self.by_channel.values_mut() {
            stream.behind.get_or_insert_default();
        }
    }

    /// It is known what has to be read, and held: the rest can be [closed](Self::close).
    pub(crate) fn all_is_planned(&mut self) {
        self.waits = false;
    }

    /// How far a channel was handed over; `None` if nothing was.
    pub(crate) fn settled(&self, channel: ChannelId) -> Option<u64> {
        let stream = self.by_channel.get(&channel)?;
        Some(stream.settled).filter(|settled| *settled != 0)
    }

    /// Whether what is heard in a channel waits.
    pub(crate) fn is_behind(&self, channel: ChannelId) -> bool {
        self.by_channel.get(&channel).is_some_and(|stream| stream.behind.is_some())
    }

    /// The channels that are behind.
    pub(crate) fn behind(&self) -> impl Iterator<Item = ChannelId> + '_ {
        self.by_channel.iter().filter(|(_, stream)| stream.behind.is_some()).map(|(channel, _)| *channel)
    }

    /// What waits in these channels up to a number can be handed over, in one order.
    pub(crate) fn release(&mut self, channels: &[ChannelId], up_to: u64) {
        let mut released = Vec::new();
        for channel in channels {
            let behind = self.by_channel.get_mut(channel).and_then(|stream| stream.behind.as_mut());
            let Some(behind) = behind else { continue };
            let rest = behind.split_off(&(up_to.saturating_add(1), 0));
            released.extend(std::mem::replace(behind, rest));
        }
        released.sort_by_key(|(order, _)| *order);
        self.ready.extend(released.into_iter().map(|(_, item)| item));
    }

    /// A channel is no longer behind.
    pub(crate) fn close(&mut self, channel: ChannelId) {
        self.release(&[channel], u64::MAX);
        if let Some(stream) = self.by_channel.get_mut(&channel) {
            stream.behind = None;
        }
    }

    /// Who waits in a channel to be known before what they did can be handed over.
    pub(crate) fn strangers(&self, channel: ChannelId, prefix: &str) -> Vec<UserId> {
        let behind = self.by_channel.get(&channel).and_then(|stream| stream.behind.as_ref());
        let waiting = behind.into_iter().flat_map(BTreeMap::values).filter_map(|item| item.deed.as_ref());
        let people: BTreeSet<UserId> =
            waiting.filter(|deed| deed.needs_roles(prefix)).map(|deed| deed.who).collect();
        people.into_iter().collect()
    }

    /// The place of the first thing in a channel that waits for the server's word on who did it.
    pub(crate) fn first_of_stranger(&self, channel: ChannelId, prefix: &str) -> Option<u64> {
        let behind = self.by_channel.get(&channel).and_then(|stream| stream.behind.as_ref())?;
        let waits = |item: &Item| item.deed.as_ref().is_some_and(|deed| deed.needs_roles(prefix));
        behind.iter().find(|(_, item)| waits(item)).map(|((order, _), _)| *order)
    }

    /// What the server says of somebody; nothing if they aren't on it, and then they did nothing. Gives what they
    /// await an answer to all the same.
    pub(crate) fn introduce(
        &mut self,
        channel: ChannelId,
        person: UserId,
        known: Option<&Known>,
    ) -> Vec<Deed> {
        let mut turned_away = Vec::new();
        let behind = self.by_channel.get_mut(&channel).and_then(|stream| stream.behind.as_mut());
        for item in behind.into_iter().flat_map(BTreeMap::values_mut) {
            let Some(deed) = item.deed.as_mut().filter(|deed| deed.who == person) else { continue };
            match known {
                Some(known) => deed.known = known.clone(),
                None => turned_away.extend(item.deed.take().filter(|deed| deed.awaits_answer)),
            }
        }
        turned_away
    }

    /// Whether something waits for core.
    pub(crate) fn has_news(&self) -> bool {
        self.ready.iter().any(|item| item.deed.is_some())
    }

    /// The next so many things for core, and whatever lies between them.
    pub(crate) fn take(&mut self, limit: usize, now: Instant) -> Vec<Deed> {
        let mut deeds = Vec::new();
        while deeds.len() < limit {
            let Some(item) = self.ready.pop_front() else { break };
            if let (Some(id), Some(stream)) = (item.message, self.by_channel.get_mut(&item.channel)) {
                // One that was never heard begins here, and core knows of it with its first message.
                if stream.settled == 0 {
                    stream.settled = id.get().saturating_sub(1);
                }
                stream.fresh.push_back((now, id.get()));
            }
            deeds.extend(item.deed);
        }
        deeds
    }

    /// The positions that core doesn't have yet.
    pub(crate) fn positions(&mut self, now: Instant) -> Vec<(ChannelId, u64)> {
        let mut news = Vec::new();
        for (channel, stream) in &mut self.by_channel {
            while let Some((at, id)) = stream.fresh.front().copied() {
                if now.saturating_duration_since(at) < LAG {
                    break;
                }
                stream.fresh.pop_front();
                stream.settled = stream.settled.max(id);
            }
            if stream.settled > stream.told {
                stream.told = stream.settled;
                news.push((*channel, stream.settled));
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use sitrep_core::{port::Content, port::RoomKind, room::PlatformName, room::RoomRef};

    use super::*;
    use crate::{inbound::moment_of, rooms::Spot};

    const OPS: ChannelId = ChannelId::new(10);
    const DOWN: ChannelId = ChannelId::new(60);

    fn item(channel: ChannelId, id: u64, text: &str) -> Item {
        let room = RoomRef::new(&PlatformName::new("discord"), channel.to_string());
        let deed = Deed {
            id: id.to_string(),
            spot: Spot { room, thread: None, kind: RoomKind::Configured },
            who: UserId::new(20),
            known: Known::default(),
            content: Content::Said(text.to_owned()),
            awaits_answer: false,
            sent_at: moment_of(id),
        };
        Item { channel, order: id, message: Some(MessageId::new(id)), deed: Some(deed) }
    }

    fn taken(streams: &mut Streams, now: Instant) -> Vec<String> {
        streams.take(100, now).into_iter().map(|deed| deed.id).collect()
    }

    #[test]
    fn before_it_is_known_what_to_read_nothing_is_handed_over_anywhere() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.resume(OPS, 100);
        streams.hold_everything();
        // Something may have been said in a room that was never heard before this.
        assert!(!streams.put(item(DOWN, 205, "!status")) && !streams.put(item(OPS, 101, "!ack")));
        assert_eq!(taken(&mut streams, now), Vec::<String>::new());
        assert_eq!((streams.settled(DOWN), streams.position(DOWN)), (None, Some(204)));
        streams.resume(DOWN, 200);
        streams.all_is_planned();
        streams.put(item(DOWN, 203, "!sev 1"));
        [OPS, DOWN].into_iter().for_each(|channel| streams.close(channel));
        assert_eq!(taken(&mut streams, now), ["101", "203", "205"]);
        streams.put(item(OPS, 102, "!ack"));
        assert_eq!(taken(&mut streams, now), ["102"]);
    }

    #[test]
    fn what_comes_twice_is_heard_once() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.resume(OPS, 100);
        let news: Vec<bool> =
            [101, 101, 103, 102, 103, 100, 99].map(|id| streams.put(item(OPS, id, "!ack"))).into();
        assert_eq!(news, [true, false, true, true, false, false, false]);
        assert_eq!(taken(&mut streams, now), ["101", "102", "103"]);
        assert!(!streams.put(item(OPS, 102, "!ack")), "it was handed over");
    }

    #[test]
    fn positions_lag_behind() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.resume(OPS, 100);
        streams.put(item(OPS, 101, "!ack"));
        assert_eq!(streams.positions(now), [], "it was not handed over");
        taken(&mut streams, now);
        assert_eq!(streams.positions(now), [], "an earlier one may still arrive");
        streams.put(item(OPS, 102, "!ack"));
        taken(&mut streams, now + LAG);
        assert_eq!(streams.positions(now + LAG), [(OPS, 101)]);
        assert_eq!(streams.positions(now + LAG), [], "core has it");
        assert_eq!(streams.positions(now + LAG * 2), [(OPS, 102)]);
    }

    #[test]
    fn a_channel_that_was_never_heard_begins_at_its_end() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.begin(OPS, 100);
        assert_eq!(streams.positions(now), [(OPS, 100)]);
        assert!(!streams.put(item(OPS, 99, "!ack")));
        assert!(streams.put(item(OPS, 101, "!ack")));
    }

    #[test]
    fn a_channel_that_is_new_is_known_with_its_first_message() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.put(item(DOWN, 106, "!ack"));
        taken(&mut streams, now);
        assert_eq!(streams.positions(now), [(DOWN, 105)]);
        assert!(streams.put(item(DOWN, 104, "!ack")), "an earlier one still arrives");
    }

    #[test]
    fn a_channel_of_which_no_message_was_heard_has_no_position() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.hold(OPS);
        streams.put(Item { message: None, ..item(OPS, 107, "!ack") });
        assert_eq!(streams.position(OPS), None, "its history was not for us to hear");
        streams.close(OPS);
        taken(&mut streams, now);
        assert_eq!(streams.position(OPS), None);
        streams.put(item(OPS, 108, "!ack"));
        assert_eq!(streams.position(OPS), Some(107), "it was not handed over yet");
        taken(&mut streams, now);
        assert_eq!(streams.position(OPS), Some(107));
    }

    #[test]
    fn much_that_is_heard_meanwhile_hides_no_history() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.resume(OPS, 100);
        streams.hold(OPS);
        for id in 1_000..2_000 {
            streams.put(item(OPS, id, "!note"));
        }
        streams.put(item(OPS, 101, "!note"));
        streams.close(OPS);
        assert_eq!(streams.take(1, now)[0].id, "101");
    }

    #[test]
    fn what_is_heard_while_history_is_read_waits_for_its_turn() {
        let (mut streams, now) = (Streams::default(), Instant::now());
        streams.hold(OPS);
        streams.hold(DOWN);
        for id in [108, 105, 107] {
            assert!(!streams.put(item(OPS, id, "!ack")));
        }
        streams.put(item(DOWN, 106, "!ack"));
        streams.put(item(DOWN, 109, "!ack"));
        streams.release(&[OPS, DOWN], 107);
        assert_eq!(taken(&mut streams, now), ["105", "106", "107"]);
        streams.close(OPS);
        assert_eq!(taken(&mut streams, now), ["108"]);
        assert!(streams.put(item(OPS, 110, "!ack")), "it is behind no longer");
        assert_eq!(streams.behind().collect::<Vec<_>>(), [DOWN]);
    }

    #[test]
    fn who_is_not_known_is_asked_about_if_they_command() {
        let mut streams = Streams::default();
        streams.hold(OPS);
        streams.put(item(OPS, 101, "good morning"));
        assert!(streams.strangers(OPS, "!").is_empty());
        streams.put(item(OPS, 102, "!ack"));
        let alice = UserId::new(20);
        assert_eq!(streams.strangers(OPS, "!"), [alice]);
        let known = Known { called: None, roles: Some(Vec::new()) };
        streams.introduce(OPS, alice, Some(&known));
        assert!(streams.strangers(OPS, "!").is_empty());
        streams.introduce(OPS, alice, None);
        streams.close(OPS);
        assert!(!streams.has_news(), "they are not on the server");
    }
}
