//! What went wrong, and the sentence that says so.
//!
//! Inside the crate a failure is a [`Fault`]; at its edge it becomes a [`StoreError`] that names the file and what
//! to do. Whether the file can still be trusted decides if the database is opened anew: after anything that came
//! out of redb it is, because redb refuses all further work after an I/O error, and doing so needlessly does no
//! harm.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use sitrep_core::port::StoreError;

const RESTORE: &str =
    "Stop sitrep, move the file away and put the newest backup in its place: `sitrep restore`";
const TRY_ANOTHER: &str = "Try an older backup";

/// Why something could not be done.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is declined, for a reason that is worded already.
    Refused(StoreError),
    /// A row makes no sense.
    Unreadable { what: &'static str, why: String },
    /// A row can't be written as JSON.
    Unwritable(serde_json::Error),
    /// redb says why.
    Redb(redb::Error),
    /// redb did not get as far as saying why.
    Panicked(String),
}

impl Fault {
    pub(crate) fn needs_reopening(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Unreadable { .. } | Self::Unwritable(_) => false,
            Self::Redb(_) | Self::Panicked(_) => true,
        }
    }

    /// The sentence about a store; `name` is the file's.
    pub(crate) fn into_store_error(self, name: &str) -> StoreError {
        self.into_error(name, RESTORE)
    }

    /// The sentence about a backup that is to be restored.
    pub(crate) fn into_backup_error(self, name: &str) -> StoreError {
        self.into_error(name, TRY_ANOTHER)
    }

    fn into_error(self, name: &str, advice: &str) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Unreadable { what, why } => {
                StoreError::Damaged(format!("{what} in {name} makes no sense ({why}). {advice}"))
            }
            Self::Unwritable(error) => StoreError::Failed(format!("nothing was written to {name}: {error}")),
            Self::Redb(error) => from_redb(&error, name, advice),
            Self::Panicked(words) => {
                StoreError::Damaged(format!("reading {name} made no sense ({}). {advice}", words.trim_end()))
            }
        }
    }
}

fn from_redb(error: &redb::Error, name: &str, advice: &str) -> StoreError {
    use redb::Error::{
        Corrupted, DatabaseAlreadyOpen, Io, LockProtocolMismatch, PreviousIo, RepairAborted,
        TableDoesNotExist, TableIsMultimap, TableTypeMismatch, TypeDefinitionChanged, UpgradeRequired,
    };
    if let Io(error) = error {
        return from_io(error, name, advice);
    }
    if matches!(error, DatabaseAlreadyOpen | LockProtocolMismatch) {
        return StoreError::InUse(format!(
            "another process has {name} open. Stop that one, or give this one a data directory of its own"
        ));
    }
    if matches!(error, TableDoesNotExist(_) | TableIsMultimap(_) | TableTypeMismatch { .. }) {
        return StoreError::Damaged(format!("{name} is a database, but not sitrep's ({error}). {advice}"));
    }
    if matches!(error, Corrupted(_) | RepairAborted | TypeDefinitionChanged { .. }) {
        return StoreError::Damaged(format!("{name} was changed behind sitrep's back ({error}). {advice}"));
    }
    if matches!(error, UpgradeRequired(_)) {
        return StoreError::Failed(format!("{name} was written by another version of sitrep ({error})"));
    }
    if matches!(error, PreviousIo) {
        return StoreError::Failed(format!(
            "writing to {name} has just failed; the next attempt opens it anew"
        ));
    }
    StoreError::Failed(format!("{name}: {error}"))
}

fn from_io(error: &io::Error, name: &str, advice: &str) -> StoreError {
    let kind = error.kind();
    if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return StoreError::Full(format!(
            "there is no room left for {name}. Make some, and sitrep goes on by itself"
        ));
    }
    if matches!(kind, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) {
        return StoreError::Damaged(format!("{name} is not a store, or not a whole one ({error}). {advice}"));
    }
    StoreError::Failed(format!("{name}: {error}"))
}

/// Does work in redb, whose panics become faults: it may panic over a file that was damaged.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // What is left of the database after a panic is dropped and opened anew, so nothing half done is seen.
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Fault::Panicked(words_of(panic.as_ref()))))
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(ToString::to_string);
    words
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}

macro_rules! from_redb_errors {
    ($($error:ty),+) => {
        $(impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::Redb(error.into())
            }
        })+
    };
}

from_redb_errors!(
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    io::Error
);
