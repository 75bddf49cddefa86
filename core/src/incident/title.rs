//! An incident's title: what somebody typed, as one line of bounded length.

use super::words::{clean, cut};

/// The longest title kept, in characters. A card shows it whole; a longer one is cut with an ellipsis.
const LONGEST_TITLE: usize = 300;

/// One line from what was typed: white space folded, quotation marks around the whole dropped, control and
/// invisible direction characters removed, at most [`LONGEST_TITLE`] characters.
#[must_use]
pub fn title(typed: &str) -> String {
    let folded = clean(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    cut(unquote(&folded).to_owned(), LONGEST_TITLE)
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
