//! The engine turned by dice.
//!
//! Where the service does many things side by side, this driver keeps them in a heap and takes one at random: a load,
//! the commit in flight, an effect, an answer that comes late. So every order that could happen by chance happens
//! for some seed, and happens again for the same one.
//!
//! - The process may die at any turn, and at a commit before or after it is durable. What was on its way to the
//!   platform then is done, or not, or done a moment later.
//! - Time passes only between turns, and never while an effect is handed over but not yet tried: what the engine
//!   lets go in time is tried in time.
//! - Every turn leaves a line in the journal: two runs of one seed can be compared word for word.

use std::{collections::VecDeque, sync::Arc};

use chrono::{DateTime, Duration, Utc};

use super::{
    Dice, Faults, VirtualClock, block_on,
    block_on::poll_once,
    in_words::{facts_of, name_of},
    patience::Patience,
};
use crate::{
    engine::{BatchId, Engine, Input, Output, SignalsId},
    event::Subject,
    policy::Policy,
    port::{Batch, Commit, Outcome, Perform, Platform, Positions, Signal, Store},
};

/// How long after it was delivered a message may be delivered again.
const REDELIVERED_WITHIN: Duration = Duration::days(7);
/// More turns than this at one time, and it will never be still.
const TURNS_AT_ONE_TIME: usize = 20_000;
/// How long after a process has died its last requests may still reach the platform.
const STRAGGLERS_WITHIN: Duration = Duration::seconds(5);

/// Something that was taken out of the engine, or is on its way back to it.
#[derive(Debug)]
enum Waiting {
    Load(Subject),
    Commit(Box<Commit>),
    Perform(Box<Perform>),
    Outcome(Box<Perform>, Outcome),
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// There is nothing to do at this time.
    Nothing,
    /// Something was done.
    Did,
    /// The process is not running: it died, now or before.
    Down,
}

/// Everything owed did not come to pass in as many turns as should be plenty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not settled after {turns} turns: {state}")]
pub struct Unsettled {
    /// How many turns were taken.
    pub turns: usize,
    /// How it stood then.
    pub state: String,
}

/// An engine with its surroundings, turned by dice.
pub struct Driver {
    policy: Policy,
    store: Arc<dyn Store>,
    platform: Arc<dyn Platform>,
    clock: VirtualClock,
    faults: Faults,
    dice: Dice,
    engine: Option<Engine>,
    waiting: Vec<(DateTime<Utc>, Waiting)>,
    stragglers: Vec<(DateTime<Utc>, Perform)>,
    last_batch: u64,
    accepted: u64,
    /// What machines told last, and how much of it was taken.
    last_signals: u64,
    taken: u64,
    /// Where batches began, and whether a process was started from there: what came before is durable.
    heard: VecDeque<(DateTime<Utc>, Positions, bool)>,
    journal: Vec<String>,
    patience: Patience,
}

/// What an engine is driven against.
pub struct Surroundings {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The chat.
    pub platform: Arc<dyn Platform>,
    /// The time.
    pub clock: VirtualClock,
    /// What goes wrong.
    pub faults: Faults,
}

impl Driver {
    /// A driver; the process is not running yet.
    #[must_use]
    pub fn new(policy: Policy, surroundings: Surroundings, dice: Dice) -> Self {
        let Surroundings { store, platform, clock, faults } = surroundings;
        Self {
            policy,
            store,
            platform,
            clock,
            faults,
            dice,
            engine: None,
            waiting: Vec::new(),
            stragglers: Vec::new(),
            last_batch: 0,
            accepted: 0,
            last_signals: 0,
            taken: 0,
            heard: VecDeque::new(),
            journal: Vec::new(),
            patience: Patience::default(),
        }
    }

    /// What was let go although the platform had asked to wait.
    #[must_use]
    pub fn impatient(&self) -> &[String] {
        &self.patience.lost
    }

    /// The engine, while the process is running.
    #[must_use]
    pub fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    /// What happened, a line a turn.
    #[must_use]
    pub fn journal(&self) -> &[String] {
        &self.journal
    }

    /// Puts a line into the journal.
    pub fn note(&mut self, line: &str) {
        self.journal.push(format!("{} {line}", self.clock.now().format("%d %H:%M:%S")));
    }

    /// Starts the process, if it isn't running.
    ///
    /// # Panics
    /// When the store can't be opened.
    pub fn start(&mut self) {
        if self.engine.is_some() {
            return;
        }
        let opened = block_on(self.store.open()).expect("the store of a simulation can be opened");
        self.note(&format!("starts as {} after commit {}", opened.identity.incarnation, opened.sequence));
        let engine = Engine::new(self.policy.clone(), opened);
        self.heard.push_back((self.clock.now(), engine.positions(&self.platform.name()), true));
        self.engine = Some(engine);
        self.accepted = self.last_batch;
        self.handle(Input::Tick);
    }

    /// The process dies. What was on its way to the platform is done, or isn't, or will be in a moment.
    pub fn die(&mut self) {
        if self.engine.take().is_none() {
            return;
        }
        self.note("dies");
        self.patience.forget();
        // No platform moves on from a batch that was not committed.
        self.heard.retain(|(_, _, durable)| *durable);
        for (_, waiting) in std::mem::take(&mut self.waiting) {
            let Waiting::Perform(perform) = waiting else { continue };
            match self.dice.below(3) {
                0 => {}
                1 => {
                    self.perform(&perform);
                }
                _ => self.stragglers.push((self.clock.now() + STRAGGLERS_WITHIN, *perform)),
            }
        }
    }

    /// Asks the platform for what was said since, if it is to be asked and has something to say.
    pub fn listen(&mut self) -> bool {
        let Some(engine) = &self.engine else { return false };
        if self.accepted != self.last_batch {
            return false;
        }
        let positions = engine.positions(&self.platform.name());
        let Some(batch) = self.heard_after(&positions) else { return false };
        let now = self.clock.now();
        self.heard.push_back((now, positions, false));
        self.forget_long_heard();
        self.deliver(batch);
        true
    }

    /// Machines tell something. Gives back the number by which it is known whether it was taken.
    pub fn signal(&mut self, signals: Vec<Signal>) -> u64 {
        self.last_signals += 1;
        self.note(&format!("is told {signals:?}"));
        self.handle(Input::Signals(SignalsId(self.last_signals), signals));
        self.last_signals
    }

    /// How far what machines told was taken.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The platform delivers what it delivered before, and what came since.
    pub fn redeliver(&mut self) {
        self.forget_long_heard();
        let index = self.dice.below(self.heard.len());
        let Some((_, positions, _)) = self.heard.get(index).cloned() else { return };
        if self.engine.is_some()
            && let Some(batch) = self.heard_after(&positions)
        {
            self.note("is told again");
            self.deliver(batch);
        }
    }

    /// The store went back to a backup: what was heard since is ahead of what it knows.
    pub fn forget_heard(&mut self) {
        self.heard.clear();
    }

    fn forget_long_heard(&mut self) {
        let now = self.clock.now();
        self.heard.retain(|(at, _, _)| *at + REDELIVERED_WITHIN > now);
    }

    fn heard_after(&self, positions: &Positions) -> Option<Batch> {
        poll_once(self.platform.listen(positions))?.ok()
    }

    fn deliver(&mut self, batch: Batch) {
        self.last_batch += 1;
        let messages: Vec<&str> = batch.inbounds.iter().map(|inbound| inbound.message.id.as_str()).collect();
        self.note(&format!("hears batch {}: {}", self.last_batch, messages.join(" ")));
        self.handle(Input::Batch(BatchId(self.last_batch), batch));
    }

    fn handle(&mut self, input: Input) {
        let now = self.clock.now();
        let Some(engine) = &mut self.engine else { return };
        engine.handle(now, input);
        while let Some(output) = self.engine.as_mut().and_then(Engine::poll) {
            let waiting = match output {
                Output::Load(subject) => Waiting::Load(subject),
                Output::Commit(commit) => Waiting::Commit(commit),
                Output::Perform(perform) => {
                    self.patience.watch(&perform, now);
                    Waiting::Perform(perform)
                }
                Output::Accept(id) => {
                    self.accepted = self.accepted.max(id.0);
                    continue;
                }
                Output::Taken(id) => {
                    self.taken = self.taken.max(id.0);
                    continue;
                }
                Output::Note(note) => {
                    self.note(&format!("notes: {note}"));
                    continue;
                }
            };
            let is_slow =
                matches!(waiting, Waiting::Commit(_)) && self.faults.strikes(|weather| weather.commit_slow);
            let takes = if is_slow { self.faults.up_to(20) } else { 0 };
            self.waiting.push((now + Duration::seconds(takes), waiting));
        }
    }

    /// Does one of the things that can be done at this time.
    pub fn turn(&mut self) -> Turn {
        self.let_stragglers_arrive();
        if self.engine.is_none() {
            return Turn::Down;
        }
        let now = self.clock.now();
        let ready: Vec<usize> =
            (0..self.waiting.len()).filter(|index| self.waiting[*index].0 <= now).collect();
        if ready.is_empty() {
            return Turn::Nothing;
        }
        let index = *self.dice.pick(&ready);
        let (_, waiting) = self.waiting.remove(index);
        match waiting {
            Waiting::Load(subject) => match block_on(self.store.load(subject)) {
                Ok(records) => self.handle(Input::Loaded(subject, records)),
                Err(_) => self.waiting.push((now + Duration::seconds(1), Waiting::Load(subject))),
            },
            Waiting::Commit(commit) => self.commit(&commit),
            Waiting::Perform(perform) => self.try_effect(&perform),
            Waiting::Outcome(perform, outcome) => self.tell(&perform, outcome),
        }
        if self.engine.is_some() { Turn::Did } else { Turn::Down }
    }

    fn let_stragglers_arrive(&mut self) {
        let now = self.clock.now();
        self.stragglers.retain(|(until, _)| now <= *until);
        if !self.stragglers.is_empty() && self.dice.chance(300) {
            let index = self.dice.below(self.stragglers.len());
            let (_, straggler) = self.stragglers.remove(index);
            self.perform(&straggler);
        }
    }

    fn commit(&mut self, commit: &Commit) {
        if self.faults.strikes(|weather| weather.dies_before_commit) {
            return self.die();
        }
        let result = block_on(self.store.commit(commit));
        self.note(&format!("commit {} ({}): {result:?}", commit.sequence, facts_of(commit)));
        if self.faults.strikes(|weather| weather.dies_after_commit) {
            return self.die();
        }
        self.handle(result.map_or_else(Input::CommitFailed, |()| Input::Committed));
    }

    fn try_effect(&mut self, perform: &Perform) {
        let outcome = self.perform(perform);
        if self.faults.strikes(|weather| weather.late) {
            let at = self.clock.now() + Duration::seconds(self.faults.up_to(120));
            self.waiting.push((at, Waiting::Outcome(Box::new(perform.clone()), outcome)));
        } else {
            self.tell(perform, outcome);
        }
    }

    /// The engine learns what became of an attempt.
    fn tell(&mut self, perform: &Perform, outcome: Outcome) {
        self.patience.told(perform, &outcome, self.clock.now());
        self.handle(Input::Outcome(perform.id, outcome));
    }

    fn perform(&mut self, perform: &Perform) -> Outcome {
        let outcome = block_on(self.platform.perform(perform));
        let (key, number, what) = (&perform.attempt.key, perform.attempt.number, name_of(&perform.action));
        self.note(&format!("performs {key} (attempt {number}, {what}): {outcome:?}"));
        outcome
    }

    /// Takes turns until there is nothing to do at this time, or the process has died.
    ///
    /// # Panics
    /// When it is never still.
    pub fn turn_until_still(&mut self) -> Turn {
        for _ in 0..TURNS_AT_ONE_TIME {
            match self.turn() {
                Turn::Did => {}
                Turn::Nothing if self.listen() => {}
                still @ (Turn::Nothing | Turn::Down) => return still,
            }
        }
        panic!("{}", self.unsettled(TURNS_AT_ONE_TIME));
    }

    /// Lets time pass at one stroke, as when the machine was suspended.
    pub fn jump(&mut self, by: Duration) {
        while let Some(index) =
            self.waiting.iter().position(|(_, waiting)| matches!(waiting, Waiting::Perform(_)))
        {
            if let (_, Waiting::Perform(perform)) = self.waiting.remove(index) {
                self.try_effect(&perform);
            }
        }
        self.clock.advance(by);
        self.handle(Input::Tick);
    }

    /// Lets time pass from deadline to deadline, doing what is to be done at each.
    pub fn pass(&mut self, by: Duration) {
        let until = self.clock.now() + by;
        while self.clock.now() < until {
            if self.turn_until_still() == Turn::Down {
                break;
            }
            let now = self.clock.now();
            let next = self.next_moment().filter(|next| *next < until).unwrap_or(until);
            self.jump((next - now).max(Duration::milliseconds(1)));
        }
        self.clock.advance_to(until);
    }

    /// When something will be to be done if nothing comes in.
    fn next_moment(&self) -> Option<DateTime<Utc>> {
        let waiting = self.waiting.iter().map(|(at, _)| *at);
        waiting.chain(self.engine.as_ref().and_then(Engine::next_deadline)).min()
    }

    /// Turns and waits until everything that was heard is dealt with and everything owed now is done.
    ///
    /// # Errors
    /// When that takes more turns than should be plenty.
    pub fn settle(&mut self, most_turns: usize) -> Result<(), Unsettled> {
        for turns in 0..most_turns {
            self.start();
            if self.turn() != Turn::Nothing || self.listen() {
                continue;
            }
            let is_done = self.engine.as_ref().is_some_and(|engine| {
                engine.is_idle() && engine.pending_effects() == 0 && self.waiting.is_empty()
            });
            if is_done {
                return Ok(());
            }
            let now = self.clock.now();
            let Some(next) = self.next_moment() else { return Err(self.unsettled(turns)) };
            self.jump((next - now).max(Duration::milliseconds(1)));
        }
        Err(self.unsettled(most_turns))
    }

    fn unsettled(&self, turns: usize) -> Unsettled {
        let state = self.engine.as_ref().map_or_else(
            || "not running".to_owned(),
            |engine| {
                let (idle, effects) = (engine.is_idle(), engine.pending_effects());
                format!("idle: {idle}, {effects} effects to be done, waiting for {:?}", self.waiting)
            },
        );
        Unsettled { turns, state }
    }
}
