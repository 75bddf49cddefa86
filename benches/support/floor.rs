//! Bare redb: the rows that a store's commits come to, written without an engine or a store.
//!
//! The rows are built here a second time and before the clock runs. [`compare`] then holds the two files against each
//! other, row for row, so that the floor can't drift away from what it is the floor of.

use std::{collections::BTreeMap, error::Error, path::Path};

use redb::{Builder, Database, Durability, ReadableDatabase, ReadableTable, TableDefinition};
use serde::Serialize;
use sitrep_core::{
    event::{Ahead, Subject},
    port::{Commit, DueKey},
    room::PlatformName,
    schedule::DueKind,
};

/// Memory that redb may use, as in the store.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

const BY_BYTES: [&str; 5] = ["facts", "words", "live", "dues", "effects"];
const BY_TEXT: [&str; 3] = ["meta", "seen", "positions"];

type Failure = Box<dyn Error + Send + Sync>;
type Table<K> = TableDefinition<'static, K, &'static [u8]>;

/// What happens to one row: a value is written, or nothing is there any more.
type Change<K> = (K, Option<Vec<u8>>);

/// The rows of one transaction, table by table.
#[derive(Default)]
pub(crate) struct Rows {
    by_bytes: BTreeMap<&'static str, Vec<Change<Vec<u8>>>>,
    by_text: BTreeMap<&'static str, Vec<Change<String>>>,
}

impl Rows {
    fn bytes(&mut self, table: &'static str, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.by_bytes.entry(table).or_default().push((key, value));
    }

    fn text(&mut self, table: &'static str, key: String, value: Option<Vec<u8>>) {
        self.by_text.entry(table).or_default().push((key, value));
    }

    /// The rows of a commit.
    pub(crate) fn of(commit: &Commit) -> Result<Self, Failure> {
        let mut rows = Self::default();
        rows.add(commit)?;
        Ok(rows)
    }

    /// Adds the rows of a later commit.
    pub(crate) fn add(&mut self, commit: &Commit) -> Result<(), Failure> {
        let row = Row::new().with("sequence", &commit.sequence)?;
        self.text("meta", "sequence".into(), Some(row.end()));
        for fact in &commit.facts {
            let key = [&subject(fact.subject)[..], &fact.number.to_be_bytes()].concat();
            self.bytes("facts", key.clone(), Some(serde_json::to_vec(&fact.record)?));
            if let Some(words) = &fact.record.words {
                self.bytes("words", key, Some(Row::new().with("words", words)?.end()));
            }
        }
        for ended in &commit.dues_ended {
            self.bytes("dues", due(ended.due.key), None);
        }
        for set in &commit.dues_set {
            self.bytes("dues", due(set.key), Some(Row::new().with("at", &set.at)?.end()));
        }
        let effect = |sequence: u64, index: u32| [&sequence.to_be_bytes()[..], &index.to_be_bytes()].concat();
        for added in &commit.effects_added {
            let row = Row::new().with("key", &added.key)?.with("created_at", &added.created_at)?;
            let row = row.with("effect", &added.effect)?;
            self.bytes("effects", effect(added.id.sequence, added.id.index), Some(row.end()));
        }
        for ended in &commit.effects_ended {
            self.bytes("effects", effect(ended.sequence, ended.index), None);
        }
        for seen in &commit.seen {
            let row = Row::new().with("at", &seen.at)?;
            self.text("seen", pair(&seen.key.platform, &seen.key.id)?, Some(row.end()));
        }
        for forgotten in &commit.seen_forgotten {
            self.text("seen", pair(&forgotten.platform, &forgotten.id)?, None);
        }
        for position in &commit.positions {
            let key = pair(&position.platform, &position.stream)?;
            self.text("positions", key, Some(Row::new().with("token", &position.token)?.end()));
        }
        for settled in &commit.settled {
            self.bytes("live", subject(*settled), None);
        }
        for live in &commit.live {
            self.bytes("live", subject(*live), Some(Row::new().end()));
        }
        Ok(())
    }
}

/// Makes a file with the tables of a store in it.
pub(crate) fn create(path: &Path) -> Result<Database, Failure> {
    let database = Builder::new().set_cache_size(CACHE_BYTES).create(path)?;
    let transaction = database.begin_write()?;
    for table in BY_BYTES {
        transaction.open_table(Table::<&[u8]>::new(table))?;
    }
    for table in BY_TEXT {
        transaction.open_table(Table::<&str>::new(table))?;
    }
    transaction.commit()?;
    Ok(database)
}

/// Writes rows in one durable transaction.
pub(crate) fn write(database: &Database, rows: &Rows) -> Result<(), Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    for (name, changes) in &rows.by_bytes {
        let mut table = transaction.open_table(Table::<&[u8]>::new(name))?;
        for (key, value) in changes {
            match value {
                Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                None => drop(table.remove(key.as_slice())?),
            }
        }
    }
    for (name, changes) in &rows.by_text {
        let mut table = transaction.open_table(Table::<&str>::new(name))?;
        for (key, value) in changes {
            match value {
                Some(value) => drop(table.insert(key.as_str(), value.as_slice())?),
                None => drop(table.remove(key.as_str())?),
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Holds a store's file against the floor's.
///
/// # Errors
/// When a row differs, which would make the comparison unfair; the sentence names the table.
pub(crate) fn compare(store: &Path, floor: &Path) -> Result<(), Failure> {
    let (store, floor) = (contents(store)?, contents(floor)?);
    for ((table, ours), (_, theirs)) in store.iter().zip(&floor) {
        if ours != theirs {
            let differing = ours.iter().zip(theirs).find(|(ours, theirs)| ours != theirs);
            let differing = differing.map(|(ours, theirs)| {
                let text = |row: &(Vec<u8>, Vec<u8>)| String::from_utf8_lossy(&row.1).into_owned();
                format!("{} is {}", text(ours), text(theirs))
            });
            let counts = format!("{} rows, {} in the floor", ours.len(), theirs.len());
            return Err(format!("the floor wrote other rows into {table}: {counts}, {differing:?}").into());
        }
    }
    Ok(())
}

/// Opens a file, verifying it as the store does, and reads every row. Gives back how many there were.
pub(crate) fn read_all(path: &Path) -> Result<usize, Failure> {
    let mut builder = Builder::new();
    let database = builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true).open(path)?;
    Ok(contents_of(&database)?.iter().map(|(_, rows)| rows.len()).sum())
}

/// Opens a file, verifying it as the store does, and reads the rows that a start reads when nothing is owed: all but the
/// histories of incidents. Gives back how many there were.
pub(crate) fn read_start(path: &Path) -> Result<usize, Failure> {
    let mut builder = Builder::new();
    let database = builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true).open(path)?;
    let transaction = database.begin_read()?;
    let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for name in BY_BYTES {
        let table = transaction.open_table(Table::<&[u8]>::new(name))?;
        // Of facts and words those of the workspace; of the other tables everything.
        let from: &[u8] = if matches!(name, "facts" | "words") { b"w" } else { b"" };
        for row in table.range(from..)? {
            let (key, value) = row?;
            rows.push((key.value().to_vec(), value.value().to_vec()));
        }
    }
    for name in BY_TEXT {
        for row in transaction.open_table(Table::<&str>::new(name))?.iter()? {
            let (key, value) = row?;
            rows.push((key.value().as_bytes().to_vec(), value.value().to_vec()));
        }
    }
    Ok(rows.len())
}

type Contents = Vec<(&'static str, Vec<(Vec<u8>, Vec<u8>)>)>;

fn contents(path: &Path) -> Result<Contents, Failure> {
    contents_of(&Builder::new().open(path)?)
}

fn contents_of(database: &Database) -> Result<Contents, Failure> {
    let transaction = database.begin_read()?;
    let mut all = Vec::new();
    for name in BY_BYTES {
        let mut rows = Vec::new();
        for row in transaction.open_table(Table::<&[u8]>::new(name))?.iter()? {
            let (key, value) = row?;
            rows.push((key.value().to_vec(), value.value().to_vec()));
        }
        all.push((name, rows));
    }
    for name in BY_TEXT {
        let mut rows = Vec::new();
        for row in transaction.open_table(Table::<&str>::new(name))?.iter()? {
            let (key, value) = row?;
            // Who the store is, the floor need not know.
            if key.value() != "store" {
                rows.push((key.value().as_bytes().to_vec(), value.value().to_vec()));
            }
        }
        all.push((name, rows));
    }
    Ok(all)
}

/// A row's JSON, its fields in the order in which they are given.
struct Row(Vec<u8>);

impl Row {
    fn new() -> Self {
        Self(br#"{"v":1"#.to_vec())
    }

    fn with(mut self, name: &str, value: &impl Serialize) -> Result<Self, Failure> {
        self.0.extend([b",\"", name.as_bytes(), b"\":"].concat());
        serde_json::to_writer(&mut self.0, value)?;
        Ok(self)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

fn subject(subject: Subject) -> Vec<u8> {
    let (letter, number) = match subject {
        Subject::Workspace => (b'w', 0),
        Subject::Incident(id) => (b'i', id.0),
        Subject::Rota => (b'o', 0),
        Subject::Report(id) => (b'r', id.0),
        Subject::Changes(day) => (b'c', day),
        Subject::Heartbeat(number) => (b'h', number),
    };
    [&[letter][..], &number.to_be_bytes()].concat()
}

fn due(key: DueKey) -> Vec<u8> {
    let letter = match key.kind {
        DueKind::UpdatePrompt => b'p',
        DueKind::UpdatePromptAgain => b'a',
        DueKind::UpdateOverdue => b'o',
        DueKind::Escalation => b'e',
        DueKind::RolesQuestion => b'r',
        DueKind::HandoffReminder => b'm',
        DueKind::HandoffPrompt => b'h',
        DueKind::Archive => b'x',
        DueKind::NewcomersInRoom => b'w',
        DueKind::RetrospectiveNag => b'n',
        DueKind::RetrospectiveReminder(Ahead::Day) => b'D',
        DueKind::RetrospectiveReminder(Ahead::Hour) => b'H',
        DueKind::RetrospectiveReminder(Ahead::TenMinutes) => b'M',
        DueKind::RetrospectiveReminder(Ahead::Now) => b'N',
        DueKind::ReportEscalation => b'c',
        DueKind::ReportSettles => b's',
        DueKind::HeartbeatMissed => b'b',
        DueKind::ChangesForgotten => b'f',
        DueKind::OnCallHandover => b'O',
    };
    [subject(key.subject), vec![letter]].concat()
}

fn pair(platform: &PlatformName, name: &str) -> Result<String, Failure> {
    Ok(serde_json::to_string(&(platform, name))?)
}
