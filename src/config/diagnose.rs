//! What is wrong with a configuration, and where.
//!
//! A [`Report`] collects findings while the configuration is read, so that a person sees all of them at once.
//! At the end it becomes either the value that was read or [`Problems`], in the order of the file, the
//! environment last.
//!
//! - A problem in the file is `file:line:column: what is wrong`, the line, carets, and `help:` with what was
//!   meant.
//! - A problem in the environment names its variable instead.
//! - Problems are finished text: they hold no copy of the file, whose secrets could be printed by accident.
//!
//! The line and its carets are drawn in `excerpt.rs`.

use std::cell::RefCell;
use std::fmt;

use super::excerpt::{Span, excerpt};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Nowhere in particular: the file as a whole.
    File,
    /// A part of the file.
    Part(Span),
    /// An environment variable, by its name.
    Variable(String),
}

/// Why a value is refused, and what would be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// The findings so far, and the parts of the file that must not be printed.
#[derive(Default)]
pub(super) struct Report {
    findings: RefCell<Vec<(Place, Wrong)>>,
    hidden: RefCell<Vec<Span>>,
    /// What is wrong with other files that this one names.
    elsewhere: RefCell<Vec<Problem>>,
}

impl Report {
    pub(super) fn add(&self, place: &Place, wrong: Wrong) {
        self.findings.borrow_mut().push((place.clone(), wrong));
    }

    /// Adds what is wrong with another file, after everything that is wrong with this one.
    pub(super) fn add_elsewhere(&self, problem: Problem) {
        self.elsewhere.borrow_mut().push(problem);
    }

    /// Keeps a part of the file out of every excerpt. It is hidden to the end of its last line, comments
    /// included.
    pub(super) fn hide(&self, place: &Place) {
        if let Place::Part(span) = place {
            self.hidden.borrow_mut().push(*span);
        }
    }

    /// The value, if nothing was found to be wrong with the file `name`, whose text is `text`.
    pub(super) fn close<T>(self, name: &str, text: &str, value: Option<T>) -> Result<T, Problems> {
        let hidden: Vec<Span> =
            self.hidden.into_inner().into_iter().map(|span| to_end_of_line(text, span)).collect();
        let mut findings = self.findings.into_inner();
        let elsewhere = self.elsewhere.into_inner();
        findings.sort_by(|left, right| left.0.cmp(&right.0));
        match value {
            Some(value) if findings.is_empty() && elsewhere.is_empty() => Ok(value),
            Some(_) | None => {
                let here = findings.iter().map(|finding| render(name, text, &hidden, finding));
                Err(Problems(here.chain(elsewhere).collect()))
            }
        }
    }
}

fn to_end_of_line(text: &str, span: Span) -> Span {
    let end =
        text.get(span.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| span.end + length);
    Span { start: span.start, end }
}

fn render(name: &str, text: &str, hidden: &[Span], (place, wrong): &(Place, Wrong)) -> Problem {
    let Wrong { message, help } = wrong;
    Problem(match place {
        Place::File => format!("{name}: {message}\nhelp: {help}"),
        Place::Variable(variable) => format!("{variable}: {message}\nhelp: {help}"),
        Place::Part(span) => {
            let drawn = excerpt(text, *span, hidden);
            let (line, column) = (drawn.line, drawn.column);
            let (shown, carets) = (drawn.shown, drawn.carets);
            format!("{name}:{line}:{column}: {message}\n    {shown}\n    {carets}\nhelp: {help}")
        }
    })
}

/// One thing that is wrong, ready to be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem(String);

impl Problem {
    pub(super) fn new(message: impl fmt::Display, help: impl fmt::Display) -> Self {
        Self(format!("{message}\nhelp: {help}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

/// Everything that is wrong with a configuration, one blank line between two problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problems(Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
