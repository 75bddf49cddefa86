//! Messages: once, where they belong, and notifying nobody by accident.

use sitrep_core::{
    effect::Purpose,
    message::{Message, mention, named, text},
    port::{Action, Outcome},
    room::MessageRef,
};
use sitrep_fake_discord::Fault;

use crate::bench::{again, fresh, message, old, open, receipt, room, say, say_in};

#[test]
fn a_message_whose_answer_was_lost_is_said_once() {
    let bench = open();
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let said = message(&bench.done_in_doubt(&say("hello")));
    let messages = bench.discord.messages("ops");
    assert_eq!(messages.iter().map(|it| it.id.to_string()).collect::<Vec<_>>(), [said.id]);
    bench.is_clean();
}

#[test]
fn a_message_that_never_arrived_is_said_by_the_next_attempt() {
    let bench = open();
    bench.discord.faults().cut_before("POST", "/channels/*/messages", 1);
    bench.done_in_doubt(&say("hello"));
    assert_eq!(bench.discord.messages("ops").len(), 1);
}

#[test]
fn a_message_is_found_in_history_when_its_nonce_is_forgotten() {
    let mut bench = open();
    bench.done(&say("hello"));
    let attempt = old(5);
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let said = bench.attempt(&say("it is down"), &attempt);
    assert!(matches!(said, Outcome::InDoubt(_)), "{said:?}");
    bench.discord.clock().advance(std::time::Duration::from_secs(600));
    bench.restart();
    receipt(bench.attempt(&say("it is down"), &attempt));
    receipt(bench.attempt(&say("it is down"), &again(&attempt)));
    let said: Vec<_> = bench.discord.messages("ops").iter().map(|it| it.content.clone()).collect();
    assert_eq!(said, ["hello", "it is down"]);
    // The same words under another key are another message.
    receipt(bench.attempt(&say("it is down"), &old(5)));
    assert_eq!(bench.discord.messages("ops").len(), 3);
    bench.is_clean();
}

#[test]
fn an_answer_stands_below_what_it_answers_even_if_that_is_gone() {
    let bench = open();
    let alice = bench.discord.person("alice");
    for is_gone in [false, true] {
        let asked = alice.say("ops", "!status").unwrap();
        if is_gone {
            alice.delete("ops", asked).unwrap();
        }
        let answers = Some(MessageRef { room: room("ops"), id: asked.to_string(), thread: None });
        let answer = Message::text("All is well.");
        let action = Action::Say {
            thread: None,
            room: room("ops"),
            answers,
            only_for: Some(bench.person("alice")),
            purpose: Purpose::Answer,
            message: answer,
            attachment: None,
        };
        let said = message(&bench.done(&action));
        let messages = bench.discord.messages("ops");
        let found = messages.iter().find(|it| it.id.to_string() == said.id).unwrap();
        assert_eq!(found.reply_to, Some(asked).filter(|_| !is_gone));
        assert_eq!(found.mentions, Vec::<String>::new(), "an answer notifies nobody");
    }
    bench.is_clean();
}

#[test]
fn an_answer_to_a_message_in_a_thread_is_in_the_thread() {
    let bench = open();
    let alice = bench.discord.person("alice");
    let begun = alice.say("ops", "let us talk").unwrap();
    let thread = alice.start_thread("ops", begun, "talk").unwrap();
    let asked = alice.say("talk", "!status").unwrap();
    let answered = MessageRef { room: room("ops"), id: asked.to_string(), thread: Some(thread.to_string()) };
    let action = Action::Say {
        thread: None,
        room: room("ops"),
        answers: Some(answered),
        only_for: None,
        purpose: Purpose::Answer,
        message: Message::text("All is well."),
        attachment: None,
    };
    let said = message(&bench.done(&action));
    assert_eq!(said.thread, Some(thread.to_string()));
    let last = bench.discord.messages("talk").pop().unwrap();
    assert_eq!((last.id.to_string(), last.reply_to), (said.id, Some(asked)));
    bench.is_clean();
}

#[test]
fn only_those_are_notified_whom_core_names() {
    let bench = open();
    let (alice, bob) = (bench.person("alice"), bench.person("bob"));
    let role = "<@&1> @everyone @here";
    let words = format!("{role} <@{}> ", bob.handle);
    let message = Message::line([text(words), mention(&alice), named(&bob)]);
    bench.done(&say_in("ops", message));
    let said = bench.discord.messages("ops").pop().unwrap();
    assert_eq!(said.mentions, ["alice"]);
    assert!(said.content.contains("\\@everyone") && said.content.contains("\\<@"), "{}", said.content);
    let notified: Vec<_> = bench.discord.pings().into_iter().map(|ping| ping.person).collect();
    assert_eq!(notified, ["alice"]);
    bench.is_clean();
}

#[test]
fn a_long_message_stays_one() {
    let bench = open();
    let long = (0..120).fold(Message::default(), |message, number| {
        message.bullet([text(format!("{number}: {}", "word ".repeat(12)))])
    });
    bench.discord.faults().on("POST", "/channels/*/messages", 1, Fault::LoseReply);
    bench.done_in_doubt(&say_in("ops", long));
    let messages = bench.discord.messages("ops");
    assert_eq!(messages.len(), 1);
    assert!(messages[0].content.starts_with("- 0: ") && messages[0].text().contains("- 90: "));
    assert!(messages[0].text().contains("shortened: "), "{}", messages[0].text());
    bench.is_clean();
}

#[test]
fn an_edit_changes_what_a_message_says_and_notifies_nobody() {
    let bench = open();
    let said = message(&bench.done(&say("one")));
    let alice = bench.person("alice");
    let content = Message::line([mention(&alice), text(" two")]);
    let edit = Action::Edit { message: said, purpose: Purpose::Notice, content };
    bench.discord.faults().lose_reply("PATCH", "/channels/*/messages/*", 1);
    let attempt = fresh();
    assert!(matches!(bench.attempt(&edit, &attempt), Outcome::Transient(_)));
    receipt(bench.attempt(&edit, &again(&attempt)));
    let now = bench.discord.messages("ops").pop().unwrap();
    assert!(now.edited && now.content.ends_with(" two"), "{}", now.content);
    assert!(bench.discord.pings().is_empty());
    bench.is_clean();
}

#[test]
fn a_message_that_the_gateway_has_brought_is_not_looked_for() {
    let bench = open();
    bench.listen();
    bench.hears(|| bench.discord.person("alice").say("ops", "hello").unwrap());
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let attempt = old(10);
    assert!(matches!(bench.attempt(&say("it is down"), &attempt), Outcome::InDoubt(_)));
    bench.hears(|| bench.discord.person("alice").say("ops", "what now").unwrap());
    bench.discord.clock().advance(std::time::Duration::from_secs(600));
    let read = bench.asked("GET", "/messages");
    receipt(bench.attempt(&say("it is down"), &again(&attempt)));
    assert_eq!(bench.asked("GET", "/messages"), read);
    let said = bench.discord.messages("ops").into_iter().filter(|it| it.content == "it is down");
    assert_eq!(said.count(), 1);
}
