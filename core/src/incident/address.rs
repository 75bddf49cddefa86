//! Addresses that people type: passed on to others, and so read with care.

use super::words::clean;

/// The longest address that is passed on, in characters.
const LONGEST_ADDRESS: usize = 500;

/// Why an address is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongAddress {
    /// It is none, or a kind that isn't meant.
    NotOne,
    /// There is a name or a password in it.
    Credentials,
    /// It is longer than what is passed on.
    TooLong,
}

/// Reads an address that begins with one of these (`https://`), without the brackets that some clients put around it.
///
/// # Errors
/// When it is none that should be passed on.
pub fn address(typed: &str, schemes: &[&str]) -> Result<String, WrongAddress> {
    let typed = typed.trim();
    let bare = typed.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')).unwrap_or(typed);
    let starts_with =
        |scheme: &&&str| bare.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let scheme = schemes.iter().find(starts_with).ok_or(WrongAddress::NotOne)?;
    let rest = &bare[scheme.len()..];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(WrongAddress::Credentials);
    }
    let is_written = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"`\\{}|^".contains(c);
    if !is_host(authority) || !rest.chars().all(is_written) || clean(bare) != bare {
        return Err(WrongAddress::NotOne);
    }
    if bare.chars().count() > LONGEST_ADDRESS {
        return Err(WrongAddress::TooLong);
    }
    Ok(format!("{scheme}{rest}"))
}

/// Whether this names a machine, perhaps with a port.
fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    let port_is_right = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_is_right = match bracketed {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        }),
    };
    port_is_right && host_is_right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_passed_on() {
        for (typed, expected) in [
            ("https://meet.example/room", "https://meet.example/room"),
            ("<https://meet.example/room>", "https://meet.example/room"),
            ("HTTPS://meet.example", "https://meet.example"),
            ("https://meet.example:8443/a?b=c#d@e", "https://meet.example:8443/a?b=c#d@e"),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
            ("https://büro.example/Sitzung", "https://büro.example/Sitzung"),
        ] {
            assert_eq!(address(typed, &["https://"]).as_deref(), Ok(expected), "{typed}");
        }
        assert_eq!(
            address("http://grafana:3000/d/1", &["https://", "http://"]).as_deref(),
            Ok("http://grafana:3000/d/1")
        );
    }

    #[test]
    fn addresses_that_are_not() {
        for typed in [
            "",
            "meet.example/room",
            "http://meet.example",
            "javascript:alert(1)",
            "https://",
            "https:///room",
            "https://a b",
            "https://a..b/",
            "https://a:0/",
            "https://a/\u{202E}moc",
            "https://a/`b`",
            "https://a/<b>",
            "https://a\\b",
            "ftp://a",
        ] {
            assert_eq!(address(typed, &["https://"]), Err(WrongAddress::NotOne), "{typed}");
        }
        for typed in ["https://me:secret@meet.example/room", "https://me@meet.example"] {
            assert_eq!(address(typed, &["https://"]), Err(WrongAddress::Credentials), "{typed}");
        }
        let long = format!("https://a/{}", "x".repeat(LONGEST_ADDRESS));
        assert_eq!(address(&long, &["https://"]), Err(WrongAddress::TooLong));
    }
}
