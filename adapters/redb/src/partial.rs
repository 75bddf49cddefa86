//! A file that appears under its name only when it is whole.
//!
//! It is written beside its place as `<name>.partial`, readable by its owner alone (it holds the seed and what
//! people said in private), synced, and given its name at once, never over a file that is there. One that is
//! dropped unfinished is removed, and one that a crash left behind is replaced by the next attempt.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use sitrep_core::port::StoreError;

use crate::fault::Fault;

pub(crate) struct Partial {
    path: PathBuf,
    target: PathBuf,
}

impl Partial {
    /// Begins a file, which is empty. Refuses a target that exists.
    pub(crate) fn create(target: &Path) -> Result<Self, Fault> {
        if target.try_exists()? {
            return Err(taken(target));
        }
        let mut name = OsString::from(target);
        name.push(".partial");
        let path = PathBuf::from(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        create_private(&path)?;
        Ok(Self { path, target: target.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it durable and gives it its name.
    pub(crate) fn publish(self) -> Result<(), Fault> {
        let target = self.target.clone();
        File::options().write(true).open(&self.path)?.sync_all()?;
        match fs::hard_link(&self.path, &target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(taken(&target)),
            // Not every file system has links. Renaming would replace a file made in this very moment.
            Err(_) => fs::rename(&self.path, &target)?,
        }
        drop(self);
        sync_directory_of(&target)?;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Gone already if it was renamed; and if it can't be removed, the next attempt tries again.
        let _ = fs::remove_file(&self.path);
    }
}

fn taken(target: &Path) -> Fault {
    Fault::Refused(StoreError::Failed(format!(
        "{} exists already, and is not written over. Move it away first",
        target.display()
    )))
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

// A new name is durable only once its directory is. Elsewhere than on Unix a directory can't be opened for that.
#[cfg(unix)]
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory_of(_path: &Path) -> io::Result<()> {
    Ok(())
}
