//! A store with a defect.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sitrep_core::{
    event::{Event, IncidentEvent, Record, Subject, UpdateEvent},
    port::{Commit, Opened, Position, Store, StoreError},
    testing::{MemoryStore, Snapshot},
};

use super::Sabotage;

/// A store in memory with at most one defect.
pub(crate) struct SabotagedStore {
    memory: MemoryStore,
    delivered: Arc<Mutex<Vec<Position>>>,
    sabotage: Option<Sabotage>,
    before_last: Mutex<Option<Snapshot>>,
}

impl SabotagedStore {
    pub(crate) fn new(
        memory: MemoryStore,
        delivered: Arc<Mutex<Vec<Position>>>,
        sabotage: Option<Sabotage>,
    ) -> Self {
        Self { memory, delivered, sabotage, before_last: Mutex::default() }
    }
}

#[async_trait]
impl Store for SabotagedStore {
    async fn open(&self) -> Result<Opened, StoreError> {
        let before_last = self.before_last.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(snapshot) = before_last {
            let incarnation = self.memory.open().await?.identity.incarnation;
            self.memory.restore_from(&snapshot, &incarnation);
        }
        self.memory.open().await
    }

    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError> {
        self.memory.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut commit = commit.clone();
        match self.sabotage {
            Some(Sabotage::LostSeenMarks) => commit.seen.clear(),
            Some(Sabotage::LostDeadlines) => commit.dues_set.clear(),
            Some(Sabotage::LostReports) => {
                commit.facts.retain(|fact| !matches!(fact.subject, Subject::Report(_)));
            }
            Some(Sabotage::KeptWords) => commit.words_erased.clear(),
            Some(Sabotage::LostTitles) => commit.facts.iter_mut().for_each(|fact| {
                if matches!(fact.record.event, Event::Incident(IncidentEvent::Retitled)) {
                    fact.record.words = None;
                }
            }),
            Some(Sabotage::LostSnoozes) => commit.facts.iter_mut().for_each(|fact| {
                if let Event::Update(UpdateEvent::Snoozed { until }) = &mut fact.record.event {
                    *until = fact.record.at;
                }
            }),
            Some(Sabotage::EarlyPosition) => {
                commit.positions.clone_from(&self.delivered.lock().unwrap_or_else(PoisonError::into_inner));
            }
            Some(Sabotage::LostLastCommit) => {
                *self.before_last.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(self.memory.snapshot());
            }
            Some(
                Sabotage::ForgetfulKeys
                | Sabotage::StalePrompt
                | Sabotage::PrivateInPublic
                | Sabotage::OldIncarnation
                | Sabotage::LostEdits
                | Sabotage::Echo,
            )
            | None => {}
        }
        self.memory.commit(&commit).await
    }
}
