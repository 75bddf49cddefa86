//! Effects on their way out, in their lanes.
//!
//! Lanes run side by side; within a lane one effect is under way at a time, the most important first, and what is
//! said is said in order. An effect leaves by a commit that knows what became of it; until then a second attempt
//! has the same key as the first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::{
    effect::{Desired, Effect, EffectId, Keep, Lane, Place, Rank, Read, Say},
    incident::{Incident, IncidentId, RoomState},
    person::Person,
    port::{Action, Attempt, Commit, Identity, Outcome, Perform, StoredEffect},
    room::{PlatformName, RoomRef},
    workspace::Workspace,
};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::minutes(5);
/// The longest that a platform's request to wait is honoured at a time.
const LONGEST_WAIT: Duration = Duration::minutes(10);
/// How long a room is tried for in vain before the incident runs without one: people are waiting.
const ROOM_TRIED_FOR: Duration = Duration::seconds(90);
/// How long a room is waited for when the platform says when it may be had.
const ROOM_WAITED_FOR: Duration = Duration::minutes(5);
/// How long it is looked for when it may have been made.
const ROOM_DOUBTED_FOR: Duration = Duration::minutes(10);

/// How often a message that can't be decrypted is tried at first, and at last.
const SHORTEST_READING_PAUSE: Duration = Duration::seconds(2);
const LONGEST_READING_PAUSE: Duration = Duration::minutes(10);

/// The key of an effect: incarnation, commit, place in it. Letters, digits and `-`, at most 25 characters.
pub(super) fn key(identity: &Identity, id: EffectId) -> String {
    let incarnation: String = identity.incarnation.chars().take(8).collect();
    format!("{incarnation}-{:x}-{:x}", id.sequence, id.index)
}

/// How far one effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It may go from this moment on.
    Waiting(DateTime<Utc>),
    /// It is being done.
    UnderWay,
    /// What became of it is known and waits for its commit.
    Settled,
}

#[derive(Debug)]
struct Entry {
    stored: StoredEffect,
    stage: Stage,
    attempts: u32,
    /// When it was first tried by this process.
    since: Option<DateTime<Utc>>,
    /// Whether an attempt may have worked although its answer was lost.
    in_doubt: bool,
}

impl Entry {
    fn is_room(&self) -> bool {
        matches!(self.stored.effect, Effect::Keep(Keep { desired: Desired::Room { .. }, .. }))
    }

    fn is_read(&self) -> bool {
        matches!(self.stored.effect, Effect::Read(_))
    }

    fn is_untold(&self) -> bool {
        matches!(self.stored.effect, Effect::Read(Read { told: false, .. }))
    }

    /// A key that comes usually comes soon: a message is tried often at first, and then less and less.
    fn until_next_reading(&self, now: DateTime<Utc>) -> Duration {
        let age = now - self.stored.created_at;
        (age / 10).clamp(SHORTEST_READING_PAUSE, LONGEST_READING_PAUSE)
    }

    /// Whether a room has been tried for so long that the incident had better run without one. A room that may have
    /// been made is not given up lightly: people may be in it.
    fn is_hopeless(&self, now: DateTime<Utc>) -> bool {
        let patience = if self.in_doubt { ROOM_DOUBTED_FOR } else { ROOM_TRIED_FOR };
        self.is_room() && self.attempts >= 3 && self.since.is_some_and(|since| since + patience <= now)
    }

    /// Whether people can wait for a room until then.
    fn is_worth_waiting(&self, until: DateTime<Utc>) -> bool {
        let patience = if self.in_doubt { ROOM_DOUBTED_FOR } else { ROOM_WAITED_FOR };
        !self.is_room() || self.since.is_none_or(|since| until <= since + patience)
    }
}

/// What waits in one lane, and whether something is under way in it.
#[derive(Debug, Default)]
struct Queue {
    effects: BTreeSet<(Rank, EffectId)>,
    occupied: usize,
}

/// Every effect that is not yet done. Only lanes in which something has changed, or whose time has come, are
/// looked at: a thousand quiet ones cost nothing.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: BTreeMap<EffectId, Entry>,
    lanes: BTreeMap<Lane, Queue>,
    attention: BTreeSet<Lane>,
    sleeping: BTreeSet<(DateTime<Utc>, Lane)>,
    about: BTreeMap<IncidentId, usize>,
    busy: usize,
}

/// What turns places into rooms.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) incidents: &'a BTreeMap<IncidentId, Incident>,
}

/// Where an effect's place is now.
enum Whereabouts {
    Here(RoomRef),
    NotYet,
    Never,
}

impl Outbox {
    pub(super) fn new(effects: Vec<StoredEffect>) -> Self {
        let mut outbox = Self::default();
        effects.into_iter().for_each(|stored| outbox.insert(stored));
        outbox
    }

    fn insert(&mut self, stored: StoredEffect) {
        let lane = stored.effect.lane();
        self.lanes.entry(lane.clone()).or_default().effects.insert((stored.effect.rank(), stored.id));
        self.attention.insert(lane);
        if let Some(about) = stored.effect.about() {
            *self.about.entry(about).or_default() += 1;
        }
        let stage = Stage::Waiting(DateTime::<Utc>::MIN_UTC);
        self.entries.insert(stored.id, Entry { stored, stage, attempts: 0, since: None, in_doubt: false });
    }

    fn remove(&mut self, id: EffectId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        let effect = &entry.stored.effect;
        let lane = effect.lane();
        if let Some(queue) = self.lanes.get_mut(&lane) {
            queue.effects.remove(&(effect.rank(), id));
            if !matches!(entry.stage, Stage::Waiting(_)) {
                queue.occupied = queue.occupied.saturating_sub(1);
                self.busy = self.busy.saturating_sub(1);
            }
            if queue.effects.is_empty() {
                self.lanes.remove(&lane);
            }
        }
        if let Some(about) = effect.about()
            && let Some(count) = self.about.get_mut(&about)
        {
            *count -= 1;
            if *count == 0 {
                self.about.remove(&about);
            }
        }
        self.attention.insert(lane);
    }

    /// Moves an effect to another stage, and keeps the count of what is under way.
    fn move_to(&mut self, id: EffectId, stage: Stage) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let was_busy = !matches!(entry.stage, Stage::Waiting(_));
        let is_busy = !matches!(stage, Stage::Waiting(_));
        entry.stage = stage;
        let lane = entry.stored.effect.lane();
        if let Some(queue) = self.lanes.get_mut(&lane)
            && was_busy != is_busy
        {
            let count = |busy: usize| if is_busy { busy + 1 } else { busy.saturating_sub(1) };
            queue.occupied = count(queue.occupied);
            self.busy = count(self.busy);
        }
        self.attention.insert(lane);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Everything that is not done yet.
    pub(super) fn all(&self) -> impl Iterator<Item = &StoredEffect> {
        self.entries.values().map(|entry| &entry.stored)
    }

    pub(super) fn effect(&self, id: EffectId) -> Option<&Effect> {
        self.entries.get(&id).map(|entry| &entry.stored.effect)
    }

    /// Whether anything is under way, or known and not yet committed.
    pub(super) fn is_busy(&self) -> bool {
        self.busy > 0
    }

    /// Whether anything is still to be done about an incident.
    pub(super) fn is_about(&self, id: IncidentId) -> bool {
        self.about.contains_key(&id)
    }

    /// How many messages of a platform wait to be read.
    pub(super) fn unread(&self, platform: &PlatformName) -> usize {
        let is_read = |lane: &&Lane| lane.platform == *platform && matches!(lane.place, Place::Message(_));
        self.lanes.keys().filter(is_read).count()
    }

    /// Whether a direct room with somebody is being made.
    pub(super) fn is_opening_direct(&self, person: &Person) -> bool {
        let lane = Lane { platform: person.platform.clone(), place: Place::Person(person.clone()) };
        let waiting = self.lanes.get(&lane).into_iter().flat_map(|queue| &queue.effects);
        waiting.into_iter().any(|(_, id)| matches!(self.effect(*id), Some(Effect::Direct(_))))
    }

    /// Looks at somebody's lane again: there may be a direct room now.
    pub(super) fn attend_person(&mut self, person: &Person) {
        let place = Place::Person(person.clone());
        self.attention.insert(Lane { platform: person.platform.clone(), place });
    }

    /// Looks at an incident's lane again: it may have a room now.
    pub(super) fn attend(&mut self, incident: &Incident) {
        let platform = incident.origin.message.room.platform.clone();
        self.attention.insert(Lane { platform, place: Place::Incident(incident.id) });
    }

    /// The desired states that a newer one in the same lane makes pointless. What is under way is not among them.
    pub(super) fn superseded_by(&self, newer: &Keep) -> Vec<EffectId> {
        let lane = Lane { platform: newer.platform.clone(), place: Place::Incident(newer.incident) };
        let aspect = newer.desired.aspect();
        let is_same = |entry: &Entry| match &entry.stored.effect {
            Effect::Keep(keep) => keep.desired.aspect() == aspect && matches!(entry.stage, Stage::Waiting(_)),
            Effect::Say(_) | Effect::Direct(_) | Effect::Read(_) => false,
        };
        let waiting = self.lanes.get(&lane).into_iter().flat_map(|queue| &queue.effects);
        waiting.map(|(_, id)| *id).filter(|id| self.entries.get(id).is_some_and(is_same)).collect()
    }

    /// Whether a newer desired state waits for the same thing: this one was under way when that was decided, and
    /// must not be tried again after it.
    pub(super) fn is_superseded(&self, id: EffectId) -> bool {
        let Some(Effect::Keep(keep)) = self.effect(id) else { return false };
        let aspect = keep.desired.aspect();
        let lane = Lane { platform: keep.platform.clone(), place: Place::Incident(keep.incident) };
        let is_newer = |(_, other): &(Rank, EffectId)| {
            *other > id
                && matches!(self.effect(*other), Some(Effect::Keep(newer)) if newer.desired.aspect() == aspect)
        };
        self.lanes.get(&lane).is_some_and(|queue| queue.effects.iter().any(is_newer))
    }

    /// What the commit in flight ends is not let go any more: it would still be under way when what supersedes it is
    /// let go too.
    pub(super) fn set_aside(&mut self, ended: &[EffectId]) {
        ended.iter().for_each(|id| self.move_to(*id, Stage::Settled));
    }

    /// When a lane is to be looked at again.
    pub(super) fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.sleeping.first().map(|(at, _)| *at)
    }

    /// What became of an attempt. An outcome that only means "later" is dealt with here; one that must be decided
    /// is given back.
    pub(super) fn settle(&mut self, id: EffectId, outcome: Outcome, now: DateTime<Utc>) -> Option<Outcome> {
        let entry = self.entries.get_mut(&id).filter(|entry| entry.stage == Stage::UnderWay)?;
        entry.in_doubt |= matches!(outcome, Outcome::InDoubt(_));
        let (pause, outcome) = match outcome {
            Outcome::Done(_) | Outcome::Permanent(_) => (None, outcome),
            Outcome::RetryAfter(wait) => {
                let wait = Duration::from_std(wait).unwrap_or(LONGEST_WAIT);
                let wait = wait.clamp(Duration::milliseconds(100), LONGEST_WAIT);
                match entry.is_worth_waiting(now + wait) {
                    true => (Some(wait), outcome),
                    false => (None, Outcome::Permanent("the server asks to wait for too long".to_owned())),
                }
            }
            Outcome::Transient(reason) | Outcome::InDoubt(reason) if entry.is_hopeless(now) => {
                (None, Outcome::Permanent(reason))
            }
            // The person waits for a word; it is decided what becomes of the next attempts.
            Outcome::Transient(_) if entry.is_untold() => (None, outcome),
            Outcome::Transient(_) | Outcome::InDoubt(_) if entry.is_read() => {
                (Some(entry.until_next_reading(now)), outcome)
            }
            Outcome::Transient(_) | Outcome::InDoubt(_) => {
                let pause = Duration::seconds(1 << entry.attempts.saturating_sub(1).min(9));
                let longest = if entry.is_room() { Duration::seconds(20) } else { LONGEST_PAUSE };
                (Some(pause.min(longest)), outcome)
            }
        };
        match pause {
            Some(pause) => {
                self.move_to(id, Stage::Waiting(now + pause));
                None
            }
            None => {
                self.move_to(id, Stage::Settled);
                Some(outcome)
            }
        }
    }

    /// Lets the next effect of each free lane go. Also gives back those that are not worth doing any more.
    pub(super) fn release(
        &mut self,
        now: DateTime<Utc>,
        places: Places<'_>,
    ) -> (Vec<Perform>, Vec<EffectId>) {
        while let Some((at, _)) = self.sleeping.first()
            && *at <= now
        {
            self.attention.extend(self.sleeping.pop_first().map(|(_, lane)| lane));
        }
        let mut released = Vec::new();
        let mut expired = Vec::new();
        for lane in std::mem::take(&mut self.attention) {
            let Some(queue) = self.lanes.get(&lane).filter(|queue| queue.occupied == 0) else { continue };
            match self.look_at(queue, now, places) {
                Next::Go(id, room) => released.extend(self.start(id, room, now)),
                Next::Expired(ids) => expired.extend(ids),
                Next::Sleep(until) => self.sleeping.extend(until.map(|at| (at, lane))),
            }
        }
        for id in &expired {
            self.move_to(*id, Stage::Settled);
        }
        // What was just let go or set aside needs no second look.
        self.attention.clear();
        // Answers were decided first, and so go first.
        released.sort_by_key(|perform: &Perform| perform.id);
        (released, expired)
    }

    /// What a free lane should do now.
    fn look_at(&self, queue: &Queue, now: DateTime<Utc>, places: Places<'_>) -> Next {
        let mut may_say = true;
        let mut wake: Option<DateTime<Utc>> = None;
        let mut expired = Vec::new();
        for (rank, id) in &queue.effects {
            let Some(entry) = self.entries.get(id) else { continue };
            let Stage::Waiting(from) = entry.stage else { continue };
            let effect = &entry.stored.effect;
            let whereabouts = whereabouts(effect, places);
            let stale_at = stale_at(effect);
            let is_too_late =
                matches!(whereabouts, Whereabouts::Never) || stale_at.is_some_and(|at| at <= now);
            if is_too_late || self.is_superseded(*id) {
                expired.push(*id);
                continue;
            }
            let in_turn = *rank != Rank::Say || std::mem::replace(&mut may_say, false);
            if let (true, true, Whereabouts::Here(room)) = (from <= now, in_turn, whereabouts)
                && expired.is_empty()
            {
                return Next::Go(*id, room);
            }
            let later = [(from > now).then_some(from), stale_at];
            wake = later.into_iter().flatten().chain(wake).min();
        }
        if expired.is_empty() { Next::Sleep(wake) } else { Next::Expired(expired) }
    }

    fn start(&mut self, id: EffectId, room: RoomRef, now: DateTime<Utc>) -> Option<Perform> {
        self.move_to(id, Stage::UnderWay);
        let entry = self.entries.get_mut(&id)?;
        entry.attempts += 1;
        entry.since.get_or_insert(now);
        let stored = &entry.stored;
        let attempt =
            Attempt { key: stored.key.clone(), first_tried: stored.created_at, number: entry.attempts };
        let platform = stored.effect.lane().platform;
        Some(Perform { id, platform, action: action(&stored.effect, room), attempt })
    }

    /// The clock was set back: what was to wait until a moment that is far away now may go at once.
    pub(super) fn clock_went_back(&mut self, now: DateTime<Utc>) {
        for entry in self.entries.values_mut() {
            if let Stage::Waiting(from) = &mut entry.stage {
                *from = (*from).min(now);
            }
            entry.since = entry.since.map(|since| since.min(now));
        }
        self.attention.extend(self.lanes.keys().cloned());
    }

    /// Takes over what a commit has made durable. What comes again under its number was reworded.
    pub(super) fn apply(&mut self, commit: &Commit) {
        let mut added = Vec::new();
        for stored in &commit.effects_added {
            match self.entries.get_mut(&stored.id) {
                Some(entry) => entry.stored.effect.clone_from(&stored.effect),
                None => added.push(stored),
            }
        }
        commit.effects_ended.iter().for_each(|id| self.remove(*id));
        added.into_iter().for_each(|stored| self.insert(stored.clone()));
    }
}

/// What a free lane does next.
enum Next {
    Go(EffectId, RoomRef),
    Expired(Vec<EffectId>),
    /// Nothing, until this moment or until something changes.
    Sleep(Option<DateTime<Utc>>),
}

fn stale_at(effect: &Effect) -> Option<DateTime<Utc>> {
    match effect {
        Effect::Say(say) => Some(say.stale_at),
        Effect::Read(read) => Some(read.stale_at),
        Effect::Keep(_) | Effect::Direct(_) => None,
    }
}

fn whereabouts(effect: &Effect, places: Places<'_>) -> Whereabouts {
    let at_home = |id: &IncidentId| match places.incidents.get(id) {
        None => Whereabouts::Never,
        Some(incident) => match (&incident.room, incident.home()) {
            (_, Some(home)) => Whereabouts::Here(home.clone()),
            (RoomState::Pending, None) => Whereabouts::NotYet,
            (RoomState::Open(_) | RoomState::AtOrigin | RoomState::Nowhere, None) => Whereabouts::Never,
        },
    };
    match effect {
        Effect::Say(Say { place: Place::Room(room), .. }) => Whereabouts::Here(room.clone()),
        Effect::Say(Say { place: Place::Incident(id), .. }) => at_home(id),
        Effect::Say(Say { place: Place::Person(person), .. }) => {
            let direct = places.workspace.direct_room(person);
            direct.map_or(Whereabouts::NotYet, |room| Whereabouts::Here(room.clone()))
        }
        Effect::Say(Say { place: Place::Message(message), .. }) | Effect::Read(Read { message, .. }) => {
            Whereabouts::Here(message.room.clone())
        }
        // There is none yet: the platform is all that it needs.
        Effect::Direct(person) => Whereabouts::Here(RoomRef::new(&person.platform, "")),
        Effect::Keep(Keep { platform, incident, desired }) => match desired {
            // There is none yet: the platform is all that it needs.
            Desired::Room { .. } => Whereabouts::Here(RoomRef::new(platform, "")),
            Desired::Card { .. } | Desired::Pinned { .. } | Desired::Buttons { .. } => at_home(incident),
            // Where it was declared nobody is asked in, and nothing is named, for its sake.
            Desired::Members { .. } | Desired::Named { .. } => match places.incidents.get(incident) {
                Some(Incident { room: RoomState::Open(_) | RoomState::Pending, .. }) => at_home(incident),
                Some(_) | None => Whereabouts::Never,
            },
        },
    }
}

fn action(effect: &Effect, room: RoomRef) -> Action {
    match effect {
        Effect::Say(say) => Action::Say { room, answers: say.answers.clone(), message: say.message.clone() },
        Effect::Keep(keep) => match &keep.desired {
            Desired::Room { name, topic, invited, private, open_to } => Action::OpenRoom {
                name: name.clone(),
                topic: topic.clone(),
                invited: invited.clone(),
                private: *private,
                open_to: open_to.clone(),
            },
            Desired::Card { card, message } => {
                Action::Edit { message: card.clone(), content: message.clone() }
            }
            Desired::Pinned { card } => Action::Pin { message: card.clone() },
            Desired::Members { people } => Action::Invite { room, people: people.clone() },
            Desired::Named { name, topic } => Action::Name { room, name: name.clone(), topic: topic.clone() },
            Desired::Buttons { message, keys, .. } => {
                Action::Buttons { message: message.clone(), keys: keys.clone() }
            }
        },
        Effect::Direct(person) => Action::OpenDirect { person: person.clone() },
        Effect::Read(read) => Action::Read { message: read.message.clone() },
    }
}
