//! Places to talk: made for an incident, shown on its card, and removed at its end.

use sitrep_core::{
    person::Person,
    policy::Meeting,
    port::{Action, Perform},
};

use crate::bench::{Bench, platform, policy, words};

/// When it was declared and its number: nothing of the title.
const NAME: &str = "2026-11-22-0000-inc-1";

fn bench() -> Bench {
    let mut policy = policy();
    policy.meeting = Meeting::Voice(platform());
    Bench::with(policy)
}

fn made(done: &[Perform]) -> Vec<(String, Option<Vec<Person>>)> {
    let made = |perform: &Perform| {
        let Action::OpenMeeting { name, people, .. } = &perform.action else { return None };
        Some((name.clone(), people.clone()))
    };
    done.iter().filter_map(made).collect()
}

fn removed(done: &[Perform]) -> Vec<String> {
    let removed = |perform: &Perform| {
        let Action::CloseMeeting { room } = &perform.action else { return None };
        Some(room.room.clone())
    };
    done.iter().filter_map(removed).collect()
}

#[test]
fn it_is_made_shown_on_the_card_and_removed_at_the_end() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    let opening = bench.done();
    assert_eq!(made(&opening), [(NAME.to_owned(), None)]);
    let shows = |perform: &Perform| {
        matches!(&perform.action, Action::Edit { content, .. }
            if words(content).contains(&format!("Meeting: https://voice.example/{NAME}")))
    };
    assert!(opening.iter().any(shows), "{opening:?}");
    bench.hear(&home, "!resolve rolled back");
    let ending = bench.done();
    assert_eq!(removed(&ending), [format!("voice {NAME}")]);
    let still_shows = ending.iter().any(shows);
    assert!(!still_shows, "its address leads nowhere any more");
}

#[test]
fn one_that_is_ready_only_after_the_end_is_removed_at_once() {
    let mut bench = bench();
    bench.declares("!incident checkout is down");
    let mut late = None;
    for _ in 0..50 {
        if !bench.commits.is_empty() {
            bench.commit();
        } else if let Some(index) =
            bench.performs.iter().position(|perform| matches!(perform.action, Action::OpenMeeting { .. }))
        {
            late = Some(bench.performs.remove(index));
        } else if !bench.performs.is_empty() {
            let perform = bench.performs.remove(0);
            bench.succeed(&perform);
        }
    }
    bench.hear("ops", "!resolve INC-1 rolled back");
    assert_eq!(removed(&bench.done()), Vec::<String>::new());
    bench.succeed(&late.expect("it is being made"));
    assert_eq!(removed(&bench.done()), [format!("voice {NAME}")]);
}

#[test]
fn of_a_private_incident_only_its_people_may_enter_also_those_who_come_later() {
    let mut bench = bench();
    let home = bench.declares("!incident --private payroll leaked");
    let alice = Person::new(&platform(), "alice");
    assert_eq!(made(&bench.done()), [(NAME.to_owned(), Some(vec![alice.clone()]))]);
    bench.hear(&home, "!lead @bob");
    let bob = Person::new(&platform(), "bob");
    assert_eq!(made(&bench.done()), [(NAME.to_owned(), Some(vec![alice, bob]))]);
}
