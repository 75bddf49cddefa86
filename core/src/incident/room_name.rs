//! What an incident's room is called: date, time and title, in the letters people use.
//!
//! - At most [`MAX_CHARS`] characters: letters and digits of any script, lowercase, and single `-` between
//!   them, never at either end. Whatever could ping, format or hide (`@`, `<`, direction marks) is therefore
//!   gone.
//! - A name that is too long gives up the end of its title, at a word where it can, and never its date.
//! - A name that is taken gets `-2`, `-3` and so on, within the same limit.
//!
//! The name is only what people see. The address a room is made under comes from the effect's key, not from
//! here.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The longest name, in characters: what people may rely on. Both platforms allow more (Discord 100).
pub const MAX_CHARS: usize = 80;

/// What stands for a title that has no letter and no digit.
const NAMELESS: &str = "incident";
const NAME: &str = "{name}";

/// The name of the room of an incident declared at `at`.
///
/// `pattern` may hold `{date}` (2026-11-22) and `{time}` (1053), both in `tz`, and `{name}`, the title.
#[must_use]
pub fn room_name(
    pattern: &str,
    at: DateTime<Utc>,
    tz: Tz,
    title: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let local = at.with_timezone(&tz);
    // The title goes in last, so that a title with `{date}` in it stays what it is.
    let dated = pattern.replace("{date}", &local.format("%Y-%m-%d").to_string());
    let dated = dated.replace("{time}", &local.format("%H%M").to_string());
    let name = Some(slug(title)).filter(|name| !name.is_empty()).unwrap_or_else(|| NAMELESS.to_owned());
    let base = fitted(&dated, &name);
    if !is_taken(&base) {
        return base;
    }
    let numbered = |n: u32| {
        let suffix = format!("-{n}");
        format!("{}{suffix}", cut(&base, MAX_CHARS - suffix.len()))
    };
    (2..=u32::MAX).map(numbered).find(|name| !is_taken(name)).unwrap_or(base)
}

/// The pattern with the name in it, the name shortened until all of it fits.
fn fitted(pattern: &str, name: &str) -> String {
    let whole = slug(&pattern.replace(NAME, name));
    let excess = whole.chars().count().saturating_sub(MAX_CHARS);
    let places = pattern.matches(NAME).count();
    let shortened = if excess > 0 && places > 0 {
        let keep = name.chars().count().saturating_sub(excess.div_ceil(places));
        slug(&pattern.replace(NAME, cut(name, keep)))
    } else {
        whole
    };
    match cut(&shortened, MAX_CHARS) {
        "" => NAMELESS.to_owned(),
        fits => fits.to_owned(),
    }
}

/// The beginning of a slug, at most `limit` characters, ending with a whole word unless that costs half of
/// it.
fn cut(slug: &str, limit: usize) -> &str {
    let Some((end, next)) = slug.char_indices().nth(limit) else {
        return slug;
    };
    let head = slug.get(..end).unwrap_or(slug);
    let at_word = if next == '-' { Some(head) } else { head.rsplit_once('-').map(|(words, _)| words) };
    let kept = at_word.filter(|words| words.chars().count() * 2 >= limit).unwrap_or(head);
    kept.trim_end_matches('-')
}

/// Letters and digits, lowercase, with one `-` for each run of anything else.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    let mut apart = false;
    for c in text.chars().flat_map(char::to_lowercase).filter(|c| !joins(*c)) {
        if !c.is_alphanumeric() {
            apart = true;
            continue;
        }
        if apart && !slug.is_empty() {
            slug.push('-');
        }
        apart = false;
        slug.push(c);
    }
    slug
}

/// What belongs to the word it stands in but is neither letter nor digit: it goes, and the word stays in one
/// piece.
///
/// Unicode's property tables are no part of the standard library. These are the apostrophes, the invisible
/// characters, and the marks of living scripts that are not alphabetic (accents, viramas, tone marks).
fn joins(c: char) -> bool {
    let apostrophe = matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}');
    // The Hangul and Khmer fillers count as letters, and show nothing.
    let invisible = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}');
    let mark = matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{6d6}'..='\u{6ed}' | '\u{93c}' | '\u{94d}' | '\u{951}'..='\u{954}'
        | '\u{9bc}' | '\u{9cd}' | '\u{a3c}' | '\u{a4d}' | '\u{abc}' | '\u{acd}' | '\u{b3c}' | '\u{b4d}'
        | '\u{bcd}' | '\u{c4d}' | '\u{cbc}' | '\u{ccd}' | '\u{d3b}' | '\u{d3c}' | '\u{d4d}' | '\u{dca}'
        | '\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{eba}' | '\u{ec8}'..='\u{ece}' | '\u{f18}' | '\u{f19}'
        | '\u{f35}' | '\u{f37}' | '\u{f39}' | '\u{f82}'..='\u{f87}' | '\u{f90}'..='\u{fbc}'
        | '\u{1037}' | '\u{1039}' | '\u{103a}' | '\u{135d}'..='\u{135f}' | '\u{17c9}'..='\u{17d3}'
        | '\u{17dd}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}');
    apostrophe || invisible || (mark && !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Asia, Europe};

    const PATTERN: &str = "{date}-{time}-{name}";

    fn at() -> DateTime<Utc> {
        "2026-11-22T09:53:00Z".parse().expect("an RFC 3339 moment")
    }

    fn named(title: &str) -> String {
        room_name("{name}", at(), Europe::Berlin, title, |_| false)
    }

    /// The rules that hold whatever the pattern and the title are.
    fn assert_sound(name: &str) {
        assert!((1..=MAX_CHARS).contains(&name.chars().count()), "{name:?} is {} long", name.chars().count());
        assert!(name.chars().all(|c| c.is_alphanumeric() || c == '-'), "{name:?}");
        assert!(!name.starts_with('-') && !name.ends_with('-') && !name.contains("--"), "{name:?}");
        assert_eq!(name, name.chars().flat_map(char::to_lowercase).collect::<String>());
        assert!(!name.chars().any(joins), "{name:?} has something invisible in it");
    }

    #[test]
    fn titles() {
        let table = [
            ("Checkout is down", "checkout-is-down"),
            ("  Can't pay, won\u{2019}t ship!  ", "cant-pay-wont-ship"),
            ("!!!", "incident"),
            ("", "incident"),
            ("\u{200b}\u{3164}\u{202e}", "incident"),
            ("---", "incident"),
            ("@everyone @here", "everyone-here"),
            ("<b>bold</b> & <script>", "b-bold-b-script"),
            ("100% CPU --> OOM", "100-cpu-oom"),
            ("\u{1f525} fire \u{1f468}\u{200d}\u{1f692}", "fire"),
            ("two\nlines\r\nand\ttabs", "two-lines-and-tabs"),
            ("pay\u{200b}ments", "payments"),
            ("abc\u{202e}fed\u{202c}", "abcfed"),
            ("{date} {name}", "date-name"),
            ("../../etc/passwd", "etc-passwd"),
            ("Größe ÜBER alles", "größe-über-alles"),
            ("e\u{301}te\u{301}", "ete"),
            ("İstanbul", "istanbul"),
            ("Оплата не работает", "оплата-не-работает"),
            ("結帳 故障", "結帳-故障"),
            ("チェックアウト停止", "チェックアウト停止"),
            ("결제 장애", "결제-장애"),
            ("الدفع معطل", "الدفع-معطل"),
            ("התשלום נפל", "התשלום-נפל"),
            ("ระบบล่ม", "ระบบลม"),
            ("क्या हुआ", "कया-हुआ"),
            ("می\u{200c}شود", "میشود"),
        ];
        for (title, expected) in table {
            let name = named(title);
            assert_eq!(name, expected, "{title:?}");
            assert_sound(&name);
        }
    }

    #[test]
    fn patterns() {
        let long = "x".repeat(120);
        let table = [
            (PATTERN, "2026-11-22-1053-checkout-is-down"),
            ("inc_{name} ({date})", "inc-checkout-is-down-2026-11-22"),
            ("{name}/{name}", "checkout-is-down-checkout-is-down"),
            ("{unknown}", "unknown"),
            ("", "incident"),
            ("-{time}-", "1053"),
            (long.as_str(), &long[..MAX_CHARS]),
        ];
        for (pattern, expected) in table {
            assert_eq!(room_name(pattern, at(), Europe::Berlin, "Checkout is down", |_| false), expected);
        }
        let tokyo = room_name("{date}-{time}", at(), Asia::Tokyo, "x", |_| false);
        assert_eq!(tokyo, "2026-11-22-1853", "in the zone of the installation");
        assert_eq!(room_name(PATTERN, at(), Europe::Berlin, "!!!", |_| false), "2026-11-22-1053-incident");
    }

    #[test]
    fn long_titles_keep_the_date_and_whole_words() {
        let title = "the checkout service is failing for every customer who pays by card in three regions";
        for pattern in [PATTERN, "{name}-{date}", "{name}-{date}-{name}"] {
            let name = room_name(pattern, at(), Europe::Berlin, title, |_| false);
            assert_sound(&name);
            assert!(name.contains("2026-11-22"), "{name}");
            let words: Vec<_> = title.split(' ').chain(["2026", "11", "22", "1053"]).collect();
            assert!(name.split('-').all(|word| words.contains(&word)), "{name} has half a word");
        }
    }

    #[test]
    fn three_hundred_characters_of_any_script() {
        for unit in [
            "a",
            "ü ",
            "оплата ",
            "結",
            "カ",
            "장애 ",
            "دفع ",
            "क्या ",
            "ล่ม",
            "\u{1d5b2}",
            "İ",
            "!",
            "\u{1f525}",
        ] {
            let title: String = unit.chars().cycle().take(300).collect();
            for pattern in [PATTERN, "{name}", "{name}{name}-{date}"] {
                let mut taken: Vec<String> = Vec::new();
                for _ in 0..12 {
                    let name = room_name(pattern, at(), Europe::Berlin, &title, |name| {
                        taken.iter().any(|other| other == name)
                    });
                    assert_sound(&name);
                    assert!(!taken.contains(&name));
                    taken.push(name);
                }
            }
        }
        assert_eq!(named(&"結".repeat(300)).chars().count(), MAX_CHARS, "no word to cut at: as much as fits");
    }

    #[test]
    fn a_taken_name_is_numbered() {
        let taken = ["pay", "pay-2"];
        let name = room_name("{name}", at(), Europe::Berlin, "Pay", |name| taken.contains(&name));
        assert_eq!(name, "pay-3");
        let full = "x".repeat(MAX_CHARS);
        let name = room_name("{name}", at(), Europe::Berlin, &full, |name| name == full);
        assert_eq!(name, format!("{}-2", "x".repeat(MAX_CHARS - 2)));
    }
}
