//! Calendars as they are found, hostile ones, and where they are read from.

mod found;
mod hostile;
mod source;

use chrono::{DateTime, Utc};
use chrono_tz::{Europe, Tz};

use crate::shifts;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 moment")
}

/// A calendar with these lines in it.
fn calendar(lines: &str) -> String {
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
}

fn in_zone(text: &str, zone: Tz, now: &str) -> Vec<String> {
    let shifts = shifts(text, zone, utc(now)).unwrap_or_else(|trouble| panic!("{trouble}"));
    let shown = |at: DateTime<Utc>| at.format("%m-%d %H:%M").to_string();
    shifts
        .iter()
        .map(|shift| format!("{} to {}: {}", shown(shift.from), shown(shift.until), shift.who[0]))
        .collect()
}

/// The shifts of a calendar in Berlin, in UTC, with whom each names first.
fn read(text: &str, now: &str) -> Vec<String> {
    in_zone(text, Europe::Berlin, now)
}
