//! `[service.NAME]`: the parts of the system that incidents are about, and who looks after each.
//!
//! A service is meant by `--service NAME` in a declaration, or by its name or one of its words in the title.

use std::collections::BTreeMap;

use super::checklist::{self, Checklists};
use super::diagnose::Wrong;
use super::people::{Roster, own_name};
use super::section::Section;
use super::shape::Shape;

pub(super) const SERVICES: Shape = Shape { own_names: Some("..."), ..Shape::new("service") };

/// One of them; NAME stands for its name.
pub(super) const SERVICE: Shape = Shape {
    keys: &[
        ("invite", "[\"payments\"]"),
        ("words", "[\"checkout\", \"cart\"]"),
        ("checklist", "\"default\""),
        ("oncall", "\"payments\""),
    ],
    ..Shape::new("service.NAME")
};

/// A part of the system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Who is invited when an incident is about it: names in `[teams]` or `[people]`.
    pub(crate) invite: Vec<String>,
    /// What means it in a title, besides its name.
    pub(crate) words: Vec<String>,
    /// The list of tasks that such an incident begins with.
    pub(crate) checklist: Option<String>,
    /// Who watches over reports about it, and is invited first: `oncall:NAME`, a team or a person.
    pub(crate) oncall: Option<String>,
}

pub(super) fn read(
    section: &Section<'_>,
    roster: &Roster,
    checklists: &Checklists,
) -> BTreeMap<String, Service> {
    let mut services = BTreeMap::new();
    for (name, place) in section.names() {
        if let Err(wrong) = own_name(name) {
            section.report_at(place, wrong);
        }
        let Some(inner) = section.inner(name, &SERVICE) else { continue };
        let service = Service {
            invite: inner.parsed_list("invite", |name| roster.invitee(name)).unwrap_or_default(),
            words: inner.parsed_list("words", word).unwrap_or_default(),
            checklist: inner.parsed("checklist", |name| checklist::known(name, checklists)),
            oncall: inner.parsed("oncall", |whom| roster.on_duty(whom)),
        };
        services.insert(name.to_owned(), service);
    }
    services
}

/// A word that is looked for in titles.
fn word(text: &str) -> Result<String, Wrong> {
    match text.trim() {
        word if word.chars().any(char::is_alphanumeric) => Ok(word.to_owned()),
        _ => Err(Wrong::new(format!("`{text}` is no word"), "write words of titles, such as \"checkout\"")),
    }
}
