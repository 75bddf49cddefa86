//! What a platform finds out about itself when it is asked whether an incident would work now.
//!
//! A [`Finding`] is one line for a person: what was tried, how it went, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It works.
    Ok,
    /// It can't be seen from here, and is worth knowing.
    Note,
    /// Incidents work, and something about them doesn't.
    Warning,
    /// An incident would not work as it should.
    Problem,
}

impl fmt::Display for Level {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        })
    }
}

/// Something that was found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found, without a full stop.
    pub what: String,
    /// What to do about it, without a full stop.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that works.
    pub fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), remedy: None }
    }

    /// Something that can't be seen from here, with what is worth knowing about it.
    pub fn note(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Note, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// Something that incidents can do without, and what to do about it.
    pub fn warning(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Warning, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// Something that incidents need, and what to do about it.
    pub fn problem(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Problem, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// Something that is told in whole sentences: the first says what was found, the rest what to do.
    #[must_use]
    pub fn told(level: Level, sentences: &str) -> Self {
        let (what, remedy) = match sentences.split_once(". ") {
            Some((what, remedy)) => (what, Some(remedy)),
            None => (sentences, None),
        };
        let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
        Self { level, what: bare(what), remedy: remedy.map(bare) }
    }
}

impl fmt::Display for Finding {
    /// One line: the level, a space, and sentences.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Servers have a say in it: no word of theirs may move a terminal's cursor.
        let is_gap = |character: char| character.is_whitespace() || character.is_control();
        let one_line =
            |text: &str| text.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        write!(to, "{} {}.", self.level, one_line(&self.what))?;
        match &self.remedy {
            Some(remedy) => write!(to, " {}.", one_line(remedy)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        let problem = Finding::problem("Matrix refused:\n \u{1b}no", "Ask\nagain");
        assert_eq!(problem.to_string(), "problem Matrix refused: no. Ask again.");
        assert_eq!(Finding::ok("The disk has room").to_string(), "ok The disk has room.");
        assert_eq!(Finding::note("a", "b").to_string(), "note a. b.");
        assert_eq!(Finding::warning("a", "b").to_string(), "warning a. b.");
        for told in ["It failed.", "It failed. Do this. Or that."] {
            assert_eq!(Finding::told(Level::Problem, told).to_string(), format!("problem {told}"));
        }
    }
}
