//! Names on Matrix: of people, rooms and servers, and who of them may command.

use super::diagnose::Wrong;
use super::web_address::is_host;

/// The specification's limit for user ids, aliases and room ids.
const LONGEST_BYTES: usize = 255;

/// Whose commands are heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Allow {
    /// `*`: everybody who is in a room with sitrep.
    Anyone,
    /// `*:example.org`: everybody with an account on a server.
    Server(String),
    /// `@alice:example.org`: one person.
    User(String),
}

/// Reads `@name:server`.
pub(super) fn user(text: &str) -> Result<String, Wrong> {
    match text.strip_prefix('@').is_some_and(is_name_at_server) && text.len() <= LONGEST_BYTES {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("`{text}` is not a person on Matrix"),
            "write @name:server, as in @alice:example.org",
        )),
    }
}

/// Reads `#alias:server` or a room's id. Ids begin with `!`; those of newer rooms have no server in them.
pub(super) fn room(text: &str) -> Result<String, Wrong> {
    let alias = text.strip_prefix('#').is_some_and(is_name_at_server);
    let id = text.strip_prefix('!').is_some_and(|rest| match rest.split_once(':') {
        Some(_) => is_name_at_server(rest),
        None => is_opaque(rest),
    });
    match (alias || id) && text.len() <= LONGEST_BYTES {
        true => Ok(text.to_owned()),
        false => {
            let help =
                "write #alias:server, as in #ops:example.org, or the id of the room, which begins with !";
            Err(Wrong::new(format!("`{text}` is not a room on Matrix"), help))
        }
    }
}

/// Reads what a space is called: by its address or id, or else by the name of one that is to be made.
pub(super) fn space(text: &str) -> Result<String, Wrong> {
    if text.starts_with(['#', '!']) {
        return room(text);
    }
    let is_name = !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control);
    match is_name && text.len() <= LONGEST_BYTES {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("`{text}` can't be the name of a space"),
            "write a name, as in Incidents, or #alias:server of a space that exists",
        )),
    }
}

/// Reads a member of `allow`.
pub(super) fn allow(text: &str) -> Result<Allow, Wrong> {
    if text == "*" {
        return Ok(Allow::Anyone);
    }
    if let Some(server) = text.strip_prefix("*:").filter(|server| is_host(server)) {
        return Ok(Allow::Server(server.to_owned()));
    }
    user(text).map(Allow::User).map_err(|_| {
        let help = "write *:server for everybody on a server, @name:server for a person, or * for everybody";
        Wrong::new(format!("`{text}` is neither a person nor a server"), help)
    })
}

fn is_name_at_server(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, server)| is_opaque(name) && is_host(server))
}

fn is_opaque(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|character| character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use super::{Allow, allow, room, space, user};

    #[test]
    fn people() {
        for text in
            ["@alice:example.org", "@alice:localhost:8448", "@a.b_c=d-e/f+g:127.0.0.1", "@a:[::1]:8448"]
        {
            assert_eq!(user(text).as_deref(), Ok(text));
        }
        let long = format!("@{}:example.org", "a".repeat(250));
        for text in [
            "",
            "alice",
            "@alice",
            "@:example.org",
            "@alice:",
            "alice:example.org",
            "@a b:example.org",
            "@a:b c",
            &long,
        ] {
            assert!(user(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn rooms() {
        for text in ["#ops:example.org", "#größe:example.org", "!abc:example.org", "!VXSqPMg8BFFcUmPFO3nzE3"]
        {
            assert_eq!(room(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "ops",
            "#ops",
            "ops:example.org",
            "#:example.org",
            "#ops:",
            "!",
            "!a b",
            "@alice:example.org",
        ] {
            assert!(room(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn spaces() {
        for text in ["Incidents", "Störungen und so", "#incidents:example.org", "!abc"] {
            assert_eq!(space(text).as_deref(), Ok(text));
        }
        for text in ["", " ", " Incidents", "a\nb", "#incidents", "!", "# x:example.org"] {
            assert!(space(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn who_may_command() {
        let accepted = [
            ("*", Allow::Anyone),
            ("*:example.org", Allow::Server("example.org".to_owned())),
            ("@alice:example.org", Allow::User("@alice:example.org".to_owned())),
        ];
        for (text, expected) in accepted {
            assert_eq!(allow(text), Ok(expected));
        }
        for text in ["", "example.org", "*:", "*example.org", "*:*", "@*:example.org:x", "alice", "**"] {
            assert!(allow(text).is_err(), "{text:?} is refused");
        }
    }
}
