//! What there is to do: lists that are there from the beginning, ticks, and the one message that shows them.

use chrono::Duration;
use sitrep_core::{
    policy::Policy,
    port::{Action, Content, Perform},
};

use crate::bench::{Bench, policy, saying, words};

fn with_checklists() -> Policy {
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let mut policy = policy();
    policy.checklists.insert("default".to_owned(), list(&["tell the bank", "freeze releases"]));
    policy.checklists.insert("db".to_owned(), list(&["take a snapshot", "tell the bank"]));
    policy
}

/// An incident with its room, and everything done.
fn declared(policy: Policy) -> (Bench, String, Vec<Perform>) {
    let mut bench = Bench::with(policy);
    let room = bench.declares("!incident checkout is down");
    let done = bench.done();
    (bench, room, done)
}

/// Somebody says something, and everything that follows is done.
fn says(bench: &mut Bench, room: &str, text: &str) -> Vec<Perform> {
    bench.happens("alice", room, Content::Said(text.to_owned()));
    bench.done()
}

/// What was said in a room, but for cards and the like elsewhere.
fn said_in(done: &[Perform], room: &str) -> Vec<String> {
    done.iter().filter_map(saying).filter(|(place, _)| place == room).map(|(_, text)| text).collect()
}

fn edits(done: &[Perform]) -> Vec<(String, String)> {
    let edit = |perform: &Perform| match &perform.action {
        Action::Edit { message, content, .. } if words(content).contains("tasks") => {
            Some((message.id.clone(), words(content)))
        }
        _ => None,
    };
    done.iter().filter_map(edit).collect()
}

/// The list that was posted: its handle, and what it says.
fn posted(done: &[Perform]) -> Option<(String, String)> {
    let list = |perform: &Perform| {
        let (_, text) = saying(perform)?;
        (text.contains("· tasks,") && matches!(&perform.action, Action::Say { answers: None, .. }))
            .then(|| (perform.attempt.key.clone(), text))
    };
    done.iter().find_map(list)
}

#[test]
fn an_incident_begins_with_the_default_list_in_one_message() {
    let (_, room, done) = declared(with_checklists());
    let (_, text) = posted(&done).expect("the list");
    assert!(
        text.starts_with("INC-1 · tasks, 0 of 2 done\n- ☐ 1. tell the bank\n- ☐ 2. freeze releases\n"),
        "{text}"
    );
    assert_eq!(said_in(&done, &room).iter().filter(|text| text.contains("· tasks")).count(), 1);
    assert_eq!(edits(&done), []);
    let signs = done.iter().find_map(|perform| match &perform.action {
        Action::Buttons { buttons, .. } if buttons.iter().any(|button| button.verb == "task") => {
            Some(buttons.iter().map(|b| format!("{} {} {}", b.key, b.verb, b.words)).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(signs, Some(vec!["1️⃣ task done 1".to_owned(), "2️⃣ task done 2".to_owned()]));
}

#[test]
fn without_a_list_nothing_is_posted_until_there_is_a_task() {
    let (mut bench, room, done) = declared(policy());
    assert_eq!(posted(&done), None);
    assert!(said_in(&says(&mut bench, &room, "!task"), &room)[0].contains("has no tasks"));
    let done = says(&mut bench, &room, "!task @bob tell the bank");
    assert!(posted(&done).is_some_and(|(_, text)| text.contains("- ☐ 1. tell the bank (bob)")));
    let answer = said_in(&done, &room).into_iter().find(|text| text.starts_with("Task 1"));
    assert_eq!(answer.as_deref(), Some("Task 1: tell the bank, for bob. `!task done 1` once it is done."));
}

#[test]
fn ticks_change_the_list_in_place() {
    let (mut bench, room, done) = declared(with_checklists());
    let (list, _) = posted(&done).expect("the list");
    let done = says(&mut bench, &room, "!task done 2");
    assert_eq!(said_in(&done, &room), ["Done: 2 (freeze releases). One is left."]);
    let edits_made = edits(&done);
    assert_eq!(edits_made.len(), 1);
    assert_eq!(edits_made[0].0, list);
    assert!(
        edits_made[0].1.contains("1 of 2 done") && edits_made[0].1.contains("☑ 2. freeze releases – alice")
    );
    let again = says(&mut bench, &room, "!task done 2");
    assert_eq!(said_in(&again, &room), ["2 (freeze releases): done already."]);
    assert_eq!(edits(&again), []);
    let undone = says(&mut bench, &room, "!task undo 2");
    assert_eq!(said_in(&undone, &room), ["Not done after all: 2 (freeze releases). 2 are left."]);
    assert!(edits(&undone)[0].1.contains("☐ 2. freeze releases"));
    let both = says(&mut bench, &room, "!task done 1 2");
    assert!(said_in(&both, &room)[0].ends_with("That was the last one."));
    assert!(said_in(&says(&mut bench, &room, "!task done 1 7"), &room)[0].contains("There is no task 7"));
}

#[test]
fn a_sign_ticks_without_a_word_and_a_burst_costs_few_edits() {
    let mut many = policy();
    many.checklists.insert("default".to_owned(), (1..=9).map(|n| format!("thing {n}")).collect());
    let (mut bench, room, done) = declared(many);
    let (list, _) = posted(&done).expect("the list");
    for number in 1..=9 {
        let content = Content::Reacted { message: list.clone(), key: format!("{number}\u{fe0f}\u{20e3}") };
        bench.happens("alice", &room, content);
    }
    let done = bench.done();
    let made = edits(&done);
    assert!(made.len() <= 3, "{} edits", made.len());
    assert!(made.last().is_some_and(|(_, text)| text.contains("9 of 9 done")), "{made:?}");
    assert_eq!(said_in(&done, &room), Vec::<String>::new(), "the list shows it");
}

#[test]
fn the_list_is_posted_anew_when_it_must_be_far_up() {
    let (mut bench, room, done) = declared(with_checklists());
    let (first, _) = posted(&done).expect("the list");
    let mut anew = Vec::new();
    for round in 0..10 {
        let verb = if round % 2 == 0 { "done" } else { "undo" };
        let done = says(&mut bench, &room, &format!("!task {verb} 1"));
        anew.extend(posted(&done).map(|(list, _)| (round, list, edits_of(&done, &first))));
    }
    assert_eq!(anew.len(), 1, "{anew:?}");
    let (round, second, old) = &anew[0];
    assert_eq!(
        (*round, old.last().map(String::as_str)),
        (9, Some("The tasks of INC-1 are listed further down."))
    );
    let done = says(&mut bench, &room, "!task done 2");
    assert_eq!(edits(&done)[0].0, *second);
    // Whoever still finds the old one can press it all the same.
    let content = Content::Reacted { message: first, key: "1️⃣".to_owned() };
    bench.happens("bob", &room, content);
    let done = bench.done();
    assert!(edits(&done)[0].1.contains("☑ 1. tell the bank – bob"));
}

fn edits_of(done: &[Perform], list: &str) -> Vec<String> {
    let edit = |perform: &Perform| match &perform.action {
        Action::Edit { message, content, .. } if message.id == list => Some(words(content)),
        _ => None,
    };
    done.iter().filter_map(edit).collect()
}

#[test]
fn a_configured_list_is_added_by_its_name_and_nothing_twice() {
    let (mut bench, room, _) = declared(with_checklists());
    let done = says(&mut bench, &room, "!task list DB");
    assert_eq!(said_in(&done, &room), ["One task from the list db."]);
    assert!(edits(&done)[0].1.contains("☐ 3. take a snapshot"));
    assert!(said_in(&says(&mut bench, &room, "!task list db"), &room)[0].contains("there already"));
    let unknown = said_in(&says(&mut bench, &room, "!task list web"), &room);
    assert_eq!(unknown, ["There is no checklist web. There is: db, default."]);
}

#[test]
fn no_more_than_thirty_and_no_longer_than_it_fits() {
    let mut many = policy();
    many.checklists.insert("default".to_owned(), (1..=40).map(|n| format!("thing {n}")).collect());
    let (mut bench, room, done) = declared(many);
    assert!(posted(&done).is_some_and(|(_, text)| text.contains("0 of 30 done")));
    assert!(said_in(&says(&mut bench, &room, "!task one more"), &room)[0].contains("no more fit"));
}

#[test]
fn tasks_are_ticked_but_not_added_once_it_is_over() {
    let (mut bench, room, _) = declared(with_checklists());
    says(&mut bench, &room, "!resolve all good");
    assert!(said_in(&says(&mut bench, &room, "!task one more"), &room)[0].contains("resolved"));
    assert!(said_in(&says(&mut bench, &room, "!task done 1"), &room)[0].starts_with("Done: 1"));
    let timeline = &said_in(&says(&mut bench, &room, "!timeline"), &room)[0];
    assert!(timeline.contains("alice: task 1 is done") && !timeline.contains("freeze"), "{timeline}");
}

#[test]
fn a_task_that_is_taken_back_is_gone_from_the_list() {
    let (mut bench, room, _) = declared(policy());
    bench.happens_so("alice", &room, Content::Said("!task call ACME".to_owned()), |inbound| {
        inbound.message.id = "task".to_owned();
    });
    bench.done();
    bench.happens("alice", &room, Content::Redacted { message: "task".to_owned() });
    let made = edits(&bench.done());
    assert!(made.len() == 1 && made[0].1.contains("☐ 1. (taken back)") && !made[0].1.contains("ACME"));
}

#[test]
fn the_list_survives_a_restart() {
    let (mut bench, room, done) = declared(with_checklists());
    let (list, _) = posted(&done).expect("the list");
    bench.wait(Duration::seconds(1));
    let mut later = Bench::under(with_checklists(), bench.store.clone(), bench.now);
    later.done();
    later.happens_so("bob", &room, Content::Said("!task done 1".to_owned()), |inbound| {
        inbound.message.id = "after".to_owned();
    });
    let made = edits(&later.done());
    assert!(made.len() == 1 && made[0].0 == list && made[0].1.contains("1 of 2 done"), "{made:?}");
}
