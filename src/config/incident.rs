//! `[incident]`: what every incident starts with.

use chrono::Duration;

use super::diagnose::Wrong;
use super::duration;
use super::placeholder::placeholders;
use super::section::Section;
use super::severity::{self, Severity};
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("room_name", "\"{date}-{time}-{name}\""),
        ("default_severity", "\"sev2\""),
        ("private", "false"),
        ("handoff_after", "\"60m\""),
        ("handoff_at_latest", "\"180m\""),
        ("archive_after", "\"7d\""),
    ],
    ..Shape::new("incident")
};

const PLACEHOLDERS: [&str; 3] = ["date", "time", "name"];

/// Room names have at most 80 characters, of which date and time take 15: half of the rest is left to the
/// title.
const LONGEST_PATTERN_CHARACTERS: usize = 48;

/// What every incident starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incident {
    /// The pattern of a room's name: `{name}`, and perhaps `{date}` and `{time}`, between letters, digits and
    /// `-`.
    pub(crate) room_name: String,
    /// The severity of an incident declared without one.
    pub(crate) default_severity: Severity,
    /// Whether incidents are private unless declared otherwise.
    pub(crate) private: bool,
    /// After how long whoever leads is asked to hand over.
    pub(crate) handoff_after: Duration,
    /// After how long everybody is told that it is time to hand over.
    pub(crate) handoff_at_latest: Duration,
    /// How long after its end an incident's room is archived; `None` for never.
    pub(crate) archive_after: Option<Duration>,
}

impl Default for Incident {
    fn default() -> Self {
        Self {
            room_name: "{date}-{time}-{name}".to_owned(),
            default_severity: Severity::Sev2,
            private: false,
            handoff_after: Duration::minutes(60),
            handoff_at_latest: Duration::minutes(180),
            archive_after: Some(Duration::days(7)),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Incident {
    let default = Incident::default();
    let (handoff_after, handoff_at_latest) = handoffs(section, &default);
    Incident {
        room_name: section.parsed("room_name", room_name).unwrap_or(default.room_name),
        default_severity: section
            .parsed("default_severity", severity::name)
            .unwrap_or(default.default_severity),
        private: section.flag("private").unwrap_or(default.private),
        handoff_after,
        handoff_at_latest,
        archive_after: section.parsed("archive_after", archive_after).unwrap_or(default.archive_after),
    }
}

/// When whoever leads is asked to hand over, and when everybody is. With only the first given, the other follows it at
/// three times that.
fn handoffs(section: &Section<'_>, default: &Incident) -> (Duration, Duration) {
    let given = |key| section.parsed(key, duration::parse);
    let (after, at_latest) = (given("handoff_after"), given("handoff_at_latest"));
    match (after, at_latest) {
        (None, None) => (default.handoff_after, default.handoff_at_latest),
        (Some(after), None) => (after, after * 3),
        (None, Some(at_latest)) => (default.handoff_after.min(at_latest / 3), at_latest),
        (Some(after), Some(at_latest)) => {
            if at_latest <= after {
                let message = "`handoff_at_latest` is not later than `handoff_after`";
                section.report("handoff_at_latest", Wrong::new(message, "for example 60m and 180m"));
            }
            (after, at_latest)
        }
    }
}

/// A length of time, or `never`.
fn archive_after(text: &str) -> Result<Option<Duration>, Wrong> {
    if text.trim().eq_ignore_ascii_case("never") {
        return Ok(None);
    }
    let or_never = |wrong: Wrong| Wrong::new(wrong.message, format!("{}, or never", wrong.help));
    duration::parse(text).map(Some).map_err(or_never)
}

fn room_name(pattern: &str) -> Result<String, Wrong> {
    let found = placeholders(pattern, &PLACEHOLDERS)?;
    if !found.contains(&"name") {
        let message = format!("`{pattern}` has no {{name}}, so rooms could not be told apart");
        return Err(Wrong::new(message, "for example {date}-{time}-{name}"));
    }
    let fits = |character: char| character.is_alphanumeric() || "-{}".contains(character);
    if let Some(other) = pattern.chars().find(|character| !fits(*character)) {
        let message = format!("`{}` cannot stand in the name of a room", other.escape_debug());
        return Err(Wrong::new(message, "names are made of letters, digits and -"));
    }
    if pattern.starts_with('-') || pattern.ends_with('-') {
        return Err(Wrong::new("the name of a room neither begins nor ends with -", "take it away"));
    }
    if pattern.chars().count() > LONGEST_PATTERN_CHARACTERS {
        let help = format!("at most {LONGEST_PATTERN_CHARACTERS} characters, so that the title has room");
        return Err(Wrong::new("the pattern is too long", help));
    }
    Ok(pattern.to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::{archive_after, room_name};

    #[test]
    fn rooms_are_archived_after_a_while_or_never() {
        assert_eq!(archive_after("7d"), Ok(Some(Duration::days(7))));
        for never in ["never", " Never "] {
            assert_eq!(archive_after(never), Ok(None));
        }
        for text in ["", "none", "soon", "0s"] {
            assert!(archive_after(text).expect_err(text).help.contains("never") || text == "0s", "{text}");
        }
    }

    #[test]
    fn patterns() {
        for pattern in ["{name}", "{date}-{time}-{name}", "inc-{name}-{date}", "störung-{name}"] {
            assert_eq!(room_name(pattern).as_deref(), Ok(pattern));
        }
        let table = [
            ("", "`` has no {name}, so rooms could not be told apart"),
            ("{date}", "`{date}` has no {name}, so rooms could not be told apart"),
            ("{date}-{nme}", "there is no placeholder `{nme}`"),
            ("{name", "`{name` has a brace without its partner"),
            ("#{name}", "`#` cannot stand in the name of a room"),
            ("{date} {name}", "` ` cannot stand in the name of a room"),
            ("{name}-", "the name of a room neither begins nor ends with -"),
            ("an-incident-of-the-payments-platform-{date}-{time}-{name}", "the pattern is too long"),
        ];
        for (pattern, message) in table {
            assert_eq!(room_name(pattern).expect_err(pattern).message, message);
        }
    }
}
