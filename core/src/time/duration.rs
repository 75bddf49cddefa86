//! Spans of time as people type them: "45m", "1h30m", "7d". How they are said is in the catalogue.
//!
//! - A number always has its unit: "45" is asked about, never guessed.
//! - Text is lowercased first, so "45M" from a phone that capitalises is minutes. There are no months or
//!   years.
//! - Units come once each, the larger first. Nothing is longer than [`MAX_DAYS`].
//!
//! Moments ("tomorrow 14:00", "in 2h") are in [`super::when`].

use chrono::Duration;
use thiserror::Error;

/// The longest span that is accepted, in days: a year, leap day included. Longer ones are slips of the
/// finger.
pub const MAX_DAYS: i64 = 366;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// Why a span of time was not understood or not accepted, worded for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// A number without its unit.
    #[error("{0} what? Write {0}m for minutes or {0}h for hours.")]
    BareNumber(u64),
    /// Zero or less.
    #[error("That has to be more than zero, such as 45m.")]
    NotPositive,
    /// Longer than [`MAX_DAYS`].
    #[error("That is more than a year. The longest is {MAX_DAYS}d.")]
    TooLong,
    /// Anything else.
    #[error("I can't read that as a length of time. Write for example 45m, 1h30m, 90s or 7d.")]
    Unclear,
}

/// Reads a span such as "45m", "1h30m", "90s", "7d", "1 h 30 min" or "45 minutes".
///
/// # Errors
///
/// [`DurationError`] says what is wrong: no unit, not more than zero, more than [`MAX_DAYS`], or not a span.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim().to_lowercase();
    let negative = text.strip_prefix(['-', '\u{2212}']);
    let mut rest = negative.unwrap_or(&text).trim_start();
    let mut smallest = i64::MAX;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let (digits, after) = split_at_first(rest, |c| !c.is_ascii_digit());
        let (unit, after) = split_at_first(after.trim_start(), |c| !c.is_alphabetic());
        if digits.is_empty() {
            return Err(DurationError::Unclear);
        }
        // Only digits are left, so that a failure can only mean too many of them.
        let amount: i64 = digits.parse().map_err(|_| DurationError::TooLong)?;
        let bare = after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit());
        if unit.is_empty() {
            return Err(if amount == 0 && bare {
                DurationError::NotPositive
            } else if bare {
                DurationError::BareNumber(amount.unsigned_abs())
            } else {
                DurationError::Unclear
            });
        }
        let size = unit_secs(unit).filter(|size| *size < smallest).ok_or(DurationError::Unclear)?;
        smallest = size;
        total = amount
            .checked_mul(size)
            .and_then(|part| total.checked_add(part))
            .ok_or(DurationError::TooLong)?;
        rest = after.trim_start();
    }
    match (smallest, total) {
        (i64::MAX, _) => Err(DurationError::Unclear),
        (_, 0) => Err(DurationError::NotPositive),
        _ if negative.is_some() => Err(DurationError::NotPositive),
        _ if total > MAX_DAYS * DAY => Err(DurationError::TooLong),
        _ => Ok(Duration::seconds(total)),
    }
}

fn split_at_first(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(stop).unwrap_or(text.len()))
}

fn unit_secs(unit: &str) -> Option<i64> {
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(MINUTE),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(HOUR),
        "d" | "day" | "days" => Some(DAY),
        "w" | "week" | "weeks" => Some(WEEK),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts() {
        let table = [
            ("45m", 2700),
            ("45M", 2700),
            ("1h30m", 5400),
            ("1H30M", 5400),
            ("90s", 90),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1 h 30 min", 5400),
            ("1\u{a0}h\u{202f}30 min", 5400),
            ("45 minutes", 2700),
            ("  1 hour 1 second ", 3601),
            ("1 day 2hrs", 93_600),
            ("0h45m", 2700),
            ("366d", 31_622_400),
        ];
        for (text, secs) in table {
            assert_eq!(parse_duration(text), Ok(Duration::seconds(secs)), "{text:?}");
        }
    }

    #[test]
    fn refuses() {
        use DurationError::{BareNumber, NotPositive, TooLong, Unclear};
        let table = [
            ("45", BareNumber(45)),
            ("1h30", BareNumber(30)),
            ("30 1h", BareNumber(30)),
            ("0", NotPositive),
            ("0m", NotPositive),
            ("-45m", NotPositive),
            ("\u{2212}45m", NotPositive),
            ("367d", TooLong),
            ("366d1s", TooLong),
            ("9223372036854775807d", TooLong),
            ("99999999999999999999999m", TooLong),
            ("", Unclear),
            ("-", Unclear),
            ("m", Unclear),
            ("soon", Unclear),
            ("1.5h", Unclear),
            ("2 months", Unclear),
            ("1mo", Unclear),
            ("1y", Unclear),
            ("30m1h", Unclear),
            ("1h1h", Unclear),
            ("in 45m", Unclear),
            ("45m!", Unclear),
            ("٤٥m", Unclear),
            ("½h", Unclear),
        ];
        for (text, error) in table {
            assert_eq!(parse_duration(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_bare_number_is_answered_with_the_way_to_write_it() {
        let error = parse_duration("45").expect_err("no unit");
        assert_eq!(error.to_string(), "45 what? Write 45m for minutes or 45h for hours.");
    }
}
