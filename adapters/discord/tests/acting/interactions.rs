//! Answers to what was typed as a slash command or pressed: in time, where they belong, and once.

use std::time::Duration;

use sitrep_core::{
    effect::Purpose,
    message::Message,
    person::Person,
    port::{Action, Content, Inbound, Outcome, Receipt},
    room::MessageRef,
};
use sitrep_fake_discord::{AnswerKind, Fault, Pending, Scope};

use crate::bench::{Bench, again, fresh, open, receipt, until};

const CALLBACK: (&str, &str) = ("POST", "/interactions/*/*/callback");
const ORIGINAL: &str = "/webhooks/*/*/messages/@original";

/// Somebody types `/status`, and it is heard.
pub(crate) fn asked(bench: &Bench) -> (Pending, MessageRef) {
    bench.listen();
    // Before the commands are registered it is refused, and before the gateway is there it is heard by nobody.
    let (pending, heard) = until("it is heard", || {
        let pending = bench.discord.person("alice").slash("ops", "status", &[]).ok()?;
        let id = format!("interaction:{}", pending.id());
        for _ in 0..50 {
            let heard = bench.heard.lock().unwrap().iter().find(|inbound| inbound.message.id == id).cloned();
            if let Some(heard) = heard {
                return Some((pending, heard));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    });
    let Inbound { message, content: Content::Said(line), .. } = heard else { panic!("{heard:?}") };
    assert_eq!(line.trim(), "!status");
    (pending, message)
}

fn answer(to: &MessageRef, only_for: Option<Person>, words: &str) -> Action {
    Action::Say {
        thread: None,
        room: to.room.clone(),
        answers: Some(to.clone()),
        only_for,
        purpose: Purpose::Answer,
        message: Message::text(words),
        attachment: None,
    }
}

fn said(bench: &Bench) -> Vec<String> {
    bench
        .discord
        .messages("ops")
        .iter()
        .filter(|it| it.only_for.is_none())
        .map(|it| it.content.clone())
        .collect()
}

fn deferred(pending: &Pending) {
    until("it is said that an answer will come", || {
        let answer = pending.answer()?;
        (answer.kind == AnswerKind::Deferred && answer.ephemeral).then_some(())
    });
}

#[test]
fn an_answer_for_all_is_the_first_answer() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    let done = bench.done(&answer(&asked, None, "All is well."));
    let given = pending.answer().unwrap();
    assert_eq!(
        (given.kind, given.ephemeral, given.content.as_str()),
        (AnswerKind::Message, false, "All is well.")
    );
    let Receipt::Message(message) = done else { panic!() };
    assert_eq!(Some(message.id), given.message.map(|id| id.to_string()));
    bench.is_clean();
}

#[test]
fn an_answer_for_one_person_is_seen_by_nobody_else() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    bench.done(&answer(&asked, Some(bench.person("alice")), "You may not."));
    let given = pending.answer().unwrap();
    assert!(given.ephemeral && given.content == "You may not.");
    let reads = |who: &str| {
        bench.discord.person(who).reads("ops").unwrap().iter().any(|it| it.content == "You may not.")
    };
    assert_eq!([reads("alice"), reads("bob")], [true, false]);
    assert_eq!(said(&bench), Vec::<String>::new());
    bench.is_clean();
}

#[test]
fn an_answer_whose_receipt_was_lost_is_not_said_again_after_the_timer() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    bench.discord.faults().lose_reply(CALLBACK.0, CALLBACK.1, 1);
    let (action, attempt) = (answer(&asked, None, "All is well."), fresh());
    assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)));
    let before = bench.asked("POST", "/callback");
    until("the timer has found it answered", || (bench.asked("POST", "/callback") > before).then_some(()));
    let Receipt::Message(message) = receipt(bench.attempt(&action, &again(&attempt))) else { panic!() };
    assert_eq!(Some(message.id), pending.answer().unwrap().message.map(|id| id.to_string()));
    assert_eq!(said(&bench), ["All is well."]);
}

#[test]
fn a_limit_of_everything_leaves_nobody_without_an_answer() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    let wait = Duration::from_secs(30);
    bench.discord.faults().limit("POST", "/channels/*/messages", 1, (Scope::Global, wait));
    assert!(matches!(bench.outcome(&crate::bench::say("hello")), Outcome::RetryAfter(_)));
    bench.done(&answer(&asked, None, "All is well."));
    assert_eq!(pending.answer().unwrap().content, "All is well.");
}

#[test]
fn a_limit_of_one_answer_holds_up_nothing_else() {
    let bench = open();
    let (_, asked) = asked(&bench);
    let wait = Duration::from_secs(30);
    bench.discord.faults().on(CALLBACK.0, CALLBACK.1, 2, Fault::Cloudflare(wait));
    let outcome = bench.outcome(&answer(&asked, None, "All is well."));
    assert!(matches!(outcome, Outcome::Partly { left: 1, .. }), "{outcome:?}");
    bench.done(&crate::bench::say("hello"));
}

#[test]
fn first_answers_that_were_lost_are_given_once() {
    for only_for_her in [false, true] {
        let bench = open();
        let (pending, asked) = asked(&bench);
        bench.discord.faults().lose_reply(CALLBACK.0, CALLBACK.1, 1);
        let only_for = only_for_her.then(|| bench.person("alice"));
        let done = bench.done_in_doubt(&answer(&asked, only_for, "All is well."));
        let given = pending.answer().unwrap();
        assert_eq!((given.content.as_str(), given.ephemeral), ("All is well.", only_for_her));
        let Receipt::Message(message) = done else { panic!() };
        let expected = if only_for_her { asked.id.clone() } else { given.message.unwrap().to_string() };
        assert_eq!(message.id, expected);
        assert_eq!(said(&bench).len(), usize::from(!only_for_her));
        bench.is_clean();
    }
}

#[test]
fn what_takes_longer_is_deferred_in_time_and_answered_later() {
    for only_for_her in [false, true] {
        let bench = open();
        let (pending, asked) = asked(&bench);
        deferred(&pending);
        assert!(!pending.failed());
        let only_for = only_for_her.then(|| bench.person("alice"));
        let lost = if only_for_her { ("PATCH", ORIGINAL) } else { ("POST", "/channels/*/messages") };
        bench.discord.faults().lose_reply(lost.0, lost.1, 1);
        bench.done_in_doubt(&answer(&asked, only_for, "All is well."));
        let given = pending.answer().unwrap();
        if only_for_her {
            assert!(given.ephemeral && given.content == "All is well.");
            assert_eq!(said(&bench), Vec::<String>::new());
        } else {
            assert!(given.removed, "nothing is left that says an answer will come");
            assert_eq!(said(&bench), ["All is well."]);
        }
        bench.is_clean();
    }
}

#[test]
fn the_next_process_answers_what_was_asked_before() {
    for is_deferred in [false, true] {
        let mut bench = open();
        let (pending, asked) = asked(&bench);
        if is_deferred {
            deferred(&pending);
        }
        bench.restart();
        bench.done(&answer(&asked, Some(bench.person("alice")), "You may not."));
        let given = pending.answer().unwrap();
        assert!(given.ephemeral && given.content == "You may not.", "{given:?}");
    }
}

#[test]
fn the_next_process_does_not_answer_again() {
    for only_for_her in [false, true] {
        let mut bench = open();
        let (pending, asked) = asked(&bench);
        let only_for = only_for_her.then(|| bench.person("alice"));
        let action = answer(&asked, only_for, "All is well.");
        let attempt = fresh();
        bench.discord.faults().lose_reply(CALLBACK.0, CALLBACK.1, 1);
        assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)));
        bench.restart();
        receipt(bench.attempt(&action, &attempt));
        receipt(bench.attempt(&action, &again(&attempt)));
        assert_eq!(pending.answer().unwrap().content, "All is well.");
        assert_eq!(said(&bench).len(), usize::from(!only_for_her));
        bench.is_clean();
    }
}

#[test]
fn after_a_quarter_of_an_hour_it_is_said_in_the_channel() {
    for only_for_her in [false, true] {
        let bench = open();
        let (pending, asked) = asked(&bench);
        deferred(&pending);
        bench.discord.clock().advance(Duration::from_secs(16 * 60));
        let alice = bench.person("alice");
        bench.done(&answer(&asked, only_for_her.then(|| alice.clone()), "All is well."));
        let expected = if only_for_her {
            format!("<@{}>: All is well.", alice.handle)
        } else {
            "All is well.".to_owned()
        };
        assert_eq!(said(&bench), [expected]);
        assert!(bench.discord.pings().is_empty());
        bench.is_clean();
    }
}

#[test]
fn what_is_for_one_person_never_becomes_public_while_it_can_be_shown_to_them() {
    let bench = open();
    let (_pending, asked) = asked(&bench);
    bench.done(&answer(&asked, None, "Nothing is lost."));
    // A second answer, for her alone, and one whose fate is unknown.
    bench.discord.faults().lose_reply("POST", "/webhooks/*/*", 1);
    bench.done(&answer(&asked, Some(bench.person("alice")), "You may not."));
    assert_eq!(said(&bench), ["Nothing is lost."]);
    let reads = bench.discord.person("alice").reads("ops").unwrap();
    assert_eq!(reads.iter().filter(|it| it.content == "You may not.").count(), 1);
    bench.is_clean();
}

#[test]
fn an_answer_to_one_person_can_be_changed() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    let done = bench.done(&answer(&asked, Some(bench.person("alice")), "one"));
    let Receipt::Message(message) = done else { panic!() };
    let edit = |words: &str| Action::Edit {
        message: message.clone(),
        purpose: Purpose::Answer,
        content: Message::text(words),
    };
    bench.done(&edit("two"));
    assert_eq!(pending.answer().unwrap().content, "two");
    bench.discord.clock().advance(Duration::from_secs(16 * 60));
    bench.done(&edit("three"));
    assert_eq!(said(&bench), Vec::<String>::new());
}

#[test]
fn whoever_waits_for_what_an_earlier_process_has_lost_is_told() {
    let mut bench = open();
    let (pending, _) = asked(&bench);
    deferred(&pending);
    bench.restart();
    bench.listen();
    for _ in 0..3_000 {
        if pending.answer().is_some_and(|answer| answer.kind == AnswerKind::Message) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let told = pending.answer().unwrap();
    assert!(told.ephemeral && told.content.ends_with("please say it again."), "{told:?}");
    bench.is_clean();
}
