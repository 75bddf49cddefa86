//! `[report]`: who watches what may become an incident, how soon, and what files a message as one.
//!
//! - Whoever is on duty in one rota watches. If it isn't said which, it is the only one there is, or the one that is
//!   called `support`.
//! - A report that nobody acknowledges in time is told to somebody else, and at last to everybody with the words in
//!   `contacts`, by which people are reached when chat doesn't reach them.

use chrono::Duration;

use super::diagnose::Wrong;
use super::duration;
use super::emoji;
use super::people::Roster;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("oncall", "\"support\""),
        ("acknowledge_within", "\"5m\""),
        ("reaction", "\"🚨\""),
        ("escalate_to", "\"payments\""),
        ("contacts", "\"Call Jane: +49 30 1234\""),
    ],
    ..Shape::new("report")
};

const REACTION: &str = "🚨";
const LONGEST_CONTACTS_CHARACTERS: usize = 500;
/// The rota that watches reports, if there are several and none is named.
const SUPPORT: &str = "support";

/// How reports are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Who watches: `oncall:NAME` for a rota, or the name of a team or person. `None`: whoever sees it first.
    pub(crate) oncall: Option<String>,
    /// How soon somebody should say that they have it.
    pub(crate) acknowledge_within: Duration,
    /// A message marked with this is filed. `None`: none is.
    pub(crate) reaction: Option<String>,
    /// Who is told when nobody on duty answers: a team or person, or `oncall:NAME` for a rota.
    pub(crate) escalate_to: Option<String>,
    /// What is said when nobody could be reached; one line or several.
    pub(crate) contacts: Option<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            oncall: None,
            acknowledge_within: Duration::minutes(5),
            reaction: Some(REACTION.to_owned()),
            escalate_to: None,
            contacts: None,
        }
    }
}

/// Reads the section, which need not be there for the rota to be known.
pub(super) fn read(section: Option<&Section<'_>>, roster: &Roster) -> Report {
    let default = Report { oncall: watching(roster), ..Report::default() };
    let Some(section) = section else { return default };
    Report {
        oncall: section.parsed("oncall", |name| roster.on_duty(name)).or(default.oncall),
        acknowledge_within: section
            .parsed("acknowledge_within", duration::parse)
            .unwrap_or(default.acknowledge_within),
        reaction: section.parsed("reaction", reaction).unwrap_or(default.reaction),
        escalate_to: section.parsed("escalate_to", |name| roster.team_first(name)),
        contacts: section.parsed("contacts", contacts),
    }
}

/// The rota that watches unless another is named.
fn watching(roster: &Roster) -> Option<String> {
    let name = match roster.rotas.len() {
        1 => roster.rotas.first()?,
        _ => roster.rotas.get(SUPPORT)?,
    };
    roster.on_duty(name).ok()
}

fn reaction(text: &str) -> Result<Option<String>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    match emoji::is_one(text) {
        true => Ok(Some(text.to_owned())),
        false => Err(Wrong::new(
            format!("`{text}` is not one emoji"),
            "write the sign itself, such as \"🚨\"; \"\" files no message",
        )),
    }
}

fn contacts(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let help = "write how people are reached when chat doesn't reach them, as in Call Jane: +49 30 1234";
    match text.chars().count() {
        0 => Err(Wrong::new("`contacts` is empty", help)),
        count if count > LONGEST_CONTACTS_CHARACTERS => Err(Wrong::new(
            format!("`contacts` has {count} characters"),
            format!("at most {LONGEST_CONTACTS_CHARACTERS}: it is read on a phone"),
        )),
        _ if text.chars().any(|character| character.is_control() && character != '\n') => {
            Err(Wrong::new("`contacts` is not plain text", help))
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{contacts, reaction};

    #[test]
    fn reactions() {
        assert_eq!(reaction(""), Ok(None));
        assert_eq!(reaction("🔥"), Ok(Some("🔥".to_owned())));
        for text in [" ", ":fire:", "🔥🔥", "fire"] {
            assert!(reaction(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn ways_to_reach_people() {
        assert_eq!(contacts(" Jane: 1234\nBob: 5678\n").as_deref(), Ok("Jane: 1234\nBob: 5678"));
        assert_eq!(contacts(&"ö".repeat(500)).map(|text| text.chars().count()), Ok(500));
        for text in ["", " \n ", "bell\u{7}", &"x".repeat(501)] {
            assert!(contacts(text).is_err(), "{text:?} is refused");
        }
    }
}
