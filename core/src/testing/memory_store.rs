//! A store that forgets everything with the process.
//!
//! It behaves like a durable one as far as core can tell: what it holds is JSON text, so a type that does not come
//! back as it went in is found without a disk, and a clone is a second handle on the same store, which is what
//! "stopped and started again" means for it. [`MemoryStore::snapshot`] and [`MemoryStore::restore_from`] are
//! yesterday's backup.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    effect::EffectId,
    event::{Record, Subject},
    port::{Commit, DueKey, Identity, InboundKey, NumberedRecord, Opened, Store, StoreError},
    room::PlatformName,
};

/// A store in memory; a clone is another handle on the same one.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    held: Arc<Mutex<Held>>,
}

/// All that a store held at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot(Held);

/// What is held, every value as JSON.
#[derive(Clone, Debug)]
struct Held {
    identity: Identity,
    sequence: u64,
    facts: BTreeMap<Subject, Vec<Fact>>,
    live: BTreeSet<Subject>,
    dues: BTreeMap<DueKey, String>,
    effects: BTreeMap<EffectId, String>,
    seen: BTreeMap<InboundKey, String>,
    positions: BTreeMap<(PlatformName, String), String>,
}

/// A fact, and beside it the words that serde leaves out.
#[derive(Clone, Debug)]
struct Fact {
    record: String,
    words: Option<String>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        let held = Held {
            identity,
            sequence: 0,
            facts: BTreeMap::new(),
            live: BTreeSet::new(),
            dues: BTreeMap::new(),
            effects: BTreeMap::new(),
            seen: BTreeMap::new(),
            positions: BTreeMap::new(),
        };
        Self { held: Arc::new(Mutex::new(held)) }
    }

    /// What it holds now, as a backup would.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.held().clone())
    }

    /// Goes back to a snapshot, as restoring a backup does: the seed stays, the incarnation is new.
    pub fn restore_from(&self, snapshot: &Snapshot, new_incarnation: &str) {
        let mut held = self.held();
        *held = snapshot.0.clone();
        new_incarnation.clone_into(&mut held.identity.incarnation);
    }

    // A test that panicked while it held the lock is already failing: others may still look.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn open(&self) -> Result<Opened, StoreError> {
        let held = self.held();
        Ok(Opened {
            identity: held.identity.clone(),
            sequence: held.sequence,
            live: held.live.iter().copied().collect(),
            dues: all_from_json(held.dues.values())?,
            effects: all_from_json(held.effects.values())?,
            seen: all_from_json(held.seen.values())?,
            positions: all_from_json(held.positions.values())?,
        })
    }

    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError> {
        let held = self.held();
        let facts = held.facts.get(&subject).map_or(&[][..], Vec::as_slice);
        facts
            .iter()
            .map(|fact| Ok(Record { words: fact.words.clone(), ..from_json(&fact.record)? }))
            .collect()
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut held = self.held();
        if commit.sequence <= held.sequence {
            return Ok(());
        }
        held.check_order(commit)?;
        held.apply(commit)
    }
}

impl Held {
    /// Whether the commit follows what is held. Asked first, so that one that doesn't changes nothing.
    fn check_order(&self, commit: &Commit) -> Result<(), StoreError> {
        let (given, stored) = (commit.sequence, self.sequence);
        if given != stored + 1 {
            return Err(StoreError::Failed(format!("commit {given} can't follow commit {stored}")));
        }
        let mut lengths = BTreeMap::new();
        for NumberedRecord { subject, number, .. } in &commit.facts {
            let held = || self.facts.get(subject).map_or(0, |history| history.len() as u64);
            let length = lengths.entry(*subject).or_insert_with(held);
            *length += 1;
            if number != length {
                return Err(StoreError::Failed(format!("fact {number} of {subject:?} is out of order")));
            }
        }
        Ok(())
    }

    fn apply(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.sequence = commit.sequence;
        for NumberedRecord { subject, record, .. } in &commit.facts {
            let fact = Fact { record: to_json(record)?, words: record.words.clone() };
            self.facts.entry(*subject).or_default().push(fact);
        }
        for (subject, number) in &commit.words_erased {
            let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
            if let Some(fact) = self.facts.get_mut(subject).and_then(|facts| facts.get_mut(index)) {
                fact.words = None;
            }
        }
        for ended in &commit.dues_ended {
            self.dues.remove(&ended.due.key);
        }
        for due in &commit.dues_set {
            self.dues.insert(due.key, to_json(due)?);
        }
        for effect in &commit.effects_added {
            self.effects.insert(effect.id, to_json(effect)?);
        }
        for ended in &commit.effects_ended {
            self.effects.remove(ended);
        }
        for seen in &commit.seen {
            self.seen.insert(seen.key.clone(), to_json(seen)?);
        }
        for forgotten in &commit.seen_forgotten {
            self.seen.remove(forgotten);
        }
        for position in &commit.positions {
            let key = (position.platform.clone(), position.stream.clone());
            self.positions.insert(key, to_json(position)?);
        }
        self.live.retain(|subject| !commit.settled.contains(subject));
        self.live.extend(&commit.live);
        Ok(())
    }
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.to_string()))
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Damaged(format!("{error} in {json}")))
}

fn all_from_json<'a, T: DeserializeOwned>(
    rows: impl Iterator<Item = &'a String>,
) -> Result<Vec<T>, StoreError> {
    rows.map(|json| from_json(json)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{block_on, store_contract};

    crate::store_contract! {
        run: block_on,
        store: {
            let store = MemoryStore::new(store_contract::identity());
            move || store.clone()
        }
    }

    #[test]
    fn restoring_goes_back_and_renews_the_incarnation() {
        let store = MemoryStore::new(store_contract::identity());
        let other_handle = store.clone();
        let first = Commit { sequence: 1, live: vec![Subject::Workspace], ..Commit::default() };
        assert_eq!(block_on(store.commit(&first)), Ok(()));
        let yesterday = store.snapshot();
        let second = Commit { sequence: 2, settled: vec![Subject::Workspace], ..Commit::default() };
        assert_eq!(block_on(store.commit(&second)), Ok(()));

        store.restore_from(&yesterday, "restored");

        let opened = block_on(other_handle.open()).expect("it opens");
        assert_eq!((opened.sequence, opened.live), (1, vec![Subject::Workspace]));
        assert_eq!(opened.identity.incarnation, "restored");
        assert_eq!(opened.identity.seed, store_contract::identity().seed);
    }
}
