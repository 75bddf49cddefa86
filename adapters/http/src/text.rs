//! What somebody else's text becomes before anybody reads it.
//!
//! One line, without what can't be seen or turns the direction of what follows, and never longer than what it is for. What
//! it might mention or mark up is dealt with where it is rendered.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest, Sha256};

/// The longest title, in characters.
pub(crate) const LONGEST_TITLE: usize = 200;

const LONGEST_GROUP: usize = 200;
const LONGEST_KEY: usize = 100;
const LONGEST_VALUE: usize = 200;
const LONGEST_LINK: usize = 500;
/// How many labels there are at most.
pub(crate) const MOST_LABELS: usize = 64;

/// One line of at most so many characters. It may be empty.
pub(crate) fn in_a_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let (mut length, mut is_gap) = (0, false);
    for letter in text.chars().filter(|letter| !is_unseen(*letter)) {
        if letter.is_control() || letter.is_whitespace() {
            is_gap = true;
            continue;
        }
        if is_gap && length > 0 {
            line.push(' ');
            length += 1;
        }
        is_gap = false;
        line.push(letter);
        length += 1;
        if length > most {
            let kept: String = line.chars().take(most.saturating_sub(1)).collect();
            return format!("{}…", kept.trim_end());
        }
    }
    line
}

/// Characters that show nothing, or turn the direction of others. The joiners of emoji and of Persian are none of them.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A title; `None` if nothing of it can be seen.
pub(crate) fn title(text: &str) -> Option<String> {
    Some(in_a_line(text, LONGEST_TITLE)).filter(|line| !line.is_empty())
}

/// What tells a group from others: the text itself, or its hash if it is too long or has what can't be typed.
pub(crate) fn group(text: &str) -> String {
    if text.chars().count() <= LONGEST_GROUP && !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    format!("sha256:{}", hash(text.as_bytes()))
}

/// A hash in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Labels, the first by name if there are too many; those without a name or a value are none.
pub(crate) fn labels<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (key, value) in all {
        let (key, value) = (in_a_line(key, LONGEST_KEY), in_a_line(value, LONGEST_VALUE));
        if !key.is_empty() && !value.is_empty() {
            labels.insert(key, value);
        }
        if labels.len() > MOST_LABELS {
            labels.pop_last();
        }
    }
    labels
}

/// An `http` or `https` address, if it is one that can be shown: of a bearable length, with a host, without anything that
/// would end it in a text, and without a name in front of the host that could be taken for it.
pub(crate) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_fine = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && !host.is_empty()
        && !host.contains('@')
        && text.chars().count() <= LONGEST_LINK
        && text.chars().all(|letter| match letter {
            '<' | '>' | '"' | '`' | '\\' | '|' => false,
            letter => letter.is_ascii_graphic() || letter.is_alphanumeric(),
        });
    is_fine.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_without_what_is_unseen() {
        let cases = [
            ("plain", "plain"),
            ("  two\r\n\tlines \u{2028} of\0it ", "two lines of it"),
            ("user\u{202e}gpj.exe\u{2066}", "usergpj.exe"),
            ("a\u{200b}b\u{feff}c", "abc"),
            ("👩\u{200d}🚒 می\u{200c}خواهم", "👩\u{200d}🚒 می\u{200c}خواهم"),
            ("\u{1b}[31mred", "[31mred"),
            ("\n \t", ""),
        ];
        for (text, line) in cases {
            assert_eq!(in_a_line(text, 200), line, "{text:?}");
        }
        assert_eq!(title("\u{202e}\n"), None);
    }

    #[test]
    fn it_is_cut_between_characters() {
        assert_eq!(in_a_line("äöüß", 4), "äöüß");
        assert_eq!(in_a_line("äöüßx", 4), "äöü…");
        assert_eq!(in_a_line(&"🚒".repeat(1000), 200).chars().count(), 200);
        assert_eq!(in_a_line("ab cdef", 4), "ab…");
    }

    #[test]
    fn long_and_strange_groups_are_hashed_and_stay_apart() {
        assert_eq!(group("{}:{alertname=\"A\"}"), "{}:{alertname=\"A\"}");
        let (one, other) = (group(&"x".repeat(201)), group(&"x".repeat(202)));
        assert_ne!(one, other);
        assert_eq!(one.len(), "sha256:".len() + 64);
        assert!(group("a\nb").starts_with("sha256:"));
    }

    #[test]
    fn labels_are_few_and_short() {
        let names: Vec<String> = (0..100).map(|number| format!("{number:03}{}", "k".repeat(200))).collect();
        let value = "v".repeat(5000);
        let labels = labels(names.iter().map(|name| (name.as_str(), value.as_str())));
        assert_eq!(labels.len(), 64);
        assert!(labels.iter().all(|(key, value)| key.chars().count() == 100 && value.chars().count() == 200));
        assert!(labels.keys().next().is_some_and(|key| key.starts_with("000")));
        assert!(super::labels([("", "v"), ("k", "\n")]).is_empty());
    }

    #[test]
    fn links_lead_to_the_web_and_to_nowhere_else() {
        for fine in [
            "http://a",
            "https://grafana.example/d/x?var=1#y",
            "HTTPS://EXAMPLE.ORG/",
            "https://müller.example/ü",
        ] {
            assert_eq!(link(fine), Some(fine.to_owned()));
        }
        let long = format!("https://a/{}", "x".repeat(500));
        for bad in [
            "",
            "grafana.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "https:///path",
            "http://a b",
            "https://bank.example@evil.example/",
            "https://a/<b>",
            "https://a/\u{202e}b",
            "http://a\n.b",
            "ftp://a",
            &long,
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
