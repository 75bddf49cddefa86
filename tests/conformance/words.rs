//! Text without what differs from run to run: moments, lengths of time, random addresses.

use crate::support::Failed;

/// What is replaced, in this order: `#` is a digit, `?` a letter, `%` a digit of a hexadecimal number.
const SHAPES: [(&str, &str); 17] = [
    ("####-##-##-####", "{moment}"),
    ("??? # ??? ####, ##:## UTC", "{time}"),
    ("??? ## ??? ####, ##:## UTC", "{time}"),
    ("today ##:## UTC", "{time}"),
    ("tomorrow ##:## UTC", "{time}"),
    ("##:## UTC", "{time}"),
    // Lines of a timeline, and the days between them.
    ("- ##:##", "- {time}"),
    ("??? # ??? ####", "{day}"),
    ("??? ## ??? ####", "{day}"),
    ("%%%%%%%%%%%%%%%%%%%%%%%%", "{token}"),
    ("# min # s", "{span}"),
    ("# min ## s", "{span}"),
    ("## min", "{span}"),
    ("# min", "{span}"),
    ("## s", "{span}"),
    ("# s", "{span}"),
    ("for {span} now", "just now"),
];

/// The text with placeholders.
pub(super) fn reduced(text: &str) -> String {
    SHAPES.iter().fold(text.to_owned(), |text, (shape, with)| replaced(&text, shape, with))
}

fn replaced(text: &str, shape: &str, with: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let is_inside_a_word = result.ends_with(|before: char| before.is_ascii_alphanumeric());
        match length_of(shape, rest).filter(|_| !is_inside_a_word) {
            Some(length) => {
                result.push_str(with);
                rest = &rest[length..];
            }
            None => {
                result.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    result
}

/// How much of the beginning of a text has a shape, if what follows is no more of the same word.
fn length_of(shape: &str, text: &str) -> Option<usize> {
    let mut length = 0;
    let mut characters = text.chars();
    for wanted in shape.chars() {
        let found = characters.next()?;
        let fits = match wanted {
            '#' => found.is_ascii_digit(),
            '?' => found.is_ascii_alphabetic(),
            '%' => matches!(found, '0'..='9' | 'a'..='f'),
            literal => literal == found,
        };
        if !fits {
            return None;
        }
        length += found.len_utf8();
    }
    let goes_on = characters.next().is_some_and(|next| next.is_ascii_alphanumeric());
    (!goes_on).then_some(length)
}

/// What [`reduced`] does, by example.
pub(super) fn reduce_what_differs_and_nothing_else() -> Result<(), Failed> {
    let cases = [
        ("2026-11-22-1053-checkout-is-down", "{moment}-checkout-is-down"),
        ("Next update by 11:13 UTC.", "Next update by {time}."),
        ("promised for tomorrow 00:03 UTC", "promised for {time}"),
        ("Proposed: Mon 23 Nov 2026, 14:00 UTC.", "Proposed: {time}."),
        ("Proposed: Tue 1 Dec 2026, 14:00 UTC.", "Proposed: {time}."),
        ("resolved after 0 s. Thank you", "resolved after {span}. Thank you"),
        ("it took 1 min 12 s.", "it took {span}."),
        ("by alice, for 2 min now.", "by alice, just now."),
        (
            "https://meet.jit.si/sitrep-inc-1-51ca0c76336d0cf950644fda",
            "https://meet.jit.si/sitrep-inc-1-{token}",
        ),
        ("INC-12 is Sev1 now, 50% of 14 servers", "INC-12 is Sev1 now, 50% of 14 servers"),
        ("`!retro tomorrow 14:00`, in 45m", "`!retro tomorrow 14:00`, in 45m"),
        ("支付失败 10:53 UTC", "支付失败 {time}"),
        ("Sun 22 Nov 2026\n- 10:53 alice: has it", "{day}\n- {time} alice: has it"),
    ];
    for (text, expected) in cases {
        assert_eq!(reduced(text), expected, "{text}");
    }
    Ok(())
}
