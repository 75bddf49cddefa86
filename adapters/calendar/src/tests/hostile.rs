//! Calendars that would like to be read for ever.

use std::time::{Duration, Instant};

use chrono_tz::Tz;

use super::{calendar, read, utc};
use crate::{Address, lines::MOST_ENTRIES, shifts};

const NOW: &str = "2026-11-23T12:00:00Z";

fn recurring(begin: &str, rule: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:1\nSUMMARY:Mallory\nDTSTART:{begin}\nDURATION:PT1H\nRRULE:{rule}\nEND:VEVENT\n"
    )
}

const GOOD: &str =
    "BEGIN:VEVENT\nUID:2\nSUMMARY:Alice\nDTSTART:20261123T080000Z\nDTEND:20261124T080000Z\nEND:VEVENT\n";

#[test]
fn rules_that_never_end_cost_little_and_no_other_entry() {
    for (begin, rule) in [
        ("19700101T000000Z", "FREQ=SECONDLY"),
        ("20261123T000000Z", "FREQ=MINUTELY;INTERVAL=1"),
        (
            "20261123T000000Z",
            "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6",
        ),
        ("19700101T000000Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        ("20261123T000000Z", "FREQ=DAILY;INTERVAL=0"),
        ("20261123T000000Z", "FREQ=DAILY;INTERVAL=-1"),
        ("20261123T000000Z", "FREQ=DAILY;INTERVAL=99999999999999999999"),
        ("20261123T000000Z", "FREQ=WEEKLY;BYDAY=XX"),
        ("20261123T000000Z", "FREQ="),
        ("20261123T000000Z", "UNTIL=20261130T000000Z"),
        ("20261123T000000Z", "FREQ=DAILY;UNTIL=20200101T000000Z"),
        ("20261123T000000Z", "FREQ=DAILY\u{7f};COUNT=18446744073709551616"),
        ("99991231T235959Z", "FREQ=DAILY"),
        ("00000101T000000Z", "FREQ=DAILY"),
        ("20261399T000000Z", "FREQ=DAILY"),
    ] {
        let begun = Instant::now();
        let found = read(&calendar(&format!("{}{GOOD}", recurring(begin, rule))), NOW);
        assert_eq!(found, ["11-23 08:00 to 11-24 08:00: Alice"], "{rule}");
        assert!(begun.elapsed() < Duration::from_secs(30), "{rule} took {:?}", begun.elapsed());
    }
}

#[test]
fn too_much_is_refused_in_a_sentence() {
    let refused = |text: &str| shifts(text, Tz::UTC, utc(NOW)).expect_err("refused");
    assert_eq!(refused(""), "what it gave is not a calendar");
    assert_eq!(refused("<html>Sign in</html>"), "what it gave is not a calendar");
    let many = calendar(&GOOD.repeat(MOST_ENTRIES + 1));
    assert_eq!(refused(&many), "it has more than 10000 entries");
    let often: String = (0..5).map(|n| recurring(&format!("2026112{n}T000000Z"), "FREQ=HOURLY")).collect();
    assert_eq!(refused(&calendar(&often)), "it has more than 5000 shifts in two months");
    // Each of them alone would be bearable.
    let slow = recurring("19700101T000000Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").repeat(2000);
    let begun = Instant::now();
    assert!(refused(&calendar(&slow)).starts_with("working out what recurs in it took more than"));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn garbage_is_passed_over() {
    for text in [
        "BEGIN:VEVENT\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:2026\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:20261123T080000Z\nDTEND:20261122T080000Z\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:20261123T080000Z\nDURATION:-PT1H\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:20261123T080000Z\nDURATION:P99999999999D\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART:20261123T080000Z\nDTEND:99991231T000000Z\nEND:VEVENT\n",
        "BEGIN:VEVENT\nDTSTART:20261123T080000Z\nDTEND:20261124T080000Z\nEND:VEVENT\n",
        "BEGIN:VEVENT\nSUMMARY:X\nDTSTART;TZID=\"é:20261123\nDTSTART:é0261123T080000\nEND:VEVENT\n",
        "END:VCALENDAR\nEND:NOTHING\n;:;:\"\n:\n;\n é\n\tx\n\u{0}\n",
        "BEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:VTODO\nSUMMARY:X\nEND:A\nEND:A\nEND:A\n",
    ] {
        let found = read(&format!("BEGIN:VCALENDAR\n{text}{GOOD}END:VCALENDAR\n"), NOW);
        assert_eq!(found, ["11-23 08:00 to 11-24 08:00: Alice"], "{text}");
    }
}

#[test]
fn no_slip_of_the_pen_makes_reading_panic() {
    let pieces = ";:=,\"\\ \n\t0919ZTPMWé\u{0}\u{feff}-+/";
    let pieces: Vec<char> = pieces.chars().collect();
    // Knuth's MMIX generator: the same slips on every run.
    let mut state: u64 = 20_261_123;
    let mut pick = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let original: Vec<char> = super::found::GOOGLE.chars().collect();
    let mut read = 0;
    for _ in 0..1500 {
        let mut text = original.clone();
        for _ in 0..=pick(6) {
            let at = pick(text.len());
            match pick(3) {
                0 => text[at] = pieces[pick(pieces.len())],
                1 => text.insert(at, pieces[pick(pieces.len())]),
                _ => drop(text.drain(at..(at + pick(40)).min(text.len()))),
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(shifts) = shifts(&text, Tz::UTC, utc("2026-03-19T12:00:00Z")) {
            read += 1;
            assert!(shifts.iter().all(|shift| shift.from < shift.until && !shift.who.is_empty()));
        }
    }
    assert!(read > 1000, "only {read} could be read");
}

#[test]
fn an_address_is_never_shown() {
    let address = Address::new("webcal://calendar.example/private-hunter2/basic.ics");
    assert!(!format!("{:?}", crate::Source::Url(address.clone())).contains("hunter2"));
    assert_eq!(address.expose(), "https://calendar.example/private-hunter2/basic.ics");
}
