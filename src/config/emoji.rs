//! Whether a text is one emoji.
//!
//! What looks like one sign may be several characters: a colour of skin, a flag of two letters, people joined into a
//! family, or a variation selector that asks for the coloured form.

const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';
const COLOURED: char = '\u{fe0f}';

/// Whether `text` is what people see as one emoji.
pub(super) fn is_one(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    match characters.as_slice() {
        [first, second] if is_flag_letter(*first) => is_flag_letter(*second),
        [digit, KEYCAP] | [digit, COLOURED, KEYCAP] => digit.is_ascii_digit() || matches!(digit, '#' | '*'),
        characters => characters.split(|character| *character == JOINER).all(is_part),
    }
}

/// A sign and what changes how it looks.
fn is_part(characters: &[char]) -> bool {
    characters
        .split_first()
        .is_some_and(|(sign, rest)| is_sign(*sign) && rest.iter().all(|it| is_change(*it)))
}

/// The blocks of Unicode in which emoji lie, and those that lie elsewhere.
fn is_sign(character: char) -> bool {
    matches!(character,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}')
        && !is_change(character)
        && !is_flag_letter(character)
}

fn is_change(character: char) -> bool {
    matches!(character, COLOURED | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

fn is_flag_letter(character: char) -> bool {
    matches!(character, '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn one_sign_is_told_from_words_and_from_several() {
        for text in ["🚨", "⚠️", "⚠", "✅", "👩🏽‍🚒", "🏳️‍🌈", "🇩🇪", "1️⃣", "🧯", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            assert!(is_one(text), "{text} is one");
        }
        for text in [
            "",
            " ",
            "🚨🚨",
            "🚨 ",
            ":rotating_light:",
            "x",
            "1",
            "ж",
            "🇩",
            "🇩🇪🇩🇪",
            "🏽",
            "\u{fe0f}",
            "\u{200d}",
        ] {
            assert!(!is_one(text), "{text:?} is not one");
        }
    }
}
