//! A year and its changes of clocks, against somebody who only watches the clock on the wall.
//!
//! The model knows nothing of cron or offsets: every ten minutes it looks at the clock, and whatever times the clock has
//! passed for the first time since the last look have come. If a handover is among them, the next person is on.

use chrono::{DateTime, Datelike, Duration, NaiveDateTime, Timelike, Utc, Weekday};
use chrono_tz::{America, Asia, Australia, Europe, Tz};

use super::{TEAM, day, handover, override_set, policy, record, utc};
use crate::rota::{Duty, Rota};

const LOOK_EVERY: Duration = Duration::minutes(10);
const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

type IsHandover = fn(NaiveDateTime) -> bool;

/// The cron, and what it means.
const SCHEDULES: [(&str, IsHandover); 8] = [
    ("0 9 * * MON", |t| (t.hour(), t.minute(), t.weekday()) == (9, 0, Weekday::Mon)),
    ("30 2 * * *", |t| (t.hour(), t.minute()) == (2, 30)),
    ("0 0 * * *", |t| (t.hour(), t.minute()) == (0, 0)),
    ("0 8,20 * * *", |t| t.minute() == 0 && (t.hour() == 8 || t.hour() == 20)),
    ("0 2,14 * * *", |t| t.minute() == 0 && (t.hour() == 2 || t.hour() == 14)),
    ("10 */1 * * *", |t| t.minute() == 10),
    ("0 7 1 * *", |t| (t.hour(), t.minute(), t.day()) == (7, 0, 1)),
    ("30 2 * * SUN", |t| (t.hour(), t.minute(), t.weekday()) == (2, 30, Weekday::Sun)),
];

/// Each of the last four changes its clocks; Kathmandu is 5:45 from UTC, where a look doesn't fall on the full hour.
const ZONES: [Tz; 6] =
    [Tz::UTC, Asia::Kolkata, Europe::Berlin, America::New_York, Australia::Lord_Howe, America::Santiago];

/// Who is on at each look, by the place in `PEOPLE`, before overrides.
fn watched(
    zone: Tz,
    is_handover: IsHandover,
    from: &str,
    looks: usize,
) -> Vec<(DateTime<Utc>, Option<usize>)> {
    let first_day = day(from);
    let mut at = first_day.and_time(chrono::NaiveTime::MIN).and_utc() - Duration::hours(24);
    let mut furthest = first_day.and_time(chrono::NaiveTime::MIN) - LOOK_EVERY;
    let (mut turn, mut seen_today, mut any_day): (Option<usize>, bool, bool) = (None, false, false);
    let mut on = Vec::new();
    let passes_on_first_day = {
        let times = (0..144).map(|n| first_day.and_time(chrono::NaiveTime::MIN) + LOOK_EVERY * n);
        times.into_iter().any(is_handover)
    };
    for _ in 0..looks {
        let local = at.with_timezone(&zone).naive_local();
        let mut is_due = false;
        while furthest + LOOK_EVERY <= local {
            furthest += LOOK_EVERY;
            is_due |= is_handover(furthest);
            seen_today = true;
        }
        if seen_today && !any_day {
            any_day = true;
            if !passes_on_first_day {
                turn = Some(0);
            }
        }
        if is_due {
            turn = Some(turn.map_or(0, |turn| turn + 1));
        }
        on.push((at, turn.map(|turn| turn % PEOPLE.len())));
        at += LOOK_EVERY;
    }
    on
}

/// From, until, who; the last that covers a moment counts. Over changes of clocks, over handovers, over each other.
const OVERRIDES: [(&str, &str, &str); 5] = [
    ("2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z", "zoe"),
    ("2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z", "bob"),
    ("2026-04-04T10:00:00Z", "2026-04-05T20:00:00Z", "zoe"),
    ("2026-10-24T18:00:00Z", "2026-10-25T01:30:00Z", "zoe"),
    ("2026-10-30T00:00:00Z", "2026-11-02T06:10:00Z", "carol"),
];

fn with_overrides(watched: &[(DateTime<Utc>, Option<usize>)]) -> Vec<(DateTime<Utc>, Option<&'static str>)> {
    let named = |(at, on): &(DateTime<Utc>, Option<usize>)| {
        let covers = |(from, until, _): &&(&str, &str, &str)| (utc(from)..utc(until)).contains(at);
        let instead = OVERRIDES.iter().rev().find(covers).map(|(.., who)| *who);
        (*at, instead.or(on.map(|place| PEOPLE[place])))
    };
    watched.iter().map(named).collect()
}

/// Checks every hour of the year, and every moment before, at and after a change.
fn check(
    duty: &impl Fn(DateTime<Utc>) -> Option<(String, Option<DateTime<Utc>>)>,
    what: &str,
    model: &[(DateTime<Utc>, Option<&str>)],
) {
    let mut next_change = None;
    for (index, (at, on)) in model.iter().enumerate().rev() {
        let is_last = model.get(index + 1).is_some_and(|(_, next)| next != on);
        if is_last {
            next_change = Some(*at + LOOK_EVERY);
        }
        let is_first = index.checked_sub(1).is_some_and(|before| model[before].1 != *on);
        if at.minute() != 0 && !is_last && !is_first {
            continue;
        }
        for at in [*at, *at + LOOK_EVERY - Duration::milliseconds(1)] {
            let told = duty(at);
            assert_eq!(told.as_ref().map(|(name, _)| name.as_str()), *on, "{what} at {at}");
            if let (Some((_, until)), true) = (told, next_change.is_some()) {
                assert_eq!(until, next_change, "{what} at {at}: until when");
            }
        }
    }
}

#[test]
fn exactly_one_person_is_on_at_every_hour_of_a_year_and_hands_over_when_the_clock_says_so() {
    const LOOKS: usize = 396 * 24 * 6;
    for zone in ZONES {
        for (cron, is_handover) in SCHEDULES {
            let what = format!("{cron} in {zone}");
            let policy = policy(&PEOPLE, Some(handover(cron, "2026-01-01", zone)));
            let watched = watched(zone, is_handover, "2026-01-01", LOOKS);
            let mut rota = Rota::default();
            let plain = Rota::default();
            for (from, until, who) in OVERRIDES {
                rota.evolve(&record(utc("2026-01-01T00:00:00Z"), override_set(who, utc(from), utc(until))));
            }
            let names: Vec<_> = watched.iter().map(|(at, on)| (*at, on.map(|place| PEOPLE[place]))).collect();
            let on = |rota: &Rota, at| {
                let turn = Duty { policy: &policy, rota, now: at }.on(TEAM)?;
                Some((turn.name, turn.until))
            };
            check(&|at| on(&plain, at), &what, &names);
            check(&|at| on(&rota, at), &format!("{what} with overrides"), &with_overrides(&watched));
        }
    }
}

#[test]
fn everybody_has_their_turn_in_order() {
    for zone in ZONES {
        for (cron, _) in SCHEDULES {
            let policy = policy(&PEOPLE, Some(handover(cron, "2026-01-01", zone)));
            let rota = Rota::default();
            let mut now = utc("2026-01-03T00:00:00Z");
            for _ in 0..30 {
                let duty = Duty { policy: &policy, rota: &rota, now };
                let (on, (from, next)) = (duty.on(TEAM).expect("on"), duty.next(TEAM).expect("next"));
                let place = PEOPLE.iter().position(|name| *name == on.name).expect("known");
                assert_eq!(next.name, PEOPLE[(place + 1) % 3], "{cron} in {zone} at {now}");
                assert_eq!(Some(from), on.until);
                assert_eq!(duty.next_change(), Some(now), "it was not announced");
                let others: Vec<String> =
                    duty.after(TEAM, &[on.person]).into_iter().map(|p| p.handle).collect();
                assert_eq!(others, [PEOPLE[(place + 1) % 3], PEOPLE[(place + 2) % 3]]);
                now = from;
            }
        }
    }
}
