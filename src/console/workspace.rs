//! A workspace at work: the chat, sitrep's engine and its store, turned by hand on the console's clock.
//!
//! Everything that follows from a message or from the passing of time has happened when the call returns, in the same
//! order each time. What the chat has heard and sitrep has not dealt with, because it was killed, is dealt with at
//! the next start.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Duration, Utc};
use sitrep_console::{Chat, ConsolePlatform, Gesture, Line, SayError};
use sitrep_core::{
    engine::Stepper,
    policy::Policy,
    port::{Identity, Platform, Signal, Store},
};
use sitrep_redb::{RedbStore, StoreKind};

use super::clock::Clock;

/// The store's file in the data directory.
const STORE: &str = "sitrep.redb";
/// The chat's file in the data directory.
const CHAT: &str = "chat.jsonl";

/// A deadline that lies in the past although everything was settled is stepped over by this much, so that waiting
/// ends whatever happens.
const STEP: Duration = Duration::seconds(1);

/// The workspace.
pub(crate) struct Workspace {
    policy: Policy,
    clock: Arc<Clock>,
    platform: Arc<ConsolePlatform>,
    stepper: Stepper,
    /// How much of the chat has been told by [`Workspace::news`].
    told: usize,
    notes: Vec<String>,
}

impl Workspace {
    /// Opens what is in a data directory.
    ///
    /// # Errors
    /// When it can't be used, or another console uses it.
    pub(crate) async fn open(
        directory: &Path,
        clock: Arc<Clock>,
        fresh: Identity,
        (policy, figures): (Policy, Option<Arc<dyn Platform>>),
    ) -> Result<Self> {
        // The store first: its lock keeps a second console away from the chat's file, too.
        let store: Arc<dyn Store> =
            Arc::new(RedbStore::open(&directory.join(STORE), StoreKind::Console, fresh)?);
        let ticking = Arc::clone(&clock);
        let platform = ConsolePlatform::open(&directory.join(CHAT), Arc::new(move || ticking.now()))?;
        let platform = Arc::new(platform);
        let platforms = [Arc::clone(&platform) as Arc<dyn Platform>].into_iter().chain(figures).collect();
        let stepper = Stepper::new(policy.clone(), store, platforms).await?;
        let told = platform.read(|chat| chat.log().len());
        let heard = stepper.engine().positions(&platform.name());
        if heard.values().filter_map(|token| token.parse().ok()).any(|heard: usize| heard > told) {
            bail!(
                "{} is shorter than what sitrep has read of it. Put it back, or move {} away to begin anew",
                directory.join(CHAT).display(),
                directory.display()
            );
        }
        Ok(Self { policy, clock, platform, stepper, told, notes: Vec::new() })
    }

    /// What the operator decided.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The chat, for whoever only looks.
    pub(crate) fn platform(&self) -> &Arc<ConsolePlatform> {
        &self.platform
    }

    /// Looks at the chat.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Chat) -> T) -> T {
        self.platform.read(reader)
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A person says something. It is heard by [`Workspace::settle`].
    ///
    /// # Errors
    /// When they may not, or it can't be kept.
    pub(crate) fn say(&self, person: &str, room: &str, text: &str) -> Result<(), SayError> {
        self.platform.say(person, room, text).map(|_| ())
    }

    /// A person does something other than to speak. It is noticed by [`Workspace::settle`].
    ///
    /// # Errors
    /// When they may not, there is nothing that fits, or it can't be kept.
    pub(crate) fn does(&self, person: &str, room: &str, gesture: &Gesture) -> Result<(), SayError> {
        self.platform.does(person, room, gesture).map(|_| ())
    }

    /// A machine tells something. What follows happens in [`Workspace::settle`].
    ///
    /// # Errors
    /// When nobody expects to hear from it, worded.
    pub(crate) fn tell(&mut self, signal: Signal) -> Result<(), String> {
        if let Signal::Heartbeat { name } = &signal
            && !self.policy.heartbeats.contains_key(name)
        {
            return Err(format!("nobody expects a sign of life of {name}: there is no [heartbeat.{name}]"));
        }
        self.stepper.tell(self.clock.now(), vec![signal]);
        Ok(())
    }

    /// Everything happens that can happen at this time.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        loop {
            let now = self.clock.now();
            let heard = if self.stepper.is_listening() {
                self.platform.batch_after(&self.stepper.engine().positions(&self.platform.name()))
            } else {
                None
            };
            let is_quiet = heard.is_none();
            if let Some(batch) = heard {
                self.stepper.deliver(now, batch);
            }
            self.notes.extend(self.stepper.settle(now).await?);
            if is_quiet {
                return Ok(());
            }
        }
    }

    /// Goes on to the next deadline that is not after a moment, or to the moment itself, and settles there. Says
    /// whether the moment is reached.
    ///
    /// # Errors
    /// When the clock can't be kept, or the store can't be read.
    pub(crate) async fn advance(&mut self, moment: DateTime<Utc>) -> Result<bool> {
        let now = self.clock.now();
        let next = self.stepper.engine().next_deadline().map(|at| if at > now { at } else { now + STEP });
        let next = next.filter(|at| *at <= moment);
        self.clock.move_to(next.unwrap_or(moment))?;
        self.settle().await.context("the time has moved on")?;
        Ok(next.is_none())
    }

    /// How long it is until something falls due by itself; `None` when nothing does, or when the clock stands still.
    pub(crate) fn due_in(&self) -> Option<std::time::Duration> {
        let next = self.stepper.engine().next_deadline().filter(|_| self.clock.runs())?;
        Some((next - self.clock.now()).to_std().unwrap_or_default())
    }

    /// What was said since this was last asked.
    pub(crate) fn news(&mut self) -> Vec<Line> {
        let from = self.told;
        let (lines, length) = self.platform.read(|chat| (chat.lines_from(from).collect(), chat.log().len()));
        self.told = length;
        lines
    }

    /// What the operator should know, since this was last asked.
    pub(crate) fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether anything that should have been said or done by now has not been.
    pub(crate) fn is_behind(&self) -> bool {
        !self.stepper.engine().is_idle() || self.stepper.engine().pending_effects() > 0
    }
}
