//! Machines on the console: what is typed after `/alert` and `/heartbeat`, as they would tell it.
//!
//! A source needs no configuration here. What it says is treated as the configuration has it for a source of that name,
//! and becomes a report where that says nothing.

use std::collections::BTreeMap;

use sitrep_core::port::{Alert, AlertState, Signal};

/// How an alert is written.
const EXAMPLE: &str = "/alert prometheus firing service=checkout Error rate is high";
/// The longest title of an alert, and the longest name of a source, in characters.
const LONGEST: usize = 200;

/// Reads an alert: its source, how it stands, its labels, and what it is called, by which it is known again.
///
/// # Errors
/// When something of it is missing, worded.
pub(crate) fn alert(words: &str) -> Result<Signal, String> {
    let mut rest = words;
    let source = next_word(&mut rest).ok_or_else(|| format!("which source? For example: {EXAMPLE}"))?;
    let state = match next_word(&mut rest) {
        Some("firing") => AlertState::Firing,
        Some("acknowledged") => AlertState::Acknowledged,
        Some("resolved") => AlertState::Resolved,
        Some(_) | None => {
            return Err(format!("is it firing, acknowledged or resolved? For example: {EXAMPLE}"));
        }
    };
    let mut labels = BTreeMap::new();
    let mut after_label = rest;
    while let Some((name, value)) = next_word(&mut after_label).and_then(label) {
        labels.insert(name.to_owned(), value.to_owned());
        rest = after_label;
    }
    let title: String = rest.trim().chars().take(LONGEST).collect();
    if title.is_empty() {
        return Err(format!("what is wrong? For example: {EXAMPLE}"));
    }
    let source: String = source.chars().take(LONGEST).collect();
    Ok(Signal::Alert(Alert {
        source,
        group: title.clone(),
        state,
        title,
        firing: 1,
        labels,
        link: None,
        since: None,
    }))
}

/// Reads a sign of life.
///
/// # Errors
/// When it is nobody's, worded.
pub(crate) fn heartbeat(words: &str) -> Result<Signal, String> {
    let name = Some(words).filter(|name| !name.is_empty());
    let name = name.ok_or("whose sign of life? For example: /heartbeat nightly-backup")?;
    Ok(Signal::Heartbeat { name: name.to_owned() })
}

/// Takes the next word off the front.
fn next_word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after;
    (!word.is_empty()).then_some(word)
}

/// A word as a label, if it is one.
fn label(word: &str) -> Option<(&str, &str)> {
    word.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Alert {
        match alert(words) {
            Ok(Signal::Alert(alert)) => alert,
            other => panic!("{words:?} is read as {other:?}"),
        }
    }

    #[test]
    fn an_alert_has_a_source_a_state_labels_and_a_title() {
        let read = read("prometheus  firing service=checkout severity=critical  Error rate is high ");
        let labels = [("service", "checkout"), ("severity", "critical")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!((read.source.as_str(), read.state), ("prometheus", AlertState::Firing));
        assert_eq!((read.title.as_str(), read.group.as_str()), ("Error rate is high", "Error rate is high"));
        assert_eq!(read.labels, BTreeMap::from(labels));
    }

    #[test]
    fn what_is_told_again_is_known_by_its_title() {
        let (one, other) = (read("p firing a=b disk is full"), read("p resolved disk is full"));
        assert_eq!((one.group, AlertState::Resolved), (other.group, other.state));
        assert_eq!(read("p acknowledged x=y is in the title = too").title, "is in the title = too");
        assert_eq!(read(&format!("p firing {}", "x".repeat(300))).title.len(), LONGEST);
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        let cases = [
            ("", "which source?"),
            ("prometheus", "is it firing"),
            ("prometheus burning disk", "is it firing"),
            ("prometheus firing", "what is wrong?"),
            ("prometheus firing a=b", "what is wrong?"),
        ];
        for (words, expected) in cases {
            assert!(alert(words).is_err_and(|sentence| sentence.starts_with(expected)), "{words:?}");
        }
        assert!(heartbeat("").is_err());
        assert_eq!(heartbeat("nightly-backup"), Ok(Signal::Heartbeat { name: "nightly-backup".to_owned() }));
    }
}
