//! A moment that has been, at the beginning of what somebody typed: "14:05 failed over", "yesterday 23:50 alarms".
//!
//! - A time alone is the last such time, and `mon` the last Monday: the reverse of [`super::when`].
//! - What doesn't begin with a moment has none: most notes are about now. A number alone is no time.
//! - Whether a moment that is named lies in the future, or too far back, is for the caller to say.

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::wording::{Day, read_clock, tidy};

/// How many words a day may have: "sun 22 nov 2026".
const LONGEST_DAY: usize = 4;

/// The moment that a text begins with, and what follows it. `None` if it begins with none.
#[must_use]
pub fn split_past(text: &str, now: DateTime<Utc>, tz: Tz) -> Option<(DateTime<Utc>, &str)> {
    let mut rest = text.trim_start();
    let mut words: Vec<String> = Vec::new();
    while words.len() <= LONGEST_DAY {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after.trim_start();
        let word = tidy(word.trim_end_matches([':', ',', ';'])).trim().to_owned();
        if word.is_empty() {
            return None;
        }
        // "2026-11-22T14:05" is a day and a time.
        let mut parts = word.split(' ');
        let (first, second) = (parts.next()?, parts.next());
        if let Some(time) = clock(second.unwrap_or(first)) {
            words.extend(second.map(|_| first.to_owned()));
            let day: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "at").collect();
            let at = moment(&day, time, now, tz)?;
            return Some((at, rest.trim_start_matches(['-', '–', '—', ':', ',', ' '])));
        }
        words.push(first.to_owned());
    }
    None
}

/// A time of day that nobody would write for anything else.
fn clock(word: &str) -> Option<NaiveTime> {
    let is_time = word.starts_with(|c: char| c.is_ascii_digit());
    read_clock(word).filter(|_| is_time)?.ok()
}

fn moment(day: &[&str], time: NaiveTime, now: DateTime<Utc>, tz: Tz) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&tz).date_naive();
    let at = |date: NaiveDate| match tz.from_local_datetime(&date.and_time(time)) {
        LocalResult::Single(at) => Some(at.to_utc()),
        // The clock showed it twice: the later one, if that has been.
        LocalResult::Ambiguous(first, last) => {
            Some(if last.to_utc() <= now { last.to_utc() } else { first.to_utc() })
        }
        LocalResult::None => None,
    };
    let has_been = |date: &NaiveDate| at(*date).is_some_and(|at| at <= now);
    let last_of = |mut dates: Box<dyn Iterator<Item = NaiveDate>>| dates.find(has_been).and_then(at);
    let back = |days: i64| today.checked_sub_signed(Duration::days(days));
    match day {
        ["yesterday"] => at(back(1)?),
        words => match Day::read(words)? {
            Day::Unsaid => last_of(Box::new((0..3).filter_map(back))),
            Day::InDays(0) => at(today),
            Day::Coming(weekday) => {
                last_of(Box::new((0..8).filter_map(back).filter(move |date| date.weekday() == weekday)))
            }
            Day::Dated { year: None, month, day, .. } => {
                let years = [today.year(), today.year() - 1];
                let dates = years.into_iter().filter_map(move |y| NaiveDate::from_ymd_opt(y, month, day));
                last_of(Box::new(dates))
            }
            Day::Dated { year: Some(year), month, day, .. } => at(NaiveDate::from_ymd_opt(year, month, day)?),
            Day::InDays(_) | Day::OfWeek { .. } => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    #[test]
    fn a_text_begins_with_a_moment_or_not() {
        // Sunday 22 November 2026, 10:53 in Berlin.
        let now: DateTime<Utc> = "2026-11-22T09:53:00Z".parse().expect("a moment");
        let read = |text: &str| {
            split_past(text, now, Berlin)
                .map(|(at, rest)| (at.with_timezone(&Berlin).format("%a %F %R").to_string(), rest.to_owned()))
        };
        let table = [
            ("10:40 release went out", "Sun 2026-11-22 10:40", "release went out"),
            ("at 10:40: release", "Sun 2026-11-22 10:40", "release"),
            ("10:40 - release", "Sun 2026-11-22 10:40", "release"),
            ("10:53 now", "Sun 2026-11-22 10:53", "now"),
            ("23:50 alarms", "Sat 2026-11-21 23:50", "alarms"),
            ("9am alarms", "Sun 2026-11-22 09:00", "alarms"),
            ("yesterday 14:05 alarms", "Sat 2026-11-21 14:05", "alarms"),
            ("Yesterday at 14:05, alarms", "Sat 2026-11-21 14:05", "alarms"),
            ("today 10:00 alarms", "Sun 2026-11-22 10:00", "alarms"),
            ("today 14:05 alarms", "Sun 2026-11-22 14:05", "alarms"),
            ("fri 14:05 alarms", "Fri 2026-11-20 14:05", "alarms"),
            ("sunday 9:30 alarms", "Sun 2026-11-22 09:30", "alarms"),
            ("sunday 12:30 alarms", "Sun 2026-11-15 12:30", "alarms"),
            ("20 nov 14:05 alarms", "Fri 2026-11-20 14:05", "alarms"),
            ("2026-11-20 14:05 alarms", "Fri 2026-11-20 14:05", "alarms"),
            ("2026-11-20T14:05 alarms", "Fri 2026-11-20 14:05", "alarms"),
            ("24 dec 14:05 alarms", "Wed 2025-12-24 14:05", "alarms"),
            ("10:40", "Sun 2026-11-22 10:40", ""),
            ("10:40 first\nsecond", "Sun 2026-11-22 10:40", "first\nsecond"),
        ];
        for (text, at, rest) in table {
            assert_eq!(read(text), Some((at.to_owned(), rest.to_owned())), "{text:?}");
        }
        for text in [
            "3 customers called",
            "release of 10:40 went out",
            "noon is when it began",
            "we saw 14:05 in the log",
            "tomorrow 14:05 it ends",
            "25:99 is no time",
            "2 of 3 nodes are back",
            "",
            "   ",
            "a b c d e f 10:40",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
