//! Talk costs nothing, and how far it was heard is written after a while.

use chrono::Duration;

use crate::bench::Bench;

#[test]
fn talk_is_accepted_without_a_commit() {
    let mut bench = Bench::listening();
    let batch = bench.hear("ops", "good morning");
    assert!(bench.commits.is_empty());
    assert!(bench.accepted.contains(&batch));
}

#[test]
fn the_first_position_of_a_stream_is_written_at_once() {
    let mut bench = Bench::new();
    bench.hear("ops", "good morning");
    assert_eq!(bench.commit().positions.len(), 1);
    bench.hear("ops", "hello");
    assert!(bench.commits.is_empty());
}

#[test]
fn its_position_is_written_after_a_minute() {
    let mut bench = Bench::listening();
    bench.hear("ops", "good morning");
    bench.wait(Duration::seconds(59));
    assert!(bench.commits.is_empty());
    assert_eq!(bench.engine.next_deadline(), Some(bench.now + Duration::seconds(1)));
    bench.wait(Duration::seconds(1));
    let commit = bench.commit();
    assert_eq!((commit.positions.len(), commit.seen.len(), commit.facts.len()), (1, 0, 0));
    assert_eq!(bench.engine.next_deadline(), None);
}

#[test]
fn its_position_goes_along_with_any_commit() {
    let mut bench = Bench::listening();
    bench.hear("ops", "good morning");
    bench.hear("ops", "!help");
    let commit = bench.commit();
    assert_eq!(commit.positions.first().map(|position| position.token.as_str()), Some("3"));
    bench.wait(Duration::minutes(2));
    assert!(bench.commits.is_empty(), "nothing is left to write");
}
