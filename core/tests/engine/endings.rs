//! How an incident ends and goes on: who hears it, what is asked, what goes and what comes back.

use chrono::Duration;
use sitrep_core::{
    person::Person,
    policy::{Meeting, Policy},
    port::{Action, Content, Perform},
};

use crate::bench::{Bench, platform, policy, room, saying, words};

/// Everybody may command, `status` is told and `support` talks to customers.
fn with_support() -> Policy {
    let mut policy = policy();
    policy.platforms.values_mut().for_each(|platform| platform.support_room = Some(room("support")));
    policy
}

fn said_in(done: &[Perform], place: &str) -> Vec<String> {
    let said = done.iter().filter_map(saying).filter(|(room, _)| room == place);
    said.map(|(_, words)| words).collect()
}

/// Says something in the incident's room and gives back all that came of it.
fn does(bench: &mut Bench, home: &str, line: &str) -> Vec<Perform> {
    bench.hear(home, line);
    bench.done()
}

fn cards(done: &[Perform]) -> Vec<String> {
    let card = |perform: &Perform| match &perform.action {
        Action::Edit { content, .. } => Some(words(content)),
        _ => None,
    };
    done.iter().filter_map(card).collect()
}

#[test]
fn mitigated_is_told_to_all_and_slows_the_clock() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident --sev 1 checkout is down");
    bench.settle();
    let done = does(&mut bench, &home, "!mitigate traffic goes to the second database");
    let told = &said_in(&done, "status")[0];
    assert!(told.starts_with("INC-1 (checkout is down) is mitigated: the harm has stopped."), "{told}");
    assert!(told.contains("> traffic goes to the second database"), "{told}");
    assert!(cards(&done).iter().any(|card| card.contains("mitigated")), "{done:?}");
    // Half an hour instead of a quarter.
    bench.wait(Duration::minutes(29));
    assert_eq!(bench.settle(), []);
    bench.wait(Duration::minutes(1));
    assert!(bench.settle().iter().any(|(place, text)| *place == home && text.contains("an update is due")));
    let again = &said_in(&does(&mut bench, &home, "!mitigate"), &home)[0];
    assert!(again.contains("mitigated already"), "{again}");
}

#[test]
fn the_end_says_what_is_lost_and_support_gets_words_to_send_on() {
    let mut bench = Bench::with(with_support());
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    bench.wait(Duration::minutes(10));
    let done =
        does(&mut bench, &home, "!resolve drained the queue.\nlost: two orders\nlingers: search is slow");
    let told = &said_in(&done, "status")[0];
    assert!(told.contains("> drained the queue.\n> Lost: two orders\n> Lingers: search is slow"), "{told}");
    let support = said_in(&done, "support");
    assert_eq!(support.len(), 2, "{support:?}");
    let to_send_on = &support[1];
    for part in [
        "From Sun 22 Nov 2026, 00:00",
        "until 00:10",
        "checkout is down.",
        "lost: two orders",
        "search is slow",
    ] {
        assert!(to_send_on.contains(part), "{part}: {to_send_on}");
    }
    assert!(!to_send_on.contains("drained the queue"), "that is for the inside: {to_send_on}");
    assert_eq!(said_in(&done, &home).len(), 1, "nothing is left to ask");
}

#[test]
fn what_customers_were_told_is_in_the_words_for_support() {
    let mut bench = Bench::with(with_support());
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve restarted; nothing was lost");
    let done = does(&mut bench, &home, "!reopen it fails again");
    assert!(said_in(&done, "support")[0].contains("is open again"), "{done:?}");
    let done = does(&mut bench, &home, "!resolve restarted; nothing was lost");
    assert!(said_in(&done, "support")[1].contains("Nothing was lost."), "{done:?}");
}

#[test]
fn whoever_resolves_without_a_word_about_it_is_asked_and_one_press_answers() {
    let mut bench = Bench::with(with_support());
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let done = does(&mut bench, &home, "!resolve rolled back");
    assert!(said_in(&done, "status")[0].ends_with("Whether anything is lost is not known yet."), "{done:?}");
    let question = done.iter().find_map(|perform| match &perform.action {
        Action::Say { message, .. } if words(message).contains("is anything lost") => {
            Some(message.mentions())
        }
        _ => None,
    });
    assert_eq!(question, Some(vec![&Person::new(&platform(), "alice")]));
    let signed = |done: &[Perform]| {
        done.iter().find_map(|perform| match &perform.action {
            Action::Buttons { message, buttons } if buttons.iter().any(|b| b.key == "👌") => {
                Some(message.id.clone())
            }
            _ => None,
        })
    };
    let message = signed(&done).expect("the question has a sign");
    let key = "👌".to_owned();
    bench.happens("bob", &home, Content::Reacted { message: message.clone(), key: key.clone() });
    let done = bench.done();
    assert!(said_in(&done, "status")[0].contains("Nothing is lost, and nothing lingers."), "{done:?}");
    assert!(said_in(&done, "support")[1].contains("Nothing was lost."), "{done:?}");
    assert!(cards(&done)[0].contains("Nothing is lost"), "{done:?}");
    let taken_away = done.iter().any(|perform| {
        matches!(&perform.action, Action::Buttons { message: on, buttons } if buttons.is_empty() && on.id == message)
    });
    assert!(taken_away, "{done:?}");
    bench.happens("bob", &home, Content::Reacted { message, key });
    let again = bench.settle();
    assert!(again.iter().all(|(place, text)| *place == home && text.contains("on record")), "{again:?}");
}

#[test]
fn what_is_lost_can_be_said_afterwards_and_everybody_is_told() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back");
    let done = does(&mut bench, &home, "!resolve lost: two orders");
    let told = &said_in(&done, "status")[0];
    assert_eq!(told, "INC-1 (checkout is down), which is resolved:\n> Lost: two orders");
    let again = &said_in(&does(&mut bench, &home, "!resolve lost: two orders"), &home)[0];
    assert!(again.contains("on record"), "{again}");
    let words = &said_in(&does(&mut bench, &home, "!resolve all is well"), &home)[0];
    assert!(words.contains("was resolved") && words.contains("`!reopen INC-1 WHY`"), "{words}");
}

#[test]
fn taken_back_it_is_not_known_any_more() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back");
    bench.hear(&home, "!resolve lost: the orders of mallory");
    let message = format!("m{}", 3);
    bench.settle();
    bench.happens("alice", &home, Content::Redacted { message });
    let done = bench.done();
    assert!(cards(&done).iter().any(|card| card.contains("not known yet")), "{done:?}");
}

#[test]
fn a_false_alarm_is_told_and_owes_nothing() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let done = does(&mut bench, &home, "!false-alarm the alert looked at a test system");
    let told = &said_in(&done, "status")[0];
    assert_eq!(
        told,
        "INC-1 (checkout is down) was a false alarm: nothing is wrong.\n> the alert looked at a test system"
    );
    assert!(cards(&done)[0].contains("It was a false alarm."), "{done:?}");
    assert!(done.iter().any(|p| matches!(&p.action, Action::Buttons { buttons, .. } if buttons.is_empty())));
    bench.wait(Duration::days(2));
    assert_eq!(bench.settle(), [], "no retrospective, no questions");
    assert_eq!(bench.engine.incidents().count(), 0, "it is settled");
    for line in
        ["!ack INC-1", "!update INC-1 news", "!false-alarm INC-1", "!mitigate INC-1", "!resolve INC-1 x"]
    {
        let done = does(&mut bench, "ops", line);
        let answer = &said_in(&done, "ops")[0];
        assert!(answer.contains("false alarm") && answer.contains("`!reopen INC-1 WHY`"), "{line}: {answer}");
    }
}

#[test]
fn it_is_closed_once_its_retrospective_is_held_or_declined() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let answer = |bench: &mut Bench, line: &str| said_in(&does(bench, &home, line), &home).remove(0);
    assert!(answer(&mut bench, "!close").contains("still open"));
    answer(&mut bench, "!resolve rolled back. lost: nothing");
    assert!(answer(&mut bench, "!close").contains("owes a retrospective"));
    answer(&mut bench, "!retro 2026-12-01 10:00");
    assert!(answer(&mut bench, "!close").contains("Tue 1 Dec 2026"));
    answer(&mut bench, "!retro decline the same as before");
    let done = does(&mut bench, &home, "!close");
    assert!(said_in(&done, &home)[0].contains("closed"), "{done:?}");
    assert!(cards(&done)[0].contains("closed"), "{done:?}");
    let again = answer(&mut bench, "!close");
    assert!(again.contains("is closed") && again.contains("!reopen"), "{again}");
}

#[test]
fn reopened_it_owes_updates_again_and_everybody_hears_why() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let refused = &said_in(&does(&mut bench, &home, "!reopen it fails"), &home)[0];
    assert!(refused.contains("is open"), "{refused}");
    does(&mut bench, &home, "!ack");
    does(&mut bench, &home, "!resolve rolled back");
    does(&mut bench, &home, "!retro decline small");
    bench.wait(Duration::days(1));
    bench.settle();
    assert_eq!(bench.engine.incidents().count(), 0, "it is settled, and loaded again");
    let done = does(&mut bench, "ops", "!reopen INC-1 payments fail again");
    let told = &said_in(&done, "status")[0];
    assert!(told.starts_with("INC-1 (checkout is down) is open again:\n> payments fail again"), "{told}");
    assert_eq!(said_in(&done, &home).len(), 1, "{done:?}");
    assert!(cards(&done)[0].contains("acknowledged"), "{done:?}");
    assert!(done.iter().any(|p| matches!(&p.action, Action::Buttons { buttons, .. } if buttons.len() > 3)));
    bench.wait(Duration::minutes(20));
    assert!(bench.settle().iter().any(|(place, text)| *place == home && text.contains("an update is due")));
    let done = does(&mut bench, &home, "!resolve rolled forward. lost: nothing");
    assert!(said_in(&done, &home)[0].contains("Retrospective:"), "it is owed again: {done:?}");
}

#[test]
fn a_booked_retrospective_is_off_when_it_goes_on() {
    let mut policy = policy();
    policy.platforms.values_mut().for_each(|platform| platform.has_calendar = true);
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    does(&mut bench, &home, "!resolve rolled back. lost: nothing");
    does(&mut bench, &home, "!retro 2026-11-30 10:00");
    let done = does(&mut bench, &home, "!reopen it fails again");
    assert!(said_in(&done, "status")[0].contains("The retrospective is off"), "{done:?}");
    let is_off = |perform: &Perform| matches!(&perform.action, Action::Appoint { appointment: None, .. });
    assert!(done.iter().any(is_off), "{done:?}");
    does(&mut bench, &home, "!snooze 1h");
    bench.wait(Duration::days(10));
    let reminders = bench.settle().into_iter().filter(|(_, text)| text.contains("the retrospective")).count();
    assert_eq!(reminders, 0);
}

#[test]
fn a_place_to_talk_goes_at_the_end_and_is_made_again() {
    let mut policy = policy();
    policy.meeting = Meeting::Voice(platform());
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let done = does(&mut bench, &home, "!false-alarm");
    assert!(done.iter().any(|perform| matches!(perform.action, Action::CloseMeeting { .. })), "{done:?}");
    let done = does(&mut bench, &home, "!reopen it is real");
    assert!(done.iter().any(|perform| matches!(perform.action, Action::OpenMeeting { .. })), "{done:?}");
    assert!(cards(&done).iter().any(|card| card.contains("Meeting: https://voice.example/")), "{done:?}");
}

#[test]
fn people_meet_where_they_say() {
    let mut policy = policy();
    policy.meeting = Meeting::Voice(platform());
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident --private payroll leaked");
    bench.settle();
    let done = does(&mut bench, &home, "!meet <https://meet.example/payroll>");
    assert!(
        cards(&done).iter().any(|card| card.contains("Meeting: https://meet.example/payroll")),
        "{done:?}"
    );
    // Somebody is asked into the voice channel; that changes nothing of where people meet.
    let done = does(&mut bench, &home, "!lead @bob");
    assert!(cards(&done).iter().all(|card| card.contains("https://meet.example/payroll")), "{done:?}");
    let shown = &said_in(&does(&mut bench, &home, "!meet"), &home)[0];
    assert!(shown.contains("https://meet.example/payroll"), "{shown}");
    let done = does(&mut bench, &home, "!meet none");
    assert!(cards(&done).iter().all(|card| !card.contains("Meeting:")), "{done:?}");
    let shown = &said_in(&does(&mut bench, &home, "!meet"), &home)[0];
    assert!(shown.contains("no meeting"), "{shown}");
    let secret = &said_in(&does(&mut bench, &home, "!meet https://me:hunter2@meet.example/x"), &home)[0];
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn the_card_shows_the_latest_three_links_and_loses_what_was_taken_back() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    for number in 1..=4 {
        does(&mut bench, &home, &format!("!link https://a.example/{number} graph {number}"));
    }
    let done = does(&mut bench, &home, "!link https://a.example/5");
    let card = cards(&done).remove(0);
    let latest = "Links: https://a.example/5 · https://a.example/4 (graph 4) · https://a.example/3 (graph 3)";
    assert!(card.contains(latest), "{card}");
    bench.happens("alice", &home, Content::Redacted { message: "m6".to_owned() });
    let card = cards(&bench.done()).remove(0);
    assert!(!card.contains("https://a.example/5") && card.contains("https://a.example/2"), "{card}");
    let again = &said_in(&does(&mut bench, &home, "!link https://a.example/2 graph 2"), &home)[0];
    assert!(again.contains("already"), "{again}");
}

#[test]
fn one_that_runs_where_it_was_declared_ends_and_goes_on_there() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let open = bench.take(crate::bench::opens_room);
    bench.report(&open, sitrep_core::port::Outcome::Permanent("no more rooms".to_owned()));
    bench.settle();
    let done = does(&mut bench, "ops", "!resolve INC-1 rolled back. lost: nothing");
    assert_eq!(said_in(&done, "ops").len(), 1, "{done:?}");
    does(&mut bench, "ops", "!retro INC-1 decline small");
    bench.wait(Duration::days(30));
    assert!(bench.done().iter().all(|perform| !matches!(perform.action, Action::Archive { .. })));
    let done = does(&mut bench, "ops", "!reopen INC-1 again");
    assert_eq!(said_in(&done, "ops").len(), 1, "{done:?}");
    assert!(said_in(&done, "status")[0].contains("is open again"), "{done:?}");
}
