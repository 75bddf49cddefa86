//! `[messages]`: in which language sitrep speaks, and an operator's own wording.
//!
//! The wording stands in a file of its own, which `sitrep messages` prints to begin from. What is wrong with it is said
//! with the line and the caret of that file.

use std::path::Path;

use sitrep_core::message::catalogue::{Fault, Language, Words};

use super::diagnose::{Problem, Wrong};
use super::excerpt::{Span, excerpt, hide_by_sight};
use super::near_miss::did_you_mean;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape =
    Shape { keys: &[("language", "\"en\""), ("file", "\"messages.toml\"")], ..Shape::new("messages") };

/// Reads the section; the file is looked for from `folder`.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Words {
    let language = section.parsed("language", language).unwrap_or_default();
    let Some(file) = section.text("file") else { return Words::of(language) };
    let path = folder.join(file.value);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("{} cannot be read: {error}", path.display());
            section.report_at(&file.place, Wrong::new(message, "`sitrep messages` prints such a file"));
            return Words::of(language);
        }
    };
    Words::with_overrides(language, &text).unwrap_or_else(|faults| {
        let hidden = hide_by_sight(&text);
        for fault in &faults {
            section.report_elsewhere(problem(&path.display().to_string(), &text, &hidden, fault));
        }
        Words::of(language)
    })
}

fn language(text: &str) -> Result<Language, Wrong> {
    Language::of_code(text).ok_or_else(|| {
        let codes = Language::ALL.map(Language::code);
        let help = did_you_mean(text, codes).unwrap_or_else(|| codes.join(" or "));
        Wrong::new(format!("sitrep does not speak `{text}`"), help)
    })
}

fn problem(name: &str, text: &str, hidden: &[Span], fault: &Fault) -> Problem {
    let drawn = excerpt(text, fault.span.clone().into(), hidden);
    let (line, column, shown, carets) = (drawn.line, drawn.column, drawn.shown, drawn.carets);
    let message = format!("{name}:{line}:{column}: {}\n    {shown}\n    {carets}", fault.what);
    Problem::new(message, &fault.help)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config;

    fn read(main: &str, messages: &str) -> Result<Words, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("own.toml"), messages).expect("a file");
        let config = config::read("sitrep.toml", main, folder.path(), std::iter::empty());
        let without_folder = |problems: config::Problems| {
            problems.to_string().replace(&format!("{}/", folder.path().display()), "")
        };
        config.map(|config| config.words).map_err(without_folder)
    }

    #[test]
    fn languages() {
        assert_eq!(read("", ""), Ok(Words::default()));
        assert_eq!(read("[messages]\nlanguage = \"de\"", ""), Ok(Words::of(Language::German)));
        let refused = read("[messages]\nlanguage = \"deu\"", "").expect_err("no such language");
        assert!(
            refused.contains("2:12: sitrep does not speak `deu`") && refused.contains("did you mean `de`?")
        );
    }

    #[test]
    fn own_wording_is_read_from_beside_the_configuration() {
        let main = "[messages]\nlanguage = \"de\"\nfile = \"own.toml\"";
        let words = read(main, "[help]\neverything = '{{ verbs }}'").expect("good");
        assert_ne!(words, Words::of(Language::German));
        assert_eq!(read(main, ""), Ok(Words::of(Language::German)));
        let missing = read("[messages]\nfile = \"none.toml\"", "").expect_err("no file");
        assert!(missing.contains("sitrep.toml:2:8: none.toml cannot be read"), "{missing}");
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_stands() {
        let main = "[messages]\nfile = \"own.toml\"";
        let own = "[update]\npromised = 'soon: {{ when }}'\nsnozed = 'x'\n[matrix]\npassword = 'hunter2'\n";
        let expected = r#"
own.toml:2:22: the sentence has no value `when`
    promised = 'soon: {{ when }}'
                         ^^^^
help: it has at, id

own.toml:3:1: there is no sentence `update.snozed`
    snozed = 'x'
    ^^^^^^
help: did you mean update.snoozed?

own.toml:5:1: there is no sentence `matrix.password`
    password = ...
    ^^^^^^^^
help: `sitrep messages` prints every key
"#;
        assert_eq!(read(main, own).expect_err("three faults"), expected.trim_matches('\n'));
    }
}
