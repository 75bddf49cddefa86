//! When people can be expected to be at work, in the time zone of the installation.
//!
//! - Total: hours without a single working day mean every day, so that no search runs for ever.
//! - A closing time at or before the opening (09:00 to 00:00) means the end of that day.
//! - Daylight saving moves nothing into nowhere: a time that the clock skips becomes the first minute after
//!   it, and one that it shows twice is the earlier of the two.
//!
//! Public holidays are not known here: a moment proposed on one is moved by the people it concerns.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::first_existing;

/// "About a day": a retrospective this soon still leaves a night and a morning to prepare it.
const RETROSPECTIVE_NOTICE_HOURS: i64 = 18;
/// How far ahead the next working day is looked for: a week, and a week more for days that daylight saving
/// ate.
const SEARCH_DAYS: u64 = 15;

/// The days and hours at which people work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHours {
    /// Which days are worked, Monday first.
    pub days: [bool; 7],
    /// Local time at which work begins.
    pub start: NaiveTime,
    /// Local time at which work has ended.
    pub end: NaiveTime,
}

impl Default for WorkingHours {
    /// Monday to Friday, 09:00 to 17:00.
    fn default() -> Self {
        let days = [true, true, true, true, true, false, false];
        Self { days, start: hour(9), end: hour(17) }
    }
}

const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

impl WorkingHours {
    /// Whether people are at work at that moment.
    #[must_use]
    pub fn contains(&self, at: DateTime<Utc>, tz: Tz) -> bool {
        let local = at.with_timezone(&tz);
        let time = local.time();
        let ends_with_the_day = self.end <= self.start;
        self.works_on(local.date_naive()) && time >= self.start && (time < self.end || ends_with_the_day)
    }

    /// `after` itself when people are at work then, otherwise the next moment at which work begins.
    #[must_use]
    pub fn next_opening(&self, after: DateTime<Utc>, tz: Tz) -> DateTime<Utc> {
        if self.contains(after, tz) {
            return after;
        }
        // Hours may lie inside the one hour that the clock skips: such a day has no opening.
        let mut openings = self.moments(after, self.start, tz);
        openings.find(|opening| *opening > after && self.contains(*opening, tz)).unwrap_or(after)
    }

    /// The first moment strictly after `after` that is on a working day at the local time `time`.
    #[must_use]
    pub fn next_daily(&self, after: DateTime<Utc>, time: NaiveTime, tz: Tz) -> DateTime<Utc> {
        self.moments(after, time, tz).find(|moment| *moment > after).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The same time of day on the `n`th working day after the day of `from`; `from` itself when `n` is 0.
    #[must_use]
    pub fn working_days_after(&self, from: DateTime<Utc>, n: u32, tz: Tz) -> DateTime<Utc> {
        let Some(before) = n.checked_sub(1) else {
            return from;
        };
        let local = from.with_timezone(&tz).naive_local();
        // Any seven days in a row hold the same number of working days, so that whole weeks need no counting.
        let per_week = self.working_week().iter().map(|works| u32::from(*works)).sum::<u32>().max(1);
        let (weeks, left) = (before / per_week, before % per_week);
        let day = local.date().checked_add_days(Days::new(7 * u64::from(weeks)));
        let day = day.and_then(|day| self.days_after(day).nth(left as usize));
        day.map_or(DateTime::<Utc>::MAX_UTC, |day| first_existing(day.and_time(local.time()), tz))
    }

    /// When to hold the retrospective of an incident resolved at `resolved_at`, due `within` that long.
    ///
    /// A working day at 14:00, the next one at the earliest and about a day later where `within` allows. When
    /// no working day comes before the due moment, it is the first one after it.
    #[must_use]
    pub fn propose_retrospective(
        &self,
        resolved_at: DateTime<Utc>,
        within: Duration,
        tz: Tz,
    ) -> DateTime<Utc> {
        let today = resolved_at.with_timezone(&tz).date_naive();
        let due = resolved_at.checked_add_signed(within).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut slots = self.days_after(today).map(|day| first_existing(day.and_time(hour(14)), tz));
        let soonest = slots.next().unwrap_or(due);
        let rested =
            soonest.signed_duration_since(resolved_at) >= Duration::hours(RETROSPECTIVE_NOTICE_HOURS);
        match slots.next() {
            Some(second) if !rested && second <= due => second,
            Some(_) | None => soonest,
        }
    }

    /// The moments with the local time `time` on working days, from the day of `from` on.
    fn moments(&self, from: DateTime<Utc>, time: NaiveTime, tz: Tz) -> impl Iterator<Item = DateTime<Utc>> {
        let today = tz.from_utc_datetime(&from.naive_utc()).date_naive();
        let days = today.iter_days().take(SEARCH_DAYS as usize).filter(|day| self.works_on(*day));
        days.map(move |day| first_existing(day.and_time(time), tz))
    }

    fn days_after(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        day.iter_days().skip(1).take(SEARCH_DAYS as usize).filter(|day| self.works_on(*day))
    }

    fn works_on(&self, day: NaiveDate) -> bool {
        self.working_week().get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or(true)
    }

    fn working_week(&self) -> [bool; 7] {
        if self.days.contains(&true) { self.days } else { [true; 7] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::Pacific::Apia;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an RFC 3339 moment")
    }

    /// A moment in Berlin as "Mon 2026-11-23 09:00".
    fn local(at: DateTime<Utc>) -> String {
        at.with_timezone(&Berlin).format("%a %Y-%m-%d %H:%M").to_string()
    }

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day")
    }

    #[test]
    fn contains_is_from_the_opening_to_just_before_the_end() {
        let hours = WorkingHours::default();
        let late = WorkingHours { end: NaiveTime::MIN, ..hours.clone() };
        let table = [
            ("2026-11-23T07:59:59Z", false, false), // Monday 08:59:59
            ("2026-11-23T08:00:00Z", true, true),
            ("2026-11-23T15:59:59Z", true, true),
            ("2026-11-23T16:00:00Z", false, true),
            ("2026-11-23T22:59:59Z", false, true),
            ("2026-11-23T23:00:00Z", false, false), // Tuesday 00:00
            ("2026-11-22T10:00:00Z", false, false), // Sunday
        ];
        for (at, expected, expected_late) in table {
            assert_eq!(hours.contains(utc(at), Berlin), expected, "{at}");
            assert_eq!(late.contains(utc(at), Berlin), expected_late, "{at} until midnight");
        }
    }

    #[test]
    fn next_opening() {
        let hours = WorkingHours::default();
        let table = [
            ("2026-11-23T10:30:00Z", "Mon 2026-11-23 11:30"), // at work already
            ("2026-11-23T05:00:00Z", "Mon 2026-11-23 09:00"),
            ("2026-11-23T16:00:00Z", "Tue 2026-11-24 09:00"),
            ("2026-11-20T20:00:00Z", "Mon 2026-11-23 09:00"), // over the weekend
            ("2026-03-27T20:00:00Z", "Mon 2026-03-30 09:00"), // and over the change of clocks
        ];
        for (after, expected) in table {
            assert_eq!(local(hours.next_opening(utc(after), Berlin)), expected, "{after}");
        }
        let night = WorkingHours { days: [true; 7], start: time(2, 0), end: time(3, 0) };
        let opening = night.next_opening(utc("2026-03-28T22:00:00Z"), Berlin);
        assert_eq!(local(opening), "Mon 2026-03-30 02:00", "that hour does not exist on the 29th");
    }

    #[test]
    fn next_daily_is_strictly_after_and_on_a_working_day() {
        let table = [
            ([true; 7], "2026-11-23T08:00:00Z", (9, 0), "Tue 2026-11-24 09:00"),
            ([true; 7], "2026-11-23T07:59:00Z", (9, 0), "Mon 2026-11-23 09:00"),
            ([true; 7], "2026-03-28T12:00:00Z", (2, 30), "Sun 2026-03-29 03:00"), // skipped: first minute after
            ([true; 7], "2026-10-24T12:00:00Z", (2, 30), "Sun 2026-10-25 02:30"), // shown twice: the earlier
            ([true; 7], "2026-10-25T00:30:00Z", (2, 30), "Mon 2026-10-26 02:30"), // and only once
            ([false; 7], "2026-11-21T12:00:00Z", (9, 0), "Sun 2026-11-22 09:00"), // no day at all means every day
            (WorkingHours::default().days, "2026-11-20T12:00:00Z", (9, 0), "Mon 2026-11-23 09:00"),
            (
                [false, false, true, false, false, false, false],
                "2026-11-25T12:00:00Z",
                (9, 0),
                "Wed 2026-12-02 09:00",
            ),
        ];
        for (days, after, (hour, minute), expected) in table {
            let hours = WorkingHours { days, ..WorkingHours::default() };
            assert_eq!(local(hours.next_daily(utc(after), time(hour, minute), Berlin)), expected, "{after}");
        }
        let first = WorkingHours::default().next_daily(utc("2026-10-24T12:00:00Z"), time(2, 30), Berlin);
        assert_eq!(local(first), "Mon 2026-10-26 02:30");
    }

    #[test]
    fn a_day_that_a_zone_left_out_is_passed_over() {
        let hours = WorkingHours { days: [true; 7], ..WorkingHours::default() };
        let after = utc("2011-12-30T05:00:00Z"); // Thursday evening in Samoa, which had no Friday 30th
        let next = hours.next_daily(after, time(9, 0), Apia).with_timezone(&Apia);
        assert_eq!(next.format("%F %R").to_string(), "2011-12-31 00:00");
    }

    #[test]
    fn working_days_after() {
        let hours = WorkingHours::default();
        let friday = utc("2026-11-20T14:30:00Z");
        let table = [
            (0, "Fri 2026-11-20 15:30"),
            (1, "Mon 2026-11-23 15:30"),
            (5, "Fri 2026-11-27 15:30"),
            (6, "Mon 2026-11-30 15:30"),
            (15, "Fri 2026-12-11 15:30"),
            (100, "Fri 2027-04-09 15:30"), // the same local time although the clocks have changed
        ];
        for (n, expected) in table {
            assert_eq!(local(hours.working_days_after(friday, n, Berlin)), expected, "{n} days");
        }
        let sunday = utc("2026-11-22T14:30:00Z");
        assert_eq!(local(hours.working_days_after(sunday, 5, Berlin)), "Fri 2026-11-27 15:30");
        assert_eq!(hours.working_days_after(sunday, u32::MAX, Berlin), DateTime::<Utc>::MAX_UTC);
    }

    #[test]
    fn proposes_a_retrospective() {
        let hours = WorkingHours::default();
        let table = [
            ("2026-11-23T10:00:00Z", 72, "Tue 2026-11-24 14:00"), // Monday morning: the next day
            ("2026-11-23T22:00:00Z", 72, "Wed 2026-11-25 14:00"), // Monday 23:00: people sleep first
            ("2026-11-23T22:00:00Z", 24, "Tue 2026-11-24 14:00"), // unless it is due before that
            ("2026-11-23T22:00:00Z", 1, "Tue 2026-11-24 14:00"),
            ("2026-11-20T10:00:00Z", 24, "Mon 2026-11-23 14:00"), // Friday, no working day in time
            ("2026-11-21T10:00:00Z", 72, "Mon 2026-11-23 14:00"),
            ("2026-11-22T22:59:00Z", 72, "Tue 2026-11-24 14:00"), // Sunday 23:59
            ("2026-03-27T13:00:00Z", 72, "Mon 2026-03-30 14:00"), // over the change of clocks
        ];
        for (resolved, within, expected) in table {
            let slot = hours.propose_retrospective(utc(resolved), Duration::hours(within), Berlin);
            assert_eq!(local(slot), expected, "resolved {resolved}, within {within} h");
        }
        let idle = WorkingHours { days: [false; 7], ..hours };
        let slot = idle.propose_retrospective(utc("2026-11-20T10:00:00Z"), Duration::MAX, Berlin);
        assert_eq!(local(slot), "Sat 2026-11-21 14:00");
    }
}
