//! From what was typed to a command.
//!
//! A command is a message that begins with the prefix and a verb. A near miss is asked about; talk that merely
//! begins with the prefix ("!!!", "! look") is nobody's business. Everything after the verb is kept as it was
//! typed, lines, quotes and all: each command reads its own words.

use std::str::FromStr;

use super::{Command, VERBS, Verb};
use crate::{incident::IncidentId, refusal::Refusal};

/// How alike a typed word and a verb must be for "did you mean" (Jaro-Winkler).
const NEAR_MISS: f64 = 0.85;

/// Verbs of the process that come with later versions: met with a word rather than with silence.
const NOT_YET: &[&str] = &["action", "actions", "decline", "mirror", "report", "similar", "stats"];

/// What a message turned out to be.
#[derive(Debug)]
pub enum Parsed {
    /// Ordinary talk.
    Talk,
    /// A command.
    Command {
        /// The verb's name.
        verb: &'static str,
        /// What it said.
        command: Box<dyn Command>,
    },
    /// Meant as a command, and not one.
    Refused(Refusal),
}

/// Reads a message.
#[must_use]
pub fn parse(text: &str, prefix: &str) -> Parsed {
    let Some(rest) = text.trim().strip_prefix(prefix) else { return Parsed::Talk };
    // A verb follows the prefix at once; a word ends at white space or at the end.
    let word_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, words) = rest.split_at(word_end);
    let typed = word.trim_end_matches([':', ',']).to_lowercase();
    if !typed.starts_with(|c: char| c.is_alphabetic() || c == '?') {
        return Parsed::Talk;
    }
    match find(&typed) {
        Some(verb) => match (verb.parse)(words.trim()) {
            Ok(command) => Parsed::Command { verb: verb.name, command },
            Err(refusal) => Parsed::Refused(refusal),
        },
        // Somebody who was told of it in another place must not believe that it was done.
        None if NOT_YET.contains(&typed.as_str()) => Parsed::Refused(Refusal::NotYet(typed)),
        None => nearest(&typed)
            .map_or(Parsed::Talk, |verb| Parsed::Refused(Refusal::DidYouMean(word.to_owned(), verb.name))),
    }
}

/// The verb that a word means.
pub(super) fn find(word: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == word || verb.aliases.contains(&word))
}

/// The verb that a word nearly is.
pub(super) fn nearest(word: &str) -> Option<&'static Verb> {
    let likeness = |verb: &Verb| {
        verb.aliases
            .iter()
            .chain([&verb.name])
            .filter(|name| name.len() > 2)
            .map(|name| strsim::jaro_winkler(word, name))
            .fold(0.0, f64::max)
    };
    let (likeness, verb) =
        VERBS.iter().map(|verb| (likeness(verb), verb)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= NEAR_MISS).then_some(verb)
}

/// Takes an incident's number from the front of a command's words.
pub(super) fn split_id(words: &str) -> (Option<IncidentId>, &str) {
    let (first, rest) = split_word(words);
    match IncidentId::from_str(first.trim_end_matches([':', ','])) {
        Ok(id) => (Some(id), rest),
        Err(_) => (None, words),
    }
}

/// Takes the first word, and what follows it.
pub(super) fn split_word(words: &str) -> (&str, &str) {
    let words = words.trim_start();
    words.split_once(char::is_whitespace).map_or((words, ""), |(first, rest)| (first, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> String {
        match parse(text, "!") {
            Parsed::Talk => "talk".to_owned(),
            Parsed::Command { verb, .. } => verb.to_owned(),
            Parsed::Refused(Refusal::DidYouMean(_, meant)) => format!("did you mean {meant}"),
            Parsed::Refused(_) => "refused".to_owned(),
        }
    }

    #[test]
    fn commands_near_misses_and_talk() {
        let cases = [
            ("!incident checkout is down", "incident"),
            ("  !INCIDENT checkout is down", "incident"),
            ("!inc checkout is down", "incident"),
            ("!incident\ncheckout is down", "incident"),
            ("!ack", "ack"),
            ("!ack: mine", "ack"),
            ("!?", "help"),
            ("!incidnet checkout is down", "did you mean incident"),
            ("!udpate all good", "did you mean update"),
            ("!staus", "did you mean status"),
            ("!!!", "talk"),
            ("!", "talk"),
            ("! incident", "talk"),
            ("!important: read this", "talk"),
            ("!=", "talk"),
            ("!12", "talk"),
            ("!wow that was fast", "talk"),
            ("checkout is down", "talk"),
            ("well !ack", "talk"),
            ("", "talk"),
            ("!é", "talk"),
            ("!支付", "talk"),
        ];
        for (text, expected) in cases {
            assert_eq!(outcome(text), expected, "{text:?}");
        }
    }

    #[test]
    fn another_prefix_is_respected() {
        assert!(matches!(parse("#ack", "#"), Parsed::Command { verb: "ack", .. }));
        assert!(matches!(parse("!ack", "#"), Parsed::Talk));
        assert!(matches!(parse("sitrep ack", "sitrep "), Parsed::Command { verb: "ack", .. }));
    }

    #[test]
    fn numbers_are_taken_from_the_front_only() {
        assert_eq!(split_id("INC-3 all good"), (Some(IncidentId(3)), "all good"));
        assert_eq!(split_id("inc-3: all good"), (Some(IncidentId(3)), "all good"));
        assert_eq!(split_id("see INC-3"), (None, "see INC-3"));
        assert_eq!(split_id(""), (None, ""));
    }
}
