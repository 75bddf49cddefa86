//! The files of the catalogue: one an area, and one in each language.

use super::Language;

macro_rules! areas {
    ($($area:literal),* $(,)?) => {
        const ENGLISH: &[(&str, &str)] = &[$(($area, include_str!(concat!("en/", $area, ".toml")))),*];
        const GERMAN: &[(&str, &str)] = &[$(($area, include_str!(concat!("de/", $area, ".toml")))),*];
    };
}

areas![
    "adapter",
    "answer",
    "brief",
    "button",
    "card",
    "console",
    "declaration",
    "doing",
    "ending",
    "export",
    "follow",
    "health",
    "help",
    "incident",
    "incidents",
    "link",
    "meeting",
    "missing",
    "oncall",
    "people",
    "refusal",
    "resolution",
    "retrospective",
    "role",
    "severity",
    "slot",
    "status",
    "task",
    "time",
    "timeline",
    "trouble",
    "update",
    "verb",
];

/// The areas of a language with the text of their files.
pub(super) fn of(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
    }
}
