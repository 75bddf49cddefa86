//! A store that remembers every commit, and when each began and was durable.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sitrep_core::{
    event::{Record, Subject},
    port::{Commit, Opened, Store, StoreError},
};

/// A commit and its time.
pub(crate) struct Recorded {
    pub(crate) commit: Commit,
    pub(crate) began: DateTime<Utc>,
    pub(crate) durable: DateTime<Utc>,
}

#[derive(Default)]
struct Kept {
    commits: Vec<Recorded>,
    recording: Duration,
}

/// A store in front of another one; a clone is another handle on the same record.
#[derive(Clone)]
pub(crate) struct Recorder<S> {
    inner: S,
    kept: Arc<Mutex<Kept>>,
}

impl<S> Recorder<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, kept: Arc::default() }
    }

    /// What was committed since the last call, and how long remembering it took: that is no fault of the engine.
    pub(crate) fn take(&self) -> (Vec<Recorded>, Duration) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        (kept.commits, kept.recording)
    }
}

#[async_trait]
impl<S: Store> Store for Recorder<S> {
    async fn open(&self) -> Result<Opened, StoreError> {
        self.inner.open().await
    }

    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError> {
        self.inner.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let began = Utc::now();
        let result = self.inner.commit(commit).await;
        let durable = Utc::now();
        let remembering = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.commits.push(Recorded { commit: commit.clone(), began, durable });
        kept.recording += remembering.elapsed();
        result
    }
}
