//! The sentences of one language, and how they are rendered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock, OnceLock},
};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Value};

use super::{Language, areas, arg::Arg};

/// The work that one sentence may be, in instructions of the template engine: a hundred times the longest of ours.
const FUEL: u64 = 20_000;
/// How deep a sentence may include others.
const DEPTH: usize = 20;

static ENGLISH: LazyLock<Arc<Book>> = LazyLock::new(|| Arc::new(Book::built_in(Language::English)));
static GERMAN: LazyLock<Arc<Book>> = LazyLock::new(|| Arc::new(Book::built_in(Language::German)));

/// The sentences of one language. One that asks something is compiled as it is said: that takes ten microseconds, and
/// kept it would take ten kilobytes.
pub(super) struct Book {
    pub(super) language: Language,
    templates: BTreeMap<String, String>,
    engine: Environment<'static>,
    /// The values that each sentence has; only tests and an operator's wording ask for them.
    names: OnceLock<BTreeMap<String, BTreeSet<String>>>,
}

impl Book {
    /// What is built in for a language.
    pub(super) fn of(language: Language) -> Arc<Self> {
        match language {
            Language::English => ENGLISH.clone(),
            Language::German => GERMAN.clone(),
        }
    }

    fn built_in(language: Language) -> Self {
        let mut templates = BTreeMap::new();
        for (area, text) in areas::of(language) {
            let sentences: BTreeMap<String, String> = toml::from_str(text).unwrap_or_else(|error| {
                debug_assert!(false, "{}/{area}.toml: {error}", language.code());
                BTreeMap::new()
            });
            templates
                .extend(sentences.into_iter().map(|(key, sentence)| (format!("{area}.{key}"), sentence)));
        }
        Self::new(language, templates)
    }

    fn new(language: Language, templates: BTreeMap<String, String>) -> Self {
        Self { language, templates, engine: engine(), names: OnceLock::new() }
    }

    /// This one with other sentences in the place of some.
    pub(super) fn with(&self, others: BTreeMap<String, String>) -> Self {
        let mut templates = self.templates.clone();
        templates.extend(others);
        Self::new(self.language, templates)
    }

    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.language == other.language && self.templates == other.templates
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.templates.contains_key(key)
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.templates.iter().map(|(key, template)| (key.as_str(), template.as_str()))
    }

    /// The values that a sentence has.
    pub(super) fn names(&self, key: &str) -> Option<&BTreeSet<String>> {
        let names = self.names.get_or_init(|| {
            let names = |(key, template): (&String, &String)| {
                let template = self.engine.template_from_str(template).ok()?;
                Some((key.clone(), template.undeclared_variables(false).into_iter().collect()))
            };
            self.templates.iter().filter_map(names).collect()
        });
        names.get(key)
    }

    /// Whether these are the values that a sentence has, all of them and no others.
    pub(super) fn has_exactly(&self, key: &str, names: &[&str]) -> bool {
        self.names(key)
            .is_some_and(|known| known.len() == names.len() && names.iter().all(|name| known.contains(*name)))
    }

    /// A sentence with characters in the place of its values; `None` if there is none, or it fails.
    pub(super) fn render(&self, key: &str, names: &[&'static str], args: &[Arg]) -> Option<String> {
        let template = self.templates.get(key)?;
        if let Some(rendered) = filled_in(template, names, args) {
            return Some(rendered);
        }
        let values = names.iter().zip(args).enumerate();
        let values: Value = values.map(|(index, (name, arg))| (*name, arg.value(index))).collect();
        self.engine.template_from_str(template).ok()?.render(values).ok()
    }
}

/// A template that asks nothing and only puts values in, which most do; `None` for any other.
fn filled_in(template: &str, names: &[&'static str], args: &[Arg]) -> Option<String> {
    if template.contains("{%") || template.contains("{#") {
        return None;
    }
    let mut parts = template.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}")?;
        let index = names.iter().position(|known| *known == name.trim())?;
        filled.push_str(&args.get(index)?.value(index).to_string());
        filled.push_str(rest);
    }
    Some(filled)
}

/// The template engine as sentences use it.
///
/// Without `set_debug`: it would keep a copy of every template beside its instructions.
pub(super) fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(DEPTH);
    engine
}
