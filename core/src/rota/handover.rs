//! When one person of a rota hands over to the next.
//!
//! A cron of five fields, at most once an hour, read as what the clocks show in a zone.
//!
//! - A local time that the clocks skip hands over at the first moment that exists after it, one that they show twice
//!   hands over at the first of the two; several that fall on one moment are one handover.
//! - Which turn a moment belongs to is counted from `from` on, so it is the same after every restart. The count is kept for
//!   every 16th day of twelve years from the beginning; the days since the last of these are counted each time.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;

use crate::time::first_existing;

/// A count is kept for each of so many days.
const COUNTED_EVERY: usize = 16;
/// How many counts are kept: twelve years. Longer than the eight years between two 29ths of February around 2100.
const COUNTS: usize = 275;

/// When one person of a rota hands over to the next.
#[derive(Clone, Debug)]
pub struct Handover {
    /// As it was written.
    text: String,
    zone: Tz,
    /// The first day.
    from: NaiveDate,
    /// The times of day at which it is handed over, in order; at most one in an hour.
    times: Vec<NaiveTime>,
    /// Matches midnight of the days on which it is handed over.
    days: Cron,
    /// When the first turn begins.
    begin: DateTime<Utc>,
    /// How many handovers there were before each 16th day, from the first day on.
    counts: Vec<u64>,
}

/// One turn of duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// How many there were before it.
    pub index: u64,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it is handed over.
    pub until: DateTime<Utc>,
}

impl PartialEq for Handover {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.zone, self.from) == (&other.text, other.zone, other.from)
    }
}

impl Eq for Handover {}

impl Handover {
    /// Reads a cron of five fields. The first turn begins on the day `from`: with the handover of that day, or, if there is
    /// none, with the day.
    ///
    /// # Errors
    /// A sentence for whoever wrote it.
    pub fn parse(cron: &str, from: NaiveDate, zone: Tz) -> Result<Self, String> {
        let fields: Vec<&str> = cron.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            let found = fields.len();
            return Err(format!(
                "a handover has five fields (minute, hour, day, month, day of the week), such as `0 9 * * MON`; this \
                 has {found}"
            ));
        };
        if !(1970..=2200).contains(&from.year()) {
            return Err("the first day has to be between 1970 and 2200".to_owned());
        }
        let read = |pattern: String| {
            Cron::from_str(&pattern).map_err(|error| format!("this handover can't be read: {error}"))
        };
        let times = times_of(&read(format!("{minute} {hour} * * *"))?);
        if times.windows(2).any(|pair| pair[0].signed_duration_since(pair[1]).abs().num_minutes() < 60) {
            return Err("it can't be handed over more often than once an hour".to_owned());
        }
        let days = read(format!("0 0 {day} {month} {weekday}"))?;
        let mut handover = Self {
            text: fields.join(" "),
            zone,
            from,
            times,
            days,
            begin: DateTime::UNIX_EPOCH,
            counts: Vec::new(),
        };
        handover.count();
        let first =
            handover.first_since(from).ok_or("there is no such day, so it would never be handed over")?;
        let beginning = first_existing(from.and_time(NaiveTime::MIN), zone);
        let is_that_day = first.with_timezone(&zone).date_naive() == from;
        handover.begin = if is_that_day { first } else { beginning };
        Ok(handover)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When the first turn begins.
    #[must_use]
    pub fn begin(&self) -> DateTime<Utc> {
        self.begin
    }

    /// The turn that goes on at a moment; `None` before the first.
    #[must_use]
    pub fn watch_at(&self, at: DateTime<Utc>) -> Option<Watch> {
        if at < self.begin {
            return None;
        }
        // The day before too: what the clocks skip at its end happens on the next.
        let today = at.with_timezone(&self.zone).date_naive();
        let near = today.pred_opt().unwrap_or(today).max(self.from);
        let mut index = self.count_before(near);
        let mut last = None;
        for day in near.iter_days().take_while(|day| *day <= today) {
            for moment in self.moments(day).into_iter().filter(|moment| *moment <= at) {
                (index, last) = (index + 1, Some(moment));
            }
        }
        // The handover that the first turn begins with is none that ends a turn.
        let is_begun_by_one = self.first_since(self.from) == Some(self.begin);
        let last = last.or_else(|| self.last_before(near)).map_or(self.begin, |last| last.max(self.begin));
        let index = index.saturating_sub(u64::from(is_begun_by_one));
        Some(Watch { index, from: last, until: self.next_after(at) })
    }

    /// The first handover after a moment.
    #[must_use]
    pub fn next_after(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = at.with_timezone(&self.zone).date_naive();
        let from = today.pred_opt().unwrap_or(today).max(self.from);
        let mut days = from.iter_days().take(COUNTED_EVERY * COUNTS);
        let next = days.find_map(|day| self.moments(day).into_iter().find(|moment| *moment > at));
        next.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn first_since(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let mut days = day.iter_days().take(COUNTED_EVERY * COUNTS);
        days.find_map(|day| self.moments(day).first().copied())
    }

    /// The last handover of the days before a day, and since the first.
    fn last_before(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let mut days = std::iter::successors(day.pred_opt(), NaiveDate::pred_opt);
        days.by_ref()
            .take_while(|day| *day >= self.from)
            .take(COUNTED_EVERY * COUNTS)
            .find_map(|day| self.moments(day).last().copied())
    }

    /// How many handovers belong to the days before this one, from the first day on.
    fn count_before(&self, day: NaiveDate) -> u64 {
        let passed = usize::try_from((day - self.from).num_days()).unwrap_or(0);
        let known = (passed / COUNTED_EVERY).min(self.counts.len().saturating_sub(1));
        let since = known * COUNTED_EVERY;
        let days = self.from.iter_days().skip(since).take(passed - since);
        self.counts.get(known).copied().unwrap_or(0) + days.map(|day| self.how_many(day)).sum::<u64>()
    }

    fn count(&mut self) {
        let mut counts = Vec::with_capacity(COUNTS);
        let mut total = 0;
        for (index, day) in self.from.iter_days().take(COUNTED_EVERY * COUNTS).enumerate() {
            if index.is_multiple_of(COUNTED_EVERY) {
                counts.push(total);
            }
            total += self.how_many(day);
        }
        self.counts = counts;
    }

    fn how_many(&self, day: NaiveDate) -> u64 {
        if !self.is_day(day) {
            return 0;
        }
        if is_like_others(day, self.zone) {
            return self.times.len() as u64;
        }
        self.moments(day).len() as u64
    }

    /// The handovers of a day, in order. One that the clocks put at the beginning of the next day is left to that day if
    /// it has it too.
    fn moments(&self, day: NaiveDate) -> Vec<DateTime<Utc>> {
        if !self.is_day(day) {
            return Vec::new();
        }
        let mut moments: Vec<DateTime<Utc>> =
            self.times.iter().map(|time| first_existing(day.and_time(*time), self.zone)).collect();
        moments.dedup();
        let is_later = |moment: &DateTime<Utc>| moment.with_timezone(&self.zone).date_naive() > day;
        if moments.last().is_some_and(is_later) {
            let next = day.succ_opt().map(|next| self.moments(next)).unwrap_or_default();
            moments.retain(|moment| !next.contains(moment));
        }
        moments
    }

    fn is_day(&self, day: NaiveDate) -> bool {
        self.days.is_time_matching(&day.and_time(NaiveTime::MIN).and_utc()).unwrap_or(false)
    }
}

/// The times of day that a cron for every day matches.
fn times_of(cron: &Cron) -> Vec<NaiveTime> {
    let any_day = DateTime::UNIX_EPOCH;
    let next_day = any_day + Days::new(1);
    cron.iter_from(any_day, croner::Direction::Forward)
        .take_while(|moment| *moment < next_day)
        .map(|moment| moment.time())
        .collect()
}

/// Whether the clocks show each time of the day once.
fn is_like_others(day: NaiveDate, zone: Tz) -> bool {
    let midnight = |day: NaiveDate| zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).single();
    let (Some(begin), Some(end)) = (midnight(day), day.succ_opt().and_then(midnight)) else { return false };
    (end - begin).num_minutes() == 24 * 60
}
