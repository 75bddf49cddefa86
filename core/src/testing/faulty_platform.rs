//! A chat platform that fails now and then, in the ways in which servers do.
//!
//! What it refuses for good it refuses for good: it never refuses what it has already done, and it remembers the
//! refusals, because whoever judges a simulation must know what could not be delivered.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{Faults, measuring};
use crate::{
    port::{Action, Batch, Capabilities, ListenError, Outcome, Perform, Platform, Positions, Receipt},
    room::PlatformName,
};

/// A platform with faults in front of it.
pub struct FaultyPlatform {
    inner: Arc<dyn Platform>,
    faults: Faults,
    /// A room in which sitrep may not speak, fair weather or not.
    forbidden: Option<String>,
    fates: Mutex<Fates>,
}

#[derive(Debug, Default)]
struct Fates {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl FaultyPlatform {
    /// Puts faults in front of a platform.
    #[must_use]
    pub fn new(inner: Arc<dyn Platform>, faults: Faults, forbidden: Option<String>) -> Self {
        Self { inner, faults, forbidden, fates: Mutex::default() }
    }

    /// The keys of what was refused for good.
    #[must_use]
    pub fn refused(&self) -> BTreeSet<String> {
        self.fates().refused.clone()
    }

    fn fates(&self) -> MutexGuard<'_, Fates> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusal(&self, action: &Action) -> Option<&'static str> {
        let refuses = match action {
            Action::Say { room, .. } => self.forbidden.as_ref() == Some(&room.room),
            Action::OpenRoom { .. } => self.faults.strikes(|weather| weather.room_refused),
            Action::Pin { .. }
            | Action::Invite { .. }
            | Action::Name { .. }
            | Action::Buttons { .. }
            | Action::OpenMeeting { .. }
            | Action::Archive { .. }
            | Action::Restore { .. }
            | Action::Appoint { .. } => self.faults.strikes(|weather| weather.trifle_refused),
            Action::Edit { .. }
            | Action::OpenDirect { .. }
            | Action::Read { .. }
            | Action::Measure { .. }
            | Action::CloseMeeting { .. } => false,
        };
        refuses.then_some("it is not allowed")
    }

    /// What goes wrong before the platform has done anything.
    fn obstacle(&self) -> Option<Outcome> {
        if self.faults.strikes(|weather| weather.request_lost) {
            return Some(Outcome::InDoubt("the request was lost".to_owned()));
        }
        if self.faults.strikes(|weather| weather.transient) {
            return Some(Outcome::Transient("the server is busy".to_owned()));
        }
        if self.faults.strikes(|weather| weather.retry_after) {
            let secs = u64::try_from(self.faults.up_to(60)).unwrap_or(1);
            return Some(Outcome::RetryAfter(Duration::from_secs(secs)));
        }
        None
    }

    /// An invitation that reaches all but the last.
    async fn invite_all_but_one(&self, perform: &Perform) -> Option<Outcome> {
        let Action::Invite { room, people } = &perform.action else { return None };
        if !self.faults.strikes(|weather| weather.someone_missing) {
            return None;
        }
        let (missing, reached) = people.split_last()?;
        let action = Action::Invite { room: room.clone(), people: reached.to_vec() };
        self.inner.perform(&Perform { action, ..perform.clone() }).await;
        Some(Outcome::Done(Receipt::DoneExcept(vec![(missing.clone(), "no such account".to_owned())])))
    }
}

#[async_trait]
impl Platform for FaultyPlatform {
    fn name(&self) -> PlatformName {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        self.inner.listen(after).await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        if let Some(outcome) = self.obstacle() {
            return outcome;
        }
        if let Action::Measure { panels, from, until } = &perform.action {
            let reading = |panel| measuring::reading(panel, *from, *until, &self.faults);
            return Outcome::Done(Receipt::Measured(panels.iter().map(reading).collect()));
        }
        let key = &perform.attempt.key;
        if !self.fates().done.contains(key)
            && let Some(reason) = self.refusal(&perform.action)
        {
            self.fates().refused.insert(key.clone());
            return Outcome::Permanent(reason.to_owned());
        }
        if let Some(outcome) = self.invite_all_but_one(perform).await {
            return outcome;
        }
        let outcome = self.inner.perform(perform).await;
        if matches!(outcome, Outcome::Permanent(_)) {
            self.fates().refused.insert(key.clone());
        }
        if matches!(outcome, Outcome::Done(_)) {
            self.fates().done.insert(key.clone());
            if self.faults.strikes(|weather| weather.answer_lost) {
                return Outcome::InDoubt("the answer was lost".to_owned());
            }
        }
        outcome
    }
}
