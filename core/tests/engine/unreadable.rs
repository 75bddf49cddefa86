//! Messages that can't be decrypted: tried again, told once, carried out once, and not when it is too late.

use chrono::Duration;
use sitrep_core::{
    policy::{PlatformPolicy, Policy},
    port::{Action, Content, Outcome, Perform, Receipt},
};

use crate::bench::{Bench, platform, room, says_in, spoken, words};

fn reads(action: &Action) -> bool {
    matches!(action, Action::Read { .. })
}

/// Alice says something in #ops that can't be decrypted.
fn unreadable() -> (Bench, Perform) {
    let mut bench = Bench::listening();
    bench.happens("alice", "ops", Content::Unreadable);
    let commit = bench.commit();
    assert_eq!((commit.effects_added.len(), commit.seen.len()), (1, 1), "it is durable");
    let read = bench.take(reads);
    (bench, read)
}

fn becomes(bench: &mut Bench, read: &Perform, text: &str) {
    bench.report(read, Outcome::Done(Receipt::Said(spoken(text))));
}

/// Still no key, until it is tried again.
fn fails_once(bench: &mut Bench, read: &Perform) {
    bench.report(read, Outcome::Transient("no key".to_owned()));
    while !bench.commits.is_empty() {
        bench.commit();
    }
}

#[test]
fn its_author_is_told_once_that_it_cannot_be_read() {
    let (mut bench, read) = unreadable();
    assert!(bench.performs.is_empty(), "a key that comes at once is no news");
    fails_once(&mut bench, &read);
    let told = bench.take(says_in("ops"));
    assert!(
        matches!(&told.action, Action::Say { message, answers: Some(_), .. } if words(message).starts_with("I can't read this message yet"))
    );
    bench.succeed(&told);
    for _ in 0..5 {
        bench.wait(Duration::seconds(30));
        while let Some(index) = bench.performs.iter().position(|perform| reads(&perform.action)) {
            let again = bench.performs.remove(index);
            fails_once(&mut bench, &again);
        }
    }
    assert!(!bench.performs.iter().any(|perform| says_in("ops")(&perform.action)), "{:?}", bench.performs);
    // Another message of hers within the hour is no reason to tell her again.
    bench.happens("alice", "ops", Content::Unreadable);
    let said = bench.settle();
    assert!(said.iter().all(|(_, text)| !text.starts_with("I can't read")), "{said:?}");
}

#[test]
fn what_becomes_readable_soon_is_carried_out_once() {
    let (mut bench, read) = unreadable();
    fails_once(&mut bench, &read);
    bench.wait(Duration::minutes(4));
    let again = bench.take(reads);
    becomes(&mut bench, &again, "!incident checkout is down");
    let said = bench.settle();
    assert!(
        said.iter().any(|(room, text)| room == "ops" && text.starts_with("INC-1 is declared")),
        "{said:?}"
    );
    assert_eq!(bench.engine.incidents().count(), 1);
    // The platform delivers it again, readable this time.
    let mut later = Bench::over(bench.store.clone(), bench.now);
    later.settle();
    assert_eq!(later.engine.incidents().count(), 1);
    becomes(&mut later, &again, "!incident checkout is down");
    assert!(later.commits.is_empty(), "and an answer that comes twice is nothing new");
}

#[test]
fn it_is_tried_again_by_another_process() {
    let (bench, read) = unreadable();
    let mut later = Bench::over(bench.store.clone(), bench.now + Duration::minutes(1));
    let again = later.take(reads);
    assert_eq!(again.attempt.key, read.attempt.key);
    becomes(&mut later, &again, "!incident checkout is down");
    later.settle();
    assert_eq!(later.engine.incidents().count(), 1);
}

#[test]
fn what_becomes_readable_late_is_asked_about_and_not_carried_out() {
    let (mut bench, read) = unreadable();
    fails_once(&mut bench, &read);
    bench.wait(Duration::minutes(6));
    let again = bench.take(reads);
    becomes(&mut bench, &again, "!incident checkout is down");
    let said = bench.settle();
    assert!(
        said.iter()
            .any(|(_, text)| text.starts_with("I can read only now") && text.contains("checkout is down")),
        "{said:?}"
    );
    assert_eq!(bench.engine.incidents().count(), 0);
    assert_eq!(bench.engine.pending_effects(), 0, "and that was it");
}

#[test]
fn late_talk_is_left_alone() {
    let (mut bench, read) = unreadable();
    fails_once(&mut bench, &read);
    bench.wait(Duration::minutes(6));
    let again = bench.take(reads);
    becomes(&mut bench, &again, "good morning");
    let said = bench.settle();
    assert!(said.iter().all(|(_, text)| text.starts_with("I can't read this message")), "{said:?}");
}

#[test]
fn after_a_day_it_is_not_tried_any_more() {
    let (mut bench, read) = unreadable();
    fails_once(&mut bench, &read);
    bench.settle_all_but_reads();
    bench.wait(Duration::days(1));
    bench.settle_all_but_reads();
    assert_eq!(bench.engine.pending_effects(), 0);
}

#[test]
fn other_rooms_and_strangers_are_not_tried() {
    let mut bench = Bench::listening();
    bench.happens("alice", "kitchen", Content::Unreadable);
    assert!(bench.commits.is_empty(), "commands are not heard there");
    let mut policy = Policy::default();
    let allow = vec!["bob".to_owned()];
    let test = PlatformPolicy { allow, home_room: Some(room("ops")), ..PlatformPolicy::default() };
    policy.platforms.insert(platform(), test);
    let mut strict = Bench::under(policy, bench.store.clone(), bench.now);
    strict.happens("mallory", "ops", Content::Unreadable);
    assert!(strict.commits.is_empty(), "nor from whoever may not command");
}

#[test]
fn what_was_taken_back_is_not_read_any_more() {
    let (mut bench, read) = unreadable();
    fails_once(&mut bench, &read);
    let Action::Read { message } = &read.action else { panic!("it is to be read") };
    bench.happens("alice", "ops", Content::Redacted { message: message.id.clone() });
    bench.settle();
    assert_eq!(bench.engine.pending_effects(), 0);
    becomes(&mut bench, &read, "!incident checkout is down");
    bench.settle();
    assert_eq!(bench.engine.incidents().count(), 0);
}

#[test]
fn what_was_said_again_in_an_edit_is_carried_out_once() {
    let (mut bench, read) = unreadable();
    let Action::Read { message } = &read.action else { panic!("it is to be read") };
    let text = "!incident checkout is down".to_owned();
    bench.happens("alice", "ops", Content::Edited { message: message.id.clone(), text: text.clone() });
    bench.settle();
    becomes(&mut bench, &read, &text);
    bench.settle();
    assert_eq!(bench.engine.incidents().count(), 1);
}
