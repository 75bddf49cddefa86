//! Buttons, forms and commands picked from lists: whoever used one sees that an answer is awaited, and gets one.

use sitrep_core::{
    person::Person,
    port::{Action, Button, Content, Inbound, Perform},
};

use crate::bench::{Bench, platform, room, saying, words};

fn awaited(inbound: &mut Inbound) {
    inbound.awaits_answer = true;
}

fn pressed(message: &str, key: &str) -> Content {
    Content::Reacted { message: message.to_owned(), key: key.to_owned() }
}

/// An incident with a room; gives back the room's name, the card's id and the buttons on it.
fn declared(bench: &mut Bench) -> (String, String, Vec<Button>) {
    let name = bench.declares("!incident checkout is down");
    let put = bench.done().into_iter().find_map(|perform| {
        let Action::Buttons { message, buttons } = perform.action else { return None };
        Some((message.id, buttons))
    });
    let (card, buttons) = put.expect("buttons on the card");
    (name, card, buttons)
}

/// The answers to messages among what was done: what they say, to which, and whom alone they are shown to.
fn answers(done: &[Perform]) -> Vec<(String, String, Option<Person>)> {
    let answer = |perform: &Perform| {
        let Action::Say { answers: Some(asked), only_for, message, .. } = &perform.action else {
            return None;
        };
        Some((words(message), asked.id.clone(), only_for.clone()))
    };
    done.iter().filter_map(answer).collect()
}

#[test]
fn a_card_has_buttons_and_those_that_need_words_ask_for_them() {
    let mut bench = Bench::new();
    let (_, _, buttons) = declared(&mut bench);
    let shown: Vec<(&str, bool)> = buttons.iter().map(|button| (button.verb, !button.is_plain())).collect();
    assert_eq!(
        shown,
        [
            ("ack", false),
            ("update", true),
            ("lead", false),
            ("mitigate", false),
            ("resolve", true),
            ("sev", true)
        ]
    );
}

#[test]
fn a_press_is_answered_where_it_awaits_an_answer() {
    let mut bench = Bench::new();
    let (home, card, _) = declared(&mut bench);
    bench.happens_so("bob", &home, pressed(&card, "ack"), awaited);
    let done = bench.done();
    let answers = answers(&done);
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].0.starts_with("Thank you") && answers[0].2.is_some(), "{answers:?}");
    // The others have not seen it: they are told.
    let said: Vec<_> = done.iter().filter_map(saying).collect();
    assert!(said.iter().any(|(place, text)| *place == home && text.contains("bob has it")), "{said:?}");
}

#[test]
fn what_a_form_was_filled_with_is_carried_out() {
    let mut bench = Bench::new();
    let (home, card, _) = declared(&mut bench);
    let filled = |key: &str, text: &str| Content::Filled {
        message: card.clone(),
        key: key.to_owned(),
        text: text.to_owned(),
    };
    bench.happens_so("bob", &home, filled("update", "one in five payments fails"), awaited);
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    let told =
        said.iter().any(|(room, text)| room == "status" && text.contains("one in five payments fails"));
    assert!(told, "{said:?}");
    bench.happens_so("bob", &home, filled("resolve", "rolled back"), awaited);
    let done = bench.done();
    let said: Vec<_> = done.iter().filter_map(saying).collect();
    assert!(said.iter().any(|(room, text)| room == "status" && text.contains("resolved")), "{said:?}");
    let taken_away =
        |perform: &&Perform| matches!(&perform.action, Action::Buttons { buttons, .. } if buttons.is_empty());
    assert_eq!(done.iter().filter(taken_away).count(), 1);
}

#[test]
fn a_button_that_asks_does_nothing_without_words() {
    let mut bench = Bench::new();
    let (home, card, _) = declared(&mut bench);
    for key in ["🏁", "resolve"] {
        bench.happens("bob", &home, pressed(&card, key));
        assert_eq!(bench.done(), []);
    }
}

#[test]
fn whoever_waits_for_an_answer_gets_one_where_others_meet_silence() {
    let mut bench = Bench::listening();
    let cases: [(&str, Content, &str); 4] = [
        ("ops", Content::Said("!zzz 7".to_owned()), "can't do `!zzz` yet"),
        ("ops", pressed("m999", "ack"), "nothing left to press"),
        ("kitchen", Content::Said("!ack".to_owned()), "take commands in this room"),
        ("kitchen", Content::Said("!incident x".to_owned()), "take commands in this room"),
    ];
    for (place, content, expected) in cases {
        bench.happens("bob", place, content.clone());
        assert_eq!(bench.done(), [], "{content:?}");
        bench.happens_so("bob", place, content.clone(), awaited);
        let answers = answers(&bench.done());
        assert_eq!(answers.len(), 1, "{content:?}: {answers:?}");
        let (text, _, only_for) = &answers[0];
        assert!(text.contains(expected), "{text}");
        assert_eq!(only_for.as_ref(), Some(&Person::new(&platform(), "bob")));
    }
}

#[test]
fn a_stranger_who_waits_for_an_answer_is_told_each_time() {
    let mut policy = crate::bench::policy();
    policy.platforms.values_mut().for_each(|platform| {
        platform.allow.clear();
        platform.allow_groups = vec!["ops".to_owned()];
    });
    let mut bench = Bench::with(policy);
    for _ in 0..2 {
        bench.happens_so("mallory", "ops", Content::Said("!incidents".to_owned()), awaited);
        let answers = answers(&bench.done());
        assert!(answers.len() == 1 && answers[0].0.contains("not on my list"), "{answers:?}");
    }
    bench.happens_so("alice", "ops", Content::Said("!incidents".to_owned()), |inbound| {
        awaited(inbound);
        inbound.standing.groups = vec!["everyone".to_owned(), "ops".to_owned()];
    });
    let answers = answers(&bench.done());
    assert!(answers.len() == 1 && answers[0].0.contains("Nothing is open"), "{answers:?}");
}

#[test]
fn refusals_lists_and_help_are_nobody_else_s_concern() {
    let mut bench = Bench::listening();
    for text in ["!help", "!incidents", "!sev 9", "!udpate all good"] {
        bench.hear("ops", text);
        let answers = answers(&bench.done());
        assert_eq!(answers[0].2, Some(Person::new(&platform(), "alice")), "{text}");
    }
    let (home, ..) = declared(&mut bench);
    for text in ["!status", "!ack", "!sev 1"] {
        bench.hear(&home, text);
        assert_eq!(answers(&bench.done())[0].2, None, "{text}");
    }
}

#[test]
fn a_deleted_room_s_incident_goes_on_where_it_was_declared() {
    let mut bench = Bench::new();
    let (home, ..) = declared(&mut bench);
    bench.happens("sitrep", &home, Content::Gone);
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    let is_told = |(place, text): &&(String, String)| {
        place == "ops" && text.contains("was deleted, or is closed to me")
    };
    assert_eq!(said.iter().filter(is_told).count(), 1, "{said:?}");
    bench.hear("ops", "!status INC-1");
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    assert!(said.iter().all(|(place, _)| *place == room("ops").room) && !said.is_empty(), "{said:?}");
}

#[test]
fn a_private_incident_whose_room_was_deleted_is_told_to_those_who_lead_alone() {
    let mut bench = Bench::new();
    let name = bench.declares("!incident --private payroll leaked");
    bench.settle();
    bench.happens("sitrep", &name, Content::Gone);
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    assert!(
        matches!(said.as_slice(), [(place, text)] if place == "alice" && !text.contains("payroll")),
        "{said:?}"
    );
    bench.hear("alice", "!resolve INC-1 the file is gone");
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    assert!(said.iter().any(|(place, text)| place == "alice" && text.contains("resolved")), "{said:?}");
}

#[test]
fn a_configured_room_that_is_gone_is_told_in_the_home_room() {
    let mut bench = Bench::listening();
    bench.happens("sitrep", "support", Content::Gone);
    let said: Vec<_> = bench.done().iter().filter_map(saying).collect();
    assert!(
        matches!(said.as_slice(), [(place, text)] if place == "ops" && text.contains("support")),
        "{said:?}"
    );
}

#[test]
fn a_card_that_was_posted_anew_is_pinned_and_pressed_on() {
    let mut bench = Bench::new();
    let (home, card, _) = declared(&mut bench);
    bench.hear(&home, "!sev 1");
    let mut pins = Vec::new();
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            bench.commit();
            continue;
        }
        let perform = bench.performs.remove(0);
        if let Action::Pin { message } = &perform.action {
            pins.push(message.id.clone());
        }
        if matches!(&perform.action, Action::Edit { message, .. } if message.id == card) {
            bench.reposts(&perform, "anew");
        } else {
            bench.succeed(&perform);
        }
    }
    assert_eq!(pins, ["anew"]);
    bench.happens_so("bob", &home, pressed("anew", "ack"), awaited);
    assert!(answers(&bench.done())[0].0.starts_with("Thank you"));
}
