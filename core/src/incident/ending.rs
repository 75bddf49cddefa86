//! How an incident ended, and what is left of it.
//!
//! What is lost or lingers is said in parts of a message: `lost: two orders`, at the beginning of a line or of a sentence,
//! up to the end of the line. They are stored in the same form, and read with the same grammar.

use super::IncidentId;

/// Why it ended, if not because it was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was none.
    FalseAlarm,
    /// It goes on as another one.
    DuplicateOf(IncidentId),
}

/// What is lost or lingers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// The fact that says so.
    pub fact: u64,
    /// Nothing is.
    pub none: bool,
    /// In words, as [`Parts::lasting`] writes them.
    pub words: String,
}

impl Lasting {
    /// What is lost and what lingers, in words.
    #[must_use]
    pub fn parts(&self) -> Parts {
        Parts::of(&self.words)
    }
}

/// A message with what it says of lasting effects taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Everything else.
    pub text: String,
    /// What is lost.
    pub lost: Option<String>,
    /// What lingers.
    pub lingers: Option<String>,
}

const LOST: &str = "lost:";
const LINGERS: &str = "lingers:";

/// What people write when there is nothing to write.
const NOTHING: [&str; 12] = [
    "nothing",
    "none",
    "no",
    "nothing is lost",
    "nothing was lost",
    "nothing lost",
    "no data",
    "nichts",
    "nein",
    "keine",
    "-",
    "0",
];

/// Sentences that say in the middle of a text that nothing is lost.
const NOTHING_IS_LOST: [&str; 6] = [
    "nothing was lost",
    "nothing is lost",
    "nothing lost",
    "no data was lost",
    "no data lost",
    "no data is lost",
];

impl Parts {
    /// Takes a message apart.
    #[must_use]
    pub fn of(words: &str) -> Self {
        let mut parts = Self::default();
        let mut text: Vec<String> = Vec::new();
        for line in words.lines() {
            let marks = marks(line);
            let first = marks.first().map_or(line.len(), |(start, ..)| *start);
            text.push(line[..first].trim_end().to_owned());
            for (index, (start, mark)) in marks.iter().enumerate() {
                let end = marks.get(index + 1).map_or(line.len(), |(next, _)| *next);
                let said = line[start + mark.len()..end].trim();
                let part = if *mark == LOST { &mut parts.lost } else { &mut parts.lingers };
                add(part, said);
            }
        }
        parts.text = text.join("\n").trim().to_owned();
        if parts.lost.is_none() && parts.lingers.is_none() && says_nothing_is_lost(&parts.text) {
            parts.lost = Some("nothing".to_owned());
        }
        parts
    }

    /// Whether it says anything about lasting effects.
    #[must_use]
    pub fn say_anything(&self) -> bool {
        self.lost.is_some() || self.lingers.is_some()
    }

    /// Whether it says that there are none.
    #[must_use]
    pub fn say_nothing_lasts(&self) -> bool {
        self.say_anything() && self.lost.iter().chain(&self.lingers).all(|said| is_nothing(said))
    }

    /// What is said about lasting effects, in the form in which it is stored.
    #[must_use]
    pub fn lasting(&self) -> String {
        let part = |mark: &str, said: &Option<String>| said.as_ref().map(|said| format!("{mark} {said}"));
        let lines = [part(LOST, &self.lost), part(LINGERS, &self.lingers)];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

fn add(part: &mut Option<String>, said: &str) {
    if said.is_empty() {
        return;
    }
    *part = Some(match part.take() {
        Some(before) => format!("{before}, {said}"),
        None => said.to_owned(),
    });
}

/// Where parts begin in a line: at its beginning, or after the end of a sentence.
fn marks(line: &str) -> Vec<(usize, &'static str)> {
    let begins_here = |start: usize| {
        let before = line[..start].trim_end();
        let is_apart = before.len() < start || before.is_empty();
        is_apart && (before.is_empty() || before.ends_with(['.', '!', '?', ';', '…', '。', '！', '？']))
    };
    let is_mark = |start: usize, mark: &str| {
        line.get(start..start + mark.len()).is_some_and(|found| found.eq_ignore_ascii_case(mark))
    };
    let starts = line.char_indices().map(|(start, _)| start).filter(|start| begins_here(*start));
    starts
        .filter_map(|start| Some((start, [LOST, LINGERS].into_iter().find(|mark| is_mark(start, mark))?)))
        .collect()
}

fn is_nothing(said: &str) -> bool {
    let said = said.trim_end_matches(['.', '!', ';', ',']).trim().to_lowercase();
    NOTHING.contains(&said.as_str())
}

/// Whether a text says, as a whole clause, that nothing is lost. "Nothing was lost but two orders" doesn't.
fn says_nothing_is_lost(text: &str) -> bool {
    let text = text.to_lowercase();
    NOTHING_IS_LOST.iter().any(|clause| {
        text.match_indices(clause).any(|(start, _)| {
            let is_whole = !text[..start].ends_with(char::is_alphanumeric);
            let rest = text[start + clause.len()..].trim_start_matches(' ');
            is_whole && (rest.is_empty() || rest.starts_with(['.', ';', '!', '\n', ')']))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_from_the_beginning_of_lines_and_sentences() {
        let cases: [(&str, &str, Option<&str>, Option<&str>); 13] = [
            ("drained", "drained", None, None),
            ("drained. lost: two orders", "drained.", Some("two orders"), None),
            (
                "drained\nLost: two orders\nit is quiet now",
                "drained\n\nit is quiet now",
                Some("two orders"),
                None,
            ),
            ("lost: nothing", "", Some("nothing"), None),
            ("lingers: search is slow. lost: two orders", "", Some("two orders"), Some("search is slow.")),
            ("drained; lingers: slow carts", "drained;", None, Some("slow carts")),
            ("we lost: time", "we lost: time", None, None),
            ("lost:", "", None, None),
            ("lost: a\nlost: b", "", Some("a, b"), None),
            ("drained; nothing was lost", "drained; nothing was lost", Some("nothing"), None),
            ("nothing was lost but two orders", "nothing was lost but two orders", None, None),
            ("готово。lost: ничего", "готово。lost: ничего", None, None),
            ("готово. lost: ничего", "готово.", Some("ничего"), None),
        ];
        for (words, text, lost, lingers) in cases {
            let parts = Parts::of(words);
            let read = (parts.text.as_str(), parts.lost.as_deref(), parts.lingers.as_deref());
            assert_eq!(read, (text, lost, lingers), "{words:?}");
        }
    }

    #[test]
    fn nothing_has_many_words() {
        for words in
            ["lost: nothing", "lost: Nothing.", "lost: none\nlingers: nothing", "fixed; nothing was lost."]
        {
            assert!(Parts::of(words).say_nothing_lasts(), "{words}");
        }
        for words in ["lost: two orders", "lost: nothing\nlingers: slow carts", "fixed", ""] {
            assert!(!Parts::of(words).say_nothing_lasts(), "{words}");
        }
    }

    #[test]
    fn what_is_stored_reads_the_same_again() {
        let parts = Parts::of("drained. lost: two orders. lingers: slow carts");
        let stored = Parts::of(&parts.lasting());
        assert_eq!((stored.lost, stored.lingers, stored.text), (parts.lost, parts.lingers, String::new()));
    }
}
