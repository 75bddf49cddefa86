//! Addresses of web servers: `https://example.org`, with a port or a path.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::diagnose::Wrong;

/// Reads an http or https address and takes a slash off its end. Plain http is accepted: servers on the same
/// machine or network are often reached that way.
pub(super) fn parse(text: &str) -> Result<String, Wrong> {
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return Err(Wrong::new(
            format!("`{text}` is not a web address"),
            "write it with https://, as in https://example.org",
        ));
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        // Not quoted: it may hold a password.
        return Err(Wrong::new(
            "the address holds a user name or password",
            "leave out the part before the @",
        ));
    }
    let is_path = |character: char| !character.is_whitespace() && !character.is_control();
    if !is_host(authority) || !path.chars().all(is_path) {
        return Err(Wrong::new(
            format!("`{text}` is not a web address"),
            "it looks like https://example.org",
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// The address of a machine with a port, as in `127.0.0.1:8321`. Of names, only `localhost` is known: no other is looked
/// up.
pub(super) fn socket(text: &str) -> Option<SocketAddr> {
    let local = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let local = local.map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    local.or_else(|| text.parse().ok()).filter(|address| address.port() > 0)
}

/// Whether `authority` is the name or address of a machine, perhaps with a port.
pub(super) fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.rfind(':') {
        // In [::1] the last colon is a part of the address.
        Some(colon) if !authority[colon..].contains(']') => {
            (&authority[..colon], Some(&authority[colon + 1..]))
        }
        Some(_) | None => (authority, None),
    };
    let port_is_right = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_is_right = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            host.chars().all(|character| character.is_alphanumeric() || character == '-' || character == '.')
                && !host.is_empty()
                && host.split('.').all(|label| !label.is_empty())
        }
    };
    port_is_right && host_is_right
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn accepts() {
        let table = [
            ("https://example.org", "https://example.org"),
            ("https://example.org/", "https://example.org"),
            ("HTTPS://Example.org", "HTTPS://Example.org"),
            ("http://localhost:8008", "http://localhost:8008"),
            ("http://127.0.0.1:8008/", "http://127.0.0.1:8008"),
            ("http://[::1]:8008", "http://[::1]:8008"),
            ("https://example.org/meet/room?x=1", "https://example.org/meet/room?x=1"),
            ("https://büro.example", "https://büro.example"),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn refuses() {
        for text in [
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https:///x",
            "https://a b",
            "https://a..b",
            "https://a:99999",
            "https://a:",
            "https://a:0",
            "https://[::g]",
            "https://user:hunter2@example.org",
            "https://a/b c",
        ] {
            let wrong = parse(text).expect_err(text);
            assert!(!wrong.message.contains("hunter2"), "{}", wrong.message);
        }
    }
}
