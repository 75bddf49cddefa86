//! A store that fails now and then, in the ways in which disks do, and keeps a ledger of what it really did.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{
    Faults, VirtualClock,
    ledger::{Entry, Ledger},
};
use crate::{
    event::{Record, Subject},
    port::{Commit, Opened, Store, StoreError},
};

/// A store with faults in front of it.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    faults: Faults,
    clock: VirtualClock,
    incarnation: Mutex<String>,
    ledger: Mutex<Ledger>,
}

impl FaultyStore {
    /// Puts faults in front of a store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, faults: Faults, clock: VirtualClock) -> Self {
        Self { inner, faults, clock, incarnation: Mutex::default(), ledger: Mutex::default() }
    }

    /// What became durable.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn incarnation(&self) -> MutexGuard<'_, String> {
        self.incarnation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn open(&self) -> Result<Opened, StoreError> {
        let opened = self.inner.open().await?;
        self.incarnation().clone_from(&opened.identity.incarnation);
        self.ledger().opened(opened.sequence);
        Ok(opened)
    }

    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError> {
        if self.faults.strikes(|weather| weather.load_fails) {
            return Err(StoreError::Failed("the disk did not answer".to_owned()));
        }
        self.inner.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        if self.faults.strikes(|weather| weather.commit_fails) {
            return Err(StoreError::Full("nothing was written".to_owned()));
        }
        self.inner.commit(commit).await?;
        let incarnation = self.incarnation().clone();
        self.ledger().committed(Entry { incarnation, at: self.clock.now(), commit: commit.clone() });
        if self.faults.strikes(|weather| weather.commit_fails_durably) {
            return Err(StoreError::Failed("written, and the disk did not say so".to_owned()));
        }
        Ok(())
    }
}
