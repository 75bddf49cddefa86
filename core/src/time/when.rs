//! Moments as people type them: "tomorrow 14:00", "next tue 10am", "in 2h", "friday 9:30 CET".
//!
//! A small grammar that reads all of a phrase or refuses it: `[day] time [zone]`, `time day [zone]`
//! or `in span`.
//!
//! - A time alone is the next such time. `tue` is the next one after today, `this tue` that of the current
//!   week (Monday to Sunday), `next tue` that of the week after.
//! - What has passed is refused, never moved, and so is what is more than a year away: a slip of the finger.
//! - A local time that the clock skips is refused. One that it shows twice is the earlier, and [`When::note`]
//!   says so.
//! - CET, EST and the like are taken at their word: refused in the half of the year in which they are not in
//!   force.
//!
//! The words for days and clocks are in [`super::wording`]. Callers echo the result with `Policy::absolute`, which in
//! English this grammar reads back.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::duration::{DurationError, MAX_DAYS, parse_duration};
use super::wording::{Day, number, read_clock, tidy, zone_name};
use super::{Zone, first_existing};

/// A moment that somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The instant meant.
    pub at: DateTime<Utc>,
    /// Set when the clock shows that local time twice, to be passed on to whoever typed it.
    pub note: Option<Overlap>,
}

/// A local time that the clock shows twice, as daylight saving ends. The earlier one is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// What the clock shows both times.
    pub local: NaiveDateTime,
    /// What the zone is called the first time, such as "CEST".
    pub earlier: String,
    /// What the zone is called the second time, such as "CET".
    pub later: String,
}

/// Why a moment was not understood or not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhenError {
    /// Nothing the grammar knows.
    Unclear,
    /// A day alone.
    NoTime,
    /// An hour without minutes, which might be morning, evening or a day.
    BareHour(u32),
    /// Looks like a time, but no clock shows it.
    NoSuchTime(String),
    /// Midnight, which may begin or end the day named.
    Midnight,
    /// A day that no calendar has, such as 30 February.
    NoSuchDay,
    /// A day of the week that does not go with the date.
    WrongWeekday {
        /// The date that was typed.
        date: NaiveDate,
        /// The day of the week that was typed with it.
        weekday: Weekday,
    },
    /// 11/12: the eleventh of December, or the twelfth of November.
    SlashedDate,
    /// An abbreviation that several zones share, with their full names.
    AmbiguousZone(String, &'static str),
    /// A zone of no known name.
    UnknownZone,
    /// An abbreviation that is not in force then.
    WrongSeason {
        /// The abbreviation that was typed.
        typed: String,
        /// The one in force.
        in_force: String,
    },
    /// It is a different day in the zone that was typed.
    DayDiffers,
    /// A local time that the clock skips as daylight saving begins.
    Skipped {
        /// What was typed.
        local: NaiveDateTime,
        /// The first local time after the gap.
        nearest: NaiveDateTime,
    },
    /// Not in the future.
    Past(DateTime<Utc>),
    /// More than a year away.
    TooFar(DateTime<Utc>),
    /// The span after "in".
    Span(DurationError),
}

impl From<DurationError> for WhenError {
    fn from(error: DurationError) -> Self {
        Self::Span(error)
    }
}

/// Reads a moment after `now`, in the zone `tz` unless the text names another.
///
/// # Errors
///
/// [`WhenError`] for whatever could be read in two ways, does not exist, has passed or is over a year away.
pub fn parse_when(text: &str, now: DateTime<Utc>, tz: Tz) -> Result<When, WhenError> {
    let text = tidy(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    if let ["in", span @ ..] = words.as_slice() {
        return after(&span.join(" "), now);
    }
    let slashed = |word: &&str| word.contains('/') && word.chars().all(|c| c.is_ascii_digit() || c == '/');
    if words.iter().any(slashed) {
        return Err(WhenError::SlashedDate);
    }
    let (zone, words) = take_zone(&words, now, tz)?;
    let (time, words) = take_time(words)?;
    let day = Day::read(words).ok_or(WhenError::Unclear)?;
    if day == Day::Unsaid {
        return next_time(&zone, time, now);
    }
    let date = day.date(zone.today(now))?;
    // "Tomorrow" is said by a person here about a clock there: it has to be the same day in both places.
    if !matches!(day, Day::Dated { .. }) && day.date(now.with_timezone(&tz).date_naive())? != date {
        return Err(WhenError::DayDiffers);
    }
    let when = resolve(&zone, date.and_time(time), now)?;
    if when.at <= now {
        Err(WhenError::Past(when.at))
    } else if when.at.signed_duration_since(now) > Duration::days(MAX_DAYS) {
        Err(WhenError::TooFar(when.at))
    } else {
        Ok(when)
    }
}

fn after(span: &str, now: DateTime<Utc>) -> Result<When, WhenError> {
    let span = match parse_duration(span) {
        Err(DurationError::Unclear) => return Err(WhenError::Unclear),
        read => read?,
    };
    now.checked_add_signed(span).map(|at| When { at, note: None }).ok_or(WhenError::Unclear)
}

/// The zone at the end, or that of the installation.
fn take_zone<'a>(
    words: &'a [&'a str],
    now: DateTime<Utc>,
    tz: Tz,
) -> Result<(Zone, &'a [&'a str]), WhenError> {
    let here = (Zone::Region(tz), words);
    let Some((last, rest)) = words.split_last() else {
        return Ok(here);
    };
    // Our own echo, "14:00 CET (UTC+01:00)": the offset decides, and the abbreviation before it says no more.
    if let Some(offset) = last.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        let zone = Zone::offset(offset).ok_or(WhenError::Unclear)?;
        let before = rest.split_last().filter(|(word, _)| Zone::named(word, now, tz).is_some());
        return Ok((zone, before.map_or(rest, |(_, before)| before)));
    }
    match Zone::named(last, now, tz) {
        Some(Ok(zone)) => Ok((zone, rest)),
        Some(Err(full_name)) => Err(WhenError::AmbiguousZone(last.to_uppercase(), full_name)),
        None if last.contains('/') => Err(WhenError::UnknownZone),
        None => Ok(here),
    }
}

/// The time at the end or at the beginning, with its "at".
fn take_time<'a>(words: &'a [&'a str]) -> Result<(NaiveTime, &'a [&'a str]), WhenError> {
    if let [rest @ .., last] = words
        && let Some(time) = read_clock(last)
    {
        return Ok((time?, rest.strip_suffix(&["at"]).unwrap_or(rest)));
    }
    let words = words.strip_prefix(&["at"]).unwrap_or(words);
    if let [first, rest @ ..] = words
        && let Some(time) = read_clock(first)
    {
        return Ok((time?, rest));
    }
    let bare =
        |word: &str, rest: &[&str]| number(word).filter(|hour| *hour < 24 && Day::read(rest).is_some());
    let [first, middle @ ..] = words else {
        return Err(WhenError::Unclear);
    };
    let last =
        words.split_last().and_then(|(last, rest)| bare(last, rest.strip_suffix(&["at"]).unwrap_or(rest)));
    match last.or_else(|| bare(first, middle)) {
        _ if Day::read(words).is_some() => Err(WhenError::NoTime),
        Some(hour) => Err(WhenError::BareHour(hour)),
        None => Err(WhenError::Unclear),
    }
}

/// The next time that the clock shows `time`, today or tomorrow.
fn next_time(zone: &Zone, time: NaiveTime, now: DateTime<Utc>) -> Result<When, WhenError> {
    let today = zone.today(now);
    match resolve(zone, today.and_time(time), now) {
        Ok(when) if when.at > now => Ok(when),
        Err(error) if time > zone.time(now) => Err(error),
        Ok(_) | Err(_) => resolve(zone, today.succ_opt().ok_or(WhenError::Unclear)?.and_time(time), now),
    }
}

fn resolve(zone: &Zone, local: NaiveDateTime, now: DateTime<Utc>) -> Result<When, WhenError> {
    let (tz, typed) = match zone {
        Zone::Region(tz) => (*tz, None),
        Zone::Abbreviated(name, tz) => (*tz, Some(name)),
        Zone::Fixed(offset) => {
            let at = offset.from_local_datetime(&local).earliest().ok_or(WhenError::Unclear)?.to_utc();
            return Ok(When { at, note: None });
        }
    };
    let found = tz.from_local_datetime(&local).map(|at| at.to_utc());
    let (Some(first), Some(last)) = (found.earliest(), found.latest()) else {
        let nearest = first_existing(local, tz).with_timezone(&tz).naive_local();
        return Err(WhenError::Skipped { local, nearest });
    };
    let (earlier, later) = (zone_name(first, tz), zone_name(last, tz));
    match typed {
        Some(typed) if *typed == earlier => Ok(When { at: first, note: None }),
        Some(typed) if *typed == later => Ok(When { at: last, note: None }),
        Some(typed) => Err(WhenError::WrongSeason { typed: typed.clone(), in_force: earlier }),
        // Only one of the two is still to come.
        None if first == last || first <= now => Ok(When { at: last, note: None }),
        None => Ok(When { at: first, note: Some(Overlap { local, earlier, later }) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    /// Sunday 22 November 2026, 10:53 in Berlin.
    const NOW: &str = "2026-11-22T09:53:00Z";

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an RFC 3339 moment")
    }

    fn read(text: &str, now: &str) -> Result<String, WhenError> {
        let when = parse_when(text, utc(now), Berlin)?;
        let note = when.note.map_or(String::new(), |_| " (of two)".to_owned());
        Ok(when.at.with_timezone(&Berlin).format("%a %F %R").to_string() + &note)
    }

    #[test]
    fn accepts() {
        let table = [
            ("14:00", "Sun 2026-11-22 14:00"),
            ("10:53", "Mon 2026-11-23 10:53"), // not after now: the next such time
            ("at 14:00", "Sun 2026-11-22 14:00"),
            ("12am", "Mon 2026-11-23 00:00"),
            ("12:30 PM", "Sun 2026-11-22 12:30"),
            ("2:30\u{202f}p.m.", "Sun 2026-11-22 14:30"),
            ("noon", "Sun 2026-11-22 12:00"),
            ("today 14:00", "Sun 2026-11-22 14:00"),
            ("tomorrow 14:00", "Mon 2026-11-23 14:00"),
            ("  Tomorrow, at  2pm! ", "Mon 2026-11-23 14:00"),
            ("“tomorrow @ 2pm”", "Mon 2026-11-23 14:00"),
            ("2pm tomorrow", "Mon 2026-11-23 14:00"),
            ("at 14:00 on friday", "Fri 2026-11-27 14:00"),
            ("friday 9:30", "Fri 2026-11-27 09:30"),
            ("next tue 10am", "Tue 2026-11-24 10:00"),
            ("24 nov 14:00", "Tue 2026-11-24 14:00"),
            ("2026-11-24 14:00", "Tue 2026-11-24 14:00"),
            ("2026\u{2011}11\u{2011}24T14:00", "Tue 2026-11-24 14:00"),
            ("2026-11-24T14:00:00Z", "Tue 2026-11-24 15:00"),
            ("2026-11-24t14:00-05:00", "Tue 2026-11-24 20:00"),
            ("24.11. 14:00", "Tue 2026-11-24 14:00"),
            ("Tue 24 Nov 2026, 14:00 CET (UTC+01:00)", "Tue 2026-11-24 14:00"), // our own echo
            ("monday 14:00 CET", "Mon 2026-11-23 14:00"),
            ("monday 14:00utc", "Mon 2026-11-23 15:00"),
            ("monday 14:00 america/new_york", "Mon 2026-11-23 20:00"),
            ("14:00 EST", "Sun 2026-11-22 20:00"),
            ("in 2h", "Sun 2026-11-22 12:53"),
            ("In 1 h 30 min", "Sun 2026-11-22 12:23"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text, NOW).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn refuses() {
        use WhenError::{AmbiguousZone, BareHour, Midnight, NoSuchDay, NoTime, SlashedDate, Span, Unclear};
        let past = |text: &str| WhenError::Past(utc(text));
        let table = [
            ("tomorrow 9", BareHour(9)),
            ("9", BareHour(9)),
            ("nov 24 at 14", BareHour(14)),
            ("9 tomorrow", BareHour(9)),
            ("friday", NoTime),
            ("nov 24", NoTime),
            ("midnight", Midnight),
            ("tomorrow midnight", Midnight),
            ("25:00", WhenError::NoSuchTime("25:00".to_owned())),
            ("today 10:00", past("2026-11-22T09:00:00Z")),
            ("2026-11-20 10:00", past("2026-11-20T09:00:00Z")),
            ("24 oct 10:00", past("2026-10-24T08:00:00Z")),
            ("2062-11-24 10:00", WhenError::TooFar(utc("2062-11-24T09:00:00Z"))),
            ("30 feb 10:00", NoSuchDay),
            (
                "mon 24 nov 14:00",
                WhenError::WrongWeekday {
                    date: "2026-11-24".parse().expect("a date"),
                    weekday: Weekday::Mon,
                },
            ),
            ("11/24 14:00", SlashedDate),
            (
                "tomorrow 14:00 IST",
                AmbiguousZone("IST".to_owned(), "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin"),
            ),
            ("14:00 Europe/Berln", WhenError::UnknownZone),
            ("monday 14:00 Pacific/Kiritimati", WhenError::DayDiffers), // where Monday has begun
            ("in 45", Span(DurationError::BareNumber(45))),
            ("in 3 days 14:00", Unclear),
            ("10:00-11:00", Unclear),
            ("10:00 - 11:00", Unclear),
            ("14:00 15:00", Unclear),
            ("14:00 or so", Unclear),
            ("the day after tomorrow 14:00", Unclear),
            ("14.30", Unclear),
            ("1400", Unclear),
            ("2h", Unclear),
            ("soon", Unclear),
            ("", Unclear),
        ];
        let now = "2026-11-22T11:53:00Z";
        for (text, error) in table {
            assert_eq!(read(text, now), Err(error), "{text:?}");
        }
    }

    #[test]
    fn the_hours_that_daylight_saving_skips_and_repeats() {
        let spring = "2027-03-27T20:00:00Z"; // Saturday evening; 02:00 becomes 03:00 on Sunday
        let autumn = "2026-10-24T20:00:00Z"; // 03:00 becomes 02:00 on Sunday
        let table = [
            ("tomorrow 1:59", spring, "Sun 2027-03-28 01:59"),
            ("tomorrow 3:00", spring, "Sun 2027-03-28 03:00"),
            ("in 9h", spring, "Sun 2027-03-28 07:00"),
            ("2:30", autumn, "Sun 2026-10-25 02:30 (of two)"),
            ("tomorrow 2:30 CET", autumn, "Sun 2026-10-25 02:30"),
            ("2:30", "2026-10-25T00:45:00Z", "Sun 2026-10-25 02:30"), // 02:45 CEST: the second is still to come
            ("2:30", "2026-10-25T01:45:00Z", "Mon 2026-10-26 02:30"),
        ];
        for (text, now, expected) in table {
            assert_eq!(read(text, now).as_deref(), Ok(expected), "{text:?}");
        }
        let [skipped, repeated] = [("2:30", spring), ("tomorrow 2:30 cest", autumn)]
            .map(|(text, now)| parse_when(text, utc(now), Berlin));
        let Err(WhenError::Skipped { local, nearest }) = skipped else { panic!("that hour does not exist") };
        assert_eq!(
            (local.to_string(), nearest.to_string()),
            ("2027-03-28 02:30:00".into(), "2027-03-28 03:00:00".into())
        );
        assert_eq!(repeated.map(|when| when.at), Ok(utc("2026-10-25T00:30:00Z")));
        let note = parse_when("2:30", utc(autumn), Berlin).map(|when| when.note.expect("two"));
        assert_eq!(note.map(|note| (note.earlier, note.later)), Ok(("CEST".to_owned(), "CET".to_owned())));
        let season = WhenError::WrongSeason { typed: "CET".to_owned(), in_force: "CEST".to_owned() };
        assert_eq!(read("18 oct 2026 14:00 cet", "2026-10-17T20:00:00Z"), Err(season));
    }
}
