//! News for customers, news that is corrected wherever it was passed on, and the asking for news.

use chrono::Duration;
use sitrep_core::{
    event::{Event, RoomEvent},
    policy::Policy,
    port::{Action, Commit, Content, Outcome, Perform},
};

use crate::bench::{Bench, policy, room, says_in, words};

/// The rooms `status` and `support` are told.
fn with_support() -> Policy {
    let mut policy = policy();
    policy.platforms.values_mut().for_each(|test| test.support_room = Some(room("support")));
    policy
}

fn declared() -> Bench {
    let mut bench = Bench::with(with_support());
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench
}

/// The same over the same store: the process was started again.
fn restarted(bench: Bench) -> Bench {
    Bench::under(with_support(), bench.store, bench.now)
}

fn edits(bench: &mut Bench, person: &str, message: &str, text: &str) {
    let content = Content::Edited { message: message.to_owned(), text: text.to_owned() };
    bench.happens(person, "ops", content);
}

/// What edits are among these, each with the room and the text.
fn edited(performs: &[Perform]) -> Vec<(String, String)> {
    let edit = |perform: &Perform| {
        let Action::Edit { message, content, .. } = &perform.action else { return None };
        Some((message.room.room.clone(), words(content)))
    };
    performs.iter().filter_map(edit).filter(|(_, text)| text.contains('>')).collect()
}

fn said_in(performs: &[Perform], place: &str) -> Vec<String> {
    let said = |perform: &Perform| {
        let Action::Say { room, message, .. } = &perform.action else { return None };
        (room.room == place).then(|| words(message))
    };
    performs.iter().filter_map(said).collect()
}

fn copies_in(commit: &Commit) -> usize {
    let is_copy = |event: &Event| matches!(event, Event::Room(RoomEvent::CopyPosted { .. }));
    commit.facts.iter().filter(|fact| is_copy(&fact.record.event)).count()
}

#[test]
fn news_for_customers_goes_everywhere_and_says_whom_it_is_for() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 public Some payments fail; we are working on it.");
    let done = bench.done();
    for place in ["status", "support", &home(&bench)] {
        let said = said_in(&done, place);
        assert_eq!(said.len(), 1, "{place}: {done:?}");
        let expected = "For customers, from alice. Support can send this on:\n> Some payments fail; we are working on it.";
        assert!(said[0].contains(expected), "{said:?}");
    }
    let answer = said_in(&done, "ops").join("\n");
    assert!(answer.starts_with("Sent to 2 rooms for INC-1. The next is due by"), "{answer}");
}

fn home(bench: &Bench) -> String {
    let incident = bench.engine.incidents().next().expect("an incident");
    incident.home().expect("a room").room.clone()
}

#[test]
fn a_private_incident_has_no_customers() {
    let mut bench = Bench::with(with_support());
    let home = bench.declares("!incident --private payroll leaked");
    bench.settle();
    bench.happens("alice", &home, Content::Said("!update public nothing happened".to_owned()));
    let done = bench.done();
    assert!(said_in(&done, "support").is_empty() && said_in(&done, "status").is_empty());
    let answer = said_in(&done, &home).join("\n");
    assert!(answer.starts_with("INC-1 is private, so customers hear nothing"), "{answer}");
    let incident = bench.engine.incidents().next().expect("an incident");
    assert!(incident.news.is_empty(), "nothing was given");
}

#[test]
fn a_corrected_update_is_corrected_wherever_it_went() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third of all payments fail");
    bench.settle();
    bench.hear("ops", "!sev INC-1 1");
    bench.settle();
    bench.wait(Duration::days(13));
    bench.settle();
    edits(&mut bench, "alice", "m2", "!update INC-1 a tenth of all payments fails");
    let done = bench.done();
    let edited = edited(&done);
    let home = home(&bench);
    let places: Vec<&str> = edited.iter().map(|(place, _)| place.as_str()).collect();
    for place in ["status", "support", &home] {
        assert_eq!(places.iter().filter(|other| **other == place).count(), 1, "{edited:?}");
    }
    assert_eq!(edited.len(), 3);
    for (_, text) in &edited {
        assert!(text.starts_with("INC-1 · Sev2 · declared"), "as things stood then: {text}");
        assert!(text.contains("alice says (corrected ") && text.contains("> a tenth of all"), "{text}");
        assert!(!text.contains("third"), "{text}");
    }
    let answer = said_in(&done, "ops").join("\n");
    assert_eq!(answer, "The update on INC-1 is corrected wherever it was passed on, in 3 places.");
}

#[test]
fn nobody_else_corrects_it_and_into_nothing_else() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third of all payments fail");
    bench.settle();
    let attempts = [
        ("bob", "!update INC-1 nothing fails"),
        ("alice", "!update INC-2 nothing fails"),
        ("alice", "!update INC-1 public nothing fails"),
        ("alice", "!resolve INC-1 nothing fails"),
        ("alice", "!update INC-1"),
    ];
    for (person, text) in attempts {
        edits(&mut bench, person, "m2", text);
        let done = bench.done();
        assert!(edited(&done).is_empty(), "{person}: {text}");
        let answer = said_in(&done, "ops").join("\n");
        assert!(answer.starts_with("I have carried this message out"), "{person}: {text}: {answer}");
    }
    edits(&mut bench, "alice", "m2", "!update INC-1 a third of all payments fail");
    assert!(bench.done().is_empty(), "nothing has changed");
    edits(&mut bench, "alice", "m2", "never mind");
    assert!(bench.done().is_empty(), "that is talk");
}

#[test]
fn what_waits_is_reworded_and_said_once() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third fails");
    bench.commit();
    let news = bench.take(says_in("status"));
    bench.report(&news, Outcome::Transient("busy".to_owned()));
    edits(&mut bench, "alice", "m2", "!update INC-1 a tenth fails");
    bench.commit();
    // The process dies, and comes up again.
    let mut bench = restarted(bench);
    let again = bench.take(says_in("status"));
    assert_eq!(again.attempt.key, news.attempt.key, "under its old key");
    let Action::Say { message, .. } = &again.action else { panic!("says") };
    assert!(words(message).contains("> a tenth fails"), "{}", words(message));
    bench.succeed(&again);
    let done = bench.done();
    assert!(said_in(&done, "status").is_empty(), "once");
    for (_, text) in edited(&done) {
        assert!(text.contains("> a tenth fails"), "{text}");
    }
}

#[test]
fn what_is_just_being_delivered_is_corrected_afterwards() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third fails");
    bench.commit();
    let news = bench.take(says_in("status"));
    let Action::Say { message, .. } = &news.action else { panic!("says") };
    assert!(words(message).contains("> a third fails"));
    // It is said with the first words while the correction arrives.
    edits(&mut bench, "alice", "m2", "!update INC-1 a tenth fails");
    bench.commit();
    bench.succeed(&news);
    let corrected: Vec<_> =
        edited(&bench.done()).into_iter().filter(|(place, _)| place == "status").collect();
    assert_eq!(corrected.len(), 1);
    assert!(corrected[0].1.contains("> a tenth fails"), "{corrected:?}");
}

#[test]
fn of_two_corrections_the_last_one_stands() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third fails");
    bench.settle();
    edits(&mut bench, "alice", "m2", "!update INC-1 a tenth fails");
    bench.commit();
    let is_of_status =
        |action: &Action| matches!(action, Action::Edit { message, .. } if message.room.room == "status");
    let first = bench.take(is_of_status);
    edits(&mut bench, "alice", "m2", "!update INC-1 nothing fails");
    bench.commit();
    assert!(!bench.performs.iter().any(|perform| is_of_status(&perform.action)), "one after the other");
    bench.report(&first, Outcome::InDoubt("no answer".to_owned()));
    // The platform is not asked to say the old words again.
    let mut bench = restarted(bench);
    let last = bench.done();
    let of_status: Vec<_> = edited(&last).into_iter().filter(|(place, _)| place == "status").collect();
    assert_eq!(of_status.len(), 1, "{of_status:?}");
    assert!(of_status[0].1.contains("> nothing fails"));
}

#[test]
fn what_is_taken_back_is_gone_from_every_copy() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 ACME lost everything");
    bench.settle();
    edits(&mut bench, "alice", "m2", "!update INC-1 ACME lost nearly everything");
    bench.commit();
    let on_its_way =
        bench.take(|action| matches!(action, Action::Edit { message, .. } if message.room.room == "status"));
    bench.happens("alice", "ops", Content::Redacted { message: "m2".to_owned() });
    bench.commit();
    bench.report(&on_its_way, Outcome::Transient("busy".to_owned()));
    let mut bench = restarted(bench);
    let edited = edited(&bench.done());
    assert_eq!(edited.len(), 3, "{edited:?}");
    for (_, text) in edited {
        assert!(text.contains("> (taken back)") && !text.contains("ACME"), "{text}");
    }
    let incident = bench.engine.incidents().next().expect("an incident");
    assert!(incident.news.iter().all(|update| update.words.is_empty()), "{:?}", incident.news);
    edits(&mut bench, "alice", "m2", "!update INC-1 ACME lost everything");
    assert!(edited_after(&mut bench).is_empty(), "it stays so");
}

fn edited_after(bench: &mut Bench) -> Vec<(String, String)> {
    edited(&bench.done())
}

#[test]
fn a_copy_is_known_by_the_commit_that_ends_its_delivery() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third fails");
    bench.commit();
    let news = bench.take(says_in("support"));
    bench.succeed(&news);
    let commit = bench.commit();
    assert_eq!((copies_in(&commit), commit.effects_ended.as_slice()), (1, &[news.id][..]));
}

#[test]
fn a_copy_that_cannot_be_corrected_is_said_once_and_stops_no_other() {
    let mut bench = declared();
    bench.hear("ops", "!update INC-1 a third fails");
    bench.settle();
    for (text, words) in [("!update INC-1 a tenth fails", "tenth"), ("!update INC-1 none fails", "none")] {
        edits(&mut bench, "alice", "m2", text);
        bench.commit();
        let of_status =
            |action: &Action| matches!(action, Action::Edit { message, .. } if message.room.room == "status");
        let refused = bench.take(of_status);
        bench.report(&refused, Outcome::Permanent("not yours".to_owned()));
        let done = bench.done();
        assert!(edited(&done).iter().any(|(place, text)| place == "support" && text.contains(words)));
        let complaints: Vec<_> = said_in(&done, &home(&bench));
        let expected = usize::from(words == "tenth");
        assert_eq!(
            complaints.iter().filter(|text| text.contains("in status")).count(),
            expected,
            "{complaints:?}"
        );
    }
}

#[test]
fn whoever_leads_is_asked_for_news_once_in_five_minutes() {
    let mut bench = declared();
    bench.happens("bob", "ops", Content::Said("!lead INC-1 me".to_owned()));
    bench.settle();
    let ask = |bench: &mut Bench, text: &str| {
        bench.happens("carol", "status", Content::Said(text.to_owned()));
        bench.done()
    };
    let done = ask(&mut bench, "!ask INC-1 are payments affected?");
    let answer = said_in(&done, "status").join("\n");
    assert!(answer.starts_with("I have asked bob for news of INC-1. Next update due: "), "{answer}");
    let asked = said_in(&done, &home(&bench)).join("\n");
    assert!(asked.starts_with("@bob carol asks for news of INC-1."), "{asked}");
    assert!(asked.ends_with("\n> are payments affected?"), "{asked}");
    // Again, by somebody who is told of one incident only, and so need not name it.
    bench.wait(Duration::minutes(2));
    let done = ask(&mut bench, "!ask");
    assert!(said_in(&done, &home(&bench)).is_empty());
    let answer = said_in(&done, "status").join("\n");
    assert!(answer.starts_with("bob was asked 2 min ago. Next update due: "), "{answer}");
    bench.wait(Duration::minutes(22));
    bench.settle();
    let done = ask(&mut bench, "!ask");
    let asked = said_in(&done, &home(&bench)).join("\n");
    assert!(asked.contains("Update overdue by 4 minutes: it was due"), "{asked}");
    assert!(said_in(&done, "status").join("\n").contains("Update overdue by 4 minutes"));
}

#[test]
fn who_is_to_give_the_news_is_not_asked_by_themselves() {
    let mut bench = declared();
    bench.hear("ops", "!ask INC-1");
    let done = bench.done();
    assert!(said_in(&done, &home(&bench)).is_empty());
    assert!(said_in(&done, "ops").join("\n").starts_with("You are the one whom people ask about INC-1"));
}

#[test]
fn where_several_are_told_of_the_number_is_asked_for() {
    let mut bench = declared();
    bench.hear("ops", "!incident login is slow");
    bench.settle();
    bench.happens("carol", "status", Content::Said("!ask".to_owned()));
    let answer = said_in(&bench.done(), "status").join("\n");
    assert!(answer.starts_with("Which incident?"), "{answer}");
}

#[test]
fn nobody_asks_about_what_they_may_not_know() {
    let mut bench = Bench::with(with_support());
    let home = bench.declares("!incident --private payroll leaked");
    bench.settle();
    bench.happens("carol", "status", Content::Said("!ask INC-1".to_owned()));
    let done = bench.done();
    assert!(said_in(&done, &home).is_empty());
    assert!(said_in(&done, "status").join("\n").starts_with("There is no INC-1 that you can see"));
}

#[test]
fn how_late_news_is_is_said_wherever_it_is_awaited() {
    let mut bench = declared();
    bench.wait(Duration::minutes(25));
    bench.settle();
    bench.hear("ops", "!incidents");
    let listed = said_in(&bench.done(), "ops").join("\n");
    assert!(listed.contains("update overdue by 5 minutes"), "{listed}");
    bench.hear("ops", "!status INC-1");
    let status = said_in(&bench.done(), "ops").join("\n");
    assert!(status.contains("Update overdue by 5 minutes: it was due"), "{status}");
}
