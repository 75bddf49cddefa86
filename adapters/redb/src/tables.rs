//! What the file holds: the tables, and the shape of their rows.
//!
//! Keys are bytes that sort as their meaning does, or plain text (`key.rs`). Values are JSON with named fields and
//! the version `v` of their shape, so that a later build can read what this one wrote. The other way round is
//! refused at opening: [`FORMAT`] is raised with every change that an older build would misread.
//!
//! redb stores the names of key and value types with a table and refuses it when they change, which is why there
//! are no tuples and no types of our own among them.

use chrono::{DateTime, Utc};
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sitrep_core::{
    effect::Effect,
    incident::IncidentId,
    port::{Identity, Seen},
    report::ReportId,
};

use crate::fault::Fault;

/// A table whose keys are bytes that sort as their meaning does.
pub(crate) type ByBytes = TableDefinition<'static, &'static [u8], &'static [u8]>;
/// A table whose keys are text.
pub(crate) type ByText = TableDefinition<'static, &'static str, &'static [u8]>;

/// Who the store is, and the number of its last commit.
pub(crate) const META: ByText = TableDefinition::new("meta");
/// (subject, number) to a fact, without its words.
pub(crate) const FACTS: ByBytes = TableDefinition::new("facts");
/// (subject, number) to the words of that fact, which can thus be erased without it.
pub(crate) const WORDS: ByBytes = TableDefinition::new("words");
/// Subjects that owe something.
pub(crate) const LIVE: ByBytes = TableDefinition::new("live");
/// (subject, kind) to the moment of a deadline.
pub(crate) const DUES: ByBytes = TableDefinition::new("dues");
/// (sequence, index) to an effect not yet done.
pub(crate) const EFFECTS: ByBytes = TableDefinition::new("effects");
/// (platform, id) of a message dealt with, to when that was and what became of it.
pub(crate) const SEEN: ByText = TableDefinition::new("seen");
/// (platform, stream) to how far it has been read.
pub(crate) const POSITIONS: ByText = TableDefinition::new("positions");

/// Every table with keys of bytes.
pub(crate) const ALL_BY_BYTES: [ByBytes; 5] = [FACTS, WORDS, LIVE, DUES, EFFECTS];
/// Every table with keys of text.
pub(crate) const ALL_BY_TEXT: [ByText; 3] = [META, SEEN, POSITIONS];

/// The key in [`META`] of the [`StoreRow`].
pub(crate) const STORE: &str = "store";
/// The key in [`META`] of the [`SequenceRow`].
pub(crate) const SEQUENCE: &str = "sequence";

/// The format of the file as a whole.
pub(crate) const FORMAT: u32 = 4;
/// The version of every row that this build writes, but for facts, which carry their own.
pub(crate) const ROW_VERSION: u32 = 1;

/// Whose store it is. The console plays with invented people and rooms, so its store never serves real ones, and
/// the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// The console's.
    Console,
    /// The service's: the one that is connected to chat platforms.
    Service,
}

impl StoreKind {
    pub(crate) fn whose(self) -> &'static str {
        match self {
            Self::Console => "the console's",
            Self::Service => "the service's",
        }
    }
}

/// The one thing about a store that every build can read, whatever else has changed.
#[derive(Deserialize)]
pub(crate) struct FormatRow {
    pub(crate) format: u32,
}

/// Who the store is.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoreRow {
    v: u32,
    pub(crate) format: u32,
    pub(crate) kind: StoreKind,
    pub(crate) incarnation: String,
    pub(crate) seed: String,
    /// Whether the file is a backup. Opened as if it were the store, it would give out keys that were given out
    /// already since it was taken, and platforms would take new messages for old ones.
    #[serde(default)]
    pub(crate) backup: bool,
}

impl StoreRow {
    pub(crate) fn new(kind: StoreKind, identity: &Identity) -> Self {
        let Identity { incarnation, seed } = identity.clone();
        Self { v: ROW_VERSION, format: FORMAT, kind, incarnation, seed, backup: false }
    }

    /// The same store, in the format that this build writes.
    pub(crate) fn raised(self) -> Self {
        Self { format: FORMAT, ..self }
    }

    pub(crate) fn into_identity(self) -> Identity {
        Identity { incarnation: self.incarnation, seed: self.seed }
    }
}

/// The number of the last commit.
#[derive(Serialize, Deserialize)]
pub(crate) struct SequenceRow {
    pub(crate) v: u32,
    pub(crate) sequence: u64,
}

/// What people typed.
#[derive(Serialize, Deserialize)]
pub(crate) struct WordsRow {
    pub(crate) v: u32,
    pub(crate) words: String,
}

/// That something is so; the key says what.
#[derive(Serialize, Deserialize)]
pub(crate) struct MarkRow {
    pub(crate) v: u32,
}

/// When something is due, or was done.
#[derive(Serialize, Deserialize)]
pub(crate) struct MomentRow {
    pub(crate) v: u32,
    pub(crate) at: DateTime<Utc>,
}

/// A message dealt with. Marks of the first version only say when.
#[derive(Serialize, Deserialize)]
pub(crate) struct SeenRow {
    v: u32,
    pub(crate) at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<ReportId>,
    #[serde(default = "carried_out")]
    pub(crate) carried_out: bool,
}

fn carried_out() -> bool {
    true
}

impl From<&Seen> for SeenRow {
    fn from(seen: &Seen) -> Self {
        let Seen { at, about, report, carried_out, .. } = *seen;
        Self { v: ROW_VERSION, at, about, report, carried_out }
    }
}

/// An effect to be done.
#[derive(Serialize, Deserialize)]
pub(crate) struct EffectRow {
    pub(crate) v: u32,
    pub(crate) key: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) effect: Effect,
}

/// How far a stream has been read.
#[derive(Serialize, Deserialize)]
pub(crate) struct PositionRow {
    pub(crate) v: u32,
    pub(crate) token: String,
}

/// A row as it is stored.
pub(crate) fn encode(row: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(row).map_err(Fault::Unwritable)
}

/// A row from what is stored; `what` names it in the sentence when it can't be read.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|error| Fault::Unreadable { what, why: error.to_string() })
}

/// Who the store is, or as much of it as `T` knows.
pub(crate) fn about_store<T: DeserializeOwned>(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<T, Fault> {
    let what = "the row about the store itself";
    let row = meta.get(STORE)?.ok_or_else(|| Fault::Unreadable { what, why: "there is none".into() })?;
    decode(row.value(), what)
}

/// The number of the last commit; 0 when there was none.
pub(crate) fn last_sequence(meta: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<u64, Fault> {
    match meta.get(SEQUENCE)? {
        Some(row) => Ok(decode::<SequenceRow>(row.value(), "the number of the last commit")?.sequence),
        None => Ok(0),
    }
}
