//! Hearing of an incident in private.

use chrono::Duration;
use sitrep_core::{person::Person, policy::Policy, port::Content};

use crate::bench::{Bench, platform, policy};

fn says(bench: &mut Bench, person: &str, place: &str, text: &str) -> Vec<(String, String)> {
    bench.happens(person, place, Content::Said(text.to_owned()));
    bench.settle()
}

fn told<'a>(said: &'a [(String, String)], place: &str) -> Vec<&'a str> {
    said.iter().filter(|(room, _)| room == place).map(|(_, text)| text.as_str()).collect()
}

/// Bob has two handles here; he follows.
fn followed(policy: Policy) -> (Bench, String) {
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let said = says(&mut bench, "bob", "ops", "!follow INC-1");
    assert!(told(&said, "ops").concat().contains("You follow INC-1"), "{said:?}");
    (bench, home)
}

fn two_handles() -> Policy {
    let mut policy = policy();
    let handles = ["bob", "robert"].map(|handle| Person::new(&platform(), handle));
    policy.people.insert("bob".to_owned(), handles.to_vec());
    policy
}

#[test]
fn a_follower_hears_news_changes_and_nothing_twice() {
    let (mut bench, home) = followed(policy());
    for (text, expected) in [
        ("!ack", "alice has it"),
        ("!sev 1", "is Sev1 now"),
        ("!update draining the queue", "draining the queue"),
    ] {
        let said = says(&mut bench, "alice", &home, text);
        let [word] = told(&said, "bob")[..] else { panic!("{text}: {said:?}") };
        assert!(word.contains(expected), "{text}: {word}");
    }
    // Being in the room as well makes no difference: they asked for it.
    says(&mut bench, "bob", &home, "!status");
    assert_eq!(told(&says(&mut bench, "alice", &home, "!update drained"), "bob").len(), 1);
}

#[test]
fn whoever_did_it_is_not_told_that_they_did() {
    let (mut bench, home) = followed(policy());
    let said = says(&mut bench, "bob", &home, "!update I have restarted it");
    assert_eq!(told(&said, "bob"), [""; 0], "{said:?}");
}

#[test]
fn stop_ends_it() {
    let (mut bench, home) = followed(policy());
    assert!(
        told(&says(&mut bench, "bob", "bob", "!follow INC-1"), "bob")[0].contains("follow INC-1 already")
    );
    let said = says(&mut bench, "bob", "bob", "!follow stop INC-1");
    assert_eq!(told(&said, "bob"), ["You follow INC-1 no more."]);
    assert_eq!(told(&says(&mut bench, "alice", &home, "!update drained"), "bob"), [""; 0]);
    let said = says(&mut bench, "bob", "bob", "!follow INC-1 stop");
    assert_eq!(told(&said, "bob"), ["You don't follow INC-1."]);
}

#[test]
fn one_human_follows_once_and_stops_under_any_handle() {
    let (mut bench, home) = followed(two_handles());
    let said = says(&mut bench, "robert", "ops", "!follow INC-1");
    assert!(told(&said, "ops").concat().contains("already"), "{said:?}");
    let said = says(&mut bench, "alice", &home, "!update drained");
    assert_eq!((told(&said, "bob").len(), told(&said, "robert").len()), (1, 0));
    // What they do under the other handle they know.
    let said = says(&mut bench, "robert", &home, "!update refilled");
    assert_eq!(told(&said, "bob"), [""; 0], "{said:?}");
    says(&mut bench, "robert", "robert", "!follow stop INC-1");
    assert_eq!(told(&says(&mut bench, "alice", &home, "!update drained again"), "bob"), [""; 0]);
}

#[test]
fn of_a_private_incident_only_those_hear_who_belong() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident --private payroll leaked");
    bench.settle();
    for place in ["bob", "ops"] {
        let said = says(&mut bench, "bob", place, "!follow INC-1");
        assert!(told(&said, place).concat().contains("no INC-1 that you can see"), "{said:?}");
    }
    says(&mut bench, "alice", &home, "!invite @bob");
    says(&mut bench, "bob", "bob", "!follow INC-1");
    let said = says(&mut bench, "alice", &home, "!update the hole is closed");
    assert!(told(&said, "bob").concat().contains("the hole is closed"), "{said:?}");
    assert!(
        said.iter().all(|(place, text)| place == "bob" || place == &home || !text.contains("hole")),
        "{said:?}"
    );
}

#[test]
fn what_is_over_is_not_followed() {
    let (mut bench, home) = followed(policy());
    says(&mut bench, "alice", &home, "!resolve it works again");
    let said = says(&mut bench, "carol", "ops", "!follow INC-1");
    assert!(!told(&said, "ops").concat().contains("You follow"), "{said:?}");
    bench.wait(Duration::minutes(1));
}

#[test]
fn followers_are_kept_over_a_restart() {
    let (bench, home) = followed(policy());
    let mut bench = Bench::over(bench.store, bench.now);
    bench.settle();
    // A bench numbers its messages anew.
    for _ in 0..3 {
        says(&mut bench, "alice", "kitchen", "good morning");
    }
    let said = says(&mut bench, "alice", &home, "!update drained");
    assert_eq!(told(&said, "bob").len(), 1, "{said:?}");
}
