//! The keys above the first section: where data lies, whose clock counts, how a command begins.

use std::path::PathBuf;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::diagnose::Wrong;
use super::near_miss::did_you_mean;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    keys: &[("data_dir", "\"data\""), ("timezone", "\"Europe/Berlin\""), ("command_prefix", "\"!\"")],
    sections: &[
        "messages",
        "incident",
        "severity",
        "meeting",
        "health",
        "matrix",
        "discord",
        "people",
        "teams",
        "service",
        "schedule",
        "checklist",
        "working_hours",
        "report",
        "oncall",
        "http",
        "heartbeat",
    ],
    later: &["email"],
    ..Shape::new("")
};

const LONGEST_PREFIX_CHARACTERS: usize = 16;

/// What the keys above the first section say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct General {
    pub(super) data_dir: PathBuf,
    pub(super) timezone: Tz,
    pub(super) command_prefix: String,
}

impl Default for General {
    fn default() -> Self {
        Self { data_dir: PathBuf::from("data"), timezone: Tz::UTC, command_prefix: "!".to_owned() }
    }
}

pub(super) fn read(section: &Section<'_>) -> General {
    let default = General::default();
    General {
        data_dir: section.parsed("data_dir", data_dir).unwrap_or(default.data_dir),
        timezone: section.parsed("timezone", timezone).unwrap_or(default.timezone),
        command_prefix: section.parsed("command_prefix", command_prefix).unwrap_or(default.command_prefix),
    }
}

fn data_dir(text: &str) -> Result<PathBuf, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("`data_dir` is empty", "for example data, or /var/lib/sitrep"));
    }
    if text.starts_with('~') {
        return Err(Wrong::new("`~` stands for the home directory only in a shell", "write the whole path"));
    }
    Ok(PathBuf::from(text))
}

fn timezone(text: &str) -> Result<Tz, Wrong> {
    text.parse().map_err(|_| {
        let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let city = text.replace(' ', "_");
        let of_that_city =
            names().find(|name| name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&city)));
        let help = of_that_city
            .map(|name| format!("did you mean `{name}`?"))
            .or_else(|| did_you_mean(text, names()))
            .unwrap_or_else(|| "names are those of the tz database, such as Europe/Berlin or UTC".to_owned());
        Wrong::new(format!("there is no time zone `{text}`"), help)
    })
}

fn command_prefix(text: &str) -> Result<String, Wrong> {
    let refuse = |message: String, help: &str| Err(Wrong::new(message, help));
    if text.is_empty() || text.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return refuse(
            format!("`{text}` cannot begin a command"),
            "one or more characters without a space, for example !",
        );
    }
    if text.starts_with('/') {
        return refuse(
            format!("`{text}` cannot begin a command"),
            "chat programs keep / for commands of their own: choose another, for example !",
        );
    }
    if text.ends_with(char::is_alphanumeric) {
        return refuse(
            format!("`{text}` would take ordinary words for commands"),
            "end it with a sign, for example !",
        );
    }
    if text.chars().count() > LONGEST_PREFIX_CHARACTERS {
        return refuse(format!("`{text}` is too long"), "at most 16 characters");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{command_prefix, data_dir, timezone};

    #[test]
    fn zones() {
        for name in ["UTC", "Europe/Berlin", "America/New_York"] {
            assert_eq!(timezone(name).expect(name).name(), name);
        }
        let table = [
            ("Europe/Berln", "did you mean `Europe/Berlin`?"),
            ("europe/berlin", "did you mean `Europe/Berlin`?"),
            ("berlin", "did you mean `Europe/Berlin`?"),
            ("New York", "did you mean `America/New_York`?"),
            ("12", "names are those of the tz database, such as Europe/Berlin or UTC"),
            ("", "names are those of the tz database, such as Europe/Berlin or UTC"),
        ];
        for (name, help) in table {
            let wrong = timezone(name).expect_err(name);
            assert_eq!(
                (wrong.message, wrong.help.as_str()),
                (format!("there is no time zone `{name}`"), help)
            );
        }
    }

    #[test]
    fn prefixes() {
        for prefix in ["!", "?", "!!", "sitrep:", "s!", "§"] {
            assert_eq!(command_prefix(prefix).as_deref(), Ok(prefix));
        }
        for prefix in ["", " ", "! ", "/", "/sitrep:", "sitrep", "!s", "\u{1b}!", "!!!!!!!!!!!!!!!!!"] {
            assert!(command_prefix(prefix).is_err(), "{prefix:?} is refused");
        }
    }

    #[test]
    fn data_directories() {
        for path in ["data", "/var/lib/sitrep", "../data"] {
            assert!(data_dir(path).is_ok(), "{path} is accepted");
        }
        for path in ["", " ", "~/data"] {
            assert!(data_dir(path).is_err(), "{path:?} is refused");
        }
    }
}
