//! Names on Discord: of servers, channels, categories and roles.

use super::diagnose::Wrong;

/// The role that everybody on a server has.
pub(super) const EVERYONE: &str = "@everyone";

/// Discord's limit for the names of channels and roles.
const LONGEST_CHARACTERS: usize = 100;

/// A category is numbered when it overflows: `Incidents 12`.
const LONGEST_CATEGORY_CHARACTERS: usize = 90;

/// Reads the id of a server.
pub(super) fn guild(text: &str) -> Result<u64, Wrong> {
    id(text).ok_or_else(|| {
        let help = "it is a number: in Discord switch on the developer mode, then right-click the server, Copy Server ID";
        Wrong::new(format!("`{text}` is not the id of a Discord server"), help)
    })
}

/// Reads the name of a text channel, perhaps with `#` before it, or its id.
pub(super) fn room(text: &str) -> Result<String, Wrong> {
    let name = text.strip_prefix('#').unwrap_or(text);
    if name.is_empty() || name.contains('#') || !is_short_line(name, LONGEST_CHARACTERS) {
        return Err(Wrong::new(
            format!("`{text}` is not a channel on Discord"),
            "write its name, as in ops, or its id",
        ));
    }
    let written = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    match written == name {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("no text channel on Discord is called `{text}`"),
            format!("their names have small letters and no spaces: did you mean `{written}`?"),
        )),
    }
}

/// Reads the name of a category.
pub(super) fn category(text: &str) -> Result<String, Wrong> {
    match text.trim() == text && is_short_line(text, LONGEST_CATEGORY_CHARACTERS) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("`{text}` can't be the name of a category"),
            "write a name of at most 90 characters, as in Incidents",
        )),
    }
}

/// Reads `@everyone`, or the name or id of a role.
pub(super) fn role(text: &str) -> Result<String, Wrong> {
    let wrong = |help: String| Err(Wrong::new(format!("`{text}` is not a role on Discord"), help));
    let bare = text.trim_start_matches('@');
    if text == "*" || (text != EVERYONE && bare.eq_ignore_ascii_case("everyone")) {
        return wrong("write @everyone for everybody on the server".to_owned());
    }
    if text != EVERYONE && bare != text && !bare.is_empty() {
        return wrong(format!("write its name without the @: {bare}"));
    }
    if text.trim() != text || !is_short_line(bare, LONGEST_CHARACTERS) {
        return wrong(
            "write its name, as in ops, or its id; @everyone is everybody on the server".to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// A snowflake: a number that is never zero.
fn id(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.chars().all(|character| character.is_ascii_digit());
    text.parse().ok().filter(|id| is_digits && *id > 0)
}

fn is_short_line(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::{category, guild, role, room};

    #[test]
    fn servers() {
        assert_eq!(guild("1574025281893654565"), Ok(1_574_025_281_893_654_565));
        for text in ["", "0", "ops", "-1", "+1", "1.5", "99999999999999999999", "١٢"] {
            assert!(guild(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn rooms() {
        for text in ["ops", "#ops", "on-call_2", "größe", "1574025281893654565", "🚨-ops"] {
            assert_eq!(room(text).as_deref(), Ok(text));
        }
        for text in ["", "#", "##ops", "a\nb", &"a".repeat(101)] {
            assert!(room(text).is_err(), "{text:?} is refused");
        }
        for (text, meant) in [("Ops", "`ops`"), ("on call", "`on-call`"), ("#Status Page", "`status-page`")] {
            let help = room(text).expect_err(text).help;
            assert!(help.contains(meant), "{help}");
        }
    }

    #[test]
    fn categories() {
        for text in ["Incidents", "🔥 Störungen"] {
            assert_eq!(category(text).as_deref(), Ok(text));
        }
        for text in ["", " ", " Incidents", "a\nb", &"a".repeat(91)] {
            assert!(category(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn roles() {
        for text in ["@everyone", "ops", "On Call", "1574025281893654565"] {
            assert_eq!(role(text).as_deref(), Ok(text));
        }
        for text in ["*", "everyone", "@Everyone", "@ops", "@", "", " ops", "a\nb"] {
            assert!(role(text).is_err(), "{text:?} is refused");
        }
        assert_eq!(role("@ops").expect_err("refused").help, "write its name without the @: ops");
    }
}
