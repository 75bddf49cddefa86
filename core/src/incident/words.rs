//! What people typed, made safe to pass on: bounded in length, without characters that nobody sees.

/// The longest passage that is passed on, in characters: what every platform can carry in one message.
const LONGEST_PASSAGE: usize = 1500;
/// The longest piece of somebody's words that is quoted back to them, in characters.
const LONGEST_GLIMPSE: usize = 80;

/// A passage as it was typed, lines kept, at most 1500 characters.
#[must_use]
pub fn passage(typed: &str) -> String {
    cut(clean(typed.trim()), LONGEST_PASSAGE)
}

/// Whether a passage loses its end when it is passed on.
#[must_use]
pub fn is_long(typed: &str) -> bool {
    clean(typed.trim()).chars().count() > LONGEST_PASSAGE
}

/// The beginning of what was typed, to say what a sentence is about: one line, at most 80 characters.
#[must_use]
pub fn glimpse(typed: &str) -> String {
    cut(clean(typed).split_whitespace().collect::<Vec<_>>().join(" "), LONGEST_GLIMPSE)
}

/// Without control characters and marks of direction, which can make a text read as something that it isn't.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| c.is_whitespace() || !(c.is_control() || is_direction(*c))).collect()
}

/// At most so many characters, the last one an ellipsis if something is missing.
pub(super) fn cut(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most - 1).collect();
    // Between words, if there is a gap near the end.
    let gap = kept.rfind(char::is_whitespace).filter(|gap| kept[*gap..].chars().count() < most / 8);
    format!("{}…", gap.map_or(kept.as_str(), |gap| &kept[..gap]).trim_end())
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_keep_their_lines_and_lose_what_nobody_sees() {
        let cases = [
            ("first line\nsecond line", "first line\nsecond line"),
            ("  --> now -5% <b> \"quoted\" ", "--> now -5% <b> \"quoted\""),
            ("safe\u{202E}evil\u{0007}", "safeevil"),
        ];
        for (typed, expected) in cases {
            assert_eq!(passage(typed), expected, "{typed:?}");
        }
        assert_eq!(passage(&"ä".repeat(LONGEST_PASSAGE)).chars().count(), LONGEST_PASSAGE);
        let long = passage(&"ä".repeat(LONGEST_PASSAGE + 1));
        assert!(long.chars().count() == LONGEST_PASSAGE && long.ends_with('…'));
    }

    #[test]
    fn a_glimpse_is_one_short_line() {
        assert_eq!(glimpse("a\n  b"), "a b");
        assert_eq!(glimpse(&"x".repeat(70_000)).chars().count(), LONGEST_GLIMPSE);
    }
}
