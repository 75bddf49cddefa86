//! The rota turns: handovers as time passes, overrides, calendars, and restarts between them.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;
use sitrep_core::{
    engine::{Input, SignalsId},
    event::{Event, RotaEvent},
    person::Person,
    policy::{OnCall, Policy},
    port::{Commit, Content, Shift, Signal},
    rota::Handover,
};

use crate::bench::{Bench, platform, policy};

/// Alice and bob take turns at nine, day by day. The bench begins at midnight.
fn rota() -> Policy {
    let mut policy = policy();
    for name in ["alice", "bob", "carol"] {
        policy.people.insert(name.to_owned(), vec![Person::new(&platform(), name)]);
    }
    let from = "2026-11-02".parse().expect("a date");
    let handover = Handover::parse("0 9 * * *", from, Tz::UTC).ok();
    let people = vec!["alice".to_owned(), "bob".to_owned()];
    policy.oncall.insert("payments".to_owned(), OnCall { people, handover, ..OnCall::default() });
    policy
}

fn calendar() -> Policy {
    let mut policy = rota();
    policy.oncall.insert("payments".to_owned(), OnCall { has_calendar: true, ..OnCall::default() });
    policy
}

fn handovers(commits: &[Commit]) -> usize {
    let facts = commits.iter().flat_map(|commit| &commit.facts);
    facts.filter(|fact| matches!(fact.record.event, Event::Rota(RotaEvent::HandedOver { .. }))).count()
}

/// Who was told what, of the rota.
fn places(said: &[(String, String)]) -> Vec<&str> {
    said.iter().map(|(place, _)| place.as_str()).collect()
}

/// A bench whose rota was announced.
fn announced(policy: Policy) -> Bench {
    let mut bench = Bench::with(policy);
    bench.settle();
    bench
}

/// Alice says something after a restart, which is no message that was heard before.
fn asks_anew(bench: &mut Bench, text: &str) {
    let said = Content::Said(text.to_owned());
    bench.happens_so("alice", "ops", said, |inbound| inbound.message.id = "anew".to_owned());
}

#[test]
fn whoever_is_on_hears_it_at_the_start_and_is_not_told_again_after_a_restart() {
    let mut bench = Bench::with(rota());
    let said = bench.settle();
    assert_eq!(places(&said), ["ops", "bob"], "{said:?}");
    assert!(
        said[1].1.contains("You are on duty for payments now, until Sun 22 Nov 2026, 09:00 UTC"),
        "{said:?}"
    );
    let mut bench = Bench::under(rota(), bench.store, bench.now);
    assert_eq!(bench.settle(), []);
    bench.wait(Duration::hours(8));
    assert_eq!(bench.settle(), []);
}

#[test]
fn it_is_handed_over_on_time_once_and_both_are_told() {
    let mut bench = announced(rota());
    bench.wait(Duration::hours(9) - Duration::seconds(1));
    assert_eq!(bench.settle(), []);
    bench.wait(Duration::seconds(1));
    let mut said = bench.settle();
    said.sort();
    assert_eq!(places(&said), ["alice", "bob", "ops"], "{said:?}");
    assert!(
        said[0].1.contains("You are on duty for payments now, until Mon 23 Nov 2026, 09:00 UTC"),
        "{said:?}"
    );
    assert!(said[1].1.contains("You are off duty for payments now: alice has it."), "{said:?}");
    assert!(said[2].1.contains("alice is on duty for payments now"), "{said:?}");
    bench.wait(Duration::hours(23));
    assert_eq!(bench.settle(), []);
}

#[test]
fn handovers_that_were_slept_through_are_one() {
    let bench = announced(rota());
    let mut bench = Bench::under(rota(), bench.store, bench.now + Duration::hours(57));
    let said = bench.settle();
    assert_eq!(said.len(), 3, "{said:?}");
    bench.wait(Duration::hours(1));
    assert_eq!(bench.settle(), []);
}

#[test]
fn an_override_is_told_at_once_and_its_end_gives_the_rota_back() {
    let mut bench = announced(rota());
    bench.hear("ops", "!oncall payments @carol for 2h");
    let mut said = bench.settle();
    said.sort();
    assert_eq!(places(&said), ["bob", "carol", "ops"], "{said:?}");
    assert!(said[2].1.contains("carol is on duty for payments until Sun 22 Nov 2026, 02:00 UTC"), "{said:?}");
    // After a restart it is still so.
    let mut bench = Bench::under(rota(), bench.store, bench.now + Duration::hours(1));
    assert_eq!(bench.settle(), []);
    asks_anew(&mut bench, "!oncall payments");
    assert!(bench.settle()[0].1.contains("carol until"));
    bench.wait(Duration::hours(1));
    let mut said = bench.settle();
    said.sort();
    assert_eq!(places(&said), ["bob", "carol", "ops"], "{said:?}");
    assert!(said[0].1.contains("You are on duty for payments now"), "{said:?}");
}

#[test]
fn what_is_taken_back_is_handed_over_at_once() {
    let mut bench = announced(rota());
    bench.hear("ops", "!oncall payments me for 2h");
    bench.settle();
    bench.hear("ops", "!oncall payments off");
    let mut said = bench.settle();
    bench.wait(Duration::seconds(1));
    said.extend(bench.settle());
    said.sort();
    assert_eq!(places(&said), ["alice", "bob", "ops", "ops"], "{said:?}");
    bench.wait(Duration::hours(3));
    assert_eq!(bench.settle(), []);
}

fn shifts(now: DateTime<Utc>, of: &[(&str, i64, i64)]) -> Input {
    let begin = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    let shift = |(name, from, until): &(&str, i64, i64)| Shift {
        from: begin + Duration::hours(*from),
        until: begin + Duration::hours(*until),
        who: vec![(*name).to_owned()],
    };
    let shifts: Arc<[Shift]> = of.iter().map(shift).collect();
    Input::Signals(SignalsId(1), vec![Signal::Shifts { team: "payments".to_owned(), shifts }])
}

#[test]
fn a_calendar_hands_over_and_a_restart_without_it_changes_nothing() {
    let mut bench = Bench::with(calendar());
    assert_eq!(bench.settle(), [], "nothing is known yet");
    let begin = bench.now;
    let told = || shifts(begin, &[("Alice", -5, 5), ("Bob", 5, 9)]);
    bench.hand_in(told());
    let mut commits: Vec<Commit> = bench.commits.iter().cloned().collect();
    let mut said = bench.settle();
    bench.wait(Duration::seconds(1));
    commits.extend(bench.commits.iter().cloned());
    said.extend(bench.settle());
    assert_eq!(places(&said), ["ops", "alice"], "{said:?}");
    assert!(handovers(&commits) <= 1);
    let now = bench.now + Duration::hours(1);
    let mut bench = Bench::under(calendar(), bench.store, now);
    assert_eq!(bench.settle(), []);
    asks_anew(&mut bench, "!oncall");
    assert!(bench.settle()[0].1.contains("payments: alice"), "whoever was announced last");
    bench.hand_in(told());
    assert_eq!(bench.settle(), []);
    bench.wait(Duration::hours(4));
    let mut said = bench.settle();
    said.sort();
    assert_eq!(places(&said), ["alice", "bob", "ops"], "{said:?}");
    bench.wait(Duration::hours(4));
    let said = bench.settle();
    assert!(
        said.iter().any(|(_, words)| words.contains("Nobody is on duty for payments any more")),
        "{said:?}"
    );
    assert!(said.iter().any(|(place, words)| place == "bob" && words.contains("off duty")), "{said:?}");
}
