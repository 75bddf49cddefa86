//! The link with which somebody who runs a server takes the bot in.
//!
//! It carries the permissions of `permissions.rs`, neither more nor fewer. Which bot it is stands in the first part of
//! its token, so nobody has to be asked.

use crate::permissions;

/// The page that asks whether the bot may come in.
const PAGE: &str = "https://discord.com/oauth2/authorize";

/// The link for the bot with this token and this server. `None` for a token that isn't Discord's.
#[must_use]
pub fn invitation(token: &str, guild_id: u64, meetings: bool) -> Option<String> {
    let application = application_id(token)?;
    let permissions = permissions::sum(meetings);
    Some(format!(
        "{PAGE}?client_id={application}&scope=bot%20applications.commands&permissions={permissions}&guild_id={guild_id}"
    ))
}

/// Which application a token belongs to: its first part is the id, in base64.
pub(crate) fn application_id(token: &str) -> Option<u64> {
    let digits = from_base64(token.trim().split_once('.')?.0)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|id| is_number && *id > 0)
}

/// Text from base64, of either alphabet, with or without padding.
fn from_base64(text: &str) -> Option<String> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made up: only the first part means anything.
    const TOKEN: &str = "MTU3NDAyNTI4MTg5MzY1NDU2NQ.Gabcde.signature";

    #[test]
    fn the_bot_is_known_by_its_token() {
        for (token, id) in [
            (TOKEN, Some(1_574_025_281_893_654_565)),
            (" MTU3NDAyNTI4MTg5MzY1NDU2NQ==.x.y\n", Some(1_574_025_281_893_654_565)),
            ("MTc.x.y", Some(17)),
            ("MA.x.y", None),
            ("b3Bz.x.y", None),
            ("hunter2", None),
            ("", None),
            (".x.y", None),
            ("M T c.x.y", None),
            ("OTk5OTk5OTk5OTk5OTk5OTk5OTk5.x.y", None),
        ] {
            assert_eq!(application_id(token), id, "{token:?}");
        }
    }

    #[test]
    fn the_link_carries_exactly_what_is_needed() {
        let link = invitation(TOKEN, 17, false).expect("a link");
        let expected = "https://discord.com/oauth2/authorize?client_id=1574025281893654565\
                        &scope=bot%20applications.commands&permissions=2269770225404944&guild_id=17";
        assert_eq!(link, expected);
        let with_voice = invitation(TOKEN, 17, true).expect("a link");
        assert!(with_voice.contains(&format!("permissions={}&", permissions::sum(false) + (1 << 20))));
        assert!(!link.contains("Gabcde") && !link.contains("signature"), "nothing of the secret: {link}");
    }
}
