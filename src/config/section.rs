//! Reading one section of the configuration.
//!
//! A [`Section`] hands out the values of its keys and reports what is wrong with them; it never stops at the
//! first.
//!
//! - Opening a section refuses the keys that its [`Shape`] doesn't have, so that no reader can forget to.
//! - A key that is absent and a key that was refused both read as `None`. The second is in the report, so
//!   that no default ever stands in for a mistake.
//! - A value is looked at where it stands, in the file or in a variable: see `tree.rs`.

use std::ops::RangeInclusive;
use std::path::Path;

use super::diagnose::{Place, Problem, Report, Wrong};
use super::near_miss::did_you_mean;
use super::secret::{self, Secret};
use super::shape::{self, Shape};
use super::tree::{Member, Node, Table, Value, hide_value};

/// One section, opened for reading.
pub(super) struct Section<'a> {
    shape: &'static Shape,
    table: &'a Table,
    place: Place,
    report: &'a Report,
}

/// A value and the place it came from.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

impl<'a> Section<'a> {
    /// Opens a section and reports every name in it that is not known.
    pub(super) fn open(shape: &'static Shape, table: &'a Table, place: Place, report: &'a Report) -> Self {
        let section = Self { shape, table, place, report };
        for (name, node) in table {
            if shape.secrets.contains(&name.as_str()) {
                hide_value(node, report);
            }
            if !shape.knows(name) {
                if !shape.is_misspelling_of_harmless(name) || carries_credentials(&node.value) {
                    hide_value(node, report);
                }
                report.add(&node.key_place, section.unknown(name, node));
            }
        }
        section
    }

    /// Opens the section `name` inside this one, if it is there.
    pub(super) fn inner(&self, name: &str, shape: &'static Shape) -> Option<Section<'a>> {
        let node = self.node(name)?;
        if let Value::Section(table) = &node.value {
            return Some(Section::open(shape, table, node.key_place.clone(), self.report));
        }
        hide_value(node, self.report);
        let message = format!("`{name}` must be a section, not {}", node.value.kind());
        let help = format!("write its keys below a line [{}]", shape.path);
        self.report.add(&node.place, Wrong::new(message, help));
        None
    }

    /// Opens every section of the list `name`, as in `[[health.panel]]`.
    pub(super) fn each(&self, name: &str, shape: &'static Shape) -> Vec<Section<'a>> {
        let Some(node) = self.node(name) else { return Vec::new() };
        let open = |member: &'a Member| {
            let Value::Section(table) = &member.value else { return None };
            Some(Section::open(shape, table, member.place.clone(), self.report))
        };
        let members = if let Value::List(members) = &node.value { Some(members) } else { None };
        let sections = members.and_then(|members| members.iter().map(open).collect());
        sections.unwrap_or_else(|| {
            hide_value(node, self.report);
            let message = format!("`{name}` must be a list of sections");
            let help = format!("write the keys of each below a line [[{}]]", shape.path);
            self.report.add(&node.place, Wrong::new(message, help));
            Vec::new()
        })
    }

    /// Every name in the section.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'a str, &'a Place)> {
        self.table.iter().map(|(name, node)| (name.as_str(), &node.key_place))
    }

    /// Where the value of a key stands, if it is given.
    pub(super) fn place_of(&self, key: &str) -> Option<&'a Place> {
        self.node(key).map(|node| &node.place)
    }

    /// Reports at the place of `key`, or of the whole section if the key is absent.
    pub(super) fn report(&self, key: &str, wrong: Wrong) {
        self.report.add(self.place_of(key).unwrap_or(&self.place), wrong);
    }

    /// Reports at a place that was found earlier.
    pub(super) fn report_at(&self, place: &Place, wrong: Wrong) {
        self.report.add(place, wrong);
    }

    /// Reports what is wrong with another file.
    pub(super) fn report_elsewhere(&self, problem: Problem) {
        self.report.add_elsewhere(problem);
    }

    /// Whether `key` is given as a list without members.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.node(key).is_some_and(|node| match &node.value {
            Value::List(members) => members.is_empty(),
            Value::Variable(text) => text.split(',').all(|part| part.trim().is_empty()),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::Section(_) => false,
        })
    }

    /// Reports if `key` is not given at all.
    pub(super) fn require(&self, key: &str) {
        if self.node(key).is_none() {
            let message = format!("{} needs `{key}`", self.shape.title());
            self.report.add(&self.place, Wrong::new(message, format!("add {}", self.shape.example(key))));
        }
    }

    /// Text as it stands.
    pub(super) fn text(&self, key: &str) -> Option<Found<&'a str>> {
        let node = self.node(key)?;
        let value = self.text_of(key, &node.value, &node.place)?;
        Some(Found { value, place: node.place.clone() })
    }

    /// Text that `parse` understands.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(key)?;
        self.accept(&text.place, parse(text.value))
    }

    /// A web address that `parse` understands.
    pub(super) fn web_address<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(key)?;
        if may_carry_credentials(text.value) {
            self.report.hide(&text.place);
        }
        self.accept(&text.place, parse(text.value))
    }

    /// A list of texts. Members that are something else are reported and left out.
    pub(super) fn list(&self, key: &str) -> Option<Vec<Found<&'a str>>> {
        let node = self.node(key)?;
        match &node.value {
            Value::List(members) => {
                Some(members.iter().filter_map(|member| self.member(key, member)).collect())
            }
            Value::Variable(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(parts.map(|value| Found { value, place: node.place.clone() }).collect())
            }
            Value::Text(_)
            | Value::Integer(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::Section(_) => self.wrong_type(key, "a list", &node.value, &node.place),
        }
    }

    /// A list of texts that `parse` understands; what it refuses is reported and left out.
    pub(super) fn parsed_list<T>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let found = self.list(key)?;
        Some(found.into_iter().filter_map(|text| self.accept(&text.place, parse(text.value))).collect())
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let node = self.node(key)?;
        let flag = match &node.value {
            Value::Flag(flag) => Some(*flag),
            Value::Variable(text) => text.parse().ok(),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Date
            | Value::List(_)
            | Value::Section(_) => None,
        };
        flag.or_else(|| self.wrong_type(key, "true or false", &node.value, &node.place))
    }

    /// A whole number between two others.
    pub(super) fn number(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.node(key)?;
        let number = match &node.value {
            Value::Integer(integer) => integer.as_ref().copied(),
            Value::Variable(text) => text.parse().ok(),
            Value::Text(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::List(_)
            | Value::Section(_) => {
                return self.wrong_type(key, "a whole number", &node.value, &node.place);
            }
        };
        number.filter(|number| range.contains(number)).or_else(|| {
            let message = format!("`{key}` must be a whole number from {} to {}", range.start(), range.end());
            self.report
                .add(&node.place, Wrong::new(message, format!("for example {}", self.shape.example(key))));
            None
        })
    }

    /// A secret, given itself or as the name of a file (relative to `folder`) that holds it.
    pub(super) fn secret(&self, key: &str, folder: &Path) -> Option<Found<Secret>> {
        let file_key = format!("{key}_file");
        let (direct, file) = (self.text(key), self.text(&file_key));
        if let (Some(place), Some(_)) = (self.place_of(&file_key), self.node(key)) {
            let message = format!("`{key}` and `{file_key}` are both given");
            self.report.add(place, Wrong::new(message, "keep one of them"));
            return None;
        }
        let (place, secret) = match (direct, file) {
            (Some(text), _) => (text.place, secret::given(key, text.value)),
            (None, Some(name)) => (name.place, secret::from_file(&file_key, &folder.join(name.value))),
            (None, None) => return None,
        };
        self.accept(&place, secret).map(|value| Found { value, place })
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(self.shape.knows(key), "`{key}` is read but not declared in {}", self.shape.title());
        self.table.get(key)
    }

    fn accept<T>(&self, place: &Place, result: Result<T, Wrong>) -> Option<T> {
        result.map_err(|wrong| self.report.add(place, wrong)).ok()
    }

    fn member(&self, key: &str, member: &'a Member) -> Option<Found<&'a str>> {
        match &member.value {
            Value::Text(value) => Some(Found { value, place: member.place.clone() }),
            Value::Integer(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::List(_)
            | Value::Section(_)
            | Value::Variable(_) => {
                self.wrong_type(key, "a list of texts in quotes", &member.value, &member.place)
            }
        }
    }

    fn text_of(&self, key: &str, value: &'a Value, place: &Place) -> Option<&'a str> {
        match value {
            Value::Text(text) | Value::Variable(text) => Some(text),
            Value::Integer(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::List(_)
            | Value::Section(_) => self.wrong_type(key, "text in quotes", value, place),
        }
    }

    fn wrong_type<T>(&self, key: &str, expected: &str, value: &Value, place: &Place) -> Option<T> {
        let message = format!("`{key}` must be {expected}, not {}", value.kind());
        self.report.add(place, Wrong::new(message, format!("for example {}", self.shape.example(key))));
        None
    }

    fn unknown(&self, name: &str, node: &Node) -> Wrong {
        let shape = self.shape;
        let is_section =
            matches!(node.value, Value::Section(_)) || (shape.path.is_empty() && shape.later.contains(&name));
        let what = match (is_section, shape.path) {
            (true, "") => format!("[{name}]"),
            (true, path) => format!("[{path}.{name}]"),
            (false, "") => format!("`{name}` at {}", shape.title()),
            (false, path) => format!("`{name}` in [{path}]"),
        };
        if shape.later.contains(&name) {
            return Wrong::new(format!("{what} is not available in this version of sitrep"), "remove it");
        }
        let help = did_you_mean(name, shape.names().iter().map(String::as_str))
            .or_else(|| shape::with_key(name).map(|other| belongs(name, other)))
            .unwrap_or_else(|| format!("{} may have {}", shape.title(), shape.titles().join(", ")));
        Wrong::new(format!("{what} is not known"), help)
    }
}

/// Whether a value could be an address with a password in it, such as `smtps://user:password@host`.
fn carries_credentials(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Variable(text) => may_carry_credentials(text),
        Value::Integer(_) | Value::Flag(_) | Value::Float | Value::Date => false,
        Value::List(_) | Value::Section(_) => true,
    }
}

fn may_carry_credentials(text: &str) -> bool {
    text.contains("://") && text.contains('@')
}

fn belongs(key: &str, shape: &Shape) -> String {
    match shape.path {
        "" => format!("`{key}` belongs at the top of the file, above the first [section]"),
        path => format!("`{key}` belongs below [{path}]"),
    }
}
