//! A room that can't be had, and one in which people speak before it is known.

use std::time::Duration as Span;

use chrono::Duration;
use sitrep_core::{
    incident::{RoomState, Status},
    port::{Action, Outcome},
};

use crate::bench::{Bench, opens_room};

fn refused(bench: &mut Bench) {
    let open = bench.take(opens_room);
    bench.report(&open, Outcome::Permanent("too many rooms".to_owned()));
}

#[test]
fn without_a_room_it_runs_where_it_was_declared() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    refused(&mut bench);
    let said = bench.settle();
    assert!(said.iter().any(|(room, text)| room == "ops" && text.contains("so we run it here")), "{said:?}");
    assert!(
        said.iter().any(|(room, text)| room == "ops" && text.starts_with("INC-1 ·")),
        "the card: {said:?}"
    );
    bench.hear("ops", "!ack");
    let said = bench.settle();
    assert!(said.iter().any(|(_, text)| text.starts_with("Thank you: you have INC-1")), "{said:?}");
    assert_eq!(
        bench.engine.incidents().next().map(|incident| incident.room.clone()),
        Some(RoomState::AtOrigin)
    );
}

#[test]
fn a_room_that_is_only_ever_put_off_is_given_up() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let mut attempts = 0;
    while attempts < 20 && bench.performs.iter().any(|perform| opens_room(&perform.action)) {
        attempts += 1;
        let open = bench.take(opens_room);
        bench.report(&open, Outcome::RetryAfter(Span::from_secs(20)));
        bench.wait(Duration::seconds(20));
    }
    assert_eq!(attempts, 16, "five minutes: people are waiting");
    let said = bench.settle();
    assert!(said.iter().any(|(_, text)| text.contains("so we run it here")), "{said:?}");
}

#[test]
fn a_private_one_without_a_room_is_not_going_on() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident --private payroll leaked");
    bench.commit();
    let status = |bench: &Bench| bench.engine.incidents().next().map(|incident| incident.status);
    assert_eq!(status(&bench), Some(Status::Declared));
    refused(&mut bench);
    let said = bench.settle();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].0 == "ops" && said[0].1.contains("could not make a private room"), "{said:?}");
    assert!(!said[0].1.contains("payroll"), "{said:?}");
    assert_eq!(status(&bench), None, "it owes nothing");
    assert_eq!(bench.engine.pending_deadlines(), 0);
}

#[test]
fn what_is_said_in_a_room_before_it_is_known_is_heard_once_it_is() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let open = bench.take(opens_room);
    let Action::OpenRoom { name, .. } = &open.action else { panic!("a room") };
    let held = bench.hear(name, "!ack");
    let after = bench.hear("ops", "!incidents");
    bench.commit();
    assert!(
        !bench.accepted.contains(&held) && !bench.accepted.contains(&after),
        "it would be lost in a crash"
    );
    bench.succeed(&open);
    let said = bench.settle();
    assert!(said.iter().any(|(room, text)| room == name && text.starts_with("Thank you")), "{said:?}");
    assert!(bench.accepted.contains(&held) && bench.accepted.contains(&after));
}

#[test]
fn what_is_said_in_any_other_room_is_nobodys_business() {
    let mut bench = Bench::listening();
    let batch = bench.hear("kitchen", "!ack");
    assert!(bench.commits.is_empty());
    assert!(bench.accepted.contains(&batch));
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let kitchen = bench.hear("kitchen", "!ack");
    let own = bench.hear("an older room of sitrep's own", "!ack");
    assert!(bench.accepted.contains(&kitchen), "nobody waits for a room that sitrep didn't make");
    assert!(!bench.accepted.contains(&own), "it may be the one that is being made");
    refused(&mut bench);
    let said = bench.settle();
    assert!(bench.accepted.contains(&own), "it turned out to be none");
    assert!(!said.iter().any(|(room, _)| room == "kitchen" || room.starts_with("an older")), "{said:?}");
}
