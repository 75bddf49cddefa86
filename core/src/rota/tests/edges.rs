//! The first day, skipped and doubled hours, overrides, calendars, strangers.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::{Europe, Pacific, Tz};

use super::{TEAM, day, handover, override_set, person, policy, record, utc};
use crate::{
    event::RotaEvent,
    person::Person,
    policy::{OnCall, Policy},
    port::Shift,
    room::PlatformName,
    rota::{Duty, Handover, Rota},
};

fn on(policy: &Policy, rota: &Rota, at: &str) -> Option<String> {
    Duty { policy, rota, now: utc(at) }.on(TEAM).map(|turn| turn.name)
}

fn until(policy: &Policy, rota: &Rota, at: &str) -> Option<DateTime<Utc>> {
    Duty { policy, rota, now: utc(at) }.on(TEAM)?.until
}

#[test]
fn the_first_shift_begins_with_the_handover_of_its_day_or_with_the_day() {
    let people = ["alice", "bob"];
    // 23 November 2026 is a Monday.
    let monday = policy(&people, Some(handover("0 9 * * MON", "2026-11-23", Europe::Berlin)));
    let rota = Rota::default();
    for (at, name) in [
        ("2026-11-23T07:59:59Z", None),
        ("2026-11-23T08:00:00Z", Some("alice")),
        ("2026-11-30T07:59:59Z", Some("alice")),
        ("2026-11-30T08:00:00Z", Some("bob")),
        ("2026-12-07T08:00:00Z", Some("alice")),
    ] {
        assert_eq!(on(&monday, &rota, at).as_deref(), name, "{at}");
    }
    let before = Duty { policy: &monday, rota: &rota, now: utc("2026-11-01T00:00:00Z") };
    assert_eq!(
        before.next(TEAM).map(|(from, turn)| (from, turn.name)),
        Some((utc("2026-11-23T08:00:00Z"), "alice".to_owned()))
    );
    assert_eq!(before.next_change(), Some(utc("2026-11-23T08:00:00Z")));
    let saturday = policy(&people, Some(handover("0 9 * * MON", "2026-11-21", Europe::Berlin)));
    for (at, name) in [
        ("2026-11-20T22:59:59Z", None),
        ("2026-11-20T23:00:00Z", Some("alice")),
        ("2026-11-23T07:59:59Z", Some("alice")),
        ("2026-11-23T08:00:00Z", Some("bob")),
        ("2026-11-30T08:00:00Z", Some("alice")),
    ] {
        assert_eq!(on(&saturday, &rota, at).as_deref(), name, "{at}");
    }
}

#[test]
fn a_day_that_a_zone_left_out_hands_over_once_at_the_next() {
    // Samoa had no 30 December 2011.
    let policy = policy(&["alice", "bob", "carol"], Some(handover("0 0 * * *", "2011-12-28", Pacific::Apia)));
    let rota = Rota::default();
    for (at, name) in [
        ("2011-12-29T09:59:59Z", "alice"),
        ("2011-12-29T10:00:00Z", "bob"),
        ("2011-12-30T09:59:59Z", "bob"),
        ("2011-12-30T10:00:00Z", "carol"),
        ("2011-12-31T10:00:00Z", "alice"),
    ] {
        assert_eq!(on(&policy, &rota, at).as_deref(), Some(name), "{at}");
    }
}

#[test]
fn hourly_handovers_are_counted_right_after_many_years() {
    let handover = handover("0 * * * *", "1990-05-01", Tz::UTC);
    for years in [1, 11, 12, 13, 40] {
        let at = handover.begin() + Duration::days(365 * years) + Duration::minutes(30);
        let watch = handover.watch_at(at).expect("begun");
        assert_eq!(watch.index, u64::try_from(years * 365 * 24).expect("positive"), "{years}");
        assert_eq!((watch.from, watch.until), (at - Duration::minutes(30), at + Duration::minutes(30)));
    }
}

#[test]
fn a_handover_that_makes_no_sense_is_refused_in_a_sentence() {
    let parse = |cron: &str| {
        Handover::parse(cron, day("2026-11-23"), Tz::UTC).map(|handover| handover.as_str().to_owned())
    };
    for (cron, why) in [
        ("", "five fields"),
        ("0 9 * *", "five fields"),
        ("0 0 9 * * MON", "five fields"),
        ("@weekly", "five fields"),
        ("0 9 * * MOO", "can't be read"),
        ("61 9 * * *", "can't be read"),
        ("x 9 * * *", "can't be read"),
        ("* * * * *", "more often than once an hour"),
        ("0,30 9 * * *", "more often than once an hour"),
        ("*/45 * * * *", "more often than once an hour"),
        ("0 9 30 2 *", "never"),
    ] {
        let error = parse(cron).expect_err(cron);
        assert!(error.contains(why), "{cron}: {error}");
    }
    assert_eq!(parse(" 0  9 * * MON "), Ok("0 9 * * MON".to_owned()));
    assert!(parse("0 9 29 2 *").is_ok() && parse("0 9 * * MON#1").is_ok() && parse("0 9 L * *").is_ok());
    assert!(Handover::parse("0 9 * * *", day("9999-01-01"), Tz::UTC).is_err());
}

#[test]
fn the_override_set_last_counts_and_its_end_gives_the_rota_back() {
    let policy = policy(&["alice", "bob"], Some(handover("0 9 * * MON", "2026-11-23", Tz::UTC)));
    let mut rota = Rota::default();
    let now = utc("2026-11-24T12:00:00Z");
    rota.evolve(&record(now, override_set("zoe", utc("2026-11-24T12:00:00Z"), utc("2026-12-01T00:00:00Z"))));
    rota.evolve(&record(now, override_set("bob", utc("2026-11-25T00:00:00Z"), utc("2026-11-26T00:00:00Z"))));
    for (at, name) in [
        ("2026-11-24T11:59:59Z", "alice"),
        ("2026-11-24T12:00:00Z", "zoe"),
        ("2026-11-25T00:00:00Z", "bob"),
        ("2026-11-26T00:00:00Z", "zoe"),
        ("2026-12-01T00:00:00Z", "bob"),
    ] {
        assert_eq!(on(&policy, &rota, at).as_deref(), Some(name), "{at}");
    }
    assert_eq!(until(&policy, &rota, "2026-11-24T11:00:00Z"), Some(now));
    assert_eq!(until(&policy, &rota, "2026-11-24T13:00:00Z"), Some(utc("2026-11-25T00:00:00Z")));
    // Those of the rota, from the turn that goes on below the override.
    let duty = Duty { policy: &policy, rota: &rota, now };
    assert_eq!(duty.after(TEAM, &[]), [person("zoe"), person("alice"), person("bob")]);
    assert_eq!(duty.changes(), [], "an override that begins at once was told with it");
    let mut ended = rota.clone();
    ended.evolve(&record(utc("2026-11-25T06:00:00Z"), RotaEvent::OverrideEnded { team: TEAM.to_owned() }));
    assert_eq!(on(&policy, &ended, "2026-11-25T06:00:00Z").as_deref(), Some("alice"));
    let duty = Duty { policy: &policy, rota: &ended, now: utc("2026-11-25T06:00:00Z") };
    let told =
        RotaEvent::HandedOver { team: TEAM.to_owned(), from: Some(person("zoe")), to: Some(person("alice")) };
    assert_eq!(duty.changes(), std::slice::from_ref(&told));
    ended.evolve(&record(utc("2026-11-25T06:00:00Z"), told));
    let duty = Duty { policy: &policy, rota: &ended, now: utc("2026-11-25T06:00:00Z") };
    assert_eq!((duty.changes(), duty.next_change()), (vec![], Some(utc("2026-11-30T09:00:00Z"))));
    // Where none is in force, those that are ahead are taken back; what ended long ago is forgotten.
    let mut ahead = Rota::default();
    ahead.evolve(&record(now, override_set("zoe", utc("2026-11-28T00:00:00Z"), utc("2026-11-29T00:00:00Z"))));
    ahead.evolve(&record(now, RotaEvent::OverrideEnded { team: TEAM.to_owned() }));
    assert!(ahead.overrides.is_empty());
    rota.evolve(&record(utc("2026-12-09T00:00:00Z"), RotaEvent::OverrideEnded { team: "other".to_owned() }));
    assert!(rota.overrides.is_empty());
}

#[test]
fn nobody_is_on_where_nobody_is_configured_and_one_person_is_always_on() {
    let rota = Rota::default();
    let at = "2026-11-24T12:00:00Z";
    let empty = policy(&[], Some(handover("0 9 * * *", "2026-11-01", Tz::UTC)));
    assert_eq!(
        (on(&empty, &rota, at), Duty { policy: &empty, rota: &rota, now: utc(at) }.next(TEAM)),
        (None, None)
    );
    assert_eq!(on(&Policy::default(), &rota, at), None);
    for handover in [None, Some(handover("0 9 * * *", "2026-11-01", Tz::UTC))] {
        let alone = policy(&["alice"], handover);
        let duty = Duty { policy: &alone, rota: &rota, now: utc(at) };
        let turn = duty.on(TEAM).expect("on");
        assert_eq!((turn.name.as_str(), turn.until, duty.next(TEAM)), ("alice", None, None));
        assert_eq!(duty.after(TEAM, &[turn.person]), []);
    }
}

#[test]
fn who_has_no_handle_that_is_in_use_is_passed_over() {
    let mut policy = policy(&["alice", "bob"], Some(handover("0 0 * * *", "2026-11-23", Tz::UTC)));
    policy.people.insert("alice".to_owned(), vec![Person::new(&PlatformName::new("gone"), "alice")]);
    let rota = Rota::default();
    assert_eq!(on(&policy, &rota, "2026-11-23T12:00:00Z"), None);
    let duty = Duty { policy: &policy, rota: &rota, now: utc("2026-11-23T12:00:00Z") };
    assert_eq!(duty.after(TEAM, &[]), [person("bob")]);
    assert_eq!(on(&policy, &rota, "2026-11-24T12:00:00Z").as_deref(), Some("bob"));
}

fn shift(from: &str, until: &str, who: &[&str]) -> Shift {
    Shift { from: utc(from), until: utc(until), who: who.iter().map(ToString::to_string).collect() }
}

#[test]
fn a_calendar_says_who_is_on_by_address_handle_or_name() {
    let mut policy = policy(&["alice", "bob", "carol"], None);
    policy.oncall.insert(TEAM.to_owned(), OnCall { has_calendar: true, ..OnCall::default() });
    policy.emails.insert("alice@example.org".to_owned(), "alice".to_owned());
    let mut rota = Rota::default();
    let at = "2026-11-23T12:00:00Z";
    assert_eq!(on(&policy, &rota, at), None, "the calendar is not known yet");
    rota.announced.insert(TEAM.to_owned(), Some(person("bob")));
    assert_eq!(on(&policy, &rota, at).as_deref(), Some("bob"), "whoever was announced last stays on");
    assert_eq!(Duty { policy: &policy, rota: &rota, now: utc(at) }.changes(), []);
    let shifts = [
        shift("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", &["Alice@Example.org", "Bob"]),
        shift("2026-11-23T06:00:00Z", "2026-11-23T08:00:00Z", &["@BOB"]),
        shift("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", &["Release day"]),
        shift("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &["x@example.org", "On call: Carol (primary)"]),
        shift("2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z", &["Mallory"]),
        shift("2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", &["Alice for Bob"]),
    ];
    rota.calendars.insert(TEAM.to_owned(), Arc::from(shifts));
    for (at, name, stranger) in [
        ("2026-11-23T05:00:00Z", Some("alice"), None),
        ("2026-11-23T07:00:00Z", Some("bob"), None),
        ("2026-11-23T10:30:00Z", Some("alice"), None),
        ("2026-11-24T10:30:00Z", Some("carol"), None),
        ("2026-11-25T10:30:00Z", None, None),
        ("2026-11-26T10:30:00Z", None, Some("Mallory")),
        ("2026-11-28T10:30:00Z", None, Some("Alice for Bob")),
        ("2026-12-28T10:30:00Z", None, None),
    ] {
        assert_eq!(on(&policy, &rota, at).as_deref(), name, "{at}");
        assert_eq!(Duty { policy: &policy, rota: &rota, now: utc(at) }.stranger(TEAM), stranger, "{at}");
    }
    assert_eq!(until(&policy, &rota, "2026-11-23T09:00:00Z"), Some(utc("2026-11-24T00:00:00Z")));
    let duty = Duty { policy: &policy, rota: &rota, now: utc("2026-11-23T05:00:00Z") };
    assert_eq!(duty.after(TEAM, &[person("alice")]), [person("bob"), person("carol")]);
    assert_eq!(duty.next(TEAM).map(|(_, turn)| turn.name).as_deref(), Some("bob"));
}
