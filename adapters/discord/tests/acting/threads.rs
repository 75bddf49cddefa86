//! What belongs into the thread of a message: begun once, gone on with, and never lost.

use std::time::Duration;

use sitrep_core::{
    effect::Purpose,
    message::{Message, text},
    port::{Action, Attachment, Outcome, Receipt},
    room::MessageRef,
};
use sitrep_fake_discord::{AnswerKind, ChannelKind, permission};

use crate::{
    bench::{Bench, again, fresh, message, old, open, receipt, room, say, say_in, until},
    interactions::asked,
};

const THREADS: &str = "/channels/*/messages/*/threads";

/// Says it in the thread of a message.
fn in_thread(root: &MessageRef, words: &str) -> Action {
    Action::Say {
        thread: Some(root.clone()),
        room: root.room.clone(),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text(words),
        attachment: None,
    }
}

fn answering(root: &MessageRef, to: &MessageRef, words: &str) -> Action {
    let Action::Say { thread, room, only_for, purpose, message, attachment, .. } = in_thread(root, words)
    else {
        unreachable!()
    };
    Action::Say { thread, room, answers: Some(to.clone()), only_for, purpose, message, attachment }
}

/// A line of ours, such as that of a report.
fn line(bench: &Bench) -> MessageRef {
    message(&bench.done(&say("REP-1: checkout is down, says @everyone\nSay ack")))
}

fn words(bench: &Bench, channel: &str) -> Vec<String> {
    bench.discord.messages(channel).into_iter().map(|it| it.content).collect()
}

fn threads(bench: &Bench) -> usize {
    bench.discord.channels().iter().filter(|it| it.kind == ChannelKind::PublicThread).count()
}

#[test]
fn a_thread_is_begun_with_the_first_words_and_gone_on_with() {
    let mut bench = open();
    let root = line(&bench);
    let said = message(&bench.done(&in_thread(&root, "Nobody has it yet.")));
    assert_eq!((said.room, said.thread.as_ref()), (room("ops"), Some(&root.id)));
    let thread = bench.discord.channel(&root.id).unwrap();
    assert_eq!(thread.name, "REP-1: checkout is down, says \u{FF20}everyone");
    assert_eq!((thread.kind, thread.parent.as_deref()), (ChannelKind::PublicThread, Some("ops")));
    bench.done(&in_thread(&root, "alice has it."));
    // What stands in the thread has no thread of its own.
    let within = MessageRef { thread: Some(root.id.clone()), ..message(&bench.done(&say("elsewhere"))) };
    bench.done(&in_thread(&within, "It goes on."));
    bench.restart();
    bench.done(&in_thread(&root, "It is over."));
    let expected = ["Nobody has it yet.", "alice has it.", "It goes on.", "It is over."];
    assert_eq!(words(&bench, &root.id), expected);
    assert_eq!((threads(&bench), bench.asked("POST", "/threads")), (1, 1));
    let bob = bench.discord.person("bob");
    assert_eq!(bob.thread(root.id.parse().unwrap()).len(), expected.len(), "whoever reads the room reads it");
    assert!(bob.thread(1).is_empty());
    bench.is_clean();
}

#[test]
fn whatever_answer_is_lost_there_is_one_thread_and_one_message() {
    for lost in [THREADS, "/channels/*/messages"] {
        let mut bench = open();
        let root = line(&bench);
        bench.discord.faults().lose_reply("POST", lost, 1);
        let (action, attempt) = (in_thread(&root, "Nobody has it yet."), fresh());
        assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)), "{lost}");
        // The process dies between beginning the thread and saying something in it.
        bench.restart();
        let said = message(&receipt(bench.attempt(&action, &again(&attempt))));
        assert_eq!(said.thread, Some(root.id.clone()));
        assert_eq!((threads(&bench), words(&bench, &root.id)), (1, vec!["Nobody has it yet.".to_owned()]));
        bench.is_clean();
    }
}

#[test]
fn what_was_said_long_ago_is_found_in_the_thread_and_beside_it() {
    let mut bench = open();
    for is_allowed in [true, false] {
        let root = line(&bench);
        if !is_allowed {
            bench.discord.revoke(permission::CREATE_PUBLIC_THREADS);
        }
        let (action, attempt) = (in_thread(&root, "Nobody has it yet."), old(5));
        let first = message(&receipt(bench.attempt(&action, &attempt)));
        bench.discord.clock().advance(Duration::from_secs(600));
        bench.restart();
        // It could be begun by now: it is not said twice for that.
        bench.discord.restore(permission::CREATE_PUBLIC_THREADS);
        assert_eq!(message(&receipt(bench.attempt(&action, &again(&attempt)))), first);
        assert_eq!(first.thread.is_some(), is_allowed);
    }
    let all: Vec<_> =
        bench.discord.channels().iter().flat_map(|it| words(&bench, &it.id.to_string())).collect();
    assert_eq!(all.iter().filter(|it| it.as_str() == "Nobody has it yet.").count(), 2, "{all:?}");
    bench.is_clean();
}

#[test]
fn one_that_was_begun_by_somebody_else_is_used() {
    let bench = open();
    let root = line(&bench);
    bench.discord.person("alice").start_thread("ops", root.id.parse().unwrap(), "talk").unwrap();
    let said = message(&bench.done(&in_thread(&root, "Nobody has it yet.")));
    assert_eq!((said.thread, words(&bench, "talk")), (Some(root.id), vec!["Nobody has it yet.".to_owned()]));
    bench.is_clean();
}

#[test]
fn one_that_sleeps_is_woken_and_what_is_in_it_can_be_changed() {
    let bench = open();
    let root = line(&bench);
    let said = message(&bench.done(&in_thread(&root, "one")));
    bench.discord.archive_thread(&root.id, false);
    bench.done(&in_thread(&root, "two"));
    assert!(!bench.discord.channel(&root.id).unwrap().archived);
    bench.discord.archive_thread(&root.id, false);
    let content = Message::text("one, changed");
    bench.done(&Action::Edit { message: said, purpose: Purpose::Notice, content });
    assert_eq!(words(&bench, &root.id), ["one, changed", "two"]);
    bench.is_clean();
}

#[test]
fn what_can_not_be_said_in_the_thread_is_said_in_the_channel() {
    type Change = fn(&Bench, &MessageRef);
    let cases: [(&str, Change); 5] = [
        ("no right to begin one", |bench, _| bench.discord.revoke(permission::CREATE_PUBLIC_THREADS)),
        ("no right to speak in it", |bench, _| bench.discord.revoke(permission::SEND_MESSAGES_IN_THREADS)),
        ("locked and asleep", |bench, root| {
            bench.done(&in_thread(root, "one"));
            bench.discord.revoke(permission::MANAGE_THREADS);
            bench.discord.archive_thread(&root.id, true);
        }),
        ("deleted", |bench, root| {
            bench.done(&in_thread(root, "one"));
            bench.discord.remove_channel(&root.id);
        }),
        ("deleted while we were away", |bench, root| {
            bench.discord.person("alice").start_thread("ops", root.id.parse().unwrap(), "talk").unwrap();
            bench.discord.remove_channel(&root.id);
        }),
    ];
    for (what, change) in cases {
        let bench = open();
        let root = line(&bench);
        change(&bench, &root);
        let attempt = fresh();
        let action = in_thread(&root, "Nobody has it yet.");
        let said = message(&receipt(bench.attempt(&action, &attempt)));
        assert_eq!(said.thread, None, "{what}");
        assert_eq!(
            receipt(bench.attempt(&action, &again(&attempt))),
            Receipt::Message(said.clone()),
            "{what}"
        );
        let messages = bench.discord.messages("ops");
        let [_, found] = &messages[..] else { panic!("{what}: {messages:?}") };
        assert_eq!((found.id.to_string(), found.reply_to.map(|id| id.to_string())), (said.id, Some(root.id)));
        bench.is_clean();
    }
}

#[test]
fn without_its_message_there_is_no_thread_and_it_is_said_all_the_same() {
    let bench = open();
    let root = line(&bench);
    bench.remove_message("ops", &root.id);
    let said = message(&bench.done(&in_thread(&root, "Nobody has it yet.")));
    assert_eq!((said.thread, words(&bench, "ops")), (None, vec!["Nobody has it yet.".to_owned()]));
    bench.is_clean();
}

#[test]
fn an_answer_in_the_thread_stands_below_what_it_answers() {
    let bench = open();
    let root = line(&bench);
    bench.done(&in_thread(&root, "Nobody has it yet."));
    let asked = bench.discord.person("alice").say(&root.id, "!ack").unwrap();
    let to = MessageRef { room: room("ops"), id: asked.to_string(), thread: Some(root.id.clone()) };
    bench.done(&answering(&root, &to, "You have it."));
    let last = bench.discord.messages(&root.id).pop().unwrap();
    assert_eq!((last.content.as_str(), last.reply_to), ("You have it.", Some(asked)));
    // What was said in the channel is answered in the thread, without being tied to it.
    let asked = bench.discord.person("alice").say("ops", "!decline").unwrap();
    let to = MessageRef { room: room("ops"), id: asked.to_string(), thread: None };
    let said = message(&bench.done(&answering(&root, &to, "Why?")));
    let last = bench.discord.messages(&root.id).pop().unwrap();
    assert_eq!((said.thread, last.content.as_str(), last.reply_to), (Some(root.id), "Why?", None));
    bench.is_clean();
}

#[test]
fn who_types_in_the_channel_is_answered_in_the_thread_and_left_waiting_by_nobody() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    let root = line(&bench);
    let attempt = fresh();
    let action = answering(&root, &asked, "You have it.");
    let said = message(&receipt(bench.attempt(&action, &attempt)));
    assert_eq!(said.thread, Some(root.id.clone()));
    assert_eq!(words(&bench, &root.id), ["You have it."]);
    until("nothing stands in the answer's place", || {
        let kind = pending.answer().map(|answer| answer.kind);
        (kind.is_none() || kind == Some(AnswerKind::Deferred)).then_some(())
    });
    assert_eq!(bench.asked("DELETE", "@original"), 1);
    assert_eq!(receipt(bench.attempt(&action, &again(&attempt))), Receipt::Message(said));
    let only = Action::Say {
        thread: Some(root.clone()),
        room: room("ops"),
        answers: Some(asked),
        only_for: Some(bench.person("alice")),
        purpose: Purpose::Answer,
        message: Message::text("For you."),
        attachment: None,
    };
    bench.done(&only);
    let reads = |who: &str| {
        let read = bench.discord.person(who).reads("ops").unwrap();
        read.iter().any(|it| it.content == "For you.")
    };
    assert_eq!([reads("alice"), reads("bob")], [true, false]);
    assert_eq!(words(&bench, &root.id), ["You have it."]);
    bench.is_clean();
}

#[test]
fn a_file_goes_into_the_thread() {
    let bench = open();
    let root = line(&bench);
    let attachment = Attachment::File {
        name: "timeline.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        content: "# REP-1".to_owned(),
    };
    let Action::Say { thread, room, answers, only_for, purpose, message, .. } =
        in_thread(&root, "Here it is.")
    else {
        unreachable!()
    };
    let attachment = Some(Box::new(attachment));
    bench.done(&Action::Say { thread, room, answers, only_for, purpose, message, attachment });
    let said = bench.discord.messages(&root.id).pop().unwrap();
    assert_eq!((said.content.as_str(), said.attachments[0].name.as_str()), ("Here it is.", "timeline.md"));
    bench.is_clean();
}

#[test]
fn a_thread_of_another_room_is_no_place_for_it() {
    let bench = open();
    let root = line(&bench);
    let Action::Say { message, .. } = say_in("status", Message::line([text("It is down.")])) else {
        unreachable!()
    };
    let action = Action::Say {
        thread: Some(root.clone()),
        room: room("status"),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message,
        attachment: None,
    };
    bench.done(&action);
    assert_eq!((words(&bench, "status"), threads(&bench)), (vec!["It is down.".to_owned()], 0));
    bench.is_clean();
}
