//! `[health]` and `[[health.panel]]`: what measures the system, and which of its figures an incident needs.
//!
//! Few figures are looked at at three in the morning: six at most, each with a title that fits a phone. A section
//! without `prometheus` and without panels means nothing.

use std::path::Path;

use super::diagnose::Wrong;
use super::secret::Secret;
use super::section::Section;
use super::shape::Shape;
use super::web_address;

pub(super) const SHAPE: Shape = Shape {
    keys: &[("prometheus", "\"http://127.0.0.1:9090\"")],
    secrets: &["token"],
    sections: &["panel"],
    ..Shape::new("health")
};

pub(super) const PANEL: Shape = Shape {
    keys: &[
        ("title", "\"Requests failing\""),
        ("query", "'sum(rate(http_requests_total{code=~\"5..\"}[5m]))'"),
        ("unit", "\"req/s\""),
    ],
    is_repeated: true,
    ..Shape::new("health.panel")
};

const MOST_PANELS: usize = 6;
const LONGEST_TITLE_CHARACTERS: usize = 60;
const LONGEST_QUERY_CHARACTERS: usize = 4000;
const LONGEST_UNIT_CHARACTERS: usize = 16;

/// What measures the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Health {
    /// The address of the Prometheus, without a slash at its end.
    pub(crate) prometheus: String,
    /// What a proxy in front of it asks for.
    pub(crate) token: Option<Secret>,
    /// One to six.
    pub(crate) panels: Vec<Panel>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) query: String,
    /// Empty for a bare number.
    pub(crate) unit: String,
}

/// Reads the section; the secret file is looked for from `folder`.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Option<Health> {
    let sections = section.each("panel", &PANEL);
    let has_panels = section.place_of("panel").is_some();
    let token = section.secret("token", folder).map(|found| found.value);
    if section.place_of("prometheus").is_none() && !has_panels && token.is_none() {
        return None;
    }
    section.require("prometheus");
    let prometheus = section.web_address("prometheus", address).unwrap_or_default();
    if section.place_of("prometheus").is_some() && !has_panels {
        let help = "add a [[health.panel]] with a title and a query for each figure";
        section.report("prometheus", Wrong::new("[health] does not say what is measured", help));
    }
    if sections.len() > MOST_PANELS {
        let message = format!("there are {} panels, and {MOST_PANELS} fit a phone", sections.len());
        section.report("panel", Wrong::new(message, "keep those that say how bad it is"));
    }
    let mut panels: Vec<Panel> = Vec::new();
    for inner in &sections {
        let panel = panel(inner);
        if panels.iter().any(|other| other.title == panel.title && !panel.title.is_empty()) {
            let message = format!("two panels are called `{}`", panel.title);
            inner.report("title", Wrong::new(message, "people tell them apart by their titles"));
        }
        panels.push(panel);
    }
    Some(Health { prometheus, token, panels })
}

fn panel(section: &Section<'_>) -> Panel {
    section.require("title");
    section.require("query");
    let line = |key: &'static str, longest| move |text: &str| line(key, text, longest);
    Panel {
        title: section.parsed("title", line("title", LONGEST_TITLE_CHARACTERS)).unwrap_or_default(),
        query: section.parsed("query", query).unwrap_or_default(),
        unit: section.parsed("unit", unit).unwrap_or_default(),
    }
}

/// An address without a query of its own: what is asked is put below it.
fn address(text: &str) -> Result<String, Wrong> {
    if text.contains(['?', '#']) {
        let message = format!("`{text}` has more than an address in it");
        return Err(Wrong::new(message, "name the server and the path to it, as in http://127.0.0.1:9090"));
    }
    web_address::parse(text)
}

fn line(key: &str, text: &str, longest: usize) -> Result<String, Wrong> {
    let text = text.trim();
    let help = format!("one line of at most {longest} characters");
    match text.chars().count() {
        0 => Err(Wrong::new(format!("`{key}` is empty"), help)),
        _ if text.chars().any(char::is_control) => Err(Wrong::new(format!("`{key}` is not one line"), help)),
        count if count > longest => Err(Wrong::new(format!("`{key}` has {count} characters"), help)),
        _ => Ok(text.to_owned()),
    }
}

fn unit(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() { Ok(String::new()) } else { line("unit", text, LONGEST_UNIT_CHARACTERS) }
}

/// A query may have several lines.
fn query(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let help = "a query of Prometheus that gives one line, such as sum(rate(http_requests_total[5m]))";
    match text.chars().count() {
        0 => Err(Wrong::new("`query` is empty", help)),
        count if count > LONGEST_QUERY_CHARACTERS => {
            Err(Wrong::new(format!("`query` has {count} characters"), help))
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Config, read};
    use super::{address, line, query, unit};

    fn accepted(text: &str) -> Config {
        read("sitrep.toml", text, Path::new("."), std::iter::empty())
            .unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn panels_in_their_order() {
        let text = "[health]\nprometheus = \"http://a/\"\ntoken = \"hunter2\"\n[[health.panel]]\ntitle = \"Failing\"\nquery = \
                    \"up\"\nunit = \"req/s\"\n[[health.panel]]\ntitle = \"Latency\"\nquery = \"\"\"\na\nb\"\"\"\n";
        let health = accepted(text).health.expect("a section");
        assert_eq!(health.prometheus, "http://a");
        assert!(!format!("{health:?}").contains("hunter2"));
        let shown: Vec<_> =
            health.panels.iter().map(|it| (it.title.as_str(), it.query.as_str(), it.unit.as_str())).collect();
        assert_eq!(shown, [("Failing", "up", "req/s"), ("Latency", "a\nb", "")]);
        assert_eq!(accepted("[health]\n").health, None);
        assert_eq!(accepted("").health, None);
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("http://127.0.0.1:9090", "http://127.0.0.1:9090"),
            ("https://metrics.example/prometheus/", "https://metrics.example/prometheus"),
        ] {
            assert_eq!(address(text).as_deref(), Ok(expected));
        }
        for text in ["127.0.0.1:9090", "http://a/?x=1", "http://a/#x", "http://user:word@a", ""] {
            assert!(address(text).is_err(), "{text} is refused");
        }
    }

    #[test]
    fn titles_queries_and_units() {
        assert_eq!(line("title", " Requests failing ", 60).as_deref(), Ok("Requests failing"));
        for text in ["", "  ", "two\nlines", &"x".repeat(61)] {
            assert!(line("title", text, 60).is_err(), "{text:?} is refused");
        }
        assert_eq!((unit("").as_deref(), unit("req/s").as_deref()), (Ok(""), Ok("req/s")));
        assert!(unit("requests a second or so").is_err());
        assert_eq!(query("\nsum(\n  up)\n").as_deref(), Ok("sum(\n  up)"));
        assert!(query(" ").is_err() && query(&"x".repeat(4001)).is_err());
    }
}
