//! An operator's own wording: read, and checked sentence by sentence.
//!
//! A table for each area, a key for each sentence. Whatever could go wrong as a sentence is said is looked for here:
//! a key that is none, a template that doesn't parse, a value that the sentence doesn't have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{
    Language,
    arg::marked,
    book::{Book, engine},
};

/// How alike a typed key and a known one must be for "did you mean" (Jaro-Winkler).
const NEAR_MISS: f64 = 0.8;

/// Something that is wrong with an operator's wording, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which sentence or area, such as `update.promised`; empty if the file as a whole can't be read.
    pub key: String,
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in the line, in characters from 1.
    pub column: usize,
    /// Which bytes of the file are meant.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// A fault before its place in the file is counted out.
struct Found {
    key: String,
    at: Range<usize>,
    what: String,
    help: String,
}

/// The sentences of a file by their keys.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let mut sentences = BTreeMap::new();
    let mut found = Vec::new();
    match DeTable::parse(text) {
        Ok(table) => {
            for (area, value) in table.get_ref() {
                let name: &str = area.get_ref();
                if let Some(keys) = value.get_ref().as_table() {
                    read_area((text, name), keys, &mut sentences, &mut found);
                    continue;
                }
                found.push(Found {
                    key: name.to_owned(),
                    at: area.span(),
                    what: format!("`{name}` stands outside of any area"),
                    help: "sentences stand in tables such as [update]; `sitrep messages` prints them all"
                        .to_owned(),
                });
            }
        }
        Err(error) => found.push(Found {
            key: String::new(),
            at: error.span().unwrap_or_default(),
            what: error.message().to_owned(),
            help: "`sitrep messages` prints such a file to begin from".to_owned(),
        }),
    }
    if found.is_empty() {
        return Ok(sentences);
    }
    found.sort_by_key(|fault| fault.at.start);
    Err(found.into_iter().map(|fault| fault.placed(text)).collect())
}

fn read_area(
    (text, area): (&str, &str),
    keys: &DeTable<'_>,
    sentences: &mut BTreeMap<String, String>,
    found: &mut Vec<Found>,
) {
    for (name, value) in keys {
        let key = format!("{area}.{}", name.get_ref());
        if !Book::of(Language::English).has(&key) {
            let help = nearest(&key).map_or_else(
                || "`sitrep messages` prints every key".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            found.push(Found { at: name.span(), what: format!("there is no sentence `{key}`"), help, key });
            continue;
        }
        let DeValue::String(template) = value.get_ref() else {
            found.push(Found {
                at: value.span(),
                what: format!("`{key}` is not a text"),
                help: "a sentence stands between quotes".to_owned(),
                key,
            });
            continue;
        };
        let faults = faults(&key, template);
        found.extend(faults.into_iter().map(|(inside, what, help)| Found {
            key: key.clone(),
            at: place(text, value.span(), template, inside),
            what,
            help,
        }));
        sentences.insert(key, template.to_string());
    }
}

/// What is wrong with a template: where in it, what, and what to do.
fn faults(key: &str, template: &str) -> Vec<(Range<usize>, String, String)> {
    if let Some(at) = template.find(|c| marked(c).is_some()) {
        let help = "leave it out: characters of that range stand for values".to_owned();
        return vec![(at..at + 1, "a character for private use".to_owned(), help)];
    }
    let mut engine = engine();
    // An error knows its place only so.
    engine.set_debug(true);
    let compiled = match engine.template_from_str(template) {
        Ok(compiled) => compiled,
        Err(error) => {
            let at = error.range().unwrap_or_default();
            let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            let help = "values are written {{ name }}, conditions {% if name %}...{% endif %}".to_owned();
            return vec![(at, format!("the template can't be read: {what}"), help)];
        }
    };
    let english = Book::of(Language::English);
    let known = english.names(key).cloned().unwrap_or_default();
    let used: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().collect();
    let unknown = used.difference(&known).map(|name| {
        let names = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let help = if names.is_empty() { "it has no values".to_owned() } else { format!("it has {names}") };
        let at = word_at(template, name);
        (at..at + name.len(), format!("the sentence has no value `{name}`"), help)
    });
    let mut faults: Vec<_> = unknown.collect();
    if template.trim().is_empty() {
        faults.push((
            0..0,
            "nothing would be said".to_owned(),
            "leave the key out to have the usual sentence".to_owned(),
        ));
    }
    if template.contains("{%")
        && ["include", "import", "extends", "macro"].iter().any(|tag| has_tag(template, tag))
    {
        let help = "a sentence stands by itself".to_owned();
        faults.push((0..0, "sentences can't be made of others".to_owned(), help));
    }
    faults
}

fn has_tag(template: &str, tag: &str) -> bool {
    template
        .split("{%")
        .skip(1)
        .any(|rest| rest.trim_start_matches(['-', '+', ' ', '\t', '\n']).starts_with(tag))
}

/// Where a name stands in a template as a word of its own.
fn word_at(template: &str, name: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: &usize| {
        let before = template[..*at].chars().next_back();
        let after = template[*at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    template.match_indices(name).map(|(at, _)| at).find(is_whole).unwrap_or(0)
}

/// Where in the file something inside of a value stands, if the value is written without escapes; the value if not.
fn place(text: &str, value: Range<usize>, template: &str, inside: Range<usize>) -> Range<usize> {
    match text.get(value.clone()).and_then(|raw| raw.find(template)) {
        Some(open) if !template.is_empty() => {
            value.start + open + inside.start..value.start + open + inside.end
        }
        Some(_) | None => value,
    }
}

/// The key that one nearly is.
fn nearest(key: &str) -> Option<String> {
    let english = Book::of(Language::English);
    let (likeness, near) = english
        .templates()
        .map(|(known, _)| (strsim::jaro_winkler(key, known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= NEAR_MISS).then(|| near.to_owned())
}

impl Found {
    fn placed(self, text: &str) -> Fault {
        let before = text.get(..self.at.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Fault {
            key: self.key,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: self.at,
            what: self.what,
            help: self.help,
        }
    }
}
