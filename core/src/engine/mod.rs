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
//! `draft.rs` is the round of decisions, `deciding.rs` decides one item, `hearing.rs` what people do, `outbox.rs` holds effects in their lanes,
//! `limits.rs` what platforms let us do, `due_table.rs` the deadlines, `marks.rs` what people put on the timeline by a sign.

mod alerting;
mod backlog;
mod carrying_out;
mod changes;
mod coming;
mod committing;
mod correcting;
mod deciding;
mod draft;
mod due_table;
mod entry;
mod hearing;
mod heartbeats;
mod limits;
mod marks;
mod measuring;
mod moving;
mod outbox;
mod overview;
mod reporting;
mod rota;
mod signalling;
mod status;
mod stepper;
mod taking_back;
mod task_list;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Duration, SubsecRound, Utc};

use self::{
    backlog::Backlog,
    carrying_out::Mark,
    changes::Changes,
    deciding::Missing,
    draft::Draft,
    due_table::DueTable,
    outbox::{Outbox, Places},
    overview::Shown,
    status::Counts,
};
use crate::{
    effect::EffectId,
    event::{Record, Subject},
    incident::{Incident, IncidentId, evolve},
    message::Message,
    person::Person,
    policy::Policy,
    port::{
        Batch, Commit, Due, Identity, Inbound, InboundKey, Opened, Outcome, Perform, Position, Positions,
        Signal, StoreError,
    },
    report::{self, Report, ReportId},
    room::{PlatformName, RoomRef},
    rota::Rota,
    workspace::Workspace,
};

pub use status::{Outgoing, Status};
pub use stepper::{Step, Stepper};

/// How long positions of mere talk may stay unwritten. Talk that is delivered again is talk again.
const POSITIONS_UNWRITTEN_FOR: Duration = Duration::seconds(60);
/// How long a message that was dealt with is remembered; no platform delivers one again later than that.
const SEEN_REMEMBERED_FOR: Duration = Duration::days(14);
/// How often those marks are looked through for old ones.
const SEEN_SWEPT_EVERY: Duration = Duration::hours(1);
/// How long a message that somebody wants to be filed is tried to be read.
const FILED_WITHIN: Duration = Duration::hours(1);
/// How often what waits for a room is looked at again.
const HELD_LOOKED_AT_EVERY: Duration = Duration::seconds(60);
/// How far a clock may seem to go back without having been set.
const CLOCK_JITTER: Duration = Duration::seconds(5);
/// The most items decided into one commit.
const ITEMS_A_ROUND: usize = 512;

/// The number of a batch, as the driver knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchId(pub u64);

/// The number of something that machines told, as the driver knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalsId(pub u64);

/// What a driver hands in.
#[derive(Debug)]
pub enum Input {
    /// A platform delivered something.
    Batch(BatchId, Batch),
    /// Machines told something.
    Signals(SignalsId, Vec<Signal>),
    /// A subject's facts, asked for by [`Output::Load`].
    Loaded(Subject, Vec<Record>),
    /// A subject's facts can't be read, and won't be: it is left out, and everything else goes on.
    LoadFailed(Subject, StoreError),
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
    /// What machines told is durable, with all that follows from it.
    Taken(SignalsId),
    /// Tell the operator.
    Note(String),
}

/// Something that waits to be decided.
#[derive(Clone, Debug)]
enum Item {
    Inbound(Box<Inbound>),
    Reached(BatchId, Vec<Position>),
    Signal(Box<Signal>),
    /// All of what machines told at once is decided.
    Told(SignalsId),
    Outcome(EffectId, Outcome),
    Due(Due),
    /// An effect that is not worth doing any more.
    Expired(EffectId),
    /// What limits hold up for long.
    Late(Backlog),
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
    rota: Rota,
    incidents: BTreeMap<IncidentId, Incident>,
    reports: BTreeMap<ReportId, Report>,
    /// The reports in memory by what their sources know them by.
    groups: BTreeMap<(String, String), ReportId>,
    /// What was changed, by day.
    changes: BTreeMap<u64, Changes>,
    lines: BTreeMap<ReportId, Message>,
    seen: BTreeMap<InboundKey, Mark>,
    cards: BTreeMap<IncidentId, Message>,
    lists: BTreeMap<IncidentId, Message>,
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
    /// What machines told: decided when nothing that people said waits.
    signals: VecDeque<Item>,
    /// Commands that were said in a room that may be just being made, and the ends of their batches.
    held: VecDeque<Item>,
    /// Since when, at least for one of them.
    held_since: Option<DateTime<Utc>>,
    loading: BTreeSet<Subject>,
    started: bool,
    /// Subjects whose facts can't be read: they are treated as if they had never been.
    unreadable: BTreeSet<Subject>,
    /// Incidents in memory that may owe nothing.
    maybe_settled: BTreeSet<IncidentId>,
    /// Reports in memory that may be settled.
    maybe_settled_reports: BTreeSet<ReportId>,
    /// People who were told lately that they may not command.
    turned_away: BTreeMap<Person, DateTime<Utc>>,
    /// People who were told lately that they can't be read.
    puzzled: BTreeMap<Person, DateTime<Utc>>,
    seen_swept_at: Option<DateTime<Utc>>,
    last_now: Option<DateTime<Utc>>,
    in_flight: Option<InFlight>,
    shown: Shown,
    counts: Counts,
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
        let reports = opened.effects.iter().filter_map(|stored| stored.effect.report());
        loading.extend(reports.map(Subject::Report));
        let stored = Stored {
            seen: opened.seen.into_iter().map(|seen| (seen.key.clone(), Mark::from(&seen))).collect(),
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
            signals: VecDeque::new(),
            held: VecDeque::new(),
            held_since: None,
            outputs: loading.iter().copied().map(Output::Load).collect(),
            loading,
            started: false,
            unreadable: BTreeSet::new(),
            maybe_settled: BTreeSet::new(),
            maybe_settled_reports: BTreeSet::new(),
            turned_away: BTreeMap::new(),
            puzzled: BTreeMap::new(),
            seen_swept_at: None,
            last_now: None,
            in_flight: None,
            shown: Shown::default(),
            counts: Counts::default(),
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
            && self.signals.is_empty()
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
        if !self.loading.is_empty() {
            return self.outbox.next_wake();
        }
        let flush = self.unwritten_since.map(|since| since + POSITIONS_UNWRITTEN_FOR);
        let held = self.held_since.map(|since| since + HELD_LOOKED_AT_EVERY);
        [self.dues.next(), self.outbox.next_wake(), flush, held].into_iter().flatten().min()
    }

    /// Takes an input. Time is cut to milliseconds, which is what a store keeps.
    pub fn handle(&mut self, now: DateTime<Utc>, input: Input) {
        let now = now.trunc_subsecs(3);
        self.notice_clock(now);
        match input {
            Input::Batch(id, batch) => {
                let heard = batch.positions.iter().map(|position| &position.platform);
                heard.for_each(|platform| self.outbox.is_there(platform, now));
                self.queue.extend(batch.inbounds.into_iter().map(|inbound| Item::Inbound(Box::new(inbound))));
                self.queue.push_back(Item::Reached(id, batch.positions));
            }
            Input::Signals(id, signals) => self.hear_signals(id, signals),
            Input::Loaded(subject, records) => self.loaded(subject, &records),
            Input::LoadFailed(subject, error) => {
                self.outputs.push_back(Output::Note(format!("{subject:?} is left out: {error}")));
                self.loaded(subject, &[]);
            }
            Input::Committed => self.committed(now),
            Input::CommitFailed(error) => self.commit_failed(now, &error),
            Input::Outcome(id, outcome) => self.settle(id, outcome, now),
            Input::Tick => {}
        }
        self.advance(now);
    }

    /// A clock that is set back must not turn a pause of a second into one of hours.
    fn notice_clock(&mut self, now: DateTime<Utc>) {
        if self.last_now.is_some_and(|last| now + CLOCK_JITTER < last) {
            self.outbox.clock_went_back(now);
            if let Some(retry_at) = self.in_flight.as_mut().and_then(|in_flight| in_flight.retry_at.as_mut())
            {
                *retry_at = now;
            }
            self.unwritten_since = self.unwritten_since.map(|since| since.min(now));
            self.held_since = self.held_since.map(|since| since.min(now));
        }
        self.last_now = Some(now);
    }

    /// The next thing to be done outside.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Everything that can go on, goes on.
    fn advance(&mut self, now: DateTime<Utc>) {
        self.retry_commit(now);
        if self.in_flight.is_none() && self.loading.is_empty() {
            self.look_at_held_again(now);
            self.queue_what_is_due(now);
            self.decide_all(now);
        }
        self.release(now);
    }

    /// What waits for a room is looked at again now and then: it may have become clear without a word that it is none.
    fn look_at_held_again(&mut self, now: DateTime<Utc>) {
        if self.held_since.is_some_and(|since| since + HELD_LOOKED_AT_EVERY <= now) {
            self.take_up_held();
        }
    }

    /// What was held is decided before anything else.
    fn take_up_held(&mut self) {
        self.held_since = None;
        self.held.append(&mut self.queue);
        std::mem::swap(&mut self.held, &mut self.queue);
    }

    /// Decides until there is something to commit or to load. A round of mere talk makes no commit that would bring on
    /// the next one.
    fn decide_all(&mut self, now: DateTime<Utc>) {
        loop {
            let before = self.queue.len() + self.signals.len();
            self.decide_waiting(now);
            let goes_on = self.in_flight.is_none() && self.loading.is_empty();
            let left = self.queue.len() + self.signals.len();
            if !goes_on || left == 0 || left >= before {
                return;
            }
        }
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
        let places = Places {
            workspace: &self.stored.workspace,
            policy: &self.policy,
            incidents: &self.stored.incidents,
            reports: &self.stored.reports,
        };
        let (released, expired) = self.outbox.release(now, places);
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
        while taken < ITEMS_A_ROUND {
            // Whatever people wait for comes first, however much machines tell.
            let (is_signal, next) = match self.queue.front() {
                Some(item) => (false, Some(item)),
                None => (true, self.signals.front()),
            };
            let Some(item) = next else { break };
            match self.decide(&mut draft, item, now) {
                Ok(()) => {
                    let decided = if is_signal { &mut self.signals } else { &mut self.queue };
                    decided.pop_front();
                    taken += 1;
                }
                Err(Missing::Room) => {
                    self.held.extend(self.queue.pop_front());
                    self.held_since.get_or_insert(now);
                    taken += 1;
                }
                Err(Missing::Facts(subject)) => {
                    if self.loading.insert(subject) {
                        self.outputs.push_back(Output::Load(subject));
                    }
                    break;
                }
            }
        }
        self.seal(&mut draft, now);
        if draft.commit.is_empty() {
            // What was told again and changes nothing was taken all the same.
            self.counts.add(&draft.counts);
            self.accept(&draft);
            self.forget_settled();
            return;
        }
        self.outbox.set_aside(&draft.commit.effects_ended);
        self.outputs.push_back(Output::Commit(Box::new(draft.commit.clone())));
        self.in_flight = Some(InFlight { draft, retry_at: None, failures: 0 });
    }

    /// Machines told something. What calendars say is taken over at once, and not stored.
    fn hear_signals(&mut self, id: SignalsId, signals: Vec<Signal>) {
        for signal in signals {
            if let Signal::Shifts { team, shifts } = &signal {
                self.stored.rota.calendars.insert(team.clone(), shifts.clone());
            }
            self.signals.push_back(Item::Signal(Box::new(signal)));
        }
        self.signals.push_back(Item::Told(id));
    }

    /// Holds a report in memory, with what its source knows it by.
    fn keep_report(&mut self, report: Report) {
        let known = &mut self.stored.groups;
        for (source, group) in report.keys() {
            let key = (source.to_owned(), group.to_owned());
            if report.is_live() {
                known.insert(key, report.id);
            } else if known.get(&key) == Some(&report.id) {
                // Another may have been filed for the group since.
                known.remove(&key);
            }
        }
        if !report.is_live() {
            self.maybe_settled_reports.insert(report.id);
        }
        self.stored.reports.insert(report.id, report);
    }

    fn loaded(&mut self, subject: Subject, records: &[Record]) {
        if !self.loading.remove(&subject) {
            return;
        }
        match subject {
            Subject::Workspace => records.iter().for_each(|record| self.stored.workspace.evolve(record)),
            Subject::Rota => records.iter().for_each(|record| self.stored.rota.evolve(record)),
            Subject::Changes(day) => {
                let changes = self.stored.changes.entry(day).or_default();
                records.iter().for_each(|record| changes.evolve(record));
            }
            Subject::Heartbeat(_) => {}
            Subject::Report(id) => {
                let mut report = records.first().and_then(|first| report::begin(id, first));
                if let Some(report) = &mut report {
                    records.iter().skip(1).for_each(|record| report::evolve(report, record));
                    self.keep_report(report.clone());
                } else {
                    self.unreadable.insert(subject);
                    self.outputs.push_back(Output::Note(format!("{id} can't be read from the store")));
                }
            }
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
