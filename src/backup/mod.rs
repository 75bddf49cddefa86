//! Backups of the store: made while the service runs, kept for a while, put back by `sitrep restore`.
//!
//! The nightly one is a chore of the installation: it follows a cron expression in the configured zone, is caught up
//! on if the service was down, and keeps the newest few.

mod chore;
mod retention;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sitrep_redb::RedbStore;
use tokio::sync::Mutex;

pub(crate) use chore::{NightlyBackup, start};

/// Writes backups of one store, one at a time.
pub(crate) struct Backups {
    store: RedbStore,
    folder: PathBuf,
    one_at_a_time: Mutex<()>,
}

impl Backups {
    /// Backups of a store, the nightly ones below its data directory.
    pub(crate) fn new(store: RedbStore, data_dir: &Path) -> Self {
        Self { store, folder: data_dir.join("backups"), one_at_a_time: Mutex::new(()) }
    }

    /// Writes a backup to a new file.
    ///
    /// # Errors
    /// When the file exists already, or can't be written.
    pub(crate) async fn write(&self, file: &Path) -> Result<()> {
        let _turn = self.one_at_a_time.lock().await;
        self.store.backup(file).await.context("no backup was made")?;
        Ok(())
    }
}
