//! One commit in flight, everything that waits in the next one, and the same one again when it failed.

use chrono::Duration;

use crate::bench::{Bench, saying};

#[test]
fn what_arrives_during_a_commit_goes_into_the_next_one() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    for text in ["!incidents", "!help ack", "!sev"] {
        bench.hear("ops", text);
    }
    assert_eq!(bench.commits.len(), 1, "one is in flight");
    assert!(bench.accepted.is_empty(), "nothing is durable yet");
    assert_eq!(bench.commit().seen.len(), 1);
    let second = bench.commit();
    assert_eq!((second.sequence, second.seen.len(), second.effects_added.len()), (2, 3, 3));
    assert_eq!(second.positions.first().map(|position| position.token.as_str()), Some("4"));
    assert_eq!(bench.accepted.len(), 4);
}

#[test]
fn nothing_is_said_before_it_is_durable() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    assert!(bench.performs.is_empty());
    bench.commit();
    assert_eq!(bench.performs.len(), 1);
}

#[test]
fn a_failed_commit_is_tried_again_as_it_was_and_people_are_told_once() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    let first = bench.fail_commit();
    let told = bench.performs.pop().and_then(|perform| saying(&perform)).expect("whoever waits is told");
    assert!(told.1.contains("can't write to my disk"), "{}", told.1);
    bench.hear("ops", "!incidents");
    bench.wait(Duration::milliseconds(1999));
    assert!(bench.commits.is_empty(), "not yet");
    bench.wait(Duration::milliseconds(1));
    let second = bench.fail_commit();
    assert_eq!(second, first, "though something else has arrived");
    assert!(bench.performs.is_empty(), "said once");
    bench.wait(Duration::seconds(4));
    assert_eq!(bench.commit(), first);
    assert_eq!(bench.commit().seen.len(), 1, "what arrived meanwhile");
}

#[test]
fn a_message_that_comes_twice_is_dealt_with_once() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    bench.commit();
    let mut again = Bench::over(bench.store.clone(), bench.now);
    let batch = again.hear("ops", "!help");
    assert!(again.commits.is_empty());
    assert_eq!(again.accepted, [batch], "dealt with before");
}
