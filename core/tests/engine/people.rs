//! People of several platforms, and those whose handle is a number.

use sitrep_core::{
    person::Person,
    policy::{PlatformPolicy, Policy},
    port::{Content, Offer},
    room::{PlatformName, RoomRef},
};

use crate::bench::{Bench, platform, policy, room, saying};

/// A second platform with a room that is kept informed; bob is known on both.
fn two_platforms() -> Policy {
    let other = PlatformName::new("other");
    let mut policy = policy();
    let stakeholder_rooms = vec![RoomRef::new(&other, "board")];
    policy.platforms.insert(other.clone(), PlatformPolicy { stakeholder_rooms, ..PlatformPolicy::default() });
    policy
        .people
        .insert("bob".to_owned(), vec![Person::new(&platform(), "16"), Person::new(&other, "@bob:o")]);
    policy.people.insert("carol".to_owned(), vec![Person::new(&platform(), "17")]);
    policy
}

fn says(bench: &mut Bench, person: &str, called: &str, text: &str) -> Vec<(String, String)> {
    bench.happens_so(person, "ops", Content::Said(text.to_owned()), |inbound| {
        inbound.standing.called = Some(called.to_owned());
    });
    bench.settle()
}

#[test]
fn elsewhere_people_are_named_as_they_are_known_there() {
    let mut bench = Bench::with(two_platforms());
    says(&mut bench, "15", "Alice", "!incident checkout is down");
    let on_board = |said: Vec<(String, String)>| {
        said.into_iter()
            .filter(|(room, _)| room == "board")
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let told = on_board(says(&mut bench, "15", "Alice", "!ack INC-1"));
    assert!(told.contains("Alice") && !told.contains("15"), "{told}");
    let told = on_board(says(&mut bench, "16", "Robert", "!update INC-1 we are on it"));
    assert!(told.contains("bob") && !told.contains("16"), "{told}");
    let told = on_board(says(&mut bench, "18", "\u{202e}Eve", "!update INC-1 still on it"));
    assert!(told.contains("Eve") && !told.contains('\u{202e}'), "{told}");
}

#[test]
fn a_name_is_remembered_over_a_restart() {
    let mut bench = Bench::with(two_platforms());
    says(&mut bench, "15", "Alice", "!incident checkout is down");
    says(&mut bench, "15", "Alice", "!ack INC-1");
    let mut bench = Bench::under(two_platforms(), bench.store, bench.now);
    // A platform gives no message the name of another one.
    bench.hear("kitchen", "good morning");
    bench.hear("kitchen", "good morning");
    let said = says(&mut bench, "17", "Carol", "!next INC-1 5m");
    assert!(said.iter().any(|(room, _)| room == "board"), "{said:?}");
    bench.wait(chrono::Duration::minutes(20));
    let told: Vec<_> = bench.done().iter().filter_map(saying).collect();
    assert!(told.iter().all(|(room, text)| room != "board" || !text.contains("15")), "{told:?}");
}

#[test]
fn what_is_going_on_is_told_when_it_changes() {
    let mut bench = Bench::new();
    assert_eq!(bench.engine.overview_if_changed(), None);
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!incident --private payroll leaked");
    bench.settle();
    let overview = bench.engine.overview_if_changed().expect("it has changed");
    let labels: Vec<&str> = overview.incidents.iter().map(|offer| offer.label.as_str()).collect();
    assert_eq!(labels, ["INC-2 · declared · payroll leaked", "INC-1 · declared · checkout is down"]);
    let alice = Person::new(&platform(), "alice");
    let bob = Person::new(&platform(), "bob");
    let named = |person: &Person, place: &str, direct| {
        let offers = overview
            .incidents
            .iter()
            .filter(|offer: &&Offer| offer.may_be_named(person, &room(place), direct));
        offers.count()
    };
    assert_eq!(named(&alice, "ops", false), 1, "a private one is not offered in public");
    assert_eq!((named(&alice, "alice", true), named(&bob, "bob", true)), (2, 1));
    let home = overview.incidents[0].room.clone().expect("a room").room;
    assert_eq!(named(&alice, &home, false), 2);
    assert_eq!(bench.engine.overview_if_changed(), None, "nothing has changed since");
    bench.hear("ops", "good morning");
    bench.settle();
    assert_eq!(bench.engine.overview_if_changed(), None);
}
