//! The engine: inputs in, commits and effects out. It does nothing itself.
//!
//! A driver hands it [`Input`]s with the time, and takes [`Output`]s from it: what to load, what to commit, what to
//! perform, which batch is accepted. Two drivers turn it: one on tokio in production, one seeded in simulation.
//!
//! - Everything that waits is decided in order, on working copies, into **one commit**; one commit is in flight.
//!   What arrives meanwhile goes into the next one: that is group commit.
//! - A commit that failed may have happened all the same, so the very same commit is tried again until it is known
//!   to be durable. Nothing else is decided meanwhile, and nothing is answered before.
//! - An effect is let go when the commit that holds it is durable, and not before.
//! - What can't be decided because its subject isn't in memory waits at the head of the queue for its load.
//!
//! `draft.rs` is the round of decisions, `deciding.rs` decides one item, `outbox.rs` holds effects in their lanes,
//! `due_table.rs` the deadlines.

mod deciding;
mod draft;
mod due_table;
mod outbox;
mod stepper;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Duration, SubsecRound, Utc};

use self::{draft::Draft, due_table::DueTable, outbox::Outbox};
use crate::{
    effect::EffectId,
    event::{Record, Subject},
    incident::{Incident, IncidentId, evolve},
    message::{Message, trouble},
    policy::Policy,
    port::{
        Action, Attempt, Batch, Commit, Due, Identity, Inbound, InboundKey, Opened, Outcome, Perform, Position,
        Positions, StoreError,
    },
    room::{PlatformName, RoomRef},
    workspace::Workspace,
};

pub use stepper::{Step, Stepper};

/// How long positions of mere talk may stay unwritten. Talk that is delivered again is talk again.
const POSITIONS_UNWRITTEN_FOR: Duration = Duration::seconds(60);
/// How long a message that was dealt with is remembered; no platform delivers one again later than that.
const SEEN_REMEMBERED_FOR: Duration = Duration::days(14);
/// The most items decided into one commit.
const ITEMS_A_ROUND: usize = 512;

/// The number of a batch, as the driver knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchId(pub u64);

/// What a driver hands in.
#[derive(Debug)]
pub enum Input {
    /// A platform delivered something.
    Batch(BatchId, Batch),
    /// A subject's facts, asked for by [`Output::Load`].
    Loaded(Subject, Vec<Record>),
    /// The commit in flight is durable.
    Committed,
    /// The commit in flight may or may not be durable.
    CommitFailed(StoreError),
    /// What became of an attempt at an effect.
    Outcome(EffectId, Outcome),
    /// Nothing but that time has passed.
    Tick,
}

/// What a driver takes out.
#[derive(Debug)]
pub enum Output {
    /// Load a subject's facts.
    Load(Subject),
    /// Make this durable.
    Commit(Box<Commit>),
    /// Do this.
    Perform(Box<Perform>),
    /// Everything in this batch is dealt with: the platform may move on.
    Accept(BatchId),
    /// Tell the operator.
    Note(String),
}

/// Something that waits to be decided.
#[derive(Clone, Debug)]
enum Item {
    Inbound(Box<Inbound>),
    Reached(BatchId, Vec<Position>),
    Outcome(EffectId, Outcome),
    Due(Due),
    /// An effect that is not worth doing any more.
    Expired(EffectId),
    /// All that is owed was loaded: deadlines are compared with what is stored.
    Restarted,
}

/// The commit that is being made durable.
#[derive(Debug)]
struct InFlight {
    draft: Draft,
    retry_at: Option<DateTime<Utc>>,
    failures: u32,
}

/// The state as it is stored.
#[derive(Debug, Default)]
struct Stored {
    workspace: Workspace,
    incidents: BTreeMap<IncidentId, Incident>,
    seen: BTreeMap<InboundKey, DateTime<Utc>>,
    cards: BTreeMap<IncidentId, Message>,
    sequence: u64,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    identity: Identity,
    stored: Stored,
    dues: DueTable,
    outbox: Outbox,
    positions: BTreeMap<(PlatformName, String), String>,
    unwritten: BTreeMap<(PlatformName, String), String>,
    unwritten_since: Option<DateTime<Utc>>,
    queue: VecDeque<Item>,
    loading: BTreeSet<Subject>,
    started: bool,
    /// Subjects whose facts can't be read: they are treated as if they had never been.
    unreadable: BTreeSet<Subject>,
    /// Incidents in memory that may owe nothing.
    maybe_settled: BTreeSet<IncidentId>,
    in_flight: Option<InFlight>,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// An engine over what a store holds. It first asks for everything that owes something to be loaded.
    #[must_use]
    pub fn new(policy: Policy, opened: Opened) -> Self {
        let mut loading: BTreeSet<Subject> = opened.live.into_iter().collect();
        loading.insert(Subject::Workspace);
        // What is still to be said about an incident needs to know where it lives.
        let about = opened.effects.iter().filter_map(|stored| stored.effect.about());
        loading.extend(about.map(Subject::Incident));
        let stored = Stored {
            seen: opened.seen.into_iter().map(|seen| (seen.key, seen.at)).collect(),
            sequence: opened.sequence,
            ..Stored::default()
        };
        let positions = opened.positions.into_iter().map(|p| ((p.platform, p.stream), p.token)).collect();
        Self {
            policy,
            identity: opened.identity,
            stored,
            dues: DueTable::new(opened.dues),
            outbox: Outbox::new(opened.effects),
            positions,
            unwritten: BTreeMap::new(),
            unwritten_since: None,
            queue: VecDeque::from([Item::Restarted]),
            outputs: loading.iter().copied().map(Output::Load).collect(),
            loading,
            started: false,
            unreadable: BTreeSet::new(),
            maybe_settled: BTreeSet::new(),
            in_flight: None,
        }
    }

    /// How far a platform has been read, durably or not.
    #[must_use]
    pub fn positions(&self, platform: &PlatformName) -> Positions {
        let of_platform = |((name, stream), token): (&(PlatformName, String), &String)| {
            (name == platform).then(|| (stream.clone(), token.clone()))
        };
        self.positions.iter().filter_map(of_platform).collect()
    }

    /// Every room that belongs to an incident.
    pub fn incident_rooms(&self) -> impl Iterator<Item = &RoomRef> {
        self.stored.workspace.rooms()
    }

    /// Every incident in memory: those that owe something, and those that were just looked at.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.stored.incidents.values()
    }

    /// Whether everything has been decided, made durable and done that can be at this time.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.started
            && self.queue.is_empty()
            && self.loading.is_empty()
            && self.in_flight.is_none()
            && self.outputs.is_empty()
            && !self.outbox.is_busy()
    }

    /// How many effects are still to be done.
    #[must_use]
    pub fn pending_effects(&self) -> usize {
        self.outbox.len()
    }

    /// How many deadlines there are.
    #[must_use]
    pub fn pending_deadlines(&self) -> usize {
        self.dues.len()
    }

    /// When something will have to be done if nothing comes in.
    #[must_use]
    pub fn next_deadline(&self) -> Option<DateTime<Utc>> {
        if let Some(in_flight) = &self.in_flight {
            // Deadlines that pass meanwhile are decided with the next commit.
            return [in_flight.retry_at, self.outbox.next_wake()].into_iter().flatten().min();
        }
        let flush = self.unwritten_since.map(|since| since + POSITIONS_UNWRITTEN_FOR);
        [self.dues.next(), self.outbox.next_wake(), flush].into_iter().flatten().min()
    }

    /// Takes an input. Time is cut to milliseconds, which is what a store keeps.
    pub fn handle(&mut self, now: DateTime<Utc>, input: Input) {
        let now = now.trunc_subsecs(3);
        match input {
            Input::Batch(id, batch) => {
                self.queue.extend(batch.inbounds.into_iter().map(|inbound| Item::Inbound(Box::new(inbound))));
                self.queue.push_back(Item::Reached(id, batch.positions));
            }
            Input::Loaded(subject, records) => self.loaded(subject, &records),
            Input::Committed => self.committed(),
            Input::CommitFailed(error) => self.commit_failed(now, &error),
            Input::Outcome(id, outcome) => {
                if let Some(outcome) = self.outbox.settle(id, outcome, now) {
                    self.queue.push_back(Item::Outcome(id, outcome));
                }
            }
            Input::Tick => {}
        }
        self.advance(now);
    }

    /// The next thing to be done outside.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Everything that can go on, goes on.
    fn advance(&mut self, now: DateTime<Utc>) {
        self.retry_commit(now);
        if self.in_flight.is_none() && self.loading.is_empty() {
            self.queue_what_is_due(now);
            self.decide_waiting(now);
        }
        self.release(now);
    }

    fn queue_what_is_due(&mut self, now: DateTime<Utc>) {
        if !self.started {
            return;
        }
        for due in self.dues.take_due(now, ITEMS_A_ROUND) {
            self.queue.push_back(Item::Due(due));
        }
    }

    /// Lets effects go whose lanes are free, and sets aside those that have gone stale.
    fn release(&mut self, now: DateTime<Utc>) {
        if !self.started {
            return;
        }
        let incidents = &self.stored.incidents;
        let (released, expired) = self.outbox.release(now, incidents);
        self.outputs.extend(released.into_iter().map(|perform| Output::Perform(Box::new(perform))));
        if !expired.is_empty() {
            self.queue.extend(expired.into_iter().map(Item::Expired));
            if self.in_flight.is_none() && self.loading.is_empty() {
                self.decide_waiting(now);
            }
        }
    }

    /// Decides what waits, in order, into one commit.
    fn decide_waiting(&mut self, now: DateTime<Utc>) {
        let mut draft = Draft::new(self.stored.sequence + 1);
        let mut taken = 0;
        while let Some(item) = self.queue.front() {
            if taken == ITEMS_A_ROUND {
                break;
            }
            match self.decide(&mut draft, item, now) {
                Ok(()) => {
                    self.queue.pop_front();
                    taken += 1;
                }
                Err(subject) => {
                    if self.loading.insert(subject) {
                        self.outputs.push_back(Output::Load(subject));
                    }
                    break;
                }
            }
        }
        self.seal(&mut draft, now);
        if draft.commit.is_empty() {
            self.accept(&draft);
            self.forget_settled();
            return;
        }
        self.outputs.push_back(Output::Commit(Box::new(draft.commit.clone())));
        self.in_flight = Some(InFlight { draft, retry_at: None, failures: 0 });
    }

    /// Adds to a draft what goes along with any commit: positions, and marks that are old enough to go. Positions
    /// alone make a commit only after a while, or when they are the first of their stream.
    fn seal(&mut self, draft: &mut Draft, now: DateTime<Utc>) {
        self.finish(draft, now);
        let mut is_new = false;
        for position in std::mem::take(&mut draft.positions) {
            let stream = (position.platform, position.stream);
            // A stream's first position is where hearing begins: lost, what is said next would count as old.
            is_new |= self.positions.insert(stream.clone(), position.token.clone()).is_none();
            self.unwritten.insert(stream, position.token);
            self.unwritten_since.get_or_insert(now);
        }
        let overdue = self.unwritten_since.is_some_and(|since| since + POSITIONS_UNWRITTEN_FOR <= now);
        if draft.commit.is_empty() && !overdue && !is_new {
            return;
        }
        self.unwritten_since = None;
        draft.commit.positions = std::mem::take(&mut self.unwritten)
            .into_iter()
            .map(|((platform, stream), token)| Position { platform, stream, token })
            .collect();
        let is_old = |at: &DateTime<Utc>| *at + SEEN_REMEMBERED_FOR < now;
        draft.commit.seen_forgotten =
            self.stored.seen.iter().filter(|(_, at)| is_old(at)).take(64).map(|(key, _)| key.clone()).collect();
    }

    fn committed(&mut self) {
        let Some(InFlight { draft, .. }) = self.in_flight.take() else { return };
        let Stored { workspace, incidents, seen, cards, sequence } = &mut self.stored;
        *sequence = draft.commit.sequence;
        if let Some(changed) = draft.workspace.clone() {
            *workspace = changed;
        }
        incidents.extend(draft.incidents.clone());
        cards.extend(draft.cards.clone());
        seen.extend(draft.commit.seen.iter().map(|seen| (seen.key.clone(), seen.at)));
        for key in &draft.commit.seen_forgotten {
            seen.remove(key);
        }
        self.dues.apply(&draft.commit);
        self.outbox.apply(&draft.commit);
        draft.incidents.values().for_each(|incident| self.outbox.attend(incident));
        self.maybe_settled.extend(draft.incidents.keys());
        self.accept(&draft);
        self.forget_settled();
    }

    fn accept(&mut self, draft: &Draft) {
        self.outputs.extend(draft.accepted.iter().copied().map(Output::Accept));
        self.outputs.extend(draft.notes.iter().cloned().map(Output::Note));
    }

    /// Incidents that owe nothing leave the memory, once nothing more is to be said about them.
    fn forget_settled(&mut self) {
        for id in std::mem::take(&mut self.maybe_settled) {
            let is_live = self.stored.incidents.get(&id).is_some_and(Incident::is_live);
            if is_live {
                continue;
            }
            if self.outbox.is_about(id) {
                self.maybe_settled.insert(id);
                continue;
            }
            self.stored.incidents.remove(&id);
            self.stored.cards.remove(&id);
        }
    }

    /// The same commit again, later. Whoever waits for an answer is told, once, that nothing is lost: this one
    /// message is not durable, because nothing can be.
    fn commit_failed(&mut self, now: DateTime<Utc>, error: &StoreError) {
        let Some(in_flight) = &mut self.in_flight else { return };
        in_flight.failures += 1;
        let wait = Duration::seconds(1 << in_flight.failures.min(5));
        in_flight.retry_at = Some(now + wait);
        self.outputs.push_back(Output::Note(format!("{error}; trying again in {} s", wait.num_seconds())));
        if in_flight.failures > 1 {
            return;
        }
        let sequence = in_flight.draft.commit.sequence;
        for (index, message) in (0_u32..).zip(&in_flight.draft.answering) {
            let id = EffectId { sequence, index: u32::MAX - index };
            let attempt = Attempt { key: outbox::key(&self.identity, id), first_tried: now, number: 1 };
            let action = Action::Say {
                room: message.room.clone(),
                answers: Some(message.clone()),
                message: trouble::cannot_store(error),
            };
            let platform = message.room.platform.clone();
            self.outputs.push_back(Output::Perform(Box::new(Perform { id, platform, action, attempt })));
        }
    }

    fn retry_commit(&mut self, now: DateTime<Utc>) {
        if let Some(in_flight) = &mut self.in_flight
            && in_flight.retry_at.is_some_and(|at| at <= now)
        {
            in_flight.retry_at = None;
            self.outputs.push_back(Output::Commit(Box::new(in_flight.draft.commit.clone())));
        }
    }

    fn loaded(&mut self, subject: Subject, records: &[Record]) {
        if !self.loading.remove(&subject) {
            return;
        }
        match subject {
            Subject::Workspace => records.iter().for_each(|record| self.stored.workspace.evolve(record)),
            Subject::Incident(id) => {
                let mut incident = records.first().and_then(|first| evolve::begin(id, first));
                if let Some(incident) = &mut incident {
                    records.iter().skip(1).for_each(|record| evolve::evolve(incident, record));
                    self.stored.incidents.insert(id, incident.clone());
                    self.maybe_settled.insert(id);
                } else {
                    self.unreadable.insert(subject);
                    self.outputs.push_back(Output::Note(format!("{id} can't be read from the store")));
                }
            }
        }
        if self.loading.is_empty() {
            self.started = true;
        }
    }
}
