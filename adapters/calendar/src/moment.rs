//! Moments and lengths of time as calendars write them.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::{lines::Line, zone::Zones};

/// The years that calendars reach: Outlook begins in 1601.
const YEARS: std::ops::RangeInclusive<u32> = 1601..=2300;

/// What a clock shows somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) local: NaiveDateTime,
    /// Whether it is a whole day.
    pub(crate) is_day: bool,
    pub(crate) zone: Tz,
}

impl Moment {
    /// A value of a line: a day, a time in UTC, or a time in the zone of the line or the usual one.
    pub(crate) fn read(value: &str, line: &Line, zones: &Zones) -> Option<Self> {
        let value = value.trim();
        let is_sane = value.get(..8).is_some_and(|day| day.bytes().all(|b| b.is_ascii_digit()));
        let year: u32 = value.get(..4).filter(|_| is_sane)?.parse().ok()?;
        if !YEARS.contains(&year) {
            return None;
        }
        if let Ok(day) = NaiveDate::parse_from_str(value, "%Y%m%d") {
            return Some(Self { local: day.and_time(NaiveTime::MIN), is_day: true, zone: zones.usual });
        }
        let (local, zone) = match value.strip_suffix(['Z', 'z']) {
            Some(local) => (local, Tz::UTC),
            None => (value, zones.get(line.param("TZID"))),
        };
        let local = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?;
        Some(Self { local, is_day: false, zone })
    }

    pub(crate) fn instant(&self) -> DateTime<Utc> {
        instant(self.local, self.zone)
    }

    /// The same moment as clocks in another zone show it. A day is that day everywhere.
    pub(crate) fn shown_in(&self, zone: Tz) -> NaiveDateTime {
        if self.is_day || self.zone == zone {
            return self.local;
        }
        self.instant().with_timezone(&zone).naive_local()
    }
}

/// When clocks show this: the first time of two, and where they skip it, as long after the gap's beginning as it says.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return found.to_utc();
    }
    let before = local - Duration::days(1);
    let offset = zone.offset_from_utc_datetime(&before).fix();
    DateTime::from_naive_utc_and_offset(local - Duration::seconds(offset.local_minus_utc().into()), Utc)
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// By the clock on the wall: from nine to nine is a day, whatever the clocks do in between.
    Shown(Duration),
    /// So many hours, whatever clocks show.
    Passed(Duration),
}

impl Length {
    /// "P7D", "PT8H", "P1DT12H", "P1W". None that is negative or longer than a year.
    pub(crate) fn read(value: &str) -> Option<Self> {
        let value = value.trim().strip_prefix('+').unwrap_or(value.trim());
        let (days, time) = match value.strip_prefix('P')?.split_once('T') {
            Some((days, time)) => (days, time),
            None => (value.strip_prefix('P')?, ""),
        };
        let mut total = Duration::zero();
        let mut add = |text: &str, units: &[(char, i64)]| {
            let mut number = String::new();
            for c in text.chars() {
                if c.is_ascii_digit() && number.len() < 9 {
                    number.push(c);
                    continue;
                }
                let (_, secs) = units.iter().find(|(unit, _)| *unit == c)?;
                let count: i64 = number.parse().ok()?;
                total += Duration::try_seconds(count.checked_mul(*secs)?)?;
                number.clear();
            }
            number.is_empty().then_some(())
        };
        add(days, &[('W', 604_800), ('D', 86_400)])?;
        add(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
        let length = if days.is_empty() { Self::Passed(total) } else { Self::Shown(total) };
        length.bounded()
    }

    /// Itself, if an entry can be as long.
    pub(crate) fn bounded(self) -> Option<Self> {
        let (Self::Shown(length) | Self::Passed(length)) = self;
        (length >= Duration::zero() && length <= Duration::days(366)).then_some(self)
    }

    /// When what begins then ends.
    pub(crate) fn after(self, begin: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Shown(length) => instant(begin + length, zone),
            Self::Passed(length) => instant(begin, zone) + length,
        }
    }
}
