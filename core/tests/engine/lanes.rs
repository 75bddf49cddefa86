//! Lanes: in order within a place, side by side across places, the card before the conversation.

use std::time::Duration as Span;

use chrono::Duration;
use sitrep_core::port::{Action, Outcome};

use crate::bench::{Bench, opens_room, says_in, words};

#[test]
fn one_place_is_served_in_order_and_others_meanwhile() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    bench.hear("ops", "!incidents");
    bench.hear("support", "!incidents");
    bench.commit();
    bench.commit();
    let first = bench.take(says_in("ops"));
    bench.take(says_in("support"));
    assert!(bench.performs.is_empty(), "the second in the operators' room waits for the first");
    bench.report(&first, Outcome::Transient("busy".to_owned()));
    assert!(bench.performs.is_empty(), "and for its repetition");
    bench.wait(Duration::seconds(1));
    let again = bench.take(says_in("ops"));
    assert_eq!((&again.attempt.key, again.attempt.number), (&first.attempt.key, 2));
    bench.succeed(&again);
    bench.commit();
    let second = bench.take(says_in("ops"));
    assert!(matches!(second.action, Action::Say { message, .. } if words(&message) == "Nothing is open."));
}

#[test]
fn a_platform_that_asks_to_wait_is_obeyed() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    bench.commit();
    let first = bench.take(says_in("ops"));
    bench.report(&first, Outcome::RetryAfter(Span::from_secs(30)));
    assert_eq!(bench.engine.next_deadline(), Some(bench.now + Duration::seconds(30)));
    bench.wait(Duration::seconds(29));
    assert!(bench.performs.is_empty());
    bench.wait(Duration::seconds(1));
    bench.take(says_in("ops"));
}

#[test]
fn what_failed_is_tried_at_once_when_the_platform_is_back() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    bench.commit();
    // Five minutes in which nothing works: the pauses grow.
    let until = bench.now + Duration::minutes(5);
    while bench.now < until {
        for perform in std::mem::take(&mut bench.performs) {
            bench.report(&perform, Outcome::Transient("nobody is there".to_owned()));
        }
        bench.wait(Duration::seconds(1));
    }
    assert!(bench.performs.is_empty());
    bench.hear("kitchen", "is it back?");
    let answer = bench.take(says_in("ops"));
    // What keeps failing although the platform is there keeps its pauses.
    bench.report(&answer, Outcome::Transient("not this one".to_owned()));
    bench.hear("kitchen", "it is");
    assert!(bench.performs.is_empty());
}

#[test]
fn the_card_comes_before_what_was_to_be_said_earlier() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let open = bench.take(opens_room);
    bench.hear("ops", "!ack INC-1");
    bench.commit();
    bench.succeed(&open);
    bench.commit();
    let Action::OpenRoom { name, .. } = &open.action else { panic!("a room") };
    let card = bench.take(says_in(name));
    assert!(
        matches!(&card.action, Action::Say { message, .. } if words(message).starts_with("INC-1 · Sev2"))
    );
    assert!(!bench.performs.iter().any(|perform| says_in(name)(&perform.action)), "one after the other");
}

#[test]
fn an_older_card_never_overwrites_a_newer_one() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!sev INC-1 1");
    bench.commit();
    let is_edit = |action: &Action| matches!(action, Action::Edit { .. });
    while !bench.performs.iter().any(|perform| is_edit(&perform.action)) {
        let perform = bench.performs.remove(0);
        bench.succeed(&perform);
        bench.commit();
    }
    let older = bench.take(is_edit);
    bench.hear("ops", "!sev INC-1 4");
    bench.commit();
    bench.report(&older, Outcome::InDoubt("the answer was lost".to_owned()));
    let mut shown = Vec::new();
    for _ in 0..4 {
        while !bench.commits.is_empty() {
            bench.commit();
        }
        for perform in std::mem::take(&mut bench.performs) {
            if let Action::Edit { content, .. } = &perform.action {
                shown.push(words(content));
            }
            bench.succeed(&perform);
        }
        bench.wait(Duration::seconds(2));
    }
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown.iter().all(|card| card.contains("Sev4")), "{shown:?}");
    assert!(bench.notes.is_empty(), "{:?}", bench.notes);
}

#[test]
fn what_the_commit_in_flight_makes_pointless_is_not_let_go() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!sev INC-1 1");
    bench.commit();
    let mut made_pointless = 0;
    // At every step something newer is decided, just as the lane becomes free for what the last one called for.
    for level in [4, 1, 4, 1, 4, 1] {
        let index = bench.performs.iter().position(|perform| !says_in("ops")(&perform.action));
        let perform = bench.performs.remove(index.expect("something is to be done elsewhere"));
        bench.succeed(&perform);
        bench.hear("ops", &format!("!sev INC-1 {level}"));
        bench.commit();
        let ended = &bench.commits.front().expect("the newer is in flight").effects_ended;
        made_pointless += ended.len();
        let let_go: Vec<_> = bench.performs.iter().filter(|perform| ended.contains(&perform.id)).collect();
        assert!(let_go.is_empty(), "{let_go:?}");
        bench.commit();
    }
    assert!(made_pointless > 0);
}
