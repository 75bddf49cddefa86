//! A person, as one chat platform names them.
//!
//! Identity comes from the platform that delivered a message, never from what the message says. One human with
//! two accounts is two of these; the configuration's `[people]` ties them together, in `policy.rs`.

use serde::{Deserialize, Serialize};

use crate::room::PlatformName;

/// Somebody with an account on a chat platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// The platform the account is on.
    pub platform: PlatformName,
    /// The platform's own identifier: `alice` in the console, `@alice:example.org` on Matrix.
    pub handle: String,
}

impl Person {
    /// A person from their platform and their handle there.
    #[must_use]
    pub fn new(platform: &PlatformName, handle: impl Into<String>) -> Self {
        Self { platform: platform.clone(), handle: handle.into() }
    }

    /// What a sentence calls them: `alice` for `@alice:example.org`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        let bare = self.handle.strip_prefix('@').unwrap_or(&self.handle);
        bare.split_once(':').map_or(bare, |(local, _)| local)
    }

    /// Whether the handle says nothing to people: a number, as on Discord.
    #[must_use]
    pub fn is_nameless(&self) -> bool {
        !self.handle.is_empty() && self.handle.chars().all(|c| c.is_ascii_digit())
    }

    /// The person a typed name means, completed after this person's own handle: `@bob`, typed by
    /// `@alice:example.org`, is `@bob:example.org`. `None` when it can't be a handle.
    #[must_use]
    pub fn complete(&self, typed: &str) -> Option<Self> {
        let bare = typed.trim().trim_start_matches('@');
        let is_handle_like = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | '/' | '+'))
        };
        let handle = match (bare.split_once(':'), self.handle.split_once(':')) {
            (Some((local, server)), Some(_)) => {
                let is_server = !server.is_empty()
                    && server
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
                (is_handle_like(local) && is_server).then(|| format!("@{bare}"))?
            }
            (None, Some((_, server))) => is_handle_like(bare).then(|| format!("@{bare}:{server}"))?,
            (Some(_), None) => return None,
            // Among numbers, a name is nobody: whoever is picked from a client's list comes as a number.
            (None, None) if self.is_nameless() && !bare.chars().all(|c| c.is_ascii_digit()) => return None,
            (None, None) => is_handle_like(bare).then(|| bare.to_owned())?,
        };
        Some(Self { platform: self.platform.clone(), handle })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(handle: &str) -> Person {
        Person::new(&PlatformName::new("test"), handle)
    }

    #[test]
    fn short_names_read_well() {
        assert_eq!(person("alice").short_name(), "alice");
        assert_eq!(person("@alice:example.org").short_name(), "alice");
    }

    #[test]
    fn typed_names_are_completed_after_the_speaker() {
        let cases = [
            ("alice", "@bob", Some("bob")),
            ("alice", "bob", Some("bob")),
            ("15", "@16", Some("16")),
            ("15", "@bob", None),
            ("alice", "@bob:example.org", None),
            ("alice", "@", None),
            ("alice", "bob smith", None),
            ("@alice:example.org", "@bob", Some("@bob:example.org")),
            ("@alice:example.org", "bob", Some("@bob:example.org")),
            ("@alice:example.org", "@bob:other.net", Some("@bob:other.net")),
            ("@alice:example.org", "@bob:other.net:8448", Some("@bob:other.net:8448")),
            ("@alice:example.org", "@bob:", None),
            ("@alice:example.org", "<b>", None),
        ];
        for (speaker, typed, expected) in cases {
            let completed = person(speaker).complete(typed);
            assert_eq!(completed.as_ref().map(|p| p.handle.as_str()), expected, "{speaker} typed {typed:?}");
        }
    }
}
