//! A file of lines that are only ever added: what has to be known again after a crash, a line each. Nobody else may read
//! it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The file.
#[derive(Debug)]
pub(crate) struct LineFile {
    path: PathBuf,
}

impl LineFile {
    /// The file of this name, and every line that was added to it. The last one may be half of one, and mean something
    /// else: it is left out.
    pub(crate) fn open(state_dir: &Path, name: &str) -> (Self, Vec<String>) {
        let path = state_dir.join(name);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let lines = whole.map(str::to_owned).collect();
        (Self { path }, lines)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn add(&self, line: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }
}
