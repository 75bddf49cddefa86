//! From the text of a calendar to who is on duty when.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use sitrep_core::port::Shift;

use crate::{
    entry::Entry,
    lines::Calendar,
    moment::{Moment, instant},
    recurrence::{Patience, beginnings},
    zone::Zones,
};

/// How far back and ahead it is read.
const BACK: Duration = Duration::days(2);
const AHEAD: Duration = Duration::days(60);
/// The most shifts that there may be in this time.
const MOST_SHIFTS: usize = 5_000;

/// Who is on duty from two days ago until in sixty days, in the order of the beginnings. Times without a zone are in that
/// of the calendar, or, if it has none, in `timezone`.
///
/// # Errors
/// A sentence, if the text is no calendar or a hostile one.
pub fn shifts(text: &str, timezone: Tz, now: DateTime<Utc>) -> Result<Vec<Shift>, String> {
    let calendar = Calendar::read(text)?;
    let zones = Zones::of(&calendar, timezone, now);
    let mut entries: Vec<Entry> =
        calendar.entries.iter().filter_map(|lines| Entry::read(lines, &zones)).collect();
    leave_out_what_others_stand_for(&mut entries);
    let (from, until) = (now - BACK, now + AHEAD);
    let patience = Patience::new();
    let mut shifts: Vec<Shift> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_cancelled && !entry.who.is_empty()) {
        for begin in beginnings(entry, (from, until), &zones, patience)? {
            let shift = Shift {
                from: instant(begin, entry.begin.zone),
                until: entry.end_of(begin),
                who: entry.who.clone(),
            };
            if shift.until > shift.from && shift.until > from && shift.from < until {
                shifts.push(shift);
            }
            if shifts.len() > MOST_SHIFTS {
                return Err(format!("it has more than {MOST_SHIFTS} shifts in two months"));
            }
        }
    }
    shifts.sort_by(|a, b| (a.from, a.until, &a.who).cmp(&(b.from, b.until, &b.who)));
    shifts.dedup();
    Ok(shifts)
}

/// An entry that stands for one occurrence of another takes its place, wherever it was moved to.
fn leave_out_what_others_stand_for(entries: &mut [Entry]) {
    let mut instead: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for entry in entries.iter() {
        if let Some(moment) = entry.instead_of {
            instead.entry(entry.uid.clone()).or_default().push(moment);
        }
    }
    for entry in entries.iter_mut().filter(|entry| entry.instead_of.is_none()) {
        for moment in instead.get(&entry.uid).into_iter().flatten() {
            entry.leave_out(*moment);
        }
    }
    // It happens once, whatever rule was copied into it.
    for entry in entries.iter_mut().filter(|entry| entry.instead_of.is_some()) {
        entry.rules.clear();
        entry.further.clear();
    }
}

/// The same, as it is handed in.
pub(crate) fn shared(text: &str, timezone: Tz, now: DateTime<Utc>) -> Result<Arc<[Shift]>, String> {
    shifts(text, timezone, now).map(Arc::from)
}
