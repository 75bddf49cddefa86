//! Signs of life: expected from the start on, moved on by each, missed once, and back.

use chrono::Duration;
use sitrep_core::{
    policy::{Heartbeat, Policy},
    port::Signal,
};

use crate::{
    bench::Bench,
    desk::{self, edits, line_of, lines_of, notified, restarted, said, was_said},
};

fn policy() -> Policy {
    let mut policy = desk::policy();
    let (every, grace) = (Duration::minutes(10), Duration::minutes(1));
    let nightly = Heartbeat { every, grace, service: Some("checkout".to_owned()), oncall: None };
    policy.heartbeats.insert("nightly".to_owned(), nightly);
    policy
}

fn bench() -> Bench {
    let mut bench = Bench::with(policy());
    bench.hear("ops", "good morning");
    bench.done();
    bench
}

fn ping() -> Vec<Signal> {
    vec![Signal::Heartbeat { name: "nightly".to_owned() }]
}

#[test]
fn one_that_never_comes_is_missed_once_after_its_time_and_its_grace() {
    let mut bench = bench();
    assert!(bench.waits(Duration::minutes(10)).is_empty());
    let done = bench.waits(Duration::minutes(1));
    line_of(&done);
    assert!(
        was_said(&done, "support", "REP-1 · waiting · no sign of life from nightly"),
        "{:?}",
        said(&done)
    );
    assert_eq!(notified(&done, "support"), ["dora"]);
    let later = bench.waits(Duration::minutes(60));
    assert!(lines_of(&later).is_empty());
}

#[test]
fn each_sign_moves_it_on_without_a_fact() {
    let mut bench = bench();
    for _ in 0..20 {
        bench.wait(Duration::minutes(10));
        bench.tell(7, ping());
        let commit = bench.commit();
        assert!(commit.facts.is_empty() && commit.effects_added.is_empty(), "{commit:?}");
        assert_eq!(commit.dues_set.len(), 1);
        assert!(bench.done().is_empty());
    }
    assert_eq!(bench.engine.pending_deadlines(), 1);
    bench.told(vec![Signal::Heartbeat { name: "unknown".to_owned() }]);
    assert_eq!(bench.engine.pending_deadlines(), 1);
}

#[test]
fn the_next_sign_shows_that_it_is_back_and_nobody_is_called_any_more() {
    let mut bench = bench();
    bench.waits(Duration::minutes(11));
    let done = bench.told(ping());
    assert!(edits(&done).iter().any(|text| text.contains("It is back since")), "{:?}", edits(&done));
    bench.tell(2, ping());
    assert!(bench.commit().facts.is_empty(), "being there is no news");
    bench.done();
    // It is missed again: the same report, and whoever is on duty is called.
    let done = bench.waits(Duration::minutes(11));
    assert!(lines_of(&done).is_empty(), "{:?}", said(&done));
    assert_eq!(notified(&done, "support"), ["dora"], "{:?}", said(&done));
    assert_eq!(bench.engine.status(bench.now).reports_waiting, 1);
}

#[test]
fn after_a_while_down_everybody_has_the_whole_time_again() {
    let mut bench = bench();
    bench.now += Duration::hours(5);
    let mut bench = restarted(&bench);
    assert!(said(&bench.done()).is_empty());
    assert!(said(&bench.waits(Duration::minutes(10))).is_empty());
    line_of(&bench.waits(Duration::minutes(1)));
    // What is missed already is not missed again by a restart.
    bench.now += Duration::minutes(1);
    let mut bench = restarted(&bench);
    bench.done();
    assert!(lines_of(&bench.waits(Duration::hours(1))).is_empty());
}

#[test]
fn what_is_expected_no_more_is_forgotten() {
    let mut bench = bench();
    bench.policy = desk::policy();
    bench.now += Duration::hours(1);
    let mut bench = restarted(&bench);
    bench.done();
    assert_eq!(bench.engine.pending_deadlines(), 0);
    assert!(said(&bench.waits(Duration::days(1))).is_empty());
}

#[test]
fn one_that_is_missed_again_after_its_incident_is_over_is_filed_anew() {
    let mut bench = bench();
    let line = line_of(&bench.waits(Duration::minutes(11)));
    let done = bench.replies("dora", &line, "!incident the backup died");
    assert!(edits(&done).iter().any(|text| text.contains("belongs to INC-1")));
    let done = bench.told(ping());
    let place =
        bench.engine.incidents().next().and_then(|incident| incident.home().cloned()).expect("its room");
    assert!(was_said(&done, &place.room, "All alerts of INC-1 are over"), "{:?}", said(&done));
    bench.says("dora", "ops", "!resolve INC-1 restarted");
    let done = bench.waits(Duration::minutes(11));
    line_of(&done);
    assert!(was_said(&done, "support", "REP-2"), "{:?}", said(&done));
}
