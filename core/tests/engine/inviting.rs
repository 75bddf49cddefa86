//! Who is asked in: by severity, by service, by name; and one human with several handles.

use chrono::Duration;
use sitrep_core::{
    event::{Event, PeopleEvent},
    person::Person,
    policy::{PlatformPolicy, Policy, Service},
    port::{Action, Content, RoomKind},
    room::{PlatformName, RoomRef},
};

use crate::bench::{Bench, platform, policy, room, saying};

fn other() -> PlatformName {
    PlatformName::new("other")
}

fn here(handle: &str) -> Person {
    Person::new(&platform(), handle)
}

fn there(handle: &str) -> Person {
    Person::new(&other(), handle)
}

/// Two platforms; bob is on both, erin on the other only, frank on neither. Checkout belongs to the team payments.
fn policy_of_two() -> Policy {
    let mut policy = policy();
    let allow = vec!["*".to_owned()];
    policy.platforms.insert(other(), PlatformPolicy { allow, ..PlatformPolicy::default() });
    for (name, handles) in [
        ("bob", vec![here("bob"), there("@bob:o")]),
        ("carol", vec![here("carol")]),
        ("dave", vec![here("dave")]),
        ("erin", vec![there("@erin:o")]),
        ("frank", vec![]),
    ] {
        policy.people.insert(name.to_owned(), handles);
    }
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    policy.teams.insert("payments".to_owned(), names(&["bob", "carol"]));
    policy.teams.insert("nobody".to_owned(), names(&["frank"]));
    let checkout = Service {
        invite: names(&["payments", "erin"]),
        words: names(&["cart"]),
        checklist: None,
        oncall: None,
    };
    policy.services.insert("checkout".to_owned(), checkout);
    policy.services.insert("search".to_owned(), Service { invite: names(&["dave"]), ..Service::default() });
    policy
}

/// Does everything that can be done; gives back what was said, and who was asked in last.
fn settle(bench: &mut Bench) -> (Vec<(String, String)>, Vec<String>) {
    let (mut said, mut members) = (Vec::new(), Vec::new());
    for perform in bench.done() {
        said.extend(saying(&perform));
        match &perform.action {
            Action::OpenRoom { invited: people, .. } | Action::Invite { people, .. } => {
                members = people.iter().map(|person| person.handle.clone()).collect();
            }
            _ => {}
        }
    }
    (said, members)
}

fn told(said: &[(String, String)], place: &str) -> String {
    let there = said.iter().filter(|(room, _)| room == place).map(|(_, text)| text.as_str());
    there.collect::<Vec<_>>().join("\n")
}

/// Somebody says something to sitrep alone, on the other platform.
fn says_there(bench: &mut Bench, handle: &str, text: &str) -> Vec<(String, String)> {
    let (person, room) = (there(handle), RoomRef::new(&other(), handle));
    bench.happens_so(handle, handle, Content::Said(text.to_owned()), |inbound| {
        inbound.person = person.clone();
        inbound.message.room = room.clone();
        inbound.kind = RoomKind::Direct;
    });
    bench.settle()
}

#[test]
fn a_service_is_meant_by_its_name_its_words_or_the_option() {
    for (declared, members) in [
        ("!incident checkout is down", vec!["alice", "bob", "carol"]),
        ("!incident the CART, it seems, is empty", vec!["alice", "bob", "carol"]),
        ("!incident --service Checkout nobody can pay", vec!["alice", "bob", "carol"]),
        ("!incident nothing is found --service search", vec!["alice", "dave"]),
        ("!incident search and cart are slow", vec!["alice", "bob", "carol", "dave"]),
        ("!incident the cartographers are lost", vec!["alice"]),
        ("!incident --private checkout leaked", vec!["alice"]),
        ("!incident --private --service checkout leaked", vec!["alice"]),
    ] {
        let mut bench = Bench::with(policy_of_two());
        bench.hear("ops", declared);
        assert_eq!(settle(&mut bench).1, members, "{declared}");
    }
}

#[test]
fn an_unknown_service_declares_nothing() {
    let mut bench = Bench::with(policy_of_two());
    bench.hear("ops", "!incident --service chekout nobody can pay");
    let (said, members) = settle(&mut bench);
    let answer = told(&said, "ops");
    assert!(answer.contains("no service `chekout`") && answer.contains("checkout, search"), "{answer}");
    assert_eq!((members.len(), said.len(), bench.engine.incidents().count()), (0, 1, 0));
}

#[test]
fn the_services_are_shown_in_the_status() {
    let mut bench = Bench::with(policy_of_two());
    bench.hear("ops", "!incident --service search checkout is down");
    settle(&mut bench);
    bench.hear("ops", "!status INC-1");
    let (said, _) = settle(&mut bench);
    assert!(told(&said, "ops").contains("About: search, checkout"), "{said:?}");
}

#[test]
fn a_changed_severity_asks_in_who_is_missing() {
    let mut policy = policy_of_two();
    policy.severities[0].invite = vec!["dave".to_owned(), "payments".to_owned(), "erin".to_owned()];
    let mut bench = Bench::with(policy);
    bench.hear("ops", "!incident checkout is down");
    settle(&mut bench);
    bench.hear("ops", "!sev INC-1 1");
    let (said, members) = settle(&mut bench);
    assert_eq!(members, ["alice", "bob", "carol", "dave"]);
    assert_eq!(told(&said, "@erin:o"), "", "erin was told when it was declared");
    let invited = bench.engine.incidents().next().expect("an incident").people.clone();
    assert_eq!(invited.len(), 5, "each human once: {invited:?}");
}

#[test]
fn who_has_no_account_there_is_told_where_they_are() {
    let mut bench = Bench::with(policy_of_two());
    bench.hear("ops", "!incident checkout is down");
    let (said, members) = settle(&mut bench);
    assert!(!members.iter().any(|member| member.contains("erin")), "{members:?}");
    let word = told(&said, "@erin:o");
    assert!(word.starts_with("You are asked in to INC-1 (Sev2): checkout is down."), "{word}");
    assert!(word.contains("It runs on ") && word.contains("checkout-is-down"), "{word}");
    assert!(word.contains("`!brief INC-1`"), "{word}");
    // What they are told there works.
    let answer = told(&says_there(&mut bench, "@erin:o", "!brief INC-1"), "@erin:o");
    assert!(answer.contains("checkout is down"), "{answer}");
}

#[test]
fn of_a_private_incident_only_those_hear_who_were_named() {
    let mut bench = Bench::with(policy_of_two());
    bench.hear("ops", "!incident --private checkout leaked");
    let (said, _) = settle(&mut bench);
    assert_eq!(told(&said, "@erin:o"), "");
    let home = bench.engine.incident_rooms().next().expect("a room").room.clone();
    bench.hear(&home, "!invite checkout");
    let (said, members) = settle(&mut bench);
    assert_eq!(members, ["alice", "bob", "carol"], "what was typed is no rule");
    assert!(told(&said, "@erin:o").contains("checkout leaked"), "{said:?}");
    // She belongs to it now.
    let answer = told(&says_there(&mut bench, "@erin:o", "!status INC-1"), "@erin:o");
    assert!(answer.contains("checkout leaked"), "{answer}");
}

#[test]
fn whoever_does_not_belong_to_a_private_incident_asks_nobody_in() {
    let mut bench = Bench::with(policy_of_two());
    bench.hear("ops", "!incident --private payroll leaked");
    settle(&mut bench);
    for (person, place) in [("carol", "carol"), ("carol", "ops"), ("alice", "ops")] {
        bench.happens(person, place, Content::Said("!invite INC-1 carol".to_owned()));
        let (said, members) = settle(&mut bench);
        assert_eq!(members, [""; 0], "{person} in {place}");
        assert!(!told(&said, place).contains("payroll"), "{said:?}");
    }
    let people = &bench.engine.incidents().next().expect("an incident").people;
    assert_eq!(people, &[here("alice")]);
}

#[test]
fn several_are_asked_in_at_once_and_each_name_is_answered() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident it is slow");
    settle(&mut bench);
    bench.hear(&home, "!invite @payments, search erin me @gina zebra frank nobody");
    let facts = bench.commit().facts;
    let (said, members) = settle(&mut bench);
    assert_eq!(members, ["alice", "bob", "carol", "dave", "gina"]);
    let answer = told(&said, &home);
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines[0], "Asked in to INC-1: bob, carol, dave, gina.");
    assert!(
        lines[1].starts_with("Not on ") && lines[1].ends_with("in private where they are: erin."),
        "{answer}"
    );
    assert_eq!(lines[2], "In already: alice.");
    assert!(lines[3].starts_with("I don't know zebra, frank, nobody."), "{answer}");
    let names = facts.into_iter().find_map(|fact| match fact.record.event {
        Event::People(PeopleEvent::Invited { names, .. }) => Some(names),
        _ => None,
    });
    assert_eq!(names, Some(vec!["payments".to_owned(), "search".to_owned()]));
}

#[test]
fn where_nobody_is_left_to_ask_nothing_is_recorded() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    for text in ["!invite payments", "!invite zebra", "!invite me"] {
        bench.hear(&home, text);
        assert!(
            bench.commit().facts.iter().all(|fact| !fact.record.event.name().contains("Invited")),
            "{text}"
        );
        settle(&mut bench);
    }
}

#[test]
fn the_room_hears_of_whom_somebody_asks_in_from_elsewhere() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident it is slow");
    settle(&mut bench);
    bench.hear("ops", "!invite INC-1 dave");
    let (said, _) = settle(&mut bench);
    assert_eq!(told(&said, &home), "alice asks in to INC-1: dave.");
    assert_eq!(told(&said, "ops"), "Asked in to INC-1: dave.");
}

#[test]
fn one_human_is_one_on_every_platform() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident --private payroll leaked");
    settle(&mut bench);
    bench.hear(&home, "!lead @bob");
    settle(&mut bench);
    // Bob leads, and belongs, under his other handle as well.
    let listed = told(&says_there(&mut bench, "@bob:o", "!incidents"), "@bob:o");
    assert!(listed.contains("payroll leaked") && listed.contains("bob leads"), "{listed}");
    let status = told(&says_there(&mut bench, "@bob:o", "!status INC-1"), "@bob:o");
    assert!(status.contains("Commander: @bob") || status.contains("Commander: bob"), "{status}");
    let already = told(&says_there(&mut bench, "@bob:o", "!lead INC-1 me"), "@bob:o");
    assert!(already.contains("leads INC-1 already"), "{already}");
    // What he does there is done, and nobody is asked in twice.
    says_there(&mut bench, "@bob:o", "!ack INC-1");
    let told_already = told(&says_there(&mut bench, "@bob:o", "!ack INC-1"), "@bob:o");
    assert!(told_already.contains("You acknowledged INC-1 already"), "{told_already}");
    bench.hear(&home, "!invite bob");
    assert!(told(&bench.settle(), &home).contains("In already: bob"));
    let overview = bench.engine.overview_if_changed().expect("it has changed");
    assert!(overview.incidents[0].may_be_named(&there("@bob:o"), &RoomRef::new(&other(), "dm"), true));
    assert!(!overview.incidents[0].may_be_named(&there("@erin:o"), &RoomRef::new(&other(), "dm"), true));
}

#[test]
fn the_commander_is_asked_where_it_runs_whichever_handle_they_used() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident it is slow");
    settle(&mut bench);
    says_there(&mut bench, "@bob:o", "!lead INC-1 me");
    bench.wait(Duration::minutes(20));
    let prompts: Vec<_> = bench
        .done()
        .into_iter()
        .filter_map(|perform| match perform.action {
            Action::Say { room: at, message, .. } if at == room(&home) => {
                Some(message.mentions().into_iter().cloned().collect::<Vec<_>>())
            }
            _ => None,
        })
        .filter(|mentions| !mentions.is_empty())
        .collect();
    assert_eq!(prompts, [vec![here("bob")]]);
}

#[test]
fn a_name_in_people_is_a_person_wherever_they_are() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident it is slow");
    settle(&mut bench);
    bench.hear(&home, "!lead @erin");
    let (said, members) = settle(&mut bench);
    assert!(told(&said, &home).contains("erin leads INC-1"), "{said:?}");
    assert_eq!(members, ["alice"], "there is no handle of hers to be asked in here");
}

#[test]
fn the_console_has_no_word_for_a_join_so_the_first_command_counts() {
    let mut bench = Bench::with(policy_of_two());
    let home = bench.declares("!incident it is slow");
    settle(&mut bench);
    bench.happens("bob", &home, Content::Said("!status".to_owned()));
    settle(&mut bench);
    bench.happens("bob", &home, Content::Said("looking".to_owned()));
    bench.happens("carol", &home, Content::Said("looking".to_owned()));
    bench.settle();
    let joined = &bench.engine.incidents().next().expect("an incident").joined;
    assert_eq!(joined.iter().collect::<Vec<_>>(), [&here("bob")]);
}
