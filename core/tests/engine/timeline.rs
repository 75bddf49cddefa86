//! The record of an incident: what is on its timeline, notes, and messages that people mark.

use chrono::Duration;
use sitrep_core::{
    event::{Record, Subject},
    incident::{IncidentId, evolve},
    message::{
        catalogue::{Language, Words},
        timeline,
    },
    person::Person,
    policy::Policy,
    port::{Action, Attachment, Content, Outcome, Perform, Receipt, Said, Store},
    testing::block_on,
};

use crate::bench::{Bench, platform, policy, says_in, words};

const MARK: &str = "📌";

/// An incident with a room; gives back the room's name.
fn declared(bench: &mut Bench) -> String {
    let room = bench.declares("!incident checkout is down");
    bench.settle();
    room
}

/// One that somebody has, so that nobody is called.
fn quiet(bench: &mut Bench) -> String {
    let room = bench.declares("!incident --sev 4 checkout is down");
    bench.settle();
    says(bench, "alice", &room, "!ack");
    room
}

fn says(bench: &mut Bench, person: &str, place: &str, text: &str) -> Vec<(String, String)> {
    bench.happens(person, place, Content::Said(text.to_owned()));
    bench.settle()
}

/// What `!timeline` shows in this room.
fn shown(bench: &mut Bench, room: &str) -> String {
    let said = says(bench, "alice", room, "!timeline");
    said.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

fn marks(bench: &mut Bench, person: &str, room: &str, message: &str) {
    bench.happens(person, room, Content::Reacted { message: message.to_owned(), key: MARK.to_owned() });
}

/// Every word that is stored about the first incident.
fn stored(bench: &Bench) -> String {
    let records = block_on(bench.store.load(Subject::Incident(IncidentId(1)))).expect("readable");
    records.into_iter().filter_map(|record| record.words).collect::<Vec<_>>().join("\n")
}

fn is_read(action: &Action) -> bool {
    matches!(action, Action::Read { .. })
}

/// Somebody's mark is put, and the message is read.
fn marked(bench: &mut Bench, room: &str, text: &str) {
    marks(bench, "alice", room, "talk");
    let read = read_at_last(bench);
    reports(bench, &read, text);
    bench.settle();
}

fn read_at_last(bench: &mut Bench) -> Perform {
    while !bench.commits.is_empty() {
        bench.commit();
    }
    bench.take(is_read)
}

fn reports(bench: &mut Bench, read: &Perform, text: &str) {
    let (author, sent_at) = (Person::new(&platform(), "bob"), bench.now - Duration::minutes(5));
    let said = Said { author, text: text.to_owned(), sent_at };
    bench.report(read, Outcome::Done(Receipt::Said(said)));
}

#[test]
fn what_happens_is_on_the_timeline_in_order() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    bench.wait(Duration::minutes(2));
    for text in ["!ack", "!lead @bob", "!sev 1", "!update the bank\nis told", "!next 45m"] {
        says(&mut bench, "alice", &room, text);
    }
    let text = shown(&mut bench, &room);
    let expected = [
        "INC-1 · timeline",
        "- 00:00 alice: declared it, Sev2: checkout is down",
        "- 00:02 alice: commander: alice",
        "- 00:02 alice: has it",
        "- 00:02 alice: commander: bob",
        "- 00:02 alice: it is Sev1 now",
        "- 00:02 alice: update: the bank is told",
        "- 00:02 alice: the next update comes by 00:47 UTC",
    ];
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("2026")).collect();
    assert_eq!(lines, expected, "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("2026")).count(), 1, "the day, once: {text}");
}

#[test]
fn notes_stand_where_they_belong() {
    let mut bench = Bench::new();
    let room = quiet(&mut bench);
    bench.wait(Duration::hours(1));
    let said = says(&mut bench, "bob", &room, "!note 00:30 failed over to the second database");
    assert!(said.iter().any(|(_, text)| text.starts_with("Noted, today 00:30 UTC")), "{said:?}");
    let said = says(&mut bench, "bob", &room, "!note the bank has called");
    assert_eq!(said[0].1, "Noted: it is on the timeline of INC-1.");
    says(&mut bench, "bob", &room, "!note 23:50 the release went out");
    let text = shown(&mut bench, &room);
    let is_theirs = |line: &&str| line.starts_with("- ") && !line.contains("sitrep");
    let order: Vec<&str> = text.lines().filter(is_theirs).collect();
    assert!(order[0].starts_with("- 23:50 bob: the release went out (added "), "{text}");
    assert!(order[1].contains("declared it"), "{text}");
    let late = order.iter().position(|line| line.contains("00:30 bob")).expect("the note");
    assert_eq!(order[late], "- 00:30 bob: failed over to the second database (added 01:00 UTC)");
    assert_eq!(order[late + 1..], ["- 01:00 bob: came in", "- 01:00 bob: the bank has called"]);
}

#[test]
fn a_note_lies_neither_ahead_nor_far_back() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    for text in ["!note today 14:00 it will end", "!note 2020-01-01 14:00 long ago", "!note 14:00"] {
        let said = says(&mut bench, "alice", &room, text);
        assert!(!said[0].1.starts_with("Noted"), "{said:?}");
    }
    assert!(!shown(&mut bench, &room).contains("ago"));
}

#[test]
fn a_note_that_is_taken_back_says_so() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    bench.happens_so("alice", &room, Content::Said("!note ACME is lost".to_owned()), |inbound| {
        inbound.message.id = "note".to_owned();
    });
    bench.settle();
    bench.happens("alice", &room, Content::Redacted { message: "note".to_owned() });
    bench.settle();
    let text = shown(&mut bench, &room);
    assert!(text.contains("alice: (taken back)") && !text.contains("ACME"), "{text}");
}

#[test]
fn what_somebody_marks_is_read_and_put_where_it_was_said() {
    let mut bench = Bench::new();
    let room = quiet(&mut bench);
    bench.wait(Duration::minutes(10));
    marks(&mut bench, "alice", &room, "talk");
    let read = read_at_last(&mut bench);
    assert!(
        matches!(&read.action, Action::Read { message } if message.id == "talk" && message.room.room == room)
    );
    assert!(bench.performs.is_empty(), "nothing is said about it");
    reports(&mut bench, &read, "the disk is full");
    assert_eq!(bench.settle(), []);
    let text = shown(&mut bench, &room);
    assert!(text.contains("- 00:05 bob: “the disk is full” 📌"), "{text}");
}

#[test]
fn a_message_marked_twice_is_there_once_until_the_last_mark_is_gone() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    marked(&mut bench, &room, "the disk is full");
    marks(&mut bench, "carol", &room, "talk");
    while !bench.commits.is_empty() {
        bench.commit();
    }
    assert!(bench.performs.is_empty(), "it is not read again");
    assert_eq!(shown(&mut bench, &room).matches("the disk is full").count(), 1);
    let off = |person: &str, bench: &mut Bench| {
        let content = Content::Unreacted { message: "talk".to_owned(), key: MARK.to_owned() };
        bench.happens(person, &room, content);
        bench.settle();
    };
    off("alice", &mut bench);
    assert!(shown(&mut bench, &room).contains("the disk is full"));
    off("mallory", &mut bench);
    assert!(shown(&mut bench, &room).contains("the disk is full"), "only one's own mark comes off");
    off("carol", &mut bench);
    assert!(!shown(&mut bench, &room).contains("the disk is full"));
}

#[test]
fn a_mark_that_is_taken_back_is_gone() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    bench.happens_so(
        "alice",
        &room,
        Content::Reacted { message: "talk".to_owned(), key: "📌\u{fe0f}".to_owned() },
        |inbound| inbound.message.id = "mark".to_owned(),
    );
    let read = read_at_last(&mut bench);
    bench.happens("alice", &room, Content::Redacted { message: "mark".to_owned() });
    reports(&mut bench, &read, "the disk is full");
    bench.settle();
    assert!(!shown(&mut bench, &room).contains("📌"), "what was read meanwhile is not kept");
    assert!(!stored(&bench).contains("disk"));
}

#[test]
fn corrections_and_deletions_of_a_marked_message_follow() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    marked(&mut bench, &room, "the disk is full");
    let edit = |person: &str, text: &str, bench: &mut Bench| {
        let content = Content::Edited { message: "talk".to_owned(), text: text.to_owned() };
        bench.happens(person, &room, content);
        bench.settle();
    };
    edit("mallory", "all is well", &mut bench);
    assert!(shown(&mut bench, &room).contains("the disk is full"), "only its author corrects it");
    edit("bob", "the disk of ACME is full", &mut bench);
    let text = shown(&mut bench, &room);
    assert!(text.contains("“the disk of ACME is full” 📌 (corrected)"), "{text}");
    bench.happens("bob", &room, Content::Redacted { message: "talk".to_owned() });
    let said = bench.settle();
    assert_eq!(said, [], "it is not said in the room");
    let text = shown(&mut bench, &room);
    assert!(text.contains("bob: “(taken back)” 📌") && !text.contains("full"), "{text}");
    assert!(!stored(&bench).contains("full"));
}

#[test]
fn a_marked_message_that_cannot_be_read_is_said_so_on_the_timeline_only() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    marks(&mut bench, "alice", &room, "talk");
    let read = read_at_last(&mut bench);
    bench.report(&read, Outcome::Permanent("it is gone".to_owned()));
    assert_eq!(bench.settle(), []);
    assert!(shown(&mut bench, &room).contains("alice: marked a message 📌 that could not be read"));
    // Somebody else's mark has it tried again.
    marks(&mut bench, "carol", &room, "talk");
    let read = read_at_last(&mut bench);
    reports(&mut bench, &read, "the disk is full");
    bench.settle();
    assert!(shown(&mut bench, &room).contains("bob: “the disk is full”"));
}

#[test]
fn a_message_without_a_key_is_tried_for_a_day() {
    let mut bench = Bench::new();
    let room = quiet(&mut bench);
    marks(&mut bench, "alice", &room, "talk");
    let read = read_at_last(&mut bench);
    bench.report(&read, Outcome::Transient("no key yet".to_owned()));
    bench.settle_all_but_reads();
    assert!(shown_without_reads(&mut bench, &room).contains("which is being read"));
    bench.wait(Duration::hours(25));
    bench.settle_all_but_reads();
    assert!(shown_without_reads(&mut bench, &room).contains("could not be read"));
}

fn shown_without_reads(bench: &mut Bench, room: &str) -> String {
    bench.happens("alice", room, Content::Said("!timeline".to_owned()));
    while !bench.commits.is_empty() {
        bench.commit();
    }
    let answer = bench.take(says_in(room));
    bench.succeed(&answer);
    let Action::Say { message, .. } = &answer.action else { panic!("an answer") };
    words(message)
}

#[test]
fn who_may_not_command_marks_nothing_and_neither_does_anybody_elsewhere() {
    let mut closed = policy();
    closed.platforms.get_mut(&platform()).expect("the platform").allow = vec!["alice".to_owned()];
    let mut bench = Bench::with(closed);
    let room = declared(&mut bench);
    marks(&mut bench, "mallory", &room, "talk");
    marks(&mut bench, "alice", "ops", "talk");
    marks(&mut bench, "alice", "kitchen", "talk");
    assert_eq!(bench.settle(), []);
    assert!(!shown(&mut bench, &room).contains(MARK));
}

#[test]
fn marks_survive_a_restart_and_come_off_when_the_incident_is_long_over() {
    let mut bench = Bench::new();
    let room = declared(&mut bench);
    bench.happens_so(
        "alice",
        &room,
        Content::Reacted { message: "talk".to_owned(), key: MARK.to_owned() },
        |inbound| inbound.message.id = "mark".to_owned(),
    );
    let read = read_at_last(&mut bench);
    reports(&mut bench, &read, "the disk is full");
    bench.settle();
    says(&mut bench, "alice", &room, "!resolve done");
    says(&mut bench, "alice", &room, "!retro decline too small");
    let mut later = Bench::over(bench.store.clone(), bench.now + Duration::hours(1));
    later.settle();
    assert_eq!(later.engine.incidents().count(), 0, "it owes nothing more");
    later.happens_so("alice", &room, Content::Redacted { message: "mark".to_owned() }, |inbound| {
        inbound.message.id = "gone".to_owned();
    });
    later.settle();
    later.happens_so("alice", &room, Content::Said("!timeline".to_owned()), |inbound| {
        inbound.message.id = "asked".to_owned();
    });
    let said = later.settle();
    assert!(said[0].1.contains("resolved: done") && !said[0].1.contains("disk"), "{said:?}");
}

#[test]
fn pages_have_twelve_lines_and_all_is_a_file_where_there_can_be_one() {
    let mut with_files = policy();
    with_files.platforms.get_mut(&platform()).expect("the platform").carries_files = true;
    for (policy, has_file) in [(policy(), false), (with_files, true)] {
        let mut bench = Bench::with(policy);
        let room = quiet(&mut bench);
        let before = 1 + 2;
        for number in 1..=24 {
            says(&mut bench, "alice", &room, &format!("!note number {number}, {}", "long ".repeat(40)));
        }
        let text = shown(&mut bench, &room);
        assert!(text.starts_with("INC-1 · timeline, page 3 of 3") && text.contains("number 24"), "{text}");
        let said = says(&mut bench, "alice", &room, "!timeline 1");
        assert_eq!(said[0].1.lines().filter(|line| line.starts_with("- ")).count(), 12);
        assert!(said[0].1.contains(&format!("number {}", 12 - before)) && !said[0].1.contains("number 10"));
        assert!(says(&mut bench, "alice", &room, "!timeline 4")[0].1.contains("has 3 pages"));
        bench.happens("alice", &room, Content::Said("!timeline all".to_owned()));
        let said: Vec<Action> = bench.done().into_iter().map(|perform| perform.action).collect();
        let file = said.iter().find_map(|action| match action {
            Action::Say { attachment: Some(attached), .. }
                if let Attachment::File { content, name, .. } = attached.as_ref() =>
            {
                Some((name.clone(), content.clone()))
            }
            _ => None,
        });
        assert_eq!(said.len(), if has_file { 1 } else { 3 });
        let Some((name, content)) = file.filter(|_| has_file) else { continue };
        assert_eq!(name, "INC-1-timeline.txt");
        assert!(content.contains(&format!("number 24, {}", "long ".repeat(40).trim())), "{content}");
    }
}

#[test]
fn a_timeline_that_waits_is_shown_without_what_was_taken_back_meanwhile() {
    let mut with_files = policy();
    with_files.platforms.get_mut(&platform()).expect("the platform").carries_files = true;
    let mut bench = Bench::with(with_files);
    let room = declared(&mut bench);
    bench.happens_so("alice", &room, Content::Said("!note ACME is lost".to_owned()), |inbound| {
        inbound.message.id = "note".to_owned();
    });
    bench.settle();
    for text in ["!timeline", "!timeline all"] {
        bench.happens("alice", &room, Content::Said(text.to_owned()));
        bench.commit();
    }
    let first = bench.take(says_in(&room));
    bench.report(&first, Outcome::Transient("busy".to_owned()));
    bench.happens("alice", &room, Content::Redacted { message: "note".to_owned() });
    bench.commit();
    bench.wait(Duration::seconds(2));
    let mut shown = String::new();
    for perform in bench.done() {
        let Action::Say { message, attachment, .. } = &perform.action else { continue };
        shown.push_str(&words(message));
        if let Some(Attachment::File { content, .. }) = attachment.as_deref() {
            shown.push_str(content);
        }
    }
    assert!(shown.matches("(taken back)").count() == 2 && !shown.contains("ACME"), "{shown}");
}

#[test]
fn whatever_can_be_on_it_has_words_in_every_language() {
    let stored = include_str!("../../fixtures/events.jsonl");
    let mut records = stored.lines().map(|line| {
        let record: Record = serde_json::from_str(line).expect("a record");
        Record { words: Some("what was said".to_owned()), ..record }
    });
    let begun = records.find_map(|record| evolve::begin(IncidentId(1), &record));
    let mut incident = begun.expect("a declaration");
    records.for_each(|record| evolve::evolve(&mut incident, &record));
    assert!(incident.timeline.len() > 40, "{} lines", incident.timeline.len());
    for language in Language::ALL {
        let policy = Policy { words: Words::of(language), ..policy() };
        let text = timeline::whole(&incident, &policy, |person| person.handle.clone());
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
        assert_eq!(lines.len(), incident.timeline.len(), "{text}");
        for line in lines {
            assert!(!line.trim_end().ends_with(':') && !line.contains("timeline."), "{line}");
        }
        for page in 1..=timeline::pages(&incident) {
            assert!(timeline::page(&incident, page, &policy).lines.len() > 2);
        }
    }
}

#[test]
fn of_a_private_incident_nothing_is_shown_elsewhere() {
    let mut bench = Bench::new();
    let room = bench.declares("!incident --private a leak");
    bench.settle();
    says(&mut bench, "alice", &room, "!note the key of ACME is out");
    for (person, place) in [("alice", "ops"), ("mallory", "ops"), ("mallory", "mallory")] {
        for text in ["!timeline INC-1", "!timeline INC-1 all", "!note INC-1 guess", "!task INC-1"] {
            let said = says(&mut bench, person, place, text);
            assert!(
                said.iter().all(|(_, text)| !text.contains("ACME") && !text.contains("leak")),
                "{said:?}"
            );
        }
    }
    let said = says(&mut bench, "alice", "alice", "!timeline INC-1");
    assert!(said[0].1.contains("ACME"), "alone with sitrep it may be said: {said:?}");
}

#[test]
fn a_working_copy_costs_no_copy_of_the_timeline() {
    let mut bench = Bench::with(Policy { ..policy() });
    let room = declared(&mut bench);
    for number in 0..50 {
        says(&mut bench, "alice", &room, &format!("!note {number} is up"));
    }
    let incident = bench.engine.incidents().find(|incident| incident.id == IncidentId(1)).expect("in memory");
    let copy = incident.clone();
    let same =
        incident.timeline.iter().zip(copy.timeline.iter()).all(|(one, other)| std::ptr::eq(one, other));
    assert!(same && incident.timeline.len() > 50);
}
