//! `[[http.sources.NAME.rules]]`: what becomes of an alert, by its labels.
//!
//! The first rule counts whose labels all match. Without one, it is what the source itself says.

use super::diagnose::Wrong;
use super::near_miss::did_you_mean;
use super::section::Section;
use super::severity::{self, Severity};
use super::shape::Shape;

pub(super) const RULE: Shape = Shape {
    keys: &[("labels", "[\"severity=critical\"]"), ("does", "\"declare\""), ("severity", "\"sev1\"")],
    is_repeated: true,
    ..Shape::new("http.sources.NAME.rules")
};

const DOES_IN_WORDS: &str = "one of \"report\", \"declare\", \"attach\" and \"ignore\"";

/// What becomes of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Does {
    /// A report, which a person decides about.
    #[default]
    Report,
    /// An incident, at once; `None`: of the severity of any other that is declared without one.
    Declare(Option<Severity>),
    /// It is shown where an open incident is about the same service, and nowhere else.
    Attach,
    /// Nothing.
    Ignore,
}

/// What becomes of alerts that are labelled so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceRule {
    /// All must match; at least one.
    pub(crate) labels: Vec<LabelMatch>,
    pub(crate) does: Does,
}

/// What a label must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelMatch {
    pub(crate) name: String,
    /// Without the `*` at its end, if there was one.
    pub(crate) value: String,
    /// Whether a label matches that only begins so.
    pub(crate) is_prefix: bool,
}

/// What becomes of an alert; `severity` is read with it.
pub(super) fn does(section: &Section<'_>) -> Does {
    let does = section.parsed("does", what_is_done);
    let severity = section.parsed("severity", severity::name);
    let is_declared = matches!(does, Some(Does::Declare(_)));
    let is_wrong = section.place_of("does").is_some() && does.is_none();
    if section.place_of("severity").is_some() && !is_declared && !is_wrong {
        let help = "write does = \"declare\", or remove it: people choose the severity of what they declare";
        section
            .report("severity", Wrong::new("`severity` is of use only where an incident is declared", help));
    }
    match does.unwrap_or_default() {
        Does::Declare(_) => Does::Declare(severity),
        other @ (Does::Report | Does::Attach | Does::Ignore) => other,
    }
}

fn what_is_done(text: &str) -> Result<Does, Wrong> {
    match text {
        "report" => Ok(Does::Report),
        "declare" => Ok(Does::Declare(None)),
        "attach" => Ok(Does::Attach),
        "ignore" => Ok(Does::Ignore),
        other => {
            let help = did_you_mean(other, ["report", "declare", "attach", "ignore"])
                .unwrap_or_else(|| DOES_IN_WORDS.to_owned());
            Err(Wrong::new(format!("`{other}` is nothing that an alert can do"), help))
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> SourceRule {
    section.require("labels");
    section.require("does");
    let labels = section.parsed_list("labels", label).unwrap_or_default();
    if section.is_empty_list("labels") {
        let help = "name at least one label; what becomes of all others stands beside `kind`";
        section.report("labels", Wrong::new("`labels` is empty: the rule would be for everything", help));
    }
    SourceRule { labels, does: does(section) }
}

fn label(text: &str) -> Result<LabelMatch, Wrong> {
    let refuse =
        |message: String| Err(Wrong::new(message, "for example severity=critical, or service=check*"));
    let Some((name, value)) = text.split_once('=') else {
        return refuse(format!("`{text}` does not say what the label must be"));
    };
    let (name, value) = (name.trim(), value.trim());
    let (value, is_prefix) = match value.strip_suffix('*') {
        Some(beginning) => (beginning, true),
        None => (value, false),
    };
    if name.is_empty() || name.contains(['*', '!', '~']) {
        return refuse(format!("`{text}` does not name a label"));
    }
    match value.contains('*') {
        true => refuse(format!("`{text}` has a * before its end")),
        false => Ok(LabelMatch { name: name.to_owned(), value: value.to_owned(), is_prefix }),
    }
}

#[cfg(test)]
mod tests {
    use super::{LabelMatch, label, what_is_done};

    #[test]
    fn labels() {
        let is = |name: &str, value: &str, is_prefix| {
            Ok(LabelMatch { name: name.to_owned(), value: value.to_owned(), is_prefix })
        };
        let table = [
            ("severity=critical", is("severity", "critical", false)),
            (" service = check* ", is("service", "check", true)),
            ("team=*", is("team", "", true)),
            ("team=", is("team", "", false)),
            ("expr=a=b", is("expr", "a=b", false)),
        ];
        for (text, expected) in table {
            assert_eq!(label(text), expected, "for {text}");
        }
        for text in ["", "severity", "=critical", "severity=*critical", "severity!=x", "severity=~x*y"] {
            assert!(label(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn what_can_be_done() {
        for text in ["report", "declare", "attach", "ignore"] {
            assert!(what_is_done(text).is_ok(), "{text} is accepted");
        }
        assert!(what_is_done("page").is_err());
    }
}
