//! The session on disk: who we are to the homeserver, across restarts.
//!
//! One JSON file beside the SDK's store, readable by its owner alone, replaced as a whole. The SDK keeps encryption
//! keys for exactly one device, so the file and the store belong together.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

const FILE: &str = "session.json";
const STORE: &str = "store";
const SET_ASIDE: &str = "store-set-aside";

/// A session with the homeserver. It isn't `Debug`, so that the token can't be shown by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSession {
    /// The full user id.
    pub(crate) user_id: String,
    /// The device.
    pub(crate) device_id: String,
    /// The access token.
    pub(crate) access_token: String,
    /// When the device came to be. Transaction ids belong to a device: none from before mean anything to it.
    pub(crate) since: DateTime<Utc>,
}

/// Where the SDK's store is.
pub(crate) fn store_in(state_dir: &Path) -> PathBuf {
    state_dir.join(STORE)
}

/// Makes the state directory, and sees to it that only its owner can enter.
pub(crate) fn make_private(state_dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(state_dir)?;
    fs::set_permissions(state_dir, fs::Permissions::from_mode(0o700))
}

/// The session, if there is one that can be read.
pub(crate) fn read(state_dir: &Path) -> io::Result<Option<StoredSession>> {
    match fs::read(state_dir.join(FILE)) {
        // One that can't be understood is worth as much as none: a log-in replaces it.
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the session. Durable when it returns.
pub(crate) fn write(state_dir: &Path, session: &StoredSession) -> io::Result<()> {
    let (target, draft) = (state_dir.join(FILE), state_dir.join("session.json.new"));
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(&serde_json::to_vec_pretty(session)?)?;
    file.sync_all()?;
    fs::rename(&draft, &target)?;
    File::open(state_dir)?.sync_all()
}

/// Moves a store that belongs to another device out of the way, in place of the one moved before it. It is kept
/// because it may hold the only keys to old messages.
pub(crate) fn set_store_aside(state_dir: &Path) -> io::Result<()> {
    let (store, aside) = (store_in(state_dir), state_dir.join(SET_ASIDE));
    if !store.exists() {
        return Ok(());
    }
    match fs::remove_dir_all(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::rename(&store, &aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_kept_to_oneself() {
        let folder = std::env::temp_dir().join(format!("sitrep-session-{}", std::process::id()));
        make_private(&folder).unwrap();
        assert!(read(&folder).unwrap().is_none());
        let mut session = StoredSession {
            user_id: "@sitrep:example.org".to_owned(),
            device_id: "DEVICE".to_owned(),
            access_token: "sesame".to_owned(),
            since: DateTime::UNIX_EPOCH,
        };
        write(&folder, &session).unwrap();
        session.access_token = "open".to_owned();
        write(&folder, &session).unwrap();
        assert!(read(&folder).unwrap() == Some(session));
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.clone()), mode(folder.join(FILE))), (0o700, 0o600));
        fs::write(folder.join(FILE), "{").unwrap();
        assert!(read(&folder).unwrap().is_none());
        fs::remove_dir_all(folder).unwrap();
    }
}
