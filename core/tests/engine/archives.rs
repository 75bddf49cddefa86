//! Rooms of incidents that are over: archived after some days, never before the retrospective, and brought back.

use chrono::Duration;
use sitrep_core::{
    policy::Policy,
    port::{Action, Outcome, Perform},
};

use crate::bench::{Bench, policy, saying};

/// What became of rooms: archived or brought back.
fn rooms(done: &[Perform]) -> Vec<(&'static str, String)> {
    let what = |perform: &Perform| match &perform.action {
        Action::Archive { room } => Some(("archived", room.room.clone())),
        Action::Restore { room } => Some(("restored", room.room.clone())),
        _ => None,
    };
    done.iter().filter_map(what).collect()
}

fn does(bench: &mut Bench, place: &str, line: &str) -> Vec<Perform> {
    bench.hear(place, line);
    bench.done()
}

fn later(bench: &mut Bench, span: Duration) -> Vec<Perform> {
    bench.wait(span);
    bench.done()
}

/// One that is over, with its retrospective declined.
fn settled(policy: Policy) -> (Bench, String) {
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back. lost: nothing");
    does(&mut bench, &home, "!retro decline small");
    (bench, home)
}

#[test]
fn some_days_after_the_end_its_room_is_archived_with_a_word() {
    let (mut bench, home) = settled(policy());
    assert_eq!(rooms(&later(&mut bench, Duration::days(7) - Duration::minutes(1))), []);
    assert_eq!(bench.engine.incidents().count(), 0, "it waits for that outside of memory");
    let done = later(&mut bench, Duration::minutes(1));
    assert_eq!(rooms(&done), [("archived", home.clone())]);
    let said: Vec<_> = done.iter().filter_map(saying).collect();
    assert!(
        matches!(&said[..], [(place, words)] if *place == home && words.contains("`!reopen INC-1 WHY`")),
        "{said:?}"
    );
    assert_eq!(rooms(&later(&mut bench, Duration::days(30))), []);
    assert_eq!(bench.engine.pending_deadlines(), 0);
}

#[test]
fn a_restart_forgets_nothing_of_it() {
    let (bench, home) = settled(policy());
    let mut bench = Bench::over(bench.store, bench.now);
    bench.done();
    assert_eq!(rooms(&later(&mut bench, Duration::days(7))), [("archived", home)]);
}

#[test]
fn it_waits_for_the_retrospective() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back. lost: nothing");
    assert_eq!(rooms(&later(&mut bench, Duration::days(8))), [], "none is booked");
    does(&mut bench, &home, "!retro tomorrow 14:00");
    assert_eq!(rooms(&later(&mut bench, Duration::days(1) + Duration::hours(14))), [], "it has just begun");
    assert_eq!(rooms(&later(&mut bench, Duration::hours(23))), [], "people still talk about it");
    assert_eq!(rooms(&later(&mut bench, Duration::hours(1))), [("archived", home)]);
}

#[test]
fn never_is_never_and_an_open_one_is_left_alone() {
    let mut never = policy();
    never.archive_after = None;
    let (mut bench, _) = settled(never);
    assert_eq!(rooms(&later(&mut bench, Duration::days(400))), []);
    let mut bench = Bench::new();
    bench.declares("!incident --sev 4 checkout is down");
    bench.settle();
    assert_eq!(rooms(&later(&mut bench, Duration::days(400))), []);
}

#[test]
fn reopened_its_room_is_back() {
    let (mut bench, home) = settled(policy());
    later(&mut bench, Duration::days(7));
    let done = does(&mut bench, "ops", "!reopen INC-1 it fails again");
    assert_eq!(rooms(&done), [("restored", home.clone())]);
    does(&mut bench, &home, "!resolve rolled back. lost: nothing");
    does(&mut bench, &home, "!retro decline small");
    assert_eq!(rooms(&later(&mut bench, Duration::days(6))), []);
    assert_eq!(rooms(&later(&mut bench, Duration::days(1))), [("archived", home)]);
}

#[test]
fn reopened_before_it_happened_nothing_happens() {
    let (mut bench, _) = settled(policy());
    later(&mut bench, Duration::days(6));
    does(&mut bench, "ops", "!reopen INC-1 it fails again");
    does(&mut bench, "ops", "!sev INC-1 4");
    assert_eq!(rooms(&later(&mut bench, Duration::days(30))), []);
}

#[test]
fn a_retrospective_that_is_moved_has_its_room_again() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back. lost: nothing");
    does(&mut bench, &home, "!retro tomorrow 14:00");
    assert_eq!(rooms(&later(&mut bench, Duration::days(1) + Duration::hours(14))), []);
    assert_eq!(rooms(&later(&mut bench, Duration::days(9))), [("archived", home.clone())]);
    assert_eq!(rooms(&does(&mut bench, "ops", "!retro INC-1 tomorrow 14:00")), [("restored", home)]);
}

#[test]
fn a_room_that_can_t_be_archived_is_said_once() {
    let (mut bench, home) = settled(policy());
    bench.wait(Duration::days(7));
    let mut said = Vec::new();
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            bench.commit();
            continue;
        }
        let perform = bench.performs.remove(0);
        said.extend(saying(&perform).filter(|(_, words)| words.contains("could not")));
        match perform.action {
            Action::Archive { .. } => bench.report(&perform, Outcome::Permanent("no permission".to_owned())),
            _ => bench.succeed(&perform),
        }
    }
    assert!(
        matches!(&said[..], [(place, words)] if *place == home && words.contains("archive the room")),
        "{said:?}"
    );
    assert_eq!(bench.settle(), []);
    bench.wait(Duration::days(30));
    assert_eq!(bench.settle(), []);
}
