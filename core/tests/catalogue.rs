//! What the sources say and what the catalogue has agree, and every language has all of it.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sitrep_core::{
    args,
    command::VERBS,
    message::catalogue::{Language, Words, file},
};

/// Areas whose keys are made from names of other things, and which tests beside those look after.
const MADE_UP: &[&str] = &["button", "doing", "role", "slot", "status", "verb"];

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut sources = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["core/src", "adapters", "src"].iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") && !path.ends_with("src/config") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                sources.push(path);
            }
        }
    }
    sources
}

/// The keys in a source: every text that is an area, a dot and a name.
fn keys(source: &str, areas: &BTreeSet<String>) -> Vec<String> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    // Names of files look like keys.
    let is_file = |name: &str| ["md", "json", "toml", "png", "html", "ics", "txt"].contains(&name);
    // Whatever stands between two quotes, be it within a text or between two: only keys look like keys.
    let texts = source.split('"');
    texts
        .filter(|text| {
            text.split_once('.')
                .is_some_and(|(area, name)| areas.contains(area) && is_name(name) && !is_file(name))
        })
        .map(str::to_owned)
        .collect()
}

/// The values that a template says.
fn values(template: &str) -> BTreeSet<&str> {
    template.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).map(str::trim).collect()
}

#[test]
fn every_sentence_in_the_sources_is_in_the_catalogue_and_none_is_left_over() {
    let english = Words::of(Language::English);
    let mut used: BTreeMap<String, PathBuf> = BTreeMap::new();
    let area = |(key, _): (&str, &str)| key.split_once('.').map(|(area, _)| area.to_owned());
    let areas: BTreeSet<String> = english.templates().filter_map(area).collect();
    for path in sources() {
        for key in keys(&fs::read_to_string(&path).unwrap(), &areas) {
            used.insert(key, path.clone());
        }
    }
    let missing: Vec<_> = used.iter().filter(|(key, _)| !english.has(key)).collect();
    assert!(missing.is_empty(), "said, and not in catalogue/en: {missing:#?}");
    let is_made_up = |key: &str| key.split_once('.').is_some_and(|(area, _)| MADE_UP.contains(&area));
    let unused: Vec<_> = english
        .templates()
        .map(|(key, _)| key)
        .filter(|key| !used.contains_key(*key) && !is_made_up(key))
        .collect();
    assert!(unused.is_empty(), "in catalogue/en, and never said: {unused:#?}");
}

#[test]
fn every_language_has_every_sentence_with_the_same_values() {
    let english = Words::of(Language::English);
    for language in Language::ALL {
        let other = Words::of(language);
        let keys = |words: &Words| words.templates().map(|(key, _)| key.to_owned()).collect::<BTreeSet<_>>();
        let (here, there) = (keys(&english), keys(&other));
        let differ: Vec<_> = here.symmetric_difference(&there).collect();
        assert!(differ.is_empty(), "in one of en and {} only: {differ:#?}", language.code());
        for ((key, ours), (_, theirs)) in english.templates().zip(other.templates()) {
            assert_eq!(values(ours), values(theirs), "what {key} says in {}", language.code());
        }
        // Whatever is built in would pass as an operator's own wording: it parses, and has no value that English has not.
        assert_eq!(Words::with_overrides(language, &file(language)), Ok(other));
    }
}

#[test]
fn every_verb_has_help_and_an_example_in_every_language() {
    let mut keys = BTreeSet::new();
    for verb in VERBS {
        let name = verb.name.replace('-', "_");
        assert!(verb.example.starts_with('!'), "{name} has no example");
        keys.insert(format!("verb.{name}"));
        keys.extend(verb.slots.iter().map(|slot| match slot.name {
            "incident" => "slot.incident".to_owned(),
            slot => format!("slot.{name}_{slot}"),
        }));
    }
    for language in Language::ALL {
        let words = Words::of(language);
        for verb in VERBS {
            // What is not in the catalogue is said by its key.
            assert!(!verb.help(&words).starts_with("verb."), "{}", verb.name);
            let mut helps = verb.slots.iter().map(|slot| verb.slot_help(slot, &words));
            assert!(helps.all(|help| !help.starts_with("slot.")), "{}", verb.name);
        }
        for key in &keys {
            assert!(words.has(key), "{} lacks {key}", language.code());
            let said = words.phrase(key, args![]);
            assert!((1..=90).contains(&said.chars().count()), "a line that fits a phone: {said}");
        }
        let is_left_over =
            |key: &&str| (key.starts_with("verb.") || key.starts_with("slot.")) && !keys.contains(*key);
        let left_over: Vec<&str> = words.templates().map(|(key, _)| key).filter(is_left_over).collect();
        assert!(left_over.is_empty(), "no verb and no slot: {left_over:?}");
    }
}

#[test]
fn what_a_command_lacks_is_asked_for_from_the_catalogue() {
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for call in ["Refusal::Missing(", "Refusal::Unclear("] {
            for (at, _) in source.match_indices(call) {
                let inside: String = source[at + call.len()..].chars().take(120).collect();
                let Some(text) = inside.split('"').nth(1) else { continue };
                assert!(text.starts_with("missing.") || !text.contains(' '), "{}: {text:?}", path.display());
            }
        }
    }
}
