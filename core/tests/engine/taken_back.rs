//! Words that are taken back while they wait to be said, and titles that are corrected in the meantime.

use sitrep_core::{
    message::Message,
    port::{Action, Commit, Content, Outcome, Perform},
};

use crate::bench::{Bench, opens_room, says_in, words};

fn text_of(perform: &Perform) -> String {
    match &perform.action {
        Action::Say { message, .. } | Action::Edit { content: message, .. } => words(message),
        Action::OpenRoom { name, topic, .. } | Action::Name { name, topic, .. } => format!("{name} {topic}"),
        Action::Pin { .. }
        | Action::Invite { .. }
        | Action::OpenDirect { .. }
        | Action::Buttons { .. }
        | Action::OpenMeeting { .. }
        | Action::CloseMeeting { .. }
        | Action::Appoint { .. }
        | Action::Archive { .. }
        | Action::Restore { .. }
        | Action::Measure { .. }
        | Action::Read { .. } => String::new(),
    }
}

/// Does everything; gives back every text that was put before people, and the commits.
fn settled(bench: &mut Bench) -> (Vec<String>, Vec<Commit>) {
    let (mut shown, mut commits) = (Vec::new(), Vec::new());
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            commits.push(bench.commit());
            continue;
        }
        let perform = bench.performs.remove(0);
        shown.push(text_of(&perform));
        bench.succeed(&perform);
    }
    (shown, commits)
}

/// The last message that was heard is taken back.
fn take_back(bench: &mut Bench, message: &str) {
    bench.happens("alice", "ops", Content::Redacted { message: message.to_owned() });
}

fn declared() -> Bench {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout of ACME is down");
    bench.settle();
    bench
}

#[test]
fn an_update_that_waits_is_told_without_its_words() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 ACME lost everything");
    bench.commit();
    let news = bench.take(says_in("status"));
    bench.report(&news, Outcome::Transient("busy".to_owned()));
    take_back(&mut bench, "m2");
    bench.commit();
    bench.performs.clear();
    let mut later = Bench::over(bench.store.clone(), bench.now);
    let again = later.take(says_in("status"));
    assert_eq!(again.attempt.key, news.attempt.key, "under its old key");
    let text = text_of(&again);
    assert!(
        text.contains("> (taken back)") && text.contains("alice says:") && !text.contains("lost"),
        "{text}"
    );
    bench.wait(chrono::Duration::seconds(1));
    assert_eq!(text_of(&bench.take(says_in("status"))), text, "in this process, too");
}

#[test]
fn an_update_taken_back_in_the_same_round_is_told_without_its_words() {
    let mut bench = declared();
    bench.hear("ops", "!help");
    bench.hear("ops", "!update INC-1 ACME lost everything");
    take_back(&mut bench, "m3");
    let (shown, _) = settled(&mut bench);
    assert!(shown.iter().any(|text| text.contains("> (taken back)")), "{shown:?}");
    assert!(!shown.iter().any(|text| text.contains("lost everything")), "{shown:?}");
}

#[test]
fn a_title_taken_back_before_there_is_a_room_names_nothing() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout of ACME is down");
    bench.commit();
    let open = bench.take(opens_room);
    bench.hear("ops", "!ack INC-1");
    bench.commit();
    // What is on its way already names the title, and is not waited for.
    bench.performs.clear();
    take_back(&mut bench, "m1");
    bench.commit();
    bench.succeed(&open);
    let (shown, _) = settled(&mut bench);
    assert!(!shown.iter().any(|text| text.contains("ACME") || text.contains("acme")), "{shown:?}");
    assert!(
        shown.iter().any(|text| text == "INC-1 INC-1 · (title removed)"),
        "the room is named anew: {shown:?}"
    );
}

#[test]
fn a_room_that_is_tried_again_is_made_under_the_new_title() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout of ACME is down");
    bench.commit();
    let open = bench.take(opens_room);
    bench.report(&open, Outcome::Transient("busy".to_owned()));
    take_back(&mut bench, "m1");
    bench.commit();
    bench.wait(chrono::Duration::seconds(1));
    assert_eq!(text_of(&bench.take(opens_room)), "INC-1 INC-1 · (title removed)");
}

#[test]
fn a_corrected_title_is_the_one_that_is_told() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is slow");
    bench.commit();
    let open = bench.take(opens_room);
    let text = "!incident checkout is down".to_owned();
    bench.happens("alice", "ops", Content::Edited { message: "m1".to_owned(), text });
    bench.commit();
    bench.succeed(&open);
    let (shown, _) = settled(&mut bench);
    assert!(!shown.iter().any(|text| text.contains("checkout is slow")), "{shown:?}");
    assert!(shown.iter().any(|text| text.starts_with("INC-1 (Sev2): checkout is down.")), "{shown:?}");
}

#[test]
fn a_refused_command_that_was_taken_back_is_not_answered() {
    let mut bench = declared();
    bench.hear("ops", "!help");
    bench.commit();
    bench.hear("ops", "!lead INC-1 <the password>");
    bench.commit();
    take_back(&mut bench, "m3");
    let (shown, _) = settled(&mut bench);
    assert!(!shown.iter().any(|text| text.contains("password")), "{shown:?}");
}

#[test]
fn words_are_replaced_as_a_whole() {
    let mut message = Message::text("INC-1: down is down, downtime. down");
    assert!(message.replace("down", "up", |_| true));
    assert_eq!(words(&message), "INC-1: up is up, downtime. up");
    assert!(!message.replace("down", "up", |_| true));
}

#[test]
fn an_address_that_waits_is_not_passed_on() {
    let mut bench = declared();
    let home =
        bench.engine.incidents().next().map(|incident| incident.room_name.clone()).expect("there is one");
    bench.hear("ops", "!link INC-1 https://example.org/graph zebra");
    bench.commit();
    let passed_on = bench.take(says_in(&home));
    assert!(text_of(&passed_on).contains("zebra"), "{}", text_of(&passed_on));
    bench.report(&passed_on, Outcome::Transient("the server is busy".to_owned()));
    take_back(&mut bench, "m2");
    bench.wait(chrono::Duration::minutes(1));
    let (shown, _) = settled(&mut bench);
    assert!(!shown.iter().any(|text| text.contains("Worth looking at")), "{shown:?}");
}
