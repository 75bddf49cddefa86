//! Lengths of time as they are written in the configuration: `15m`, `1h30m`, `7d`.
//!
//! Units are s, m, h, d and w. There are no months or years, whose length varies, so `M` cannot be mistaken
//! for anything. A day is 24 hours.

use chrono::Duration;

use super::diagnose::Wrong;

/// Ten years: longer is a slip of the finger, and still far from where dates overflow.
const LONGEST_DAYS: i64 = 3650;

/// Reads a duration of at least a second.
pub(super) fn parse(text: &str) -> Result<Duration, Wrong> {
    let help = "a number and a unit (s, m, h, d or w), for example 90s, 15m, 1h30m or 7d";
    let seconds =
        seconds(text).ok_or_else(|| Wrong::new(format!("`{text}` is not a length of time"), help))?;
    if seconds < 1 {
        return Err(Wrong::new(format!("`{text}` is too short"), "the shortest is 1s"));
    }
    Duration::try_seconds(seconds)
        .filter(|duration| *duration <= Duration::days(LONGEST_DAYS))
        .ok_or_else(|| Wrong::new(format!("`{text}` is too long"), format!("the longest is {LONGEST_DAYS}d")))
}

/// The sum of the parts, without end if it is too large to be counted; `None` if it isn't written as a
/// duration.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let mut rest = text.as_str();
    let mut total: i64 = 0;
    loop {
        let digits = rest.find(|character: char| !character.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let number: i64 = rest[..digits].parse().unwrap_or(i64::MAX);
        rest = rest[digits..].trim_start();
        let letters = rest.find(|character: char| !character.is_alphabetic()).unwrap_or(rest.len());
        let unit_secs: i64 = match &rest[..letters] {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            "w" => 7 * 24 * 60 * 60,
            _ => return None,
        };
        total = total.saturating_add(number.saturating_mul(unit_secs));
        rest = rest[letters..].trim_start();
        if rest.is_empty() {
            return Some(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::parse;

    #[test]
    fn accepts() {
        let table = [
            ("1s", Duration::seconds(1)),
            ("90s", Duration::seconds(90)),
            ("15m", Duration::minutes(15)),
            ("15M", Duration::minutes(15)),
            ("1h30m", Duration::minutes(90)),
            (" 1h 30 m ", Duration::minutes(90)),
            ("7d", Duration::days(7)),
            ("2w", Duration::days(14)),
            ("3650d", Duration::days(3650)),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Ok(expected), "for {text}");
        }
    }

    #[test]
    fn refuses() {
        let table = [
            ("", "`` is not a length of time"),
            ("15", "`15` is not a length of time"),
            ("m", "`m` is not a length of time"),
            ("1.5h", "`1.5h` is not a length of time"),
            ("-5m", "`-5m` is not a length of time"),
            ("15 minutes", "`15 minutes` is not a length of time"),
            ("1y", "`1y` is not a length of time"),
            ("500ms", "`500ms` is not a length of time"),
            ("5²m", "`5²m` is not a length of time"),
            ("0s", "`0s` is too short"),
            ("3651d", "`3651d` is too long"),
            ("99999999999999999999d", "`99999999999999999999d` is too long"),
        ];
        for (text, message) in table {
            assert_eq!(parse(text).expect_err(text).message, message);
        }
    }
}
