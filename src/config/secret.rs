//! Passwords and tokens.
//!
//! A [`Secret`] prints as `***`, also with `{:?}`, and is wiped from memory when it is dropped. It is given
//! in the configuration itself, in the environment, or as the name of a file that holds it and nothing else;
//! white space around it in the file is ignored. No problem about a secret ever quotes it.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::diagnose::Wrong;

/// The longest secret file that is read: far above any token, so that a wrong path (a log, a device) is
/// noticed.
const LONGEST_FILE_BYTES: u64 = 64 * 1024;

/// What a key's name may contain if its value could be a secret, misspelt names included.
const SIGNS: [&str; 5] = ["pas", "tok", "secr", "key", "cred"];

/// Text that is never printed.
#[derive(Clone)]
pub(crate) struct Secret(SecretString);

impl Secret {
    pub(super) fn new(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// The secret without the white space around it.
    pub(super) fn trimmed(&self) -> Self {
        Self::new(self.expose().trim())
    }

    /// The secret itself, for the one place that hands it to a server.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

/// Whether the value of a key of this name must not be printed. The name of a file may be.
pub(super) fn looks_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    !key.ends_with("_file") && SIGNS.iter().any(|sign| key.contains(sign))
}

/// A secret that stands in the configuration or the environment.
pub(super) fn given(key: &str, text: &str) -> Result<Secret, Wrong> {
    match text.trim().is_empty() {
        true => Err(Wrong::new(
            format!("`{key}` is empty"),
            format!("give the secret, or name its file in {key}_file"),
        )),
        false => Ok(Secret::new(text)),
    }
}

/// A secret from a file of its own.
pub(super) fn from_file(key: &str, path: &Path) -> Result<Secret, Wrong> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let message = format!("`{key}` names {shown}, which cannot be read: {error}");
        Wrong::new(message, "relative names start at the folder of the configuration file")
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LONGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let refuse = |what: &str| {
        let message = format!("`{key}` names {shown}, which {what}");
        Err(Wrong::new(message, "the file must hold the secret and nothing else"))
    };
    if bytes.len() as u64 > LONGEST_FILE_BYTES {
        return refuse("is too long for a secret");
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return refuse("is not text");
    };
    match text.trim() {
        "" => refuse("is empty"),
        several if several.contains('\n') => refuse("has more than one line"),
        secret => Ok(Secret::new(secret)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LONGEST_FILE_BYTES, Secret, from_file, given, looks_secret};

    #[test]
    fn a_secret_prints_as_stars() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn names_of_secrets_are_recognised() {
        for key in ["password", "pasword", "Password", "access_token", "recovery_key", "client_secret"] {
            assert!(looks_secret(key), "{key}");
        }
        for key in ["password_file", "user", "homeserver", "rooms", "command_prefix", "space"] {
            assert!(!looks_secret(key), "{key}");
        }
    }

    #[test]
    fn an_empty_secret_is_refused() {
        assert!(given("password", " ").is_err());
        assert_eq!(given("password", " x ").expect("accepted").expose(), " x ");
    }

    #[test]
    fn a_file_holds_one_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let long = "x".repeat(LONGEST_FILE_BYTES as usize + 1);
        let table: &[(&[u8], Result<&str, &str>)] = &[
            (b"hunter2", Ok("hunter2")),
            (b" \thunter2\r\n\n", Ok("hunter2")),
            (b"correct horse", Ok("correct horse")),
            (b"", Err("which is empty")),
            (b" \n", Err("which is empty")),
            (b"one\ntwo", Err("which has more than one line")),
            (b"\xff\xfe", Err("which is not text")),
            (long.as_bytes(), Err("which is too long for a secret")),
        ];
        for (content, expected) in table {
            fs::write(&path, content).expect("written");
            match (from_file("token_file", &path), expected) {
                (Ok(secret), Ok(expected)) => assert_eq!(secret.expose(), *expected),
                (Err(wrong), Err(expected)) => {
                    assert!(wrong.message.ends_with(expected), "{}", wrong.message)
                }
                (result, expected) => panic!("{expected:?} was expected, and it is {result:?}"),
            }
        }
        assert!(from_file("token_file", folder.path()).is_err(), "a folder is not a secret");
        assert!(from_file("token_file", &folder.path().join("none")).is_err());
    }
}
