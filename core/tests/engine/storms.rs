//! More alerts than anybody could read: one line that counts them, and people are served first.

use std::time::Instant;

use chrono::Duration;
use sitrep_core::port::{Action, Content, Signal};

use crate::{
    bench::Bench,
    desk::{bench, edits, firing, line_of, lines_of, notified, resolved, restarted, said},
};

fn storm(numbers: std::ops::Range<usize>) -> Vec<Signal> {
    numbers.map(|number| Signal::Alert(firing(&format!("g{number}")))).collect()
}

#[test]
fn a_thousand_groups_are_ten_lines_and_one() {
    let mut bench = bench();
    let done = bench.told(storm(0..1_000));
    assert_eq!(lines_of(&done).len(), 11);
    assert_eq!(said(&done).len(), 11, "{:?}", said(&done));
    let last = edits(&done).pop().expect("the line of the storm counts");
    assert!(last.contains("a storm of alerts from prometheus: 990 more"), "{last}");
    assert!(last.contains("Firing: 990"), "{last}");
    assert_eq!(notified(&done, "support").len(), 11);
    // Told again, nothing has changed.
    assert!(said(&bench.told(storm(0..1_000))).is_empty());
    let mut bench = restarted(&bench);
    bench.done();
    assert!(said(&bench.told(storm(0..1_000))).is_empty());
    let over = (10..1_000).map(|number| Signal::Alert(resolved(&format!("g{number}")))).collect();
    let done = bench.told(over);
    assert!(
        edits(&done).pop().is_some_and(|text| text.contains("All of them are over")),
        "{:?}",
        edits(&done)
    );
}

#[test]
fn later_it_is_over_and_alerts_are_shown_one_by_one_again() {
    let mut bench = bench();
    bench.told(storm(0..20));
    bench.waits(Duration::minutes(9));
    assert!(lines_of(&bench.told(storm(20..30))).is_empty());
    bench.waits(Duration::minutes(11));
    let done = bench.told(storm(30..31));
    line_of(&done);
}

#[test]
fn another_source_is_not_in_the_storm() {
    let mut bench = bench();
    bench.told(storm(0..20));
    let mut other = firing("x");
    other.source = "grafana".to_owned();
    line_of(&bench.told(vec![Signal::Alert(other)]));
}

#[test]
fn what_people_say_is_decided_before_what_waits_of_a_storm() {
    let mut bench = bench();
    bench.tell(1, storm(0..5_000));
    bench.happens("alice", "ops", Content::Said("!help".to_owned()));
    // The round that was under way, and then theirs.
    bench.commit();
    bench.commit();
    bench.take(|action| matches!(action, Action::Say { answers: Some(_), .. }));
    assert!(bench.taken.is_empty(), "the storm is not dealt with yet");
    bench.done();
    assert_eq!(bench.taken.len(), 1);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long it takes is what this is about")]
fn no_storm_takes_long_or_fills_the_memory() {
    let timed = |signals: Vec<Signal>| {
        let mut bench: Bench = bench();
        let began = Instant::now();
        bench.tell(1, signals);
        while !bench.commits.is_empty() {
            bench.commit();
        }
        (bench, began.elapsed())
    };
    let (_, new) = timed(storm(0..1_000));
    let (_, repeated) = timed((0..5_000).map(|_| Signal::Alert(firing("a"))).collect());
    let (bench, many) = timed(storm(0..5_000));
    eprintln!("1,000 new groups: {new:?}; 5,000 repeats: {repeated:?}; 5,000 new groups: {many:?}");
    assert!(new.as_secs() < 5 && repeated.as_secs() < 10 && many.as_secs() < 30);
    assert!(bench.engine.pending_effects() < 100);
}
