//! What is no longer worth saying is dropped, with a note; how it ended is worth saying for long.

use chrono::Duration;
use sitrep_core::{
    event::{Event, RoomEvent},
    port::Outcome,
};

use crate::bench::{Bench, says_in};

#[test]
fn a_stale_prompt_is_dropped_with_a_note() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident --sev 2 checkout is down");
    let said = bench.settle();
    let home = said.iter().find(|(_, text)| text.starts_with("INC-1 ·")).map(|(room, _)| room.clone());
    let home = home.expect("the card is in the incident's room");
    bench.wait(Duration::minutes(20));
    bench.commit();
    // A quarter of Sev2's twenty minutes later it would be asked again.
    let prompt = bench.take(says_in(&home));
    bench.report(&prompt, Outcome::Transient("busy".to_owned()));
    bench.wait(Duration::minutes(5));
    let mut dropped = 0;
    while !bench.commits.is_empty() {
        let commit = bench.commit();
        let is_dropped = |event: &Event| matches!(event, Event::Room(RoomEvent::Dropped { .. }));
        if commit.facts.iter().any(|fact| is_dropped(&fact.record.event)) {
            dropped += 1;
            assert!(commit.effects_ended.contains(&prompt.id));
        }
        bench.performs.clear();
    }
    assert_eq!(dropped, 1);
    assert!(
        bench.notes.iter().any(|note| note.contains("too late to ask for an update")),
        "{:?}",
        bench.notes
    );
}

#[test]
fn the_end_is_told_after_a_long_outage() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!resolve INC-1 drained");
    bench.commit();
    let mut later = Bench::over(bench.store.clone(), bench.now + Duration::days(3));
    let said = later.settle();
    assert!(
        said.iter().any(|(room, text)| room == "status" && text.starts_with("INC-1 is resolved")),
        "{said:?}"
    );
}
