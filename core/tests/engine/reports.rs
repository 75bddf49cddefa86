//! Reports from people: filed, decided, and told to whoever made them.

use chrono::Duration;
use sitrep_core::{
    effect::Purpose,
    person::Person,
    port::{Action, Content, Outcome, Perform, Receipt, Said},
    report::ReportId,
};

use crate::{
    bench::{Bench, opens_room, platform},
    desk::{bench, edits, in_thread, line_of, lines_of, notified, restarted, said, said_in, was_said},
};

fn answers(done: &[Perform], place: &str) -> Vec<String> {
    let answer = |perform: &Perform| matches!(perform.action, Action::Say { answers: Some(_), .. });
    let answers: Vec<Perform> = done.iter().filter(|perform| answer(perform)).cloned().collect();
    said_in(&answers, place)
}

#[test]
fn a_report_is_a_line_for_whoever_is_on_duty_and_a_number_for_whoever_made_it() {
    for place in ["ops", "alice", "status"] {
        let mut bench = bench();
        let done = bench.says("alice", place, "!report a blank page");
        let line = line_of(&done);
        assert_eq!(line.room.room, "support");
        assert!(was_said(&done, "support", "REP-1 · waiting · reported by"), "{:?}", said(&done));
        assert!(was_said(&done, "support", "a blank page"));
        assert_eq!(notified(&done, "support"), ["dora"], "exactly whoever is on duty");
        assert_eq!(answers(&done, place).len(), 1);
        assert!(was_said(&done, place, "Filed as REP-1. dora is called"), "{:?}", said(&done));
        assert!(edits(&done).is_empty(), "the line is right as it was posted");
        assert_eq!(bench.engine.status(bench.now).reports_waiting, 1);
        let done = bench.says("alice", place, "!report another");
        assert!(was_said(&done, place, "Filed as REP-2"));
    }
}

#[test]
fn what_is_said_in_a_private_room_is_not_reported_to_all() {
    let mut bench = bench();
    let place = bench.declares("!incident --private zebra");
    bench.done();
    let done = bench.says("alice", &place, "!report more zebra");
    assert!(lines_of(&done).is_empty(), "{done:?}");
    assert!(was_said(&done, &place, "I filed nothing"));
}

#[test]
fn who_looks_at_it_says_so_in_its_thread_by_number_or_where_it_is_the_only_one() {
    for how in 0..3 {
        let mut bench = bench();
        let line = bench.reported("a blank page");
        let done = match how {
            0 => bench.replies("dora", &line, "!ack"),
            1 => bench.says("dora", "ops", "!ack REP-1"),
            _ => bench.says("dora", "support", "!ack"),
        };
        assert!(said(&done).iter().any(|(_, text)| text.contains("Thank you: you look at REP-1")), "{how}");
        assert_eq!(
            answers(&done, "ops").iter().filter(|text| text.contains("dora looks at your report")).count(),
            1
        );
        assert!(edits(&done).iter().any(|text| text.contains("dora looks at it")), "{:?}", edits(&done));
        let again = bench.replies("dora", &line, "!ack");
        assert!(was_said(&again, "support", "You look at REP-1 already"));
        let other = bench.replies("erik", &line, "!ack");
        assert!(was_said(&other, "support", "dora looks at REP-1 already"));
        assert!(said_in(&again, "ops").is_empty() && said_in(&other, "ops").is_empty());
        let late = bench.waits(Duration::days(2));
        assert!(said(&late).is_empty(), "nobody is called: {:?}", said(&late));
    }
}

#[test]
fn where_two_wait_it_must_be_said_which_one_is_meant() {
    let mut bench = bench();
    bench.reported("a blank page");
    bench.reported("a slow page");
    let done = bench.says("dora", "support", "!decline a test");
    assert!(edits(&done).is_empty());
    assert_eq!(said(&done).len(), 1, "{:?}", said(&done));
    let done = bench.says("dora", "support", "!ack REP-9");
    assert!(was_said(&done, "support", "There is no report REP-9"));
}

#[test]
fn a_report_becomes_an_incident_with_its_words_for_a_title() {
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let done = bench.replies("dora", &line, "!incident");
    assert!(done.iter().any(|perform| opens_room(&perform.action)));
    assert!(edits(&done).iter().any(|text| text.contains("REP-1 · belongs to INC-1")), "{:?}", edits(&done));
    assert!(was_said(&done, "ops", "your report REP-1 is an incident now: INC-1"), "{:?}", said(&done));
    let incident = bench.engine.incidents().next().expect("it is declared").clone();
    assert_eq!(incident.title, "a blank page");
    assert_eq!(incident.reports.first().map(|attached| attached.report), Some(ReportId(1)));
    for text in ["!incident", "!incident another", "!ack", "!decline no", "!attach INC-1"] {
        let again = bench.replies("erik", &line, text);
        assert!(was_said(&again, "support", "REP-1 belongs to INC-1 already"), "{text}: {:?}", said(&again));
    }
    assert_eq!(bench.engine.incidents().count(), 1);
    let over = bench.says("dora", "ops", "!resolve INC-1 rolled back");
    let heard: Vec<String> =
        answers(&over, "ops").into_iter().filter(|text| text.contains("REP-1")).collect();
    assert_eq!(heard.len(), 1, "{:?}", said(&over));
    assert!(heard[0].contains("INC-1 is over, and with it your report REP-1"));
}

#[test]
fn the_title_may_be_another_and_the_reporter_is_not_told_what_they_did() {
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let done = bench.replies("alice", &line, "!incident --sev 1 checkout is down");
    assert!(!said(&done).iter().any(|(_, text)| text.contains("your report")), "{:?}", said(&done));
    let title = bench.engine.incidents().next().map(|incident| incident.title.clone());
    assert_eq!(title.as_deref(), Some("checkout is down"));
    let over = bench.says("alice", "ops", "!resolve INC-1 rolled back");
    assert!(!said(&over).iter().any(|(_, text)| text.contains("your report")), "{:?}", said(&over));
}

#[test]
fn a_report_is_attached_to_an_incident_from_either_side() {
    for from_thread in [true, false] {
        let mut bench = bench();
        let place = bench.declares("!incident checkout is down");
        bench.done();
        let line = bench.reported("a blank page");
        let done = if from_thread {
            bench.replies("dora", &line, "!attach INC-1")
        } else {
            bench.says("dora", &place, "!attach REP-1")
        };
        assert!(edits(&done).iter().any(|text| text.contains("belongs to INC-1")), "{:?}", said(&done));
        assert!(was_said(&done, "ops", "your report REP-1 belongs to INC-1"), "{:?}", said(&done));
        assert_eq!(was_said(&done, &place, "a blank page"), from_thread, "{:?}", said(&done));
        let again = bench.replies("erik", &line, "!attach INC-1");
        assert!(was_said(&again, "support", "belongs to INC-1 already"));
    }
}

#[test]
fn what_is_attached_to_something_that_is_over_is_told_so_at_once() {
    let mut bench = bench();
    bench.declares("!incident checkout is down");
    bench.done();
    bench.says("bob", "ops", "!resolve INC-1 rolled back");
    let line = bench.reported("a blank page");
    let done = bench.replies("dora", &line, "!attach INC-1");
    assert!(was_said(&done, "ops", "is over, and with it your report REP-1"), "{:?}", said(&done));
}

#[test]
fn a_declined_report_says_why_to_whoever_made_it() {
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let nothing = bench.replies("dora", &line, "!decline");
    assert!(edits(&nothing).is_empty());
    let done = bench.replies("dora", &line, "!decline a planned test");
    assert!(was_said(&done, "support", "REP-1 is declined. Whoever reported it hears why"));
    let heard = answers(&done, "ops");
    assert!(
        heard
            .iter()
            .any(|text| text.contains("dora declined your report REP-1") && text.contains("a planned test"))
    );
    assert!(
        edits(&done).iter().any(|text| text.contains("declined by dora") && text.contains("a planned test"))
    );
    let again = bench.replies("erik", &line, "!decline no");
    assert!(was_said(&again, "support", "REP-1 was declined"));
    assert!(said_in(&again, "ops").is_empty());
    assert!(said(&bench.waits(Duration::days(3))).is_empty());
}

#[test]
fn of_a_private_incident_nothing_is_told_but_that_it_is_dealt_with() {
    for attaches in [true, false] {
        let mut bench = bench();
        let line = bench.reported("a blank page");
        let mut done = Vec::new();
        if attaches {
            bench.declares("!incident --private zebra leak");
            bench.done();
            done.extend(bench.says("alice", "support", "!attach REP-1 INC-1"));
        } else {
            done.extend(bench.replies("dora", &line, "!incident --private zebra leak"));
        }
        done.extend(bench.replies("erik", &line, "!ack"));
        done.extend(bench.says("erik", "ops", "!ack REP-1"));
        done.extend(bench.says("dora", "alice", "!resolve INC-1 done"));
        let public: Vec<(String, String)> = said(&done)
            .into_iter()
            .filter(|(room, _)| ["support", "ops", "status"].contains(&room.as_str()))
            .collect();
        assert!(public.iter().any(|(_, text)| text.contains("being dealt with")), "{public:?}");
        for (room, text) in &public {
            let is_answer = room == "support" && text.contains("INC-1");
            assert!(!text.contains("zebra") && (is_answer || !text.contains("INC-1")), "{room}: {text}");
        }
        assert!(edits(&done).iter().all(|text| !text.contains("REP-1") || !text.contains("INC-1")));
    }
}

#[test]
fn down_the_rota_then_the_team_then_the_word_that_nobody_could_be_reached() {
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let done = bench.waits(Duration::minutes(5));
    assert_eq!(notified(&done, "support"), ["erik"], "{:?}", said(&done));
    assert_eq!(in_thread(&done, &line).len(), 1);
    assert!(
        was_said(&done, "erik", "Nobody looks at REP-1 yet, after 5 min: a blank page"),
        "{:?}",
        said(&done)
    );
    let done = bench.waits(Duration::minutes(5));
    assert_eq!(notified(&done, "support"), ["fred"]);
    let done = bench.waits(Duration::minutes(5));
    assert!(was_said(&done, "support", "Nobody could be reached about REP-1"), "{:?}", said(&done));
    assert!(was_said(&done, "support", "Call Jane: +49 30 1234"));
    assert!(was_said(&done, "ops", "nobody has answered your report REP-1"), "{:?}", said(&done));
    assert!(was_said(&done, "ops", "Call Jane: +49 30 1234"));
    // Growing pauses, and the reporter is not told again.
    let mut said_at = Vec::new();
    for minute in 1..=7_000 {
        let done = bench.waits(Duration::minutes(1));
        if was_said(&done, "support", "Nobody could be reached about REP-1") {
            said_at.push(minute);
        }
        assert!(said_in(&done, "ops").is_empty());
    }
    let pauses: Vec<i64> = said_at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses.windows(2).all(|two| two[0] <= two[1]) && pauses.last() == Some(&1_440), "{pauses:?}");
    bench.replies("dora", &line, "!ack");
    assert!(said(&bench.waits(Duration::days(2))).is_empty());
}

#[test]
fn after_a_long_outage_one_call_is_made_and_the_next_has_the_whole_time() {
    let mut bench = bench();
    bench.reported("a blank page");
    bench.now += Duration::hours(3);
    let mut bench = restarted(&bench);
    let done = bench.done();
    assert_eq!(notified(&done, "support"), ["erik"], "{:?}", said(&done));
    assert!(said(&bench.waits(Duration::minutes(4))).is_empty());
    assert_eq!(notified(&bench.waits(Duration::minutes(1)), "support"), ["fred"]);
}

#[test]
fn a_mark_files_what_somebody_said_once() {
    let mut bench = bench();
    bench.happens("bob", "ops", Content::Said("the page is blank".to_owned()));
    bench.done();
    for person in ["alice", "carol"] {
        bench.happens(
            person,
            "ops",
            Content::Reacted { message: "m2".to_owned(), key: "🚨\u{FE0F}".to_owned() },
        );
    }
    let mut done = Vec::new();
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            bench.commit();
            continue;
        }
        let perform = bench.performs.remove(0);
        if matches!(perform.action, Action::Read { .. }) {
            let author = Person::new(&platform(), "bob");
            let said = Said { author, text: "the page is blank".to_owned(), sent_at: bench.now };
            bench.report(&perform, Outcome::Done(Receipt::Said(said)));
        } else {
            bench.succeed(&perform);
        }
        done.push(perform);
    }
    line_of(&done);
    assert!(was_said(&done, "support", "alice passes on what bob said"), "{:?}", said(&done));
    assert!(was_said(&done, "support", "the page is blank"));
    assert_eq!(said_in(&done, "ops").len(), 1);
}

#[test]
fn a_marked_message_that_cannot_be_read_is_answered() {
    let mut bench = bench();
    let mark = Content::Reacted { message: "m0".to_owned(), key: "🚨".to_owned() };
    bench.happens("alice", "ops", mark);
    bench.commit();
    let read = bench.take(|action| matches!(action, Action::Read { .. }));
    bench.report(&read, Outcome::Permanent("no key".to_owned()));
    let done = bench.done();
    assert!(lines_of(&done).is_empty());
    assert!(was_said(&done, "ops", "I could not read that message"), "{:?}", said(&done));
}

#[test]
fn the_mark_on_a_report_that_was_made_already_files_nothing() {
    let mut bench = bench();
    bench.reported("a blank page");
    bench.happens("bob", "ops", Content::Reacted { message: "m2".to_owned(), key: "🚨".to_owned() });
    assert!(bench.done().is_empty());
}

#[test]
fn the_signs_on_the_line_do_what_their_words_say() {
    let press = |bench: &mut Bench, message: &str, key: &str, text: &str| {
        let (message, key, text) = (message.to_owned(), key.to_owned(), text.to_owned());
        let content = if text.is_empty() {
            Content::Reacted { message, key }
        } else {
            Content::Filled { message, key, text }
        };
        bench.happens("dora", "support", content);
        bench.done()
    };
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let done = press(&mut bench, &line.id, "✅", "");
    assert!(was_said(&done, "ops", "dora looks at your report"), "{:?}", said(&done));
    let done = press(&mut bench, &line.id, "🚨", "");
    assert!(was_said(&done, "ops", "is an incident now"), "{:?}", said(&done));
    let line = bench.reported("a slow page");
    let done = press(&mut bench, &line.id, "🙅", "a planned test");
    assert!(was_said(&done, "ops", "a planned test"), "{:?}", said(&done));
    assert_eq!(lines_of(&press(&mut bench, &line.id, "🚨", "")), []);
}

#[test]
fn words_that_are_taken_back_are_gone_from_the_line_and_from_what_waits() {
    let mut bench = bench();
    bench.happens("alice", "ops", Content::Said("!report kiwi page".to_owned()));
    bench.commit();
    bench.happens("alice", "ops", Content::Redacted { message: "m2".to_owned() });
    let waiting = bench.performs.len();
    let commit = bench.commit();
    assert!(!commit.words_erased.is_empty());
    // What was let go before may be said as it was; what waits is not.
    let done: Vec<Perform> = bench.done();
    for perform in done.iter().skip(waiting) {
        assert!(!format!("{:?}", perform.action).contains("kiwi"), "{:?}", perform.action);
    }
    assert!(edits(&done).iter().any(|text| text.contains("(taken back)")), "{:?}", edits(&done));
    let late = bench.waits(Duration::minutes(20));
    assert!(!format!("{late:?}").contains("kiwi"), "{late:?}");
}

#[test]
fn words_are_erased_from_a_report_that_is_long_decided_and_from_its_incident() {
    let mut bench = bench();
    let line = bench.reported("kiwi page");
    bench.replies("dora", &line, "!incident something else");
    bench.waits(Duration::days(2));
    bench.happens("alice", "ops", Content::Redacted { message: "m2".to_owned() });
    let commit = bench.commit();
    assert_eq!(commit.words_erased.len(), 2, "{commit:?}");
    let done = bench.done();
    assert!(edits(&done).iter().any(|text| text.contains("(taken back)")), "{:?}", edits(&done));
    let timeline = bench.says("alice", "ops", "!timeline INC-1");
    assert!(!format!("{timeline:?}").contains("kiwi"));
}

#[test]
fn a_line_that_cannot_be_said_is_said_where_trouble_is_told() {
    let mut bench = bench();
    bench.hear("status", "!report a blank page");
    bench.commit();
    let line = bench.take(crate::bench::says_in("support"));
    bench.report(&line, Outcome::Permanent("forbidden".to_owned()));
    let done = bench.done();
    let line = line_of(&done);
    assert_eq!(line.room.room, "ops");
    let done = bench.replies("dora", &line, "!ack");
    assert!(was_said(&done, "status", "dora looks at your report"), "{:?}", said(&done));
}

#[test]
fn nothing_is_lost_or_doubled_when_the_process_is_killed() {
    let mut bench = bench();
    bench.hear("status", "!report a blank page");
    bench.fail_commit();
    // It was durable all the same.
    bench.wait(Duration::seconds(2));
    bench.commit();
    bench.performs.clear();
    let mut bench = restarted(&bench);
    let done = bench.done();
    let line = line_of(&done);
    assert!(was_said(&done, "status", "Filed as REP-1"));
    let mut bench = restarted(&bench);
    assert!(said(&bench.done()).is_empty());
    bench.replies("dora", &line, "!incident");
    let mut bench = restarted(&bench);
    assert!(said(&bench.done()).is_empty());
    let done = bench.says("dora", "ops", "!resolve INC-1 rolled back");
    assert!(was_said(&done, "status", "is over, and with it your report REP-1"), "{:?}", said(&done));
}

#[test]
fn without_a_room_for_reports_it_is_said_so() {
    let mut policy = crate::desk::policy();
    let test = policy.platforms.get_mut(&platform()).expect("it is configured");
    (test.support_room, test.home_room) = (None, None);
    let mut bench = Bench::with(policy);
    bench.hear("ops", "good morning");
    bench.done();
    let done = bench.says("alice", "ops", "!report a blank page");
    assert!(was_said(&done, "ops", "There is no room for reports"), "{:?}", said(&done));
}

#[test]
fn a_report_that_is_corrected_says_so_on_its_line_and_in_what_waits() {
    let edit = |bench: &mut Bench, person: &str, text: &str| {
        bench.happens(person, "ops", Content::Edited { message: "m2".to_owned(), text: text.to_owned() });
        bench.done()
    };
    let mut bench = bench();
    let line = bench.reported("a blank page");
    let done = edit(&mut bench, "alice", "!report a slow page");
    assert!(edits(&done).iter().any(|text| text.contains("> a slow page")), "{:?}", edits(&done));
    assert!(was_said(&done, "ops", "Corrected: REP-1 says so now"), "{:?}", said(&done));
    let call = bench.waits(Duration::minutes(5));
    assert!(was_said(&call, "erik", "a slow page"), "{:?}", said(&call));
    for (person, text) in [("bob", "!report nothing"), ("alice", "!incident another thing")] {
        let refused = edit(&mut bench, person, text);
        assert!(edits(&refused).is_empty(), "{:?}", edits(&refused));
        assert!(was_said(&refused, "ops", "the edit changes nothing"), "{:?}", said(&refused));
    }
    bench.replies("dora", &line, "!decline a planned test");
    bench.happens("alice", "ops", Content::Redacted { message: "m2".to_owned() });
    let commit = bench.commit();
    assert_eq!(commit.words_erased.len(), 2);
    let shown = edits(&bench.done()).pop().expect("the line follows");
    assert!(shown.contains("(taken back)") && shown.contains("a planned test"), "{shown}");
}

/// What people do beneath a line may arrive before the platform has told which message the line is.
#[test]
fn what_is_said_in_a_thread_waits_until_it_is_known_whose_it_is() {
    let mut bench = bench();
    bench.hear("ops", "!report a blank page");
    bench.commit();
    let line = bench.take(|action| matches!(action, Action::Say { purpose: Purpose::Line, .. }));
    let batch = bench.happens_so("dora", "support", Content::Said("!ack".to_owned()), |inbound| {
        inbound.message.thread = Some(line.attempt.key.clone());
    });
    assert!(!bench.accepted.contains(&batch), "whose thread it is will be known in a moment");
    bench.succeed(&line);
    let done = bench.done();
    assert!(was_said(&done, "support", "you look at REP-1"), "{:?}", said(&done));
    assert!(bench.accepted.contains(&batch));
}

#[test]
fn what_is_said_in_another_thread_does_not_wait_for_long() {
    let mut bench = bench();
    bench.hear("ops", "!report a blank page");
    bench.commit();
    let line = bench.take(|action| matches!(action, Action::Say { purpose: Purpose::Line, .. }));
    bench.report(&line, Outcome::RetryAfter(std::time::Duration::from_secs(600)));
    let batch = bench.happens_so("dora", "support", Content::Said("!help".to_owned()), |inbound| {
        inbound.message.thread = Some("of something else".to_owned());
    });
    assert!(!bench.accepted.contains(&batch));
    bench.wait(Duration::seconds(61));
    while !bench.commits.is_empty() {
        bench.commit();
    }
    assert!(bench.accepted.contains(&batch), "a platform that is slow is heard all the same");
}
