//! What a verb takes, for platforms that ask for one thing after the other instead of reading a line.
//!
//! Nothing is decided here: [`typed`] makes of what was given the line that could have been typed, and that is read
//! like any other. There is one grammar.

use super::Verb;

/// One thing that a verb takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it is called: lower-case letters, at most 32.
    pub name: &'static str,
    /// What it may be.
    pub kind: SlotKind,
    /// Whether the verb means nothing without it.
    pub is_required: bool,
    /// What stands before it in the line.
    pub option: &'static str,
}

/// What may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// Words.
    Text,
    /// A person, written as `@handle`.
    Person,
    /// A severity from 1 to 4.
    Severity,
    /// An incident's number, such as `INC-12`.
    Incident,
    /// A report's number, such as `REP-12`.
    Report,
    /// Yes or no, given as `true` or `false`.
    Flag,
    /// A part of the system, by its name.
    Service,
    /// Names of people, teams and services, one or several.
    Names,
}

/// The incident that is meant, where the room doesn't say it.
pub(super) const INCIDENT: Slot =
    Slot { name: "incident", kind: SlotKind::Incident, is_required: false, option: "" };

/// The report that is meant, where neither the thread nor the room says it.
pub(super) const REPORT: Slot =
    Slot { name: "report", kind: SlotKind::Report, is_required: false, option: "" };

impl Slot {
    pub(super) const fn required(name: &'static str, kind: SlotKind) -> Self {
        Self { name, kind, is_required: true, option: "" }
    }

    pub(super) const fn optional(name: &'static str, kind: SlotKind) -> Self {
        Self { name, kind, is_required: false, option: "" }
    }

    /// Whether it is a part of the text on a line of its own (`lost: WHAT`), rather than an option before it.
    fn is_part(&self) -> bool {
        self.option.ends_with(':')
    }

    /// With what stands before it in the line.
    pub(super) const fn after(self, option: &'static str) -> Self {
        Self { option, ..self }
    }
}

/// What could have been typed: the verb, the incident's number, options, the rest in the order of the slots, and parts.
/// Values are by the slots' names; what is missing is left out.
#[must_use]
pub fn typed(verb: &Verb, values: &[(&str, &str)], prefix: &str) -> String {
    let mut line = format!("{prefix}{}", verb.name);
    let mut slots: Vec<&Slot> = verb.slots.iter().collect();
    let is_number = |slot: &Slot| matches!(slot.kind, SlotKind::Incident | SlotKind::Report);
    slots.sort_by_key(|slot| (!is_number(slot), slot.is_part(), slot.option.is_empty()));
    for slot in slots {
        let given = values.iter().find(|(name, _)| *name == slot.name).map(|(_, value)| value.trim());
        let Some(value) = given.filter(|value| !value.is_empty()) else { continue };
        let words = match (slot.kind == SlotKind::Flag, slot.option) {
            (true, option) if value == "true" => option.to_owned(),
            (true, _) => continue,
            (false, "") => value.to_owned(),
            (false, option) => format!("{option} {value}"),
        };
        line.extend([if slot.is_part() { "\n" } else { " " }, words.as_str()]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        command::{Parsed, VERBS, parse},
        message::catalogue::Words,
    };

    fn verb(name: &str) -> &'static Verb {
        VERBS.iter().find(|verb| verb.name == name).expect("a verb")
    }

    #[test]
    fn what_is_given_becomes_what_could_be_typed() {
        type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
        let cases: &[Case] = &[
            ("incident", &[("title", "checkout is down")], "!incident checkout is down"),
            (
                "incident",
                &[("title", "a leak"), ("private", "true"), ("severity", "1")],
                "!incident --sev 1 --private a leak",
            ),
            ("incident", &[("title", "a leak"), ("private", "false")], "!incident a leak"),
            ("ack", &[], "!ack"),
            ("update", &[("text", "all good"), ("incident", "INC-7")], "!update INC-7 all good"),
            ("lead", &[("who", "@15"), ("incident", "INC-7")], "!lead INC-7 @15"),
            ("sev", &[("level", "1")], "!sev 1"),
            ("duplicate", &[("of", "INC-7"), ("incident", "INC-12")], "!duplicate of INC-7 INC-12"),
            (
                "resolve",
                &[("lost", "two orders"), ("text", "drained"), ("incident", "INC-7")],
                "!resolve INC-7 drained\nlost: two orders",
            ),
            ("retro", &[("when", "tomorrow 14:00")], "!retro tomorrow 14:00"),
        ];
        for (name, values, expected) in cases {
            assert_eq!(typed(verb(name), values, "!"), *expected);
        }
    }

    #[test]
    fn every_verb_can_be_given_in_its_slots() {
        for verb in VERBS {
            let value = |slot: &Slot| match (slot.kind, slot.name) {
                (SlotKind::Person, _) => "@15",
                (SlotKind::Severity, _) => "2",
                (SlotKind::Incident, _) => "INC-7",
                (SlotKind::Report, _) => "REP-7",
                (SlotKind::Flag, _) => "true",
                (SlotKind::Text, "in" | "wait") => "45m",
                (SlotKind::Service | SlotKind::Names, _) => "payments",
                (SlotKind::Text, "role") => "scribe",
                (SlotKind::Text, "address") => "https://example.org",
                (SlotKind::Text, "page") => "2",
                (SlotKind::Text, _) => "tomorrow 14:00",
            };
            let all: Vec<(&str, &str)> = verb.slots.iter().map(|slot| (slot.name, value(slot))).collect();
            let required: Vec<(&str, &str)> = verb
                .slots
                .iter()
                .filter(|slot| slot.is_required)
                .map(|slot| (slot.name, value(slot)))
                .collect();
            for values in [all, required] {
                let line = typed(verb, &values, "!");
                match parse(&line, "!") {
                    Parsed::Command { verb: name, .. } => assert_eq!(name, verb.name, "{line}"),
                    other @ (Parsed::Talk | Parsed::Refused(_)) => panic!("{line} is {other:?}"),
                }
            }
        }
    }

    #[test]
    fn slots_fit_where_they_are_shown_and_required_ones_come_first() {
        for verb in VERBS {
            let words = Words::default();
            assert!(verb.help(&words).len() <= 100);
            for slot in verb.slots {
                assert!(slot.name.len() <= 32 && slot.name.chars().all(|c| c.is_ascii_lowercase()));
                let help = verb.slot_help(slot, &words);
                assert!(help.len() <= 100, "{help}");
            }
            assert!(verb.slots.is_sorted_by_key(|slot| !slot.is_required), "{}", verb.name);
        }
    }
}
