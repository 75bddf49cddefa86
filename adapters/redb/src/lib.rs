//! The durable store: one redb file.
//!
//! A commit is one redb transaction and one `fdatasync`; it has happened in whole or not at all. What shapes the
//! rest:
//!
//! - redb gives up on a file after an I/O error, also after a full disk. So the database is let go of then, and the
//!   next call opens it anew: the store recovers by itself as soon as there is room.
//! - Every opening reads the whole file and verifies it (`disk.rs` says what that costs), because an opening that
//!   trusts a damaged file may answer wrongly or panic. Panics that still come out of redb are caught and become a
//!   sentence, so this needs `panic = "unwind"`.
//! - redb works in the calling thread, so every call runs on tokio's blocking threads. A call that is given up
//!   while it runs still ends: a commit may then have happened or not, and repeating it is right either way.
//!
//! What the file holds is in `tables.rs`, and how a copy of it is taken and put back is in `backup.rs`.

mod backup;
mod commit;
mod disk;
mod fault;
mod key;
mod open;
mod partial;
mod read;
mod tables;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use sitrep_core::{
    event::{Record, Subject},
    port::{Commit, Opened, Store, StoreError},
};

pub use backup::restore;
pub use tables::StoreKind;

use open::Shared;

/// A store in a file; a clone is another handle on the same one. The file is closed in order with the last handle.
#[derive(Clone)]
pub struct RedbStore {
    shared: Arc<Shared>,
}

impl RedbStore {
    /// Runs work that waits for the disk where waiting is allowed.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        match tokio::task::spawn_blocking(move || work(&shared)).await {
            Ok(result) => result,
            Err(error) => {
                Err(StoreError::Failed(format!("the work on {} broke off: {error}", self.shared.name())))
            }
        }
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn open(&self) -> Result<Opened, StoreError> {
        self.blocking(|shared| shared.with(read::everything_but_histories)).await
    }

    async fn load(&self, subject: Subject) -> Result<Vec<Record>, StoreError> {
        self.blocking(move |shared| shared.with(|database| read::history(database, subject))).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let commit = commit.clone();
        self.blocking(move |shared| shared.with(|database| commit::write(database, &commit))).await
    }
}
