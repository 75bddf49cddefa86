//! The recovery key that sitrep made, in a file of its own.
//!
//! It lies beside the SDK's store and not in it, so that it is still there when the store is lost or set aside. A
//! mark is written before a key is made: whoever dies between making it and writing it down finds the mark at the
//! next start, and knows that the key which nobody has was its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::state_file;

const FILE: &str = "recovery-key";
const MARK: &str = "recovery-key.being-made";

/// Where the key is, or would be.
pub(super) fn path_in(state_dir: &Path) -> PathBuf {
    state_dir.join(FILE)
}

/// The key, if one was kept.
pub(super) fn read(state_dir: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path_in(state_dir)) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|key| !key.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes that a key is about to be made.
pub(super) fn begin(state_dir: &Path) -> io::Result<()> {
    state_file::replace(state_dir, MARK, b"")
}

/// Whether a key was about to be made and not kept.
pub(super) fn has_begun(state_dir: &Path) -> io::Result<bool> {
    state_dir.join(MARK).try_exists()
}

/// Keeps the key. Durable when it returns; only the owner can read it. One that is there already is set aside: it may be
/// the only copy, of this account's or of another's.
pub(super) fn keep(state_dir: &Path, key: &str) -> io::Result<()> {
    if read(state_dir)?.is_some_and(|old| old != key) {
        state_file::set_aside(&state_dir.join(FILE), &state_dir.join(format!("{FILE}-set-aside")))?;
    }
    state_file::replace(state_dir, FILE, format!("{key}\n").as_bytes())?;
    match fs::remove_file(state_dir.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_kept_to_oneself() {
        let folder = std::env::temp_dir().join(format!("sitrep-key-{}", std::process::id()));
        state_file::make_private(&folder).unwrap();
        assert_eq!((read(&folder).unwrap(), has_begun(&folder).unwrap()), (None, false));
        begin(&folder).unwrap();
        assert!(has_begun(&folder).unwrap(), "whoever dies now is told at the next start");
        keep(&folder, "EsTj 3yST").unwrap();
        assert_eq!(
            (read(&folder).unwrap().as_deref(), has_begun(&folder).unwrap()),
            (Some("EsTj 3yST"), false)
        );
        let mode = fs::metadata(path_in(&folder)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
