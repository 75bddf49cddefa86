//! The session on disk: who we are to the homeserver, across restarts.
//!
//! One file beside the SDK's store. The SDK keeps encryption keys for exactly one device, so the file and the store
//! belong together. A store that belongs to another device is moved aside and **never deleted here**: it may hold
//! the only keys to old messages, and only a person knows whether anybody needs them.

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::state_file;

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
    /// What renews the access token, where it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    /// When the device came to be. Transaction ids belong to a device: none from before mean anything to it.
    pub(crate) since: DateTime<Utc>,
}

/// Where the SDK's store is.
pub(crate) fn store_in(state_dir: &Path) -> PathBuf {
    state_dir.join(STORE)
}

/// The session, if there is one that can be read.
pub(crate) fn read(state_dir: &Path) -> io::Result<Option<StoredSession>> {
    state_file::read(state_dir, FILE)
}

/// Replaces the session. Durable when it returns.
pub(crate) fn write(state_dir: &Path, session: &StoredSession) -> io::Result<()> {
    state_file::write(state_dir, FILE, session)
}

/// Moves the store, if there is one, to a name of its own. Returns where it is now.
pub(crate) fn set_store_aside(state_dir: &Path) -> io::Result<Option<PathBuf>> {
    let store = store_in(state_dir);
    if !store.try_exists()? {
        return Ok(None);
    }
    let aside = state_file::set_aside(&store, &state_dir.join(SET_ASIDE))?;
    Ok(Some(aside))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;
    use crate::state_file::make_private;

    #[test]
    fn a_session_is_kept_to_oneself() {
        let folder = std::env::temp_dir().join(format!("sitrep-session-{}", std::process::id()));
        make_private(&folder).unwrap();
        assert!(read(&folder).unwrap().is_none());
        let mut session = StoredSession {
            user_id: "@sitrep:example.org".to_owned(),
            device_id: "DEVICE".to_owned(),
            access_token: "sesame".to_owned(),
            refresh_token: None,
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

    #[test]
    fn every_store_set_aside_is_kept() {
        let folder = std::env::temp_dir().join(format!("sitrep-aside-{}", std::process::id()));
        make_private(&folder).unwrap();
        assert_eq!(set_store_aside(&folder).unwrap(), None);
        for keys in ["first", "second", "third"] {
            fs::create_dir(store_in(&folder)).unwrap();
            fs::write(store_in(&folder).join("keys"), keys).unwrap();
            let aside = set_store_aside(&folder).unwrap().unwrap();
            assert_eq!(fs::read_to_string(aside.join("keys")).unwrap(), keys);
        }
        let kept = (1..=3).map(|number| folder.join(format!("{SET_ASIDE}-{number}/keys")));
        let kept: Vec<String> = kept.map(|keys| fs::read_to_string(keys).unwrap()).collect();
        assert_eq!(kept, ["first", "second", "third"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
