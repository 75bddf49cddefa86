//! Who comes when it is under way, and what they are told; and the same, asked for: `!brief`.

use chrono::Duration;
use sitrep_core::{
    event::{Event, PeopleEvent},
    message::catalogue::{Language, Words},
    policy::Policy,
    port::{Action, Content, Outcome},
};

use crate::bench::{Bench, policy};

type Said = Vec<(String, String)>;

/// What was said in a room, each thing once.
fn told<'a>(said: &'a Said, place: &str) -> Vec<&'a str> {
    said.iter().filter(|(room, _)| room == place).map(|(_, text)| text.as_str()).collect()
}

/// How many times somebody was told in private what is going on.
fn briefs(said: &Said, person: &str) -> usize {
    told(said, person).iter().filter(|text| text.contains("What is going on in ")).count()
}

/// An incident that is open, and its room.
fn declared(bench: &mut Bench, text: &str) -> String {
    let room = bench.declares(text);
    bench.settle();
    room
}

fn joins(bench: &mut Bench, person: &str, room: &str) -> Said {
    bench.happens(person, room, Content::Joined);
    bench.settle()
}

/// The facts about who takes part that a store holds, by their names.
fn facts(bench: &Bench, wanted: &str) -> usize {
    let incident = bench.engine.incidents().next().expect("an incident");
    match wanted {
        "joined" => incident.joined.len(),
        "briefed" => incident.briefed.len(),
        other => panic!("{other}"),
    }
}

#[test]
fn who_joins_late_is_told_in_private_once() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    assert_eq!(joins(&mut bench, "alice", &room), []);
    bench.wait(Duration::minutes(3));
    let said = joins(&mut bench, "bob", &room);
    let [brief] = told(&said, "bob")[..] else { panic!("{said:?}") };
    assert!(brief.contains("INC-1 · Sev2 · declared · checkout is down"), "{brief}");
    assert!(brief.starts_with(&format!("What is going on in {room}")), "{brief}");
    assert_eq!(said.len(), 1, "nobody else hears of it: {said:?}");
    // Delivered again, and come back after they had left.
    assert_eq!(joins(&mut bench, "bob", &room), []);
    assert_eq!((facts(&bench, "joined"), facts(&bench, "briefed")), (2, 1));
}

#[test]
fn who_is_there_from_the_first_minutes_is_left_in_peace() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.wait(Duration::minutes(2));
    assert_eq!(joins(&mut bench, "bob", &room), []);
    bench.wait(Duration::minutes(30));
    bench.settle();
    // Whoever declared it knows.
    assert_eq!(told(&joins(&mut bench, "alice", &room), "alice"), [""; 0]);
}

#[test]
fn after_the_first_update_everybody_comes_late() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.hear(&room, "!update we are draining the queue");
    bench.settle();
    let said = joins(&mut bench, "bob", &room);
    let brief = told(&said, "bob").join("\n");
    assert!(brief.contains("alice, 00:00 UTC: we are draining the queue"), "{brief}");
    // Who gave the news knows it.
    bench.happens("carol", "ops", Content::Said("!update INC-1 drained".to_owned()));
    bench.settle();
    assert_eq!(told(&joins(&mut bench, "carol", &room), "carol"), [""; 0]);
}

#[test]
fn a_join_costs_a_commit_only_if_it_is_news() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.happens("bob", &room, Content::Joined);
    bench.commit();
    for (person, place) in [("bob", room.as_str()), ("bob", "ops"), ("bob", "kitchen"), ("bob", "bob")] {
        bench.happens(person, place, Content::Joined);
        assert!(bench.commits.is_empty(), "{place}");
    }
    // By the first command in the room: no commit of its own.
    bench.happens("carol", &room, Content::Said("!status".to_owned()));
    let commit = bench.commit();
    let joined = |event: &Event| matches!(event, Event::People(PeopleEvent::Joined));
    assert_eq!(commit.facts.iter().filter(|fact| joined(&fact.record.event)).count(), 1);
    bench.settle();
    bench.happens("carol", &room, Content::Said("!status".to_owned()));
    assert_eq!(bench.commit().facts, []);
}

#[test]
fn a_join_before_the_platform_has_said_that_there_is_a_room_is_not_lost() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let open = bench.take(crate::bench::opens_room);
    let Action::OpenRoom { name, .. } = open.action.clone() else { panic!("a room") };
    bench.happens("bob", &name, Content::Joined);
    bench.succeed(&open);
    bench.settle();
    assert_eq!(facts(&bench, "joined"), 1);
}

#[test]
fn of_what_is_long_over_nobody_comes() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident --sev 4 checkout is down");
    bench.hear(&room, "!resolve it works");
    bench.settle();
    assert_eq!(joins(&mut bench, "bob", &room), [], "it is over: there is nothing to be told");
    bench.hear(&room, "!retro decline nothing to learn");
    bench.settle();
    bench.happens("carol", &room, Content::Joined);
    assert!(bench.commits.is_empty());
}

#[test]
fn who_is_asked_in_late_is_told_at_once_and_not_again_as_they_come() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.wait(Duration::minutes(3));
    bench.hear(&room, "!lead @bob");
    let said = bench.settle();
    assert_eq!(briefs(&said, "bob"), 1, "{said:?}");
    bench.hear(&room, "!invite @carol @dave");
    let said = bench.settle();
    assert_eq!((briefs(&said, "carol"), briefs(&said, "dave")), (1, 1), "{said:?}");
    for person in ["bob", "carol", "dave"] {
        assert_eq!(joins(&mut bench, person, &room), [], "{person}");
    }
}

#[test]
fn whoever_does_something_by_themselves_is_not_told() {
    let mut bench = Bench::new();
    declared(&mut bench, "!incident checkout is down");
    bench.wait(Duration::minutes(3));
    bench.happens("bob", "ops", Content::Said("!ack INC-1".to_owned()));
    let said = bench.settle();
    assert_eq!(briefs(&said, "bob"), 0, "{said:?}");
    bench.happens("carol", "ops", Content::Said("!lead INC-1 me".to_owned()));
    bench.settle();
    let home = bench.engine.incident_rooms().next().expect("a room").room.clone();
    for person in ["bob", "carol"] {
        assert_eq!(joins(&mut bench, person, &home), [], "{person} sees to it");
    }
}

#[test]
fn who_has_asked_is_not_told_as_they_come() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.wait(Duration::minutes(3));
    bench.happens("bob", "ops", Content::Said("!brief INC-1".to_owned()));
    let said = bench.settle();
    assert!(told(&said, "ops").join("").contains("checkout is down"), "{said:?}");
    assert_eq!(joins(&mut bench, "bob", &room), []);
    // Nor if they ask with the first thing that they say in its room.
    bench.happens("carol", &room, Content::Said("!brief".to_owned()));
    let said = bench.settle();
    assert_eq!((told(&said, "carol").len(), told(&said, &room).len()), (0, 1), "{said:?}");
}

#[test]
fn whoever_comes_into_a_private_room_belongs_to_it() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident --private payroll leaked");
    let asks = |bench: &mut Bench, person: &str| {
        bench.happens(person, person, Content::Said("!brief INC-1".to_owned()));
        told(&bench.settle(), person).join("\n")
    };
    let refused = asks(&mut bench, "bob");
    assert!(refused.contains("no INC-1 that you can see") && !refused.contains("payroll"), "{refused}");
    joins(&mut bench, "bob", &room);
    let brief = asks(&mut bench, "bob");
    assert!(brief.contains("payroll leaked") && brief.contains("private"), "{brief}");
    // Nor is it said where others read it.
    bench.happens("bob", "ops", Content::Said("!brief INC-1".to_owned()));
    let said = bench.settle();
    assert!(!told(&said, "ops").join("").contains("payroll"), "{said:?}");
}

/// Whoever can't be told in private: their platform makes no direct room. Nobody is rung by what is said meanwhile.
fn unreachable(bench: &mut Bench, people: &[&str]) -> Said {
    let mut said = Vec::new();
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            bench.commit();
            continue;
        }
        let perform = bench.performs.remove(0);
        let is_closed = match &perform.action {
            Action::OpenDirect { person } => people.contains(&person.handle.as_str()),
            Action::Say { room, .. } => people.contains(&room.room.as_str()),
            _ => false,
        };
        if is_closed {
            bench.report(&perform, Outcome::Permanent("they want no messages".to_owned()));
        } else {
            if let Action::Say { message, .. } = &perform.action {
                assert!(message.mentions().is_empty(), "{message:?}");
            }
            said.extend(crate::bench::saying(&perform));
            bench.succeed(&perform);
        }
    }
    said
}

#[test]
fn who_cannot_be_told_in_private_is_named_in_the_room_several_at_once() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.wait(Duration::minutes(3));
    bench.hear(&room, "!invite @bob");
    let said = unreachable(&mut bench, &["bob"]);
    let [_, notice] = told(&said, &room)[..] else { panic!("{said:?}") };
    assert_eq!(notice, "bob: INC-1 · Sev2 · declared for 3 min now, nobody leads yet. `!brief` says more.",);
    // The others who come within the minute wait for its end, and are named together.
    for person in ["carol", "dave"] {
        bench.happens(person, &room, Content::Joined);
        assert_eq!(unreachable(&mut bench, &["carol", "dave"]), []);
    }
    bench.wait(Duration::seconds(59));
    assert_eq!(unreachable(&mut bench, &["carol", "dave"]), []);
    bench.wait(Duration::seconds(1));
    let said = unreachable(&mut bench, &["carol", "dave"]);
    let [notice] = told(&said, &room)[..] else { panic!("{said:?}") };
    assert!(notice.starts_with("carol, dave: INC-1"), "{notice}");
    // Once is enough.
    bench.hear(&room, "!invite @bob");
    bench.wait(Duration::seconds(50));
    let said = unreachable(&mut bench, &["bob"]);
    assert!(!told(&said, &room).join("").contains("says more"), "{said:?}");
}

fn in_german() -> Policy {
    Policy { words: Words::of(Language::German), ..policy() }
}

#[test]
fn a_brief_is_six_lines_in_either_language() {
    for (policy, lines) in [
        (
            policy(),
            [
                "INC-1 · Sev1 · acknowledged · checkout is down",
                "Declared today 00:00 UTC by alice, for 25 min now.",
                "alice leads.",
                "> bob, 00:05 UTC: draining the queue",
                "The next update is overdue by 5 minutes.",
                "Nobody yet: comms lead, scribe. Meet: https://meet.jit.si/sitrep-inc-1-",
            ],
        ),
        (
            in_german(),
            [
                "INC-1 · Sev1 · ",
                "Gemeldet heute 00:00 UTC von alice, vor 25 min.",
                "alice leitet.",
                "> bob, 00:05 UTC: draining the queue",
                "Das nächste Update ist seit 5 Minuten überfällig.",
                "Noch niemand: Kommunikation, Protokoll. Besprechung: https://meet.jit.si/sitrep-inc-1-",
            ],
        ),
    ] {
        let mut bench = Bench::with(policy);
        let room = declared(&mut bench, "!incident --sev 1 checkout is down");
        bench.hear(&room, "!ack");
        bench.wait(Duration::minutes(5));
        bench.happens("bob", &room, Content::Said("!update draining the queue".to_owned()));
        bench.settle();
        bench.wait(Duration::minutes(20));
        bench.settle();
        bench.hear("alice", "!brief INC-1");
        let said = bench.settle();
        let brief = told(&said, "alice").join("\n");
        assert_eq!(brief.lines().count(), 6, "{brief}");
        for (line, expected) in brief.lines().zip(lines) {
            assert!(line.starts_with(expected), "{line:?} begins with {expected:?}");
        }
    }
}

#[test]
fn a_brief_stays_narrow_whatever_people_typed() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, &format!("!incident {}", "very long words ".repeat(40)));
    bench.hear(&room, "!ack");
    bench.hear(&room, &format!("!update {}", "line\n".repeat(200)));
    bench.settle();
    bench.hear(&room, "!brief");
    let said = bench.settle();
    let brief = told(&said, &room).join("\n");
    assert_eq!(brief.lines().count(), 6, "{brief}");
    for line in brief.lines().filter(|line| !line.contains("https://")) {
        assert!(line.chars().count() <= 115, "{line}");
    }
}

#[test]
fn what_was_taken_back_is_in_no_brief() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.hear(&room, "!update the password is swordfish");
    bench.settle();
    bench.happens("alice", &room, Content::Redacted { message: "m2".to_owned() });
    bench.settle();
    bench.hear(&room, "!brief");
    let said = bench.settle();
    let brief = told(&said, &room).join("\n");
    assert!(brief.contains("took it back") && !brief.contains("swordfish"), "{brief}");
}

#[test]
fn what_is_taken_back_is_in_no_brief_that_waits() {
    let mut bench = Bench::new();
    let room = declared(&mut bench, "!incident checkout is down");
    bench.hear(&room, "!update the password is swordfish");
    bench.settle();
    // Bob's direct room is still being made.
    bench.happens("bob", &room, Content::Joined);
    bench.commit();
    bench.happens("alice", &room, Content::Redacted { message: "m2".to_owned() });
    let said = bench.settle();
    let brief = told(&said, "bob").join("\n");
    assert!(brief.contains("> alice, 00:00 UTC: (taken back)") && !brief.contains("swordfish"), "{brief}");
}
