//! The configuration as a tree of values, each knowing the place it came from.
//!
//! TOML's own tree is turned into this one so that values from the environment (`overlay.rs`) can be put into
//! it and so that the readers of sections need not know which of the two a value came from.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnose::{Place, Report, Wrong};
use super::excerpt::{Span, hide_by_sight};

pub(super) type Table = BTreeMap<String, Node>;

/// A key with its value.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) key_place: Place,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A member of a list.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(Option<i64>),
    Flag(bool),
    Float,
    Date,
    List(Vec<Member>),
    Section(Table),
    /// The text of an environment variable, whose type is whatever its key asks for.
    Variable(String),
}

impl Value {
    /// What the value is, for "must be a list, not ...".
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Variable(_) => "text",
            Self::Integer(_) | Self::Float => "a number",
            Self::Flag(_) => "true or false",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Section(_) => "a section",
        }
    }
}

/// Parses the text of a file. What is not TOML is reported, once for each line it is found in.
pub(super) fn parse(text: &str, report: &Report) -> Option<Table> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(table(root.get_ref()));
    }
    for span in hide_by_sight(text) {
        report.hide(&Place::Part(span));
    }
    let mut last_line = None;
    for error in errors {
        let span = error.span().map_or(Span { start: text.len(), end: text.len() }, Span::from);
        let line = text.get(..span.start).map(|before| before.matches('\n').count());
        // Recovery stumbles over the same mistake again: only the first finding on a line is worth reading.
        if last_line.replace(line) != Some(line) {
            report.add(&Place::Part(span), syntax_error(error.message()));
        }
    }
    None
}

fn syntax_error(message: &str) -> Wrong {
    const HELP: [(&str, &str); 6] = [
        ("duplicate key", "a key or section may be given once: keep one of them"),
        ("must be quoted", "put the text in \"quotes\""),
        ("basic string", "end the text with the quote that it begins with"),
        ("literal string", "end the text with the quote that it begins with"),
        ("unclosed table", "end the name of the section with ]"),
        ("key with no value", "write key = value"),
    ];
    let known = HELP.iter().find(|(part, _)| message.contains(part)).map(|(_, help)| *help);
    let help = known.unwrap_or("the file is TOML: key = value, text in \"quotes\", lists in [brackets]");
    Wrong::new(format!("this cannot be read: {message}"), help)
}

fn table(table: &DeTable<'_>) -> Table {
    table
        .iter()
        .map(|(key, value)| {
            let value_read = convert(value.get_ref());
            (key.get_ref().to_string(), Node { key_place: part(key), place: part(value), value: value_read })
        })
        .collect()
}

fn convert(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => {
            Value::Integer(i64::from_str_radix(integer.as_str(), integer.radix()).ok())
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Float(_) => Value::Float,
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => Value::List(
            list.iter().map(|value| Member { place: part(value), value: convert(value.get_ref()) }).collect(),
        ),
        DeValue::Table(inner) => Value::Section(table(inner)),
    }
}

fn part<T>(spanned: &Spanned<T>) -> Place {
    Place::Part(spanned.span().into())
}

/// Keeps the value of a key out of every excerpt. The place of a section with a header is the header itself,
/// which may be shown: what is hidden are the values below it.
pub(super) fn hide_value(node: &Node, report: &Report) {
    match &node.value {
        Value::Section(inner) if node.place <= node.key_place => {
            inner.values().for_each(|inner| hide_value(inner, report));
        }
        Value::List(members) if node.place <= node.key_place => {
            for member in members {
                if let Value::Section(inner) = &member.value {
                    inner.values().for_each(|inner| hide_value(inner, report));
                }
            }
        }
        Value::Section(_)
        | Value::List(_)
        | Value::Text(_)
        | Value::Integer(_)
        | Value::Flag(_)
        | Value::Float
        | Value::Date
        | Value::Variable(_) => report.hide(&node.place),
    }
}
