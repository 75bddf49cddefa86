//! Opening a store: the first time, each time, and again after a failure.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use redb::{Database, ReadableDatabase};
use sitrep_core::port::{Identity, StoreError};

use crate::{
    RedbStore, StoreKind,
    disk::{self, Disk, FileDisk},
    fault::{Fault, guarded},
    partial::Partial,
    tables::{self, ALL_BY_BYTES, ALL_BY_TEXT, FORMAT, FormatRow, META, STORE, StoreRow},
};

impl RedbStore {
    /// Opens the store in a file, and makes it first if there is none; only then is `fresh` used.
    ///
    /// # Errors
    /// When the file is damaged, in use, another kind's, a backup or from a newer build. The sentence says what to
    /// do.
    pub fn open(path: &Path, kind: StoreKind, fresh: Identity) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        guarded(|| create_if_missing(path, kind, &fresh)).map_err(|fault| fault.into_store_error(&name))?;
        Self::on(Box::new(FileDisk { path: path.to_owned() }), kind)
    }

    /// Opens the store that lies on a disk.
    pub(crate) fn on(disk: Box<dyn Disk>, kind: StoreKind) -> Result<Self, StoreError> {
        let shared = Shared { disk, kind, database: RwLock::new(None) };
        shared.open_if_closed()?;
        Ok(Self { shared: Arc::new(shared) })
    }
}

/// What the handles of a store share: the database, which is closed after a failure and opened by the next call.
pub(crate) struct Shared {
    disk: Box<dyn Disk>,
    kind: StoreKind,
    database: RwLock<Option<Database>>,
}

impl Shared {
    pub(crate) fn name(&self) -> String {
        self.disk.name()
    }

    /// Works with the database. Reads go on while a commit waits for the disk.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.open_if_closed()?;
        let result = {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            // Closed again since: another call has failed meanwhile, and this one fails with it.
            let database = database.as_ref().ok_or(redb::Error::PreviousIo).map_err(Fault::Redb);
            database.and_then(|database| guarded(|| work(database)))
        };
        result.map_err(|fault| {
            if fault.needs_reopening() {
                self.close();
            }
            fault.into_store_error(&self.name())
        })
    }

    fn open_if_closed(&self) -> Result<(), StoreError> {
        if self.database.read().unwrap_or_else(PoisonError::into_inner).is_some() {
            return Ok(());
        }
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if database.is_none() {
            let opened = guarded(|| open_database(self.disk.as_ref(), self.kind));
            *database = Some(opened.map_err(|fault| fault.into_store_error(&self.name()))?);
        }
        Ok(())
    }

    fn close(&self) {
        let database = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        // What closing has to say about a disk that has just failed is known already. The next opening finds the
        // file unclean and puts it in order.
        let _ = guarded(|| Ok(database.map(Database::close).transpose()?));
    }
}

fn open_database(disk: &dyn Disk, kind: StoreKind) -> Result<Database, Fault> {
    let database = disk.open()?;
    let store = store_row(&database, &disk.name(), kind)?;
    if store.backup {
        return Err(Fault::Refused(StoreError::Failed(format!(
            "{} is a backup: used as it is, its new messages would be taken for old ones. Put it in place with \
             `sitrep restore`",
            disk.name()
        ))));
    }
    if store.format < FORMAT {
        raise_format(&database, store)?;
    }
    Ok(database)
}

/// From now on the file holds what an older build would misread. What it holds already stays as it is.
fn raise_format(database: &Database, store: StoreRow) -> Result<(), Fault> {
    let transaction = database.begin_write()?;
    let row = tables::encode(&store.raised())?;
    transaction.open_table(META)?.insert(STORE, row.as_slice())?;
    transaction.commit()?;
    Ok(())
}

/// Who the store is, if this build can read it and it is of the right kind.
pub(crate) fn store_row(database: &Database, name: &str, kind: StoreKind) -> Result<StoreRow, Fault> {
    let meta = database.begin_read()?.open_table(META)?;
    let FormatRow { format } = tables::about_store(&meta)?;
    if format > FORMAT {
        return Err(Fault::Refused(StoreError::Failed(format!(
            "{name} was written by a newer sitrep (format {format}, and this one knows {FORMAT}). Run that one, or \
             restore a backup from before it"
        ))));
    }
    let row: StoreRow = tables::about_store(&meta)?;
    if row.kind != kind {
        return Err(Fault::Refused(StoreError::Failed(format!(
            "{name} is {} store, and this is {}. Give each a data directory of its own",
            row.kind.whose(),
            kind.whose()
        ))));
    }
    Ok(row)
}

// A store appears under its name only when it is whole, so a file that is there and empty is a damaged one.
fn create_if_missing(path: &Path, kind: StoreKind, fresh: &Identity) -> Result<(), Fault> {
    if path.try_exists()? {
        return Ok(());
    }
    let partial = Partial::create(path)?;
    let database = disk::builder().create(partial.path())?;
    initialise(&database, kind, fresh)?;
    database.close()?;
    partial.publish()
}

/// Makes every table, so that reading need not ask whether there is one, and says who the store is.
pub(crate) fn initialise(database: &Database, kind: StoreKind, fresh: &Identity) -> Result<(), Fault> {
    let transaction = database.begin_write()?;
    for table in ALL_BY_BYTES {
        transaction.open_table(table)?;
    }
    for table in ALL_BY_TEXT {
        transaction.open_table(table)?;
    }
    let row = tables::encode(&StoreRow::new(kind, fresh))?;
    transaction.open_table(META)?.insert(STORE, row.as_slice())?;
    transaction.commit()?;
    Ok(())
}
