//! The engine turned by hand: one thing at a time, in order, on the caller's clock.
//!
//! The console and the simulation use it: what happens, and in which order, is the same each time. The service has
//! a driver of its own, on tokio, that does many things side by side.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{BatchId, Engine, Input, Output, SignalsId};
use crate::{
    policy::Policy,
    port::{Batch, Outcome, Platform, Signal, Store, StoreError},
    room::PlatformName,
};

/// An engine with its store and its platforms.
pub struct Stepper {
    engine: Engine,
    store: Arc<dyn Store>,
    platforms: BTreeMap<PlatformName, Arc<dyn Platform>>,
    last_batch: u64,
    accepted: u64,
    last_signals: u64,
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is nothing to do at this time.
    Idle,
    /// Facts were read.
    Loaded,
    /// A commit became durable, or is not known to be.
    Committed(Result<u64, StoreError>),
    /// A platform did something, or didn't.
    Performed(Outcome),
    /// A batch was accepted.
    Accepted(BatchId),
    /// What machines told was taken.
    Taken(SignalsId),
    /// The operator should know.
    Note(String),
}

impl Stepper {
    /// Opens the store and makes an engine over it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn new(
        policy: Policy,
        store: Arc<dyn Store>,
        platforms: Vec<Arc<dyn Platform>>,
    ) -> Result<Self, StoreError> {
        let engine = Engine::new(policy, store.open().await?);
        let platforms = platforms.into_iter().map(|platform| (platform.name(), platform)).collect();
        Ok(Self { engine, store, platforms, last_batch: 0, accepted: 0, last_signals: 0 })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Hands a batch in. A platform is asked for the next one when [`Stepper::is_listening`] says so.
    pub fn deliver(&mut self, now: DateTime<Utc>, batch: Batch) {
        self.last_batch += 1;
        self.engine.handle(now, Input::Batch(BatchId(self.last_batch), batch));
    }

    /// Hands in what machines told.
    pub fn tell(&mut self, now: DateTime<Utc>, signals: Vec<Signal>) -> SignalsId {
        self.last_signals += 1;
        let id = SignalsId(self.last_signals);
        self.engine.handle(now, Input::Signals(id, signals));
        id
    }

    /// Whether every batch was accepted, so that the platforms may be asked for more.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.accepted == self.last_batch
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        self.engine.handle(now, Input::Tick);
    }

    /// Does the next thing.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn step(&mut self, now: DateTime<Utc>) -> Result<Step, StoreError> {
        let Some(output) = self.engine.poll() else { return Ok(Step::Idle) };
        Ok(match output {
            Output::Load(subject) => {
                let records = self.store.load(subject).await?;
                self.engine.handle(now, Input::Loaded(subject, records));
                Step::Loaded
            }
            Output::Commit(commit) => {
                let result = self.store.commit(&commit).await;
                let input = match &result {
                    Ok(()) => Input::Committed,
                    Err(error) => Input::CommitFailed(error.clone()),
                };
                self.engine.handle(now, input);
                Step::Committed(result.map(|()| commit.sequence))
            }
            Output::Perform(perform) => {
                let outcome = match self.platforms.get(&perform.platform) {
                    Some(platform) => platform.perform(&perform).await,
                    None => Outcome::Permanent(format!("{} is not configured", perform.platform.as_str())),
                };
                self.engine.handle(now, Input::Outcome(perform.id, outcome.clone()));
                Step::Performed(outcome)
            }
            Output::Taken(id) => Step::Taken(id),
            Output::Accept(id) => {
                self.accepted = id.0;
                Step::Accepted(id)
            }
            Output::Note(note) => Step::Note(note),
        })
    }

    /// Does everything that can be done at this time. Gives back what the operator should know.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn settle(&mut self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.tick(now);
        let mut notes = Vec::new();
        loop {
            match self.step(now).await? {
                Step::Idle => return Ok(notes),
                Step::Note(note) => notes.push(note),
                Step::Loaded
                | Step::Committed(_)
                | Step::Performed(_)
                | Step::Accepted(_)
                | Step::Taken(_) => {}
            }
        }
    }
}
