//! When an entry recurs.
//!
//! Rules are worked out on the wall clock alone, as if there were no zones; what the clocks of the zone do comes after
//! that. So a rule means what people read in it, on the days on which clocks change, too.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDateTime, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use crate::{
    entry::Entry,
    lines::Line,
    moment::{Length, Moment},
    zone::Zones,
};

/// How many occurrences of one rule are worked out, from its beginning on: hourly for seventeen years.
const MOST_STEPS: usize = 150_000;
/// How many times of one day a rule may name.
const MOST_TIMES: usize = 48;
/// How long working out all rules of a calendar may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// How much time is left for the rules of a calendar.
#[derive(Clone, Copy)]
pub(crate) struct Patience(Instant);

impl Patience {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// # Errors
    /// A sentence, if none is left.
    pub(crate) fn check(self) -> Result<(), String> {
        if self.0.elapsed() < PATIENCE {
            return Ok(());
        }
        Err(format!("working out what recurs in it took more than {} seconds", PATIENCE.as_secs()))
    }
}

/// The beginnings of an entry, as clocks show them, of those that may touch the time between two moments.
///
/// # Errors
/// A sentence, if it takes too long.
pub(crate) fn beginnings(
    entry: &Entry,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    zones: &Zones,
    patience: Patience,
) -> Result<BTreeSet<NaiveDateTime>, String> {
    let (Length::Shown(length) | Length::Passed(length)) = entry.length;
    // Clocks differ from UTC by less than a day, and change by less.
    let near = chrono::Duration::days(2);
    let window = (from - length - near).naive_utc()..(until + near).naive_utc();
    let mut beginnings: BTreeSet<NaiveDateTime> = entry.further.clone();
    if entry.rules.is_empty() {
        beginnings.insert(entry.begin.local);
    }
    for rule in &entry.rules {
        let Some(set) = read(rule, entry, zones) else { continue };
        for (step, begin) in (&set.limit()).into_iter().take(MOST_STEPS).enumerate() {
            if step.is_multiple_of(64) {
                patience.check()?;
            }
            let begin = begin.naive_utc();
            if begin >= window.end {
                break;
            }
            if begin >= window.start {
                beginnings.insert(begin);
            }
        }
        patience.check()?;
    }
    beginnings.retain(|begin| window.contains(begin) && !entry.is_left_out(*begin));
    Ok(beginnings)
}

/// A rule, on a clock that never changes. `None` if it makes no sense for duty, or none at all.
fn read(rule: &str, entry: &Entry, zones: &Zones) -> Option<RRuleSet> {
    let mut parts: Vec<String> = Vec::new();
    let mut times = 1_usize;
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        match name.trim().to_ascii_uppercase().as_str() {
            // Nobody is on duty for a second.
            "FREQ" if ["SECONDLY", "MINUTELY"].iter().any(|freq| value.eq_ignore_ascii_case(freq)) => {
                return None;
            }
            "UNTIL" => parts.push(format!("UNTIL={}", until(value, entry, zones)?)),
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                times = times.saturating_mul(value.split(',').count());
                parts.push(part.to_owned());
            }
            _ => parts.push(part.to_owned()),
        }
    }
    if times > MOST_TIMES {
        return None;
    }
    let begin = entry.begin.local.and_utc().with_timezone(&Tz::UTC);
    let rule: RRule<Unvalidated> = parts.join(";").parse().ok()?;
    rule.build(begin).ok()
}

/// The last beginning, as the clocks of the entry show it. A day is that whole day.
fn until(value: &str, entry: &Entry, zones: &Zones) -> Option<String> {
    let line = Line::default();
    let until = Moment::read(value, &line, zones)?;
    let local = if until.is_day {
        until.local.date().and_hms_opt(23, 59, 59)?
    } else if until.zone == chrono_tz::Tz::UTC {
        until.shown_in(entry.begin.zone)
    } else {
        // Without a zone it is in that of the entry.
        until.local
    };
    Some(local.format("%Y%m%dT%H%M%SZ").to_string())
}
