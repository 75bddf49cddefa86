//! Backups: taken while the store is in use, and put back when it is not.
//!
//! A backup is a redb file of its own, written table by table from one read transaction, so it holds exactly what
//! some commit left and holds up no other. A copy of the store's file is not a backup: while the store is in use
//! such a copy is torn, and it is refused.
//!
//! A backup is marked as one and can't be opened as a store. Restoring removes the mark and renews the
//! incarnation, so that what is done from then on has keys of its own.

use std::{fs::File, io, path::Path};

use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable,
    WriteTransaction,
};
use sitrep_core::port::{Identity, StoreError};

use crate::{
    RedbStore, StoreKind,
    commit::put_text,
    disk,
    fault::{Fault, guarded},
    open::store_row,
    partial::Partial,
    tables::{self, ALL_BY_BYTES, ALL_BY_TEXT, ByBytes, ByText, META, STORE, StoreRow},
};

impl RedbStore {
    /// Takes a backup into a new file, and says the number of the last commit in it. Commits go on meanwhile.
    ///
    /// # Errors
    /// When the file exists already, or there is no room for it.
    pub async fn backup(&self, to: &Path) -> Result<u64, StoreError> {
        let to = to.to_owned();
        self.blocking(move |shared| {
            let transaction = shared.with(|database| Ok(database.begin_read()?))?;
            // Not in `with`: a target that fails says nothing about the store.
            guarded(|| write_backup(&transaction, &to))
                .map_err(|fault| fault.into_store_error(&to.display().to_string()))
        })
        .await
    }
}

/// Puts a backup in the place of a store, under a new incarnation; the seed is the backup's.
///
/// # Errors
/// When there is a store already, or the backup is damaged, of another kind, or of a newer build.
pub fn restore(from: &Path, into: &Path, kind: StoreKind, fresh: &Identity) -> Result<(), StoreError> {
    let at_target = |fault: Fault| fault.into_store_error(&into.display().to_string());
    let at_source = |fault: Fault| fault.into_backup_error(&from.display().to_string());
    let closed = guarded(|| open_closed(from)).map_err(at_source)?;
    let partial = guarded(|| Partial::create(into)).map_err(at_target)?;
    guarded(|| copy_bytes(from, partial.path())).map_err(at_target)?;
    drop(closed);
    guarded(|| renew(partial.path(), from, kind, fresh)).map_err(at_source)?;
    guarded(|| partial.publish()).map_err(at_target)
}

/// Opens a database for reading, which is refused unless it was closed in order, and keeps it closed to others.
fn open_closed(path: &Path) -> Result<ReadOnlyDatabase, Fault> {
    match disk::builder().open_read_only(path) {
        Err(DatabaseError::RepairAborted) => Err(Fault::Refused(StoreError::Damaged(format!(
            "{} is a copy of a store that was in use, not a backup. Take one that `sitrep backup` made",
            path.display()
        )))),
        opened => Ok(opened?),
    }
}

fn copy_bytes(from: &Path, to: &Path) -> Result<(), Fault> {
    let mut copy = File::options().write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    Ok(())
}

/// Makes a store of a backup's copy, after verifying all of it. The original is only named.
fn renew(copy: &Path, original: &Path, kind: StoreKind, fresh: &Identity) -> Result<(), Fault> {
    let database = disk::builder().open(copy)?;
    let mut store = store_row(&database, &original.display().to_string(), kind)?;
    fresh.incarnation.clone_into(&mut store.incarnation);
    store.backup = false;
    let transaction = database.begin_write()?;
    put_store_row(&transaction, &store)?;
    transaction.commit()?;
    database.close()?;
    Ok(())
}

fn write_backup(from: &ReadTransaction, to: &Path) -> Result<u64, Fault> {
    let partial = Partial::create(to)?;
    let database = disk::builder().create(partial.path())?;
    let sequence = copy_tables(from, &database)?;
    database.close()?;
    partial.publish()?;
    Ok(sequence)
}

fn copy_tables(from: &ReadTransaction, to: &Database) -> Result<u64, Fault> {
    let transaction = to.begin_write()?;
    for table in ALL_BY_BYTES {
        copy_table_by_bytes(table, from, &transaction)?;
    }
    for table in ALL_BY_TEXT {
        copy_table_by_text(table, from, &transaction)?;
    }
    let meta = from.open_table(META)?;
    let mut store: StoreRow = tables::about_store(&meta)?;
    store.backup = true;
    put_store_row(&transaction, &store)?;
    transaction.commit()?;
    tables::last_sequence(&meta)
}

fn copy_table_by_bytes(table: ByBytes, from: &ReadTransaction, to: &WriteTransaction) -> Result<(), Fault> {
    let mut copy = to.open_table(table)?;
    for row in from.open_table(table)?.iter()? {
        let (key, value) = row?;
        copy.insert(key.value(), value.value())?;
    }
    Ok(())
}

fn copy_table_by_text(table: ByText, from: &ReadTransaction, to: &WriteTransaction) -> Result<(), Fault> {
    let mut copy = to.open_table(table)?;
    for row in from.open_table(table)?.iter()? {
        let (key, value) = row?;
        copy.insert(key.value(), value.value())?;
    }
    Ok(())
}

fn put_store_row(transaction: &WriteTransaction, store: &StoreRow) -> Result<(), Fault> {
    put_text(&mut transaction.open_table(META)?, STORE, store)
}
