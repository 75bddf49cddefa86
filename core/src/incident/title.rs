//! An incident's title: what somebody typed, as one line of bounded length.

/// The longest title kept, in characters. A card shows it whole; a longer one is cut with an ellipsis.
const LONGEST_TITLE: usize = 300;

/// One line from what was typed: white space folded, quotation marks around the whole dropped, control and
/// invisible direction characters removed, at most [`LONGEST_TITLE`] characters.
#[must_use]
pub fn title(typed: &str) -> String {
    let visible: String = typed
        .chars()
        .filter(|c| c.is_whitespace() || !(c.is_control() || is_invisible_direction(*c)))
        .collect();
    let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = unquote(&folded);
    if line.chars().count() <= LONGEST_TITLE {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST_TITLE - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Direction marks can make a title read as something that it isn't.
fn is_invisible_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Drops one pair of quotation marks that encloses the whole.
fn unquote(text: &str) -> &str {
    const PAIRS: [(char, char); 6] =
        [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('„', '“'), ('«', '»')];
    for (open, close) in PAIRS {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
            && !inner.trim().is_empty()
            && !inner.contains([open, close])
        {
            return inner.trim();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_clean_line() {
        let cases = [
            ("checkout is down", "checkout is down"),
            ("  checkout\n\tis   down ", "checkout is down"),
            ("\"checkout is down\"", "checkout is down"),
            ("“checkout is down”", "checkout is down"),
            ("\"a\" and \"b\"", "\"a\" and \"b\""),
            ("we're down", "we're down"),
            ("we’re down", "we’re down"),
            ("-5% error rate", "-5% error rate"),
            ("--> look", "--> look"),
            ("!!!", "!!!"),
            ("@everyone <b>run</b>", "@everyone <b>run</b>"),
            ("支付失败", "支付失败"),
            ("safe\u{202E}evil", "safeevil"),
            ("\"\"", "\"\""),
        ];
        for (typed, expected) in cases {
            assert_eq!(title(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_by_characters() {
        assert_eq!(title(&"é".repeat(300)), "é".repeat(300));
        let cut = title(&"é".repeat(301));
        assert_eq!(cut.chars().count(), LONGEST_TITLE);
        assert!(cut.ends_with('…'));
    }
}
