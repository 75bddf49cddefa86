//! Calendars as Google, Outlook, PagerDuty and Opsgenie give them.

use chrono_tz::{America, Australia, Tz};

use super::{calendar, in_zone, read, utc};
use crate::shifts;

/// A weekly rotation as Google exports it: two people every other week, one week swapped, one moved, one left out.
pub(super) const GOOGLE: &str = "\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
X-WR-CALNAME:Payments on call
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260302T090000
DTEND;TZID=Europe/Berlin:20260309T090000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO
EXDATE;TZID=Europe/Berlin:20260427T090000
DTSTAMP:20260301T080000Z
UID:alice-week@google.com
ORGANIZER;CN=Boss:mailto:boss@example.org
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Alice S
 mith;X-NUM-GUESTS=0:mailto:alice@example.org
ATTENDEE;CUTYPE=RESOURCE;CN=Pager:mailto:pager@resource.calendar.google.com
SUMMARY:On call\\, week
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:This is an event reminder
TRIGGER:-P0DT0H30M0S
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260309T090000
DTEND;TZID=Europe/Berlin:20260316T090000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20260420T065959Z
UID:bob-week@google.com
SUMMARY:Bob
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260331T120000
DTEND;TZID=Europe/Berlin:20260406T090000
UID:alice-week@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
SUMMARY:Carol
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260406T090000
DTEND;TZID=Europe/Berlin:20260413T090000
UID:bob-week@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000
STATUS:CANCELLED
SUMMARY:Bob
END:VEVENT
END:VCALENDAR
";

#[test]
fn a_weekly_rotation_with_exceptions_over_the_change_of_clocks() {
    let expected = [
        "03-16 08:00 to 03-23 08:00: alice@example.org",
        "03-23 08:00 to 03-30 07:00: Bob", // the clocks change on the 29th, and nine stays nine
        "03-31 10:00 to 04-06 07:00: Carol", // moved
        // Cancelled: Bob's of 6 April.
        "04-13 07:00 to 04-20 07:00: alice@example.org",
        // Left out: Alice's of 27 April. Bob's of 20 April would begin after the end of his rule.
        "05-11 07:00 to 05-18 07:00: alice@example.org",
    ];
    assert_eq!(read(GOOGLE, "2026-03-19T12:00:00Z"), expected);
    let crlf = GOOGLE.replace('\n', "\r\n");
    assert_eq!(read(&crlf, "2026-03-19T12:00:00Z"), expected);
    let first = &shifts(GOOGLE, Tz::UTC, utc("2026-03-19T12:00:00Z")).expect("readable")[0];
    assert_eq!(first.who, ["alice@example.org", "Alice Smith", "On call, week"]);
    // And back again in autumn.
    let autumn = read(GOOGLE, "2026-10-20T12:00:00Z");
    assert!(autumn.contains(&"10-26 08:00 to 11-02 08:00: alice@example.org".to_owned()), "{autumn:?}");
}

#[test]
fn outlook_names_zones_as_windows_does_or_makes_them_up() {
    let text = calendar(
        "BEGIN:VTIMEZONE
        TZID:W. Europe Standard Time
        BEGIN:STANDARD
        DTSTART:16010101T030000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VTIMEZONE
        TZID:Customized Time Zone
        BEGIN:STANDARD
        DTSTART:16010101T020000
        TZOFFSETFROM:-0400
        TZOFFSETTO:-0500
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0400
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:1
        SUMMARY:Alice
        DTSTART;TZID=\"W. Europe Standard Time\":20261022T220000
        DTEND;TZID=\"W. Europe Standard Time\":20261023T060000
        RRULE:FREQ=DAILY;COUNT=4
        END:VEVENT
        BEGIN:VEVENT
        UID:2
        SUMMARY:Bob
        DTSTART;TZID=Eastern Standard Time:20261101T080000
        DTEND;TZID=Eastern Standard Time:20261101T200000
        END:VEVENT
        BEGIN:VEVENT
        UID:3
        SUMMARY:Carol
        DTSTART;TZID=Customized Time Zone:20261030T080000
        DTEND;TZID=Customized Time Zone:20261030T200000
        END:VEVENT",
    );
    let expected = [
        "10-22 20:00 to 10-23 04:00: Alice",
        "10-23 20:00 to 10-24 04:00: Alice",
        "10-24 20:00 to 10-25 05:00: Alice", // an hour longer
        "10-25 21:00 to 10-26 05:00: Alice",
        "10-30 12:00 to 10-31 00:00: Carol",
        "11-01 13:00 to 11-02 01:00: Bob",
    ];
    assert_eq!(read(&text, "2026-10-23T00:00:00Z"), expected);
}

#[test]
fn pagerduty_and_opsgenie_list_single_shifts() {
    let text = calendar(
        "PRODID:-//PagerDuty//NONSGML PagerDuty//EN
        X-WR-CALNAME:On Call Schedule for Payments
        BEGIN:VEVENT
        UID:Q0ABC
        DTSTAMP:20261123T000000Z
        DTSTART:20261123T080000Z
        DTEND:20261130T080000Z
        ATTENDEE;CN=Alice Smith:alice@example.org
        SUMMARY:On Call - Alice Smith - Payments
        URL;VALUE=URI:https://example.pagerduty.com/schedules#PABC
        END:VEVENT
        BEGIN:VEVENT
        UID:og-1
        DTSTART:20261130T080000Z
        DURATION:P1W
        SUMMARY:bob@example.org
        END:VEVENT",
    );
    let expected =
        ["11-23 08:00 to 11-30 08:00: alice@example.org", "11-30 08:00 to 12-07 08:00: bob@example.org"];
    assert_eq!(read(&text, "2026-11-23T12:00:00Z"), expected);
    let shifts = shifts(&text, Tz::UTC, utc("2026-11-23T12:00:00Z")).expect("readable");
    assert_eq!(shifts[0].who, ["alice@example.org", "Alice Smith", "On Call - Alice Smith - Payments"]);
}

#[test]
fn days_and_times_without_a_zone_are_where_the_calendar_is() {
    let entries = "BEGIN:VEVENT
        UID:1
        SUMMARY:Alice
        DTSTART;VALUE=DATE:20261123
        DTEND;VALUE=DATE:20261125
        END:VEVENT
        BEGIN:VEVENT
        UID:2
        SUMMARY:Bob
        DTSTART;VALUE=DATE:20261126
        END:VEVENT
        BEGIN:VEVENT
        UID:3
        SUMMARY:Carol
        DTSTART:20261127T090000
        DURATION:PT8H
        END:VEVENT";
    let berlin = [
        "11-22 23:00 to 11-24 23:00: Alice",
        "11-25 23:00 to 11-26 23:00: Bob",
        "11-27 08:00 to 11-27 16:00: Carol",
    ];
    let new_york = [
        "11-23 05:00 to 11-25 05:00: Alice",
        "11-26 05:00 to 11-27 05:00: Bob",
        "11-27 14:00 to 11-27 22:00: Carol",
    ];
    let now = "2026-11-23T12:00:00Z";
    assert_eq!(in_zone(&calendar(entries), America::New_York, now), new_york);
    let says = format!("X-WR-TIMEZONE:Europe/Berlin\n{entries}");
    assert_eq!(
        in_zone(&calendar(&says), America::New_York, now),
        berlin,
        "the calendar's own zone comes first"
    );
}

#[test]
fn dates_are_added_and_left_out_however_they_are_written() {
    let text = calendar(
        "BEGIN:VEVENT
        UID:1
        SUMMARY:Alice
        DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261123T090000
        DTEND;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261123T170000
        RRULE:FREQ=DAILY;UNTIL=20261128
        RDATE;TZID=Europe/Berlin:20261130T090000,20261201T120000
        RDATE;VALUE=PERIOD:20261202T080000Z/PT1H
        EXDATE:20261124T080000Z
        EXDATE;VALUE=DATE:20261126
        EXDATE;TZID=Europe/Berlin:20261127T090000,20261130T090000
        END:VEVENT",
    );
    let expected = [
        "11-23 08:00 to 11-23 16:00: Alice",
        "11-25 08:00 to 11-25 16:00: Alice",
        "11-28 08:00 to 11-28 16:00: Alice",
        "12-01 11:00 to 12-01 19:00: Alice",
        "12-02 08:00 to 12-02 16:00: Alice",
    ];
    assert_eq!(read(&text, "2026-11-23T12:00:00Z"), expected);
}

#[test]
fn skipped_and_doubled_times_of_a_half_hour_change() {
    // Lord Howe puts its clocks back from 02:00 to 01:30 on 5 April 2026, and forward from 02:00 to 02:30 on 4 October.
    let text = |begin: &str| {
        calendar(&format!(
            "BEGIN:VEVENT
            UID:1
            SUMMARY:Alice
            DTSTART;TZID=Australia/Lord_Howe:{begin}
            DURATION:PT1H
            RRULE:FREQ=DAILY;COUNT=2
            END:VEVENT"
        ))
    };
    let zone = Australia::Lord_Howe;
    let doubled = ["04-03 14:45 to 04-03 15:45: Alice", "04-04 14:45 to 04-04 15:45: Alice"];
    assert_eq!(in_zone(&text("20260404T014500"), zone, "2026-04-04T00:00:00Z"), doubled);
    let skipped = ["10-02 15:45 to 10-02 16:45: Alice", "10-03 15:45 to 10-03 16:45: Alice"];
    assert_eq!(in_zone(&text("20261003T021500"), zone, "2026-10-03T00:00:00Z"), skipped);
}

#[test]
fn an_old_rule_goes_on_and_what_is_declined_or_cancelled_does_not() {
    let text = calendar(
        "BEGIN:VEVENT
        UID:1
        DTSTART;TZID=Europe/Berlin:20010101T090000
        DTEND;TZID=Europe/Berlin:20010101T170000
        RRULE:FREQ=MONTHLY;BYDAY=1MO
        ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.org
        ATTENDEE:MAILTO:alice@example.org
        SUMMARY:First Monday
        END:VEVENT
        BEGIN:VEVENT
        UID:2
        STATUS:CANCELLED
        SUMMARY:Bob
        DTSTART:20261123T080000Z
        DTEND:20261124T080000Z
        END:VEVENT",
    );
    let expected =
        ["12-07 08:00 to 12-07 16:00: alice@example.org", "01-04 08:00 to 01-04 16:00: alice@example.org"];
    assert_eq!(read(&text, "2026-11-23T12:00:00Z"), expected);
}
