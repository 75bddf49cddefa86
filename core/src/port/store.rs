//! A store, as core sees it: opened once, read by subject, written one commit at a time.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{InboundKey, Position};
use crate::{
    effect::{Effect, EffectId},
    event::{Record, Subject},
    incident::IncidentId,
    report::ReportId,
    schedule::DueKind,
};

/// Who this store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Eight lowercase letters or digits, random, renewed by a restore: keys of effects begin with it, so that a
    /// key from before the restore never swallows a message after it.
    pub incarnation: String,
    /// 32 secret random bytes as 64 hexadecimal digits, from which everything unguessable is derived.
    pub seed: String,
}

/// One deadline: whose and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DueKey {
    /// Whose.
    pub subject: Subject,
    /// Which.
    pub kind: DueKind,
}

/// A deadline and its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    /// When.
    pub at: DateTime<Utc>,
    /// Whose and which.
    pub key: DueKey,
}

/// Why a deadline ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its time came, and it was dealt with in the same commit.
    Fired,
    /// What this event changed no longer calls for it, or calls for another moment.
    Because(&'static str),
}

/// A deadline that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// Which.
    pub due: Due,
    /// Why.
    pub reason: Reason,
}

/// A message that has been dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub key: InboundKey,
    /// When.
    pub at: DateTime<Utc>,
    /// The incident that it was about or has declared, so that it is found when the message is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<IncidentId>,
    /// The report that it was about or has filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportId>,
    /// Whether what it said was done, rather than refused.
    #[serde(default = "yes")]
    pub carried_out: bool,
}

impl Seen {
    /// What it said was done.
    #[must_use]
    pub fn carried_out(key: InboundKey, at: DateTime<Utc>) -> Self {
        Self { key, at, about: None, report: None, carried_out: true }
    }

    /// Nothing was done.
    #[must_use]
    pub fn refused(key: InboundKey, at: DateTime<Utc>) -> Self {
        Self { key, at, about: None, report: None, carried_out: false }
    }
}

/// Marks from before this was known are taken for commands that were carried out: nothing is done twice.
fn yes() -> bool {
    true
}

/// An effect as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEffect {
    /// Its number.
    pub id: EffectId,
    /// The key under which platforms recognise a second attempt. It is stored, so that what a restored backup
    /// still owes is recognised as what was sent before.
    pub key: String,
    /// When it was committed.
    pub created_at: DateTime<Utc>,
    /// What is to be done.
    pub effect: Effect,
}

/// A fact with its place in its subject's history.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedRecord {
    /// Whose history.
    pub subject: Subject,
    /// Its place, from 1, without gaps.
    pub number: u64,
    /// The fact.
    pub record: Record,
}

/// Everything that must become durable at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// Its number, one more than the commit before.
    pub sequence: u64,
    /// New facts.
    pub facts: Vec<NumberedRecord>,
    /// Facts whose words are erased; the facts stay.
    pub words_erased: Vec<(Subject, u64)>,
    /// Deadlines that exist from now on. One that exists already under the key gets the new moment.
    pub dues_set: Vec<Due>,
    /// Deadlines that exist no more.
    pub dues_ended: Vec<Cancelled>,
    /// Effects to be done.
    pub effects_added: Vec<StoredEffect>,
    /// Effects done, given up or superseded.
    pub effects_ended: Vec<EffectId>,
    /// Messages dealt with.
    pub seen: Vec<Seen>,
    /// Marks so old that no platform delivers the message again.
    pub seen_forgotten: Vec<InboundKey>,
    /// How far the platforms have been read.
    pub positions: Vec<Position>,
    /// Subjects that owe something from now on, and that are loaded at start.
    pub live: Vec<Subject>,
    /// Subjects that owe nothing more.
    pub settled: Vec<Subject>,
}

impl Commit {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
            && self.words_erased.is_empty()
            && self.dues_set.is_empty()
            && self.dues_ended.is_empty()
            && self.effects_added.is_empty()
            && self.effects_ended.is_empty()
            && self.seen.is_empty()
            && self.seen_forgotten.is_empty()
            && self.positions.is_empty()
            && self.live.is_empty()
            && self.settled.is_empty()
    }
}

/// What a store holds besides the subjects' histories.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Who the store is.
    pub identity: Identity,
    /// The number of the last commit; 0 for a new store.
    pub sequence: u64,
    /// Subjects that owe something.
    pub live: Vec<Subject>,
    /// Every deadline, in no particular order.
    pub dues: Vec<Due>,
    /// Every effect not yet done, in order of their numbers.
    pub effects: Vec<StoredEffect>,
    /// Every mark of a message dealt with.
    pub seen: Vec<Seen>,
    /// How far the platforms have been read.
    pub positions: Vec<Position>,
}

/// Why the store could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room left on the disk.
    #[error("the disk is full: {0}")]
    Full(String),
    /// What is stored can't be read.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process has it.
    #[error("the store is in use: {0}")]
    InUse(String),
    /// Anything else.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A durable store.
///
/// A commit is all or nothing, and durable before [`Store::commit`] returns. After an error it may or may not
/// have happened: committing the same sequence number again is right in both cases.
#[async_trait]
pub trait Store: Send + Sync {
    /// Everything but the histories.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn open(&self) -> Result<Opened, StoreError>;

    /// A subject's facts in order; none for a subject that was never heard of.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError>;

    /// Makes a commit durable. One with a sequence number that is stored already changes nothing.
    ///
    /// # Errors
    /// When it is not known to be durable.
    async fn commit(&self, commit: &Commit) -> Result<(), StoreError>;
}
