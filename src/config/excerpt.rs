//! A line of the configuration file, with carets under the part that is wrong.
//!
//! - Columns count characters, not bytes, and start at 1. Tabs are kept in the line of carets, so that it
//!   lines up whatever width the terminal gives them.
//! - What must not be printed (the value of a secret, or of a key that sitrep does not know and that may be a
//!   misspelt secret) is shown as `...`, to the end of its line.
//!
//! Which parts those are is decided in `section.rs` while the file is read, and by
//! [`hide_by_sight`] when the file could not be parsed. The sentences around an excerpt are put together in
//! `diagnose.rs`.

use super::secret::looks_secret;

/// What stands for a hidden part of a line.
const HIDDEN: &str = "...";

/// A range of bytes in the text of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// One line as it is shown, and where it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) shown: String,
    pub(super) carets: String,
}

/// Cuts the line in which `span` starts out of `text`. A span that goes on over several lines is marked to
/// the end of its first; an empty one (the end of the file, a missing value) gets one caret.
pub(super) fn excerpt(text: &str, span: Span, hidden: &[Span]) -> Excerpt {
    let start = floor_char_boundary(text, span.start);
    let line_start = match text[..start].rfind('\n') {
        Some(newline) => newline + 1,
        None if text.starts_with('\u{feff}') && start > 0 => '\u{feff}'.len_utf8(),
        None => 0,
    };
    let line_end = text[line_start..].find('\n').map_or(text.len(), |length| line_start + length);
    let line = text[line_start..line_end].trim_end_matches('\r');
    let mut drawing = Drawing::default();
    for (offset, character) in line.char_indices() {
        let at = line_start + offset;
        let marked = at >= start && at < span.end;
        if hidden.iter().any(|hidden| hidden.start <= at && at < hidden.end) {
            drawing.hide(marked);
        } else {
            drawing.show(character, marked);
        }
    }
    Excerpt {
        line: text[..line_start].matches('\n').count() + 1,
        column: text.get(line_start..start).map_or(0, |before| before.chars().count()) + 1,
        shown: drawing.shown,
        carets: with_at_least_one_caret(&drawing.carets),
    }
}

/// A line being drawn: what is shown, and under it a caret, a tab or a space for each character.
#[derive(Default)]
struct Drawing {
    shown: String,
    carets: String,
    hiding: bool,
}

impl Drawing {
    fn show(&mut self, character: char, marked: bool) {
        self.hiding = false;
        // A terminal obeys control characters, and a file may hold any.
        let harmless = character == '\t' || !character.is_control();
        self.shown.push(if harmless { character } else { char::REPLACEMENT_CHARACTER });
        self.carets.push(match (marked, character) {
            (true, _) => '^',
            (false, '\t') => '\t',
            (false, _) => ' ',
        });
    }

    fn hide(&mut self, marked: bool) {
        if !self.hiding {
            self.hiding = true;
            self.shown.push_str(HIDDEN);
            self.carets.push_str(&if marked { "^" } else { " " }.repeat(HIDDEN.len()));
        } else if marked && !self.carets.ends_with('^') {
            // The part in question begins inside what is hidden: the dots stand for it too.
            self.carets.truncate(self.carets.len() - HIDDEN.len());
            self.carets.push_str(&"^".repeat(HIDDEN.len()));
        }
    }
}

fn with_at_least_one_caret(carets: &str) -> String {
    match carets.contains('^') {
        true => carets.trim_end().to_owned(),
        false => format!("{carets}^"),
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// The parts of a file that look like secrets, for a file that could not be parsed: whatever follows a key
/// whose name looks like a secret's, up to the next line that sets a key. It hides too much rather than too
/// little.
pub(super) fn hide_by_sight(text: &str) -> Vec<Span> {
    let mut hidden = Vec::new();
    let mut hiding = false;
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let line_end = line_start + line.trim_end_matches('\n').len();
        if let Some(offset) = secret_starts(line) {
            hiding = true;
            hidden.push(Span { start: line_start + offset, end: line_end });
        } else if sets_a_key(line) {
            hiding = false;
        } else if hiding {
            hidden.push(Span { start: line_start, end: line_end });
        }
        line_start += line.len();
    }
    hidden
}

/// Where the value of the first secret in a line begins: after its equals sign (and a space), or, when that
/// is what is missing, after its name.
fn secret_starts(line: &str) -> Option<usize> {
    let mut word_start = 0;
    for word in line.split_inclusive(|character: char| !is_key_character(character)) {
        let word_end = word_start + word.trim_end_matches(|character| !is_key_character(character)).len();
        if looks_secret(&line[word_start..word_end]) {
            let rest = &line[word_end..];
            let value = match rest.find('=') {
                Some(equals) => word_end + equals + 1,
                None => word_end,
            };
            let space = usize::from(line[value..].starts_with(' '));
            return Some(value + space);
        }
        word_start += word.len();
    }
    None
}

fn is_key_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}

/// Whether a line is a header or sets a key. `c2VjcmV0==`, the rest of a secret over several lines, does
/// neither.
fn sets_a_key(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('[') {
        return true;
    }
    line.split_once('=').is_some_and(|(key, value)| {
        let is_key =
            !key.trim().is_empty() && key.trim().chars().all(|c| is_key_character(c) || ".\"'".contains(c));
        is_key && !value.trim().is_empty() && !value.starts_with('=')
    })
}

#[cfg(test)]
mod tests {
    use super::{Span, excerpt, hide_by_sight};

    fn drawn(text: &str, part: &str, hidden: &str) -> (usize, usize, String) {
        let find = |part: &str| {
            let start = text.find(part).expect("the part is in the text");
            Span { start, end: start + part.len() }
        };
        let hidden = find(hidden);
        let excerpt = excerpt(text, find(part), &[hidden]);
        (excerpt.line, excerpt.column, format!("{}\n{}", excerpt.shown, excerpt.carets))
    }

    #[test]
    fn carets_stand_under_the_part() {
        let table = [
            ("a = 1", "1", "", 1, 5, "a = 1\n    ^"),
            ("a = 1\nbb = 22\n", "22", "", 2, 6, "bb = 22\n     ^^"),
            ("\"größe\" = 1", "1", "", 1, 11, "\"größe\" = 1\n          ^"),
            ("\ta\t= 1", "1", "", 1, 6, "\ta\t= 1\n\t \t  ^"),
            ("a = 1\r\nb = 2\r\n", "2", "", 2, 5, "b = 2\n    ^"),
            ("\u{feff}a = 1", "1", "", 1, 5, "a = 1\n    ^"),
            ("a = [1,\n2]", "[1,\n2]", "", 1, 5, "a = [1,\n    ^^^"),
            ("a = \u{1b}[1m", "a", "", 1, 1, "a = \u{fffd}[1m\n^"),
            ("pw = 55555", "55555", "55555", 1, 6, "pw = ...\n     ^^^"),
            ("pw = 55555", "pw", "55555", 1, 1, "pw = ...\n^^"),
            ("pw = 123, b = 4", "4", "123, b = 4", 1, 15, "pw = ...\n     ^^^"),
        ];
        for (text, part, hidden, line, column, drawing) in table {
            assert_eq!(drawn(text, part, hidden), (line, column, drawing.to_owned()), "in {text:?}");
        }
    }

    #[test]
    fn the_end_of_the_file_gets_one_caret() {
        for (text, shown) in [("", "\n^"), ("a =", "a =\n   ^"), ("a = 1\n", "\n^")] {
            let excerpt = excerpt(text, Span { start: text.len(), end: text.len() }, &[]);
            assert_eq!(format!("{}\n{}", excerpt.shown, excerpt.carets), shown, "in {text:?}");
        }
    }

    #[test]
    fn secrets_in_an_unreadable_file_are_hidden() {
        let table = [
            ("password = \"hunter2", "password = ...\n"),
            ("password \"hunter2\"", "password ...\n"),
            ("pasword=hunter2", "pasword=...\n"),
            (
                "matrix = { user = 1, access_token = \"hunter2\" ]",
                "matrix = { user = 1, access_token = ...\n",
            ),
            ("password = \"\"\"\nhunter2==\nrooms = 1", "password = ...\n...\nrooms = 1\n"),
            ("password_file = \"a\nuser = \"b\"", "password_file = \"a\nuser = \"b\"\n"),
        ];
        for (text, expected) in table {
            let hidden = hide_by_sight(text);
            let mut seen = String::new();
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                seen.push_str(&excerpt(text, Span { start, end: start }, &hidden).shown);
                seen.push('\n');
                start += line.len();
            }
            assert_eq!(seen, expected);
        }
    }
}
