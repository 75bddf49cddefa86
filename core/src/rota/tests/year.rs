//! A year and its changes of clocks, against somebody who only watches the clock on the wall.
//!
//! The model knows nothing of cron or offsets: every ten minutes it looks at the clock, and whatever times the clock has
//! passed for the first time since the last look have come. If a handover is among them, the next person is on.

use chrono::{DateTime, Datelike, Duration, NaiveDateTime, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::{America, Asia, Australia, Europe, Tz};

use super::{TEAM, day, handover, override_set, policy, record, utc};
use crate::{
    policy::Policy,
    rota::{Duty, Handover, Rota},
};

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

/// The last four change their clocks: Lord Howe by half an hour, Santiago at midnight.
const ZONES: [Tz; 6] =
    [Tz::UTC, Asia::Kolkata, Europe::Berlin, America::New_York, Australia::Lord_Howe, America::Santiago];

/// The first day of the rota.
const FROM: &str = "2026-01-01";
/// A year and a month.
const LOOKS: usize = 396 * 24 * 6;

/// What the clock on the wall shows at each look, beginning a day before the first.
fn wall(zone: Tz) -> Vec<(DateTime<Utc>, NaiveDateTime)> {
    let begin = day(FROM).and_time(NaiveTime::MIN).and_utc() - Duration::days(1);
    let looks = std::iter::successors(Some(begin), |at| Some(*at + LOOK_EVERY)).take(LOOKS);
    looks.map(|at| (at, at.with_timezone(&zone).naive_local())).collect()
}

/// Who is on at each look, by the place in `PEOPLE`, before overrides.
fn watched(
    wall: &[(DateTime<Utc>, NaiveDateTime)],
    is_handover: IsHandover,
) -> Vec<(DateTime<Utc>, Option<usize>)> {
    let beginning = day(FROM).and_time(NaiveTime::MIN);
    let has_one_on_first_day = (0..144).map(|n| beginning + LOOK_EVERY * n).any(is_handover);
    let mut furthest = beginning - LOOK_EVERY;
    let mut turn: Option<usize> = None;
    let mut on = Vec::with_capacity(wall.len());
    for (at, local) in wall {
        let mut is_due = false;
        while furthest + LOOK_EVERY <= *local {
            furthest += LOOK_EVERY;
            is_due |= is_handover(furthest);
            if turn.is_none() && !has_one_on_first_day {
                turn = Some(0);
            }
        }
        if is_due {
            turn = Some(turn.map_or(0, |turn| turn + 1));
        }
        on.push((*at, turn.map(|turn| turn % PEOPLE.len())));
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

type Span = (DateTime<Utc>, DateTime<Utc>, &'static str);

fn overrides() -> Vec<Span> {
    OVERRIDES.iter().map(|(from, until, who)| (utc(from), utc(until), *who)).collect()
}

fn with_overrides(watched: &[(DateTime<Utc>, Option<usize>)]) -> Vec<(DateTime<Utc>, Option<&'static str>)> {
    let overrides = overrides();
    let named = |(at, on): &(DateTime<Utc>, Option<usize>)| {
        let covers = |(from, until, _): &&Span| (*from..*until).contains(at);
        let instead = overrides.iter().rev().find(covers).map(|(.., who)| *who);
        (*at, instead.or(on.map(|place| PEOPLE[place])))
    };
    watched.iter().map(named).collect()
}

type Model<'a> = [(DateTime<Utc>, Option<&'a str>)];

/// When somebody else is on after each look, as far as the model goes.
fn changes(model: &Model<'_>) -> Vec<Option<DateTime<Utc>>> {
    let mut next = None;
    let mut changes = vec![None; model.len()];
    for index in (0..model.len()).rev() {
        if model.get(index + 1).is_some_and(|(_, after)| *after != model[index].1) {
            next = Some(model[index].0 + LOOK_EVERY);
        }
        changes[index] = next;
    }
    changes
}

/// Every hour, and just before the next look: the turn itself.
fn check_turns(handover: &Handover, what: &str, model: &Model<'_>) {
    for (at, on) in model.iter().filter(|(at, _)| at.minute() == 0) {
        let at = *at + (LOOK_EVERY - Duration::milliseconds(1)) * i32::from(at.hour() % 2 == 0);
        let watch = handover.watch_at(at);
        let name = watch.map(|watch| PEOPLE[usize::try_from(watch.index % 3).expect("small")]);
        assert_eq!(name, *on, "{what} at {at}");
        assert!(
            watch.is_none_or(|watch| (watch.from..watch.until).contains(&at)),
            "{what} at {at}: {watch:?}"
        );
    }
}

/// Every eleventh hour, and just before, at and after each change while clocks change: who is told to be on, and until
/// when.
fn check_duty((policy, rota): (&Policy, &Rota), what: &str, model: &Model<'_>) {
    let (changes, overrides) = (changes(model), overrides());
    for (index, (at, on)) in model.iter().enumerate() {
        let near = |(from, until, _): &Span| {
            (*from - Duration::hours(12)..*until + Duration::hours(12)).contains(at)
        };
        let is_last = model.get(index + 1).is_some_and(|(_, next)| next != on);
        let is_first = index.checked_sub(1).is_some_and(|before| model[before].1 != *on);
        let is_near_change = (is_last || is_first) && overrides.iter().any(near);
        if !index.is_multiple_of(66) && !is_near_change {
            continue;
        }
        for at in [*at, *at + LOOK_EVERY - Duration::milliseconds(1)] {
            let turn = Duty { policy, rota, now: at }.on(TEAM);
            assert_eq!(turn.as_ref().map(|turn| turn.name.as_str()), *on, "{what} at {at}");
            if let (Some(turn), Some(change)) = (turn, changes[index]) {
                assert_eq!(turn.until, Some(change), "{what} at {at}: until when");
            }
        }
    }
}

#[test]
fn exactly_one_person_is_on_at_every_hour_of_a_year_and_hands_over_when_the_clock_says_so() {
    let mut rota = Rota::default();
    for (from, until, who) in overrides() {
        rota.evolve(&record(utc("2026-01-01T00:00:00Z"), override_set(who, from, until)));
    }
    for zone in ZONES {
        let wall = wall(zone);
        for (cron, is_handover) in SCHEDULES {
            let what = format!("{cron} in {zone}");
            let handover = handover(cron, FROM, zone);
            let policy = policy(&PEOPLE, Some(handover.clone()));
            let watched = watched(&wall, is_handover);
            let plain: Vec<_> = watched.iter().map(|(at, on)| (*at, on.map(|place| PEOPLE[place]))).collect();
            check_turns(&handover, &what, &plain);
            check_duty((&policy, &Rota::default()), &what, &plain);
            check_duty((&policy, &rota), &format!("{what} with overrides"), &with_overrides(&watched));
        }
    }
}

#[test]
fn everybody_has_their_turn_in_order() {
    for zone in ZONES {
        for (cron, _) in SCHEDULES {
            let policy = policy(&PEOPLE, Some(handover(cron, FROM, zone)));
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
