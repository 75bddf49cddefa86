//! What the adapter must be told.

use std::{fmt, path::PathBuf, time::Duration};

use sitrep_core::message::catalogue::Words;

/// How long a homeserver is trusted to remember a transaction id. Synapse forgets after about a day; half of a
/// working morning leaves room for clocks that differ and servers that forget sooner.
pub const DEFAULT_KEY_LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// How long what a configured name means is taken for known before it is asked again.
pub const DEFAULT_LOOK_UP_EVERY: Duration = Duration::from_secs(5 * 60);

/// How the account proves who it is.
#[derive(Clone)]
pub enum MatrixAuth {
    /// Log in with a password, once; the session is kept in the state directory.
    Password(String),
    /// Use a session that somebody else has made.
    AccessToken {
        /// The access token.
        token: String,
        /// The device that the token belongs to.
        device_id: String,
    },
}

impl fmt::Debug for MatrixAuth {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password(_) => write!(to, "Password(..)"),
            Self::AccessToken { device_id, .. } => {
                write!(to, "AccessToken {{ device_id: {device_id:?}, .. }}")
            }
        }
    }
}

/// Everything that the adapter must be told.
pub struct MatrixSettings {
    /// The address of the client API: `https://matrix.example.org`.
    pub homeserver: String,
    /// The account: `@sitrep:example.org`.
    pub user: String,
    /// How it proves who it is.
    pub auth: MatrixAuth,
    /// Every room that the configuration names, as `#alias:server` or as a room id.
    pub rooms: Vec<String>,
    /// Those of them where commands are heard: an incident may have to run there, with its card pinned.
    pub command_rooms: Vec<String>,
    /// Whether somebody, given as a full user id, may ask sitrep into a room.
    pub allow: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// The space that the rooms of public incidents are put in.
    pub space: Option<SpaceSettings>,
    /// Where the session and the SDK's store are kept. Made if missing; nobody else may read it.
    pub state_dir: PathBuf,
    /// How long the homeserver is trusted to remember a key: [`DEFAULT_KEY_LIFETIME`]. Past it, what may have been
    /// sent is looked up in the room's history first.
    pub key_lifetime: Duration,
    /// How long what is known of a configured room is taken to be so before it is looked at again:
    /// [`DEFAULT_LOOK_UP_EVERY`].
    pub look_up_every: Duration,
    /// Which of the rooms that are made here are encrypted.
    pub encrypt: Encrypt,
    /// What opens the account's secret storage. Without it, the key that was made at the first start is used.
    pub recovery_key: Option<String>,
    /// What is said here to people, rather than in core.
    pub words: Words,
}

/// Which of the rooms that are made here are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encrypt {
    /// None.
    Never,
    /// Those of private incidents, and direct rooms.
    #[default]
    Private,
    /// All.
    Always,
}

/// The space that the rooms of public incidents are put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceSettings {
    /// The address or id of one that exists; anything else is the name of one that is made.
    pub space: String,
    /// Who is asked into one that is made here, as full user ids: people who may command.
    pub people: Vec<String>,
    /// Where everybody may command: the configured room whose members may enter one that is made here.
    pub open_to: Option<String>,
}

impl fmt::Debug for MatrixSettings {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("MatrixSettings")
            .field("homeserver", &self.homeserver)
            .field("user", &self.user)
            .field("auth", &self.auth)
            .field("rooms", &self.rooms)
            .field("space", &self.space)
            .field("state_dir", &self.state_dir)
            .field("key_lifetime", &self.key_lifetime)
            .field("encrypt", &self.encrypt)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings for tests that contact nobody.
    pub(crate) fn settings() -> MatrixSettings {
        MatrixSettings {
            homeserver: "https://example.org".to_owned(),
            user: "@sitrep:example.org".to_owned(),
            auth: MatrixAuth::Password(String::new()),
            rooms: vec!["#ops:example.org".to_owned()],
            command_rooms: vec!["#ops:example.org".to_owned()],
            allow: Box::new(|_| true),
            space: None,
            state_dir: PathBuf::from("/nonexistent"),
            key_lifetime: DEFAULT_KEY_LIFETIME,
            look_up_every: DEFAULT_LOOK_UP_EVERY,
            encrypt: Encrypt::default(),
            recovery_key: Some("sesame".to_owned()),
            words: Words::default(),
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let token = MatrixAuth::AccessToken { token: "sesame".to_owned(), device_id: "DEVICE".to_owned() };
        for auth in [MatrixAuth::Password("sesame".to_owned()), token] {
            let shown = format!("{:?}", MatrixSettings { auth, ..settings() });
            assert!(!shown.contains("sesame"), "{shown}");
        }
    }
}
