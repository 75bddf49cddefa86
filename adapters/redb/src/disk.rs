//! What the database lies on: a file, or in tests a disk that fails on purpose.
//!
//! Every opening verifies the whole file: redb reads all of it after an unclean stop anyway, and a clean stop says
//! nothing about what happened to the file since. It took 0.1 s for 140 MB from memory (two shared cores), to which
//! a cold disk adds its own reading; opening without it took 3 ms, and damaged files then gave wrong answers.

use std::path::PathBuf;

use redb::{Builder, Database, DatabaseError};

/// Memory that redb may use; by itself it would take a gibibyte.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Where a database can be opened, again and again.
pub(crate) trait Disk: Send + Sync {
    /// Opens it, verifying all of it.
    fn open(&self) -> Result<Database, DatabaseError>;

    /// What sentences call it.
    fn name(&self) -> String;
}

/// A file that exists.
pub(crate) struct FileDisk {
    pub(crate) path: PathBuf,
}

impl Disk for FileDisk {
    fn open(&self) -> Result<Database, DatabaseError> {
        builder().open(&self.path)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// How every database of ours is opened.
pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder
}
