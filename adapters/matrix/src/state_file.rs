//! Small files in the state directory: readable by their owner alone, and replaced as a whole.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

/// Makes the state directory, and sees to it that only its owner can enter.
pub(crate) fn make_private(state_dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(state_dir)?;
    fs::set_permissions(state_dir, fs::Permissions::from_mode(0o700))
}

/// What the file says, if there is one that can be understood. One that can't is worth as much as none: all of them
/// can be made anew.
pub(crate) fn read<T: DeserializeOwned>(state_dir: &Path, name: &str) -> io::Result<Option<T>> {
    match fs::read(state_dir.join(name)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the file. Durable when it returns.
pub(crate) fn write<T: Serialize>(state_dir: &Path, name: &str, content: &T) -> io::Result<()> {
    replace(state_dir, name, &serde_json::to_vec_pretty(content)?)
}

/// Replaces the file by these bytes. Durable when it returns.
pub(crate) fn replace(state_dir: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let (target, draft) = (state_dir.join(name), state_dir.join(format!("{name}.new")));
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&draft, &target)?;
    File::open(state_dir)?.sync_all()
}

/// Moves a file or folder to a name of its own: `aside` and the first number that is free. Returns where it is now.
pub(crate) fn set_aside(path: &Path, aside: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let mut free = aside.as_os_str().to_owned();
        free.push(format!("-{number}"));
        let free = PathBuf::from(free);
        if !free.try_exists()? {
            fs::rename(path, &free)?;
            return Ok(free);
        }
        number += 1;
    }
}
