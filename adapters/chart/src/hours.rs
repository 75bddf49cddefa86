//! What time it was: the few moments written below the picture, as a clock on the wall there says them.

use chrono::{DateTime, DurationRound, Timelike, Utc};
use chrono_tz::Tz;

/// How many minutes there are between two of them.
const STEPS: [u32; 11] = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440];
/// How many there are at most.
const AT_MOST: i64 = 5;

/// The moments between these, with their words.
pub(crate) fn hours(from: DateTime<Utc>, until: DateTime<Utc>, zone: Tz) -> Vec<(DateTime<Utc>, String)> {
    let minutes = (until - from).num_minutes();
    let Some(step) = STEPS.into_iter().find(|step| minutes / i64::from(*step) <= AT_MOST) else {
        return Vec::new();
    };
    let minute = chrono::Duration::minutes(1);
    let Ok(mut at) = from.duration_trunc(minute) else { return Vec::new() };
    let mut hours = Vec::new();
    while at <= until {
        let local = at.with_timezone(&zone);
        if at >= from && (local.hour() * 60 + local.minute()) % step == 0 {
            hours.push((at, clock(at, zone)));
        }
        at += minute;
    }
    hours
}

/// A moment as a clock there shows it.
pub(crate) fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_of_an_hour_on_any_clock() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        for (zone, expected) in [
            (Tz::UTC, ["10:00", "10:15", "10:30", "10:45"]),
            (Tz::Europe__Berlin, ["11:00", "11:15", "11:30", "11:45"]),
            (Tz::Asia__Kathmandu, ["15:45", "16:00", "16:15", "16:30"]),
        ] {
            let found = hours(at("2026-11-22T09:53:20Z"), at("2026-11-22T10:53:20Z"), zone);
            assert_eq!(found.into_iter().map(|(_, words)| words).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn any_span() {
        let from = "2026-03-29T00:30:00Z".parse::<DateTime<Utc>>().expect("a time");
        for minutes in [-10, 0, 1, 7, 60, 100, 600, 1440, 7000] {
            let found = hours(from, from + chrono::Duration::minutes(minutes), Tz::Europe__Berlin);
            assert!(found.len() <= 6, "{minutes}: {found:?}");
        }
    }
}
