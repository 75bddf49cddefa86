//! The words for moments: how days and clocks are read, and how clocks and zones are written.
//!
//! - Every moment is written with its zone, as it is called at that moment: CET in November, CEST in July.
//!   Zones without a name of their own (Istanbul, Sao Paulo) are written as their offset.
//! - Only the words are here. How they make up a phrase, and which moment it means, is in [`super::when`]; whole
//!   sentences are in the catalogue.
//!
//! Names of zones are read by `Zone`, beside this file.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::{OffsetName, Tz};

use super::when::WhenError;

/// A date without a year that passed this recently is taken for a slip rather than for next year's.
const JUST_PASSED_DAYS: i64 = 90;

/// The time of day alone: "14:05".
#[must_use]
pub fn clock(at: DateTime<Utc>, tz: Tz) -> String {
    at.with_timezone(&tz).format("%H:%M").to_string()
}

/// What the zone is called at that moment: "CET", "CEST", "UTC", or "UTC+03:00" where it has no name.
#[must_use]
pub fn zone_name(at: DateTime<Utc>, tz: Tz) -> String {
    let local = at.with_timezone(&tz);
    let name =
        local.offset().abbreviation().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    name.map_or_else(|| format!("UTC{}", local.format("%:z")), str::to_owned)
}

/// Whole minutes by which something due is late: 0 when it is not, at least 1 when it is.
#[must_use]
pub fn minutes_late(due: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let late = now.signed_duration_since(due);
    if late > Duration::zero() { late.num_minutes().max(1) } else { 0 }
}

/// Lowercase words with one space between them: typographic signs made plain, and times apart from what is
/// glued on.
pub(crate) fn tidy(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{ff1a}' | '\u{2236}' => plain.push(':'),
            '@' => plain.push_str(" at "),
            ',' | ';' | '!' | '?' | '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => {
                plain.push(' ')
            }
            other => plain.extend(other.to_lowercase()),
        }
    }
    let plain = plain.replace("a.m", "am").replace("p.m", "pm");
    let mut tidy = String::with_capacity(plain.len());
    for word in plain.split_whitespace().map(|word| word.trim_end_matches('.')) {
        let half = matches!(word, "am" | "pm") && tidy.ends_with(|c: char| c.is_ascii_digit());
        if !half {
            tidy.push(' ');
        }
        match word.split_once('t') {
            Some((date, time)) if iso_date(date).is_some() => {
                let (time, offset) = time.split_at(time.find(['+', '-']).unwrap_or(time.len()));
                let utc = if offset.is_empty() { "" } else { "utc" };
                tidy.extend([date, " ", &apart(time), " ", utc, offset]);
            }
            Some(_) | None => tidy.push_str(&apart(word)),
        }
    }
    tidy
}

/// "14:00z" and "14:00cet" as two words; "2:30pm" stays one.
fn apart(word: &str) -> String {
    let zone =
        word.find(|c: char| c.is_alphabetic()).filter(|_| word.starts_with(|c: char| c.is_ascii_digit()));
    match zone.map(|at| word.split_at(at)) {
        Some((time, zone)) if time.contains(':') && !matches!(zone, "am" | "pm") => format!("{time} {zone}"),
        Some(_) | None => word.to_owned(),
    }
}

/// A day as typed. What it means depends on what today is, except for a date with its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    Unsaid,
    InDays(i64),
    Coming(Weekday),
    OfWeek { weekday: Weekday, weeks_ahead: i64 },
    Dated { year: Option<i32>, month: u32, day: u32, weekday: Option<Weekday> },
}

impl Day {
    /// The day that all of the words name.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        match words {
            [] => Some(Self::Unsaid),
            ["on", rest @ ..] => Self::read(rest).filter(|day| *day != Self::Unsaid),
            ["today"] => Some(Self::InDays(0)),
            ["tomorrow"] => Some(Self::InDays(1)),
            ["this", name] => Some(Self::OfWeek { weekday: read_weekday(name)?, weeks_ahead: 0 }),
            ["next", name] => Some(Self::OfWeek { weekday: read_weekday(name)?, weeks_ahead: 1 }),
            [first, rest @ ..] => match read_weekday(first) {
                Some(weekday) if rest.is_empty() => Some(Self::Coming(weekday)),
                Some(weekday) => read_date(rest, Some(weekday)),
                None => read_date(words, None),
            },
        }
    }

    /// The date it is, seen from `today`.
    pub(crate) fn date(self, today: NaiveDate) -> Result<NaiveDate, WhenError> {
        let since_monday = |weekday: Weekday| i64::from(weekday.num_days_from_monday());
        let current = since_monday(today.weekday());
        let ahead = match self {
            Self::Unsaid => 0,
            Self::InDays(days) => days,
            Self::Coming(weekday) => (since_monday(weekday) - current - 1).rem_euclid(7) + 1,
            Self::OfWeek { weekday, weeks_ahead } => 7 * weeks_ahead + since_monday(weekday) - current,
            Self::Dated { year, month, day, weekday } => {
                let slip = Duration::days(JUST_PASSED_DAYS);
                let years = year.map_or(today.year()..=today.year() + 1, |year| year..=year);
                let mut dates = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
                let date = dates.find(|date| year.is_some() || today.signed_duration_since(*date) <= slip);
                let date = date.ok_or(WhenError::NoSuchDay)?;
                return match weekday {
                    Some(weekday) if weekday != date.weekday() => {
                        Err(WhenError::WrongWeekday { date, weekday })
                    }
                    Some(_) | None => Ok(date),
                };
            }
        };
        today.checked_add_signed(Duration::days(ahead)).ok_or(WhenError::Unclear)
    }
}

fn read_weekday(word: &str) -> Option<Weekday> {
    let short = matches!(word, "tues" | "weds" | "thur" | "thurs");
    // chrono reads "mon" and "monday" alike, and nothing in between.
    word.get(..if short { 3 } else { word.len() })?.parse().ok()
}

fn read_date(words: &[&str], weekday: Option<Weekday>) -> Option<Day> {
    // "14.30" is a time in some places: not taken for a date.
    let calendar_month = |word: &str| number(word).filter(|month| *month <= 12);
    let (year, month, day) = match words {
        [iso] if iso.contains('-') => iso_date(iso)?,
        [dotted] => match dotted.split('.').collect::<Vec<_>>().as_slice() {
            [day, month] => (None, calendar_month(month)?, number(day)?),
            [day, month, year] => (Some(read_year(year)?), calendar_month(month)?, number(day)?),
            _ => return None,
        },
        [a, b, year @ ..] => {
            let (month, day) = read_month(b).map_or((read_month(a), b), |month| (Some(month), a));
            let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|ending| day.strip_suffix(ending));
            let year = match year {
                [] => None,
                [year] => Some(read_year(year)?),
                _ => return None,
            };
            (year, month?, number(ordinal.unwrap_or(day))?)
        }
        [] => return None,
    };
    Some(Day::Dated { year, month, day, weekday })
}

fn iso_date(word: &str) -> Option<(Option<i32>, u32, u32)> {
    match word.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => Some((Some(read_year(year)?), number(month)?, number(day)?)),
        _ => None,
    }
}

fn read_month(word: &str) -> Option<u32> {
    let month: chrono::Month = if word == "sept" { "sep" } else { word }.parse().ok()?;
    Some(month.number_from_month())
}

fn read_year(word: &str) -> Option<i32> {
    word.parse().ok().filter(|_| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()))
}

/// "14:00", "14:00:30", "2pm", "2:30pm" or "noon"; `None` for what does not look like a time.
pub(crate) fn read_clock(word: &str) -> Option<Result<NaiveTime, WhenError>> {
    match word {
        "noon" => return Some(Ok(NaiveTime::from_hms_opt(12, 0, 0)?)),
        "midnight" | "24:00" => return Some(Err(WhenError::Midnight)),
        _ => {}
    }
    let (body, half_day) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(body), _) => (body, Some(0)),
        (None, Some(body)) => (body, Some(12)),
        (None, None) => (word, None),
    };
    let timelike =
        body.starts_with(|c: char| c.is_ascii_digit()) && (half_day.is_some() || body.contains(':'));
    if !timelike || !body.chars().all(|c| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let mut parts = body.split(':');
    let hour = number(parts.next()?).and_then(|hour| match half_day {
        Some(half) => (1..=12).contains(&hour).then_some(hour % 12 + half),
        None => Some(hour),
    });
    let mut sixtieth = || parts.next().map_or(Some(0), |part| number(part).filter(|_| part.len() == 2));
    let time = match (hour, sixtieth(), sixtieth(), parts.next()) {
        (Some(hour), Some(minute), Some(second), None) => NaiveTime::from_hms_opt(hour, minute, second),
        _ => None,
    };
    Some(time.ok_or_else(|| WhenError::NoSuchTime(word.to_owned())))
}

/// One or two digits.
pub(crate) fn number(word: &str) -> Option<u32> {
    let digits = (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an RFC 3339 moment")
    }

    #[test]
    fn clocks_show_the_time_of_their_zone() {
        assert_eq!(clock(utc("2026-11-24T13:00:00Z"), Europe::Berlin), "14:00");
    }

    #[test]
    fn lateness_is_whole_minutes_and_never_zero_when_late() {
        let due = utc("2026-11-24T13:00:00Z");
        let table = [(-60, 0), (0, 0), (1, 1), (59, 1), (119, 1), (120, 2), (3600, 60)];
        for (secs, minutes) in table {
            assert_eq!(minutes_late(due, due + Duration::seconds(secs)), minutes, "{secs} s after");
        }
    }

    #[test]
    fn days() {
        let table = [
            ("2026-11-22", "tue", "2026-11-24"), // a Sunday
            ("2026-11-22", "sunday", "2026-11-29"),
            ("2026-11-22", "next tues", "2026-11-24"),
            ("2026-11-22", "this sun", "2026-11-22"),
            ("2026-11-24", "tuesday", "2026-12-01"), // a Tuesday
            ("2026-11-24", "next tuesday", "2026-12-01"),
            ("2026-11-24", "mon", "2026-11-30"),
            ("2026-11-24", "this thurs", "2026-11-26"),
            ("2026-11-24", "next thursday", "2026-12-03"),
            ("2026-11-24", "this mon", "2026-11-23"),
            ("2026-11-24", "on tomorrow", "2026-11-25"),
            ("2026-12-31", "tomorrow", "2027-01-01"),
            ("2026-11-24", "5 january", "2027-01-05"), // the year that is coming
            ("2026-11-24", "jan 5", "2027-01-05"),
            ("2026-11-24", "1 sept", "2026-09-01"), // just passed: not next year's
            ("2026-11-24", "24.11", "2026-11-24"),
            ("2026-11-24", "24.11.2027", "2027-11-24"),
            ("2026-11-24", "nov 24th 2026", "2026-11-24"),
            ("2026-11-24", "tue 1st dec", "2026-12-01"),
            ("2027-11-24", "29 feb", "2028-02-29"),
            ("2026-11-24", "2026-1-5", "2026-01-05"),
        ];
        for (today, text, expected) in table {
            let words: Vec<_> = text.split(' ').collect();
            let day = Day::read(&words).expect(text).date(today.parse().expect("a date"));
            assert_eq!(day.map(|day| day.to_string()).as_deref(), Ok(expected), "{text} on {today}");
        }
        for text in
            ["on", "next week", "tomorrow tue", "24", "nov", "24 nov 26", "26-11-24", "24 foo", "1 2 3 4"]
        {
            assert_eq!(Day::read(&text.split(' ').collect::<Vec<_>>()), None, "{text}");
        }
    }

    #[test]
    fn clocks() {
        let table = [
            ("12am", "00:00:00"),
            ("12:01am", "00:01:00"),
            ("1am", "01:00:00"),
            ("11:59am", "11:59:00"),
            ("12pm", "12:00:00"),
            ("12:30pm", "12:30:00"),
            ("11pm", "23:00:00"),
            ("0:00", "00:00:00"),
            ("23:59:59", "23:59:59"),
            ("noon", "12:00:00"),
        ];
        for (text, expected) in table {
            let time = read_clock(text).map(|time| time.map(|time| time.to_string()));
            assert_eq!(time, Some(Ok(expected.to_owned())), "{text}");
        }
        for text in
            ["0am", "13pm", "25:00", "9:5", "14:60", "14:00pm", "14:", "1:00:00:00", "123:00", "14:00:99"]
        {
            assert_eq!(read_clock(text), Some(Err(WhenError::NoSuchTime(text.to_owned()))), "{text}");
        }
        for text in ["am", "14", "1400", "14h00", ":30", "٢:٣٠", "x:00"] {
            assert_eq!(read_clock(text), None, "{text}");
        }
    }
}
