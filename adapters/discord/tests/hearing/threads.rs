//! What is said and done in a thread that we began under a message of ours: it belongs to the room, and to that thread.

use sitrep_core::{
    effect::Purpose,
    message::Message,
    person::Person,
    port::{Action, Content, Inbound, Outcome, Receipt, RoomKind, Said},
    room::{MessageRef, PlatformName, RoomRef},
};
use sitrep_fake_discord::{AnswerKind, Discord, Person as Somebody};

use crate::support::{Bot, assert_proper, discord, eventually};

const SIREN: &str = "\u{1f6a8}";

async fn say(bot: &mut Bot, thread: &MessageRef, answers: Option<&MessageRef>, words: &str) -> MessageRef {
    let action = Action::Say {
        thread: Some(thread.clone()),
        room: thread.room.clone(),
        answers: answers.cloned(),
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text(words),
        attachment: None,
    };
    let said = bot.perform(action).await;
    let Outcome::Done(Receipt::Message(message)) = said else { panic!("{said:?}") };
    message
}

/// The line of a report in the support room, and its thread.
async fn report(bot: &mut Bot) -> (MessageRef, String) {
    let line = bot.say("support", "REP-1 checkout is down").await;
    let said = say(bot, &line, None, "Nobody has it yet.").await;
    let thread = said.thread.unwrap();
    (line, thread)
}

fn is_in(heard: &Inbound, thread: &str) -> bool {
    heard.message.room.room == "support"
        && heard.message.thread.as_deref() == Some(thread)
        && heard.kind == RoomKind::Configured
}

/// The next thing that is heard of which nothing was heard before the restart.
async fn words(bot: &mut Bot, words: &str) -> Inbound {
    loop {
        let heard = bot.hear().await;
        if heard.content == Content::Said(words.to_owned()) {
            return heard;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_there_is_said_in_the_room_also_after_a_restart() {
    let discord = discord();
    let alice = discord.person("alice");
    let mut bot = Bot::connect(&discord).await;
    let (_, thread) = report(&mut bot).await;
    alice.say_in_thread(thread.parse().unwrap(), "!ack").unwrap();
    assert!(is_in(&bot.hear().await, &thread));
    let (_, silent) = report(&mut bot).await;
    let asleep = bot.stop();
    // One in which nobody had spoken, one that has slept meanwhile.
    alice.say(&silent, "!decline it works").unwrap();
    discord.archive_thread(&thread, false);
    alice.say(&thread, "!incident").unwrap();
    let mut bot = asleep.wake(&discord).await;
    let mut wanted = vec![("!incident", &thread), ("!decline it works", &silent)];
    while !wanted.is_empty() {
        // What was said a moment before the end may come again.
        let heard = bot.hear().await;
        let is_it = |words: &str| heard.content == Content::Said(words.to_owned());
        wanted.retain(|(words, thread)| !(is_it(words) && is_in(&heard, thread)));
    }
    discord.archive_thread(&thread, false);
    alice.say(&thread, "!attach INC-7").unwrap();
    assert!(is_in(&words(&mut bot, "!attach INC-7").await, &thread));
    // What is kept on disk may be lost.
    let asleep = bot.stop();
    asleep.forget();
    alice.say(&thread, "!decline it works").unwrap();
    let mut bot = asleep.wake(&discord).await;
    let heard = loop {
        let heard = words(&mut bot, "!decline it works").await;
        if heard.message.thread.as_ref() != Some(&silent) {
            break heard;
        }
    };
    assert!(is_in(&heard, &thread), "{heard:?}");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_buttons_there_say_which_thread_it_is_and_are_answered_in_it() {
    let discord = discord();
    let alice = discord.person("alice");
    let mut bot = Bot::connect(&discord).await;
    eventually("Discord is told of the commands", || !discord.commands().is_empty()).await;
    let (line, thread) = report(&mut bot).await;
    let pending = alice.slash(&thread, "status", &[]).unwrap();
    let heard = bot.hear().await;
    assert!(is_in(&heard, &thread) && heard.awaits_answer, "{heard:?}");
    let answer = say(&mut bot, &line, Some(&heard.message), "You have it.").await;
    assert_eq!(answer.thread.as_ref(), Some(&thread));
    let given = pending.answer().unwrap();
    let is_in_time =
        given.kind == AnswerKind::Message && given.message.map(|id| id.to_string()) == Some(answer.id);
    let said = discord.messages(&thread).pop().unwrap();
    assert!(is_in_time || given.kind == AnswerKind::Deferred, "{given:?}");
    assert_eq!(said.content, "You have it.");
    let asked = say(&mut bot, &line, None, "What shall become of it?").await;
    bot.put_buttons(&asked).await;
    let id = asked.id.parse().unwrap();
    alice.press(&thread, id, "ack").unwrap();
    let heard = bot.hear().await;
    assert!(is_in(&heard, &thread), "{heard:?}");
    assert_eq!(heard.content, Content::Reacted { message: asked.id.clone(), key: "ack".to_owned() });
    let shown = alice.press(&thread, id, "update").unwrap();
    eventually("the form is shown", || shown.answer().is_some()).await;
    alice.fill(&shown, &[("text", "it works")]).unwrap();
    assert!(is_in(&bot.hear().await, &thread));
    assert_proper(&discord);
}

/// The room, thread, kind and message of a sign that was put on somebody's words, and those words.
async fn marked(bot: &mut Bot, who: &Somebody, place: &str, message: u64) -> (Inbound, Said) {
    who.react(place, message, SIREN).unwrap();
    loop {
        let heard = bot.hear().await;
        let Content::Reacted { message: on, key } = &heard.content else { continue };
        assert_eq!((on.as_str(), key.as_str()), (message.to_string().as_str(), SIREN));
        let MessageRef { room, thread, .. } = heard.message.clone();
        let message = MessageRef { room, id: on.clone(), thread };
        let read = bot.perform(Action::Read { message }).await;
        let Outcome::Done(Receipt::Said(said)) = read else { panic!("{read:?}") };
        return (heard, said);
    }
}

async fn room_of(bot: &mut Bot, action: Action) -> RoomRef {
    let done = bot.perform(action).await;
    let Outcome::Done(Receipt::Room(room)) = done else { panic!("{done:?}") };
    room
}

fn person(discord: &Discord, name: &str) -> Person {
    Person::new(&PlatformName::new("discord"), discord.person(name).id().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn anybodys_words_can_be_marked_wherever_they_are_heard() {
    let discord = discord();
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    let mut bot = Bot::connect(&discord).await;
    let (_, thread) = report(&mut bot).await;
    let incident = Action::OpenRoom {
        name: "2026-11-22-1053-it-is-down".to_owned(),
        topic: "INC-1".to_owned(),
        invited: vec![person(&discord, "alice"), person(&discord, "bob")],
        private: true,
        open_to: None,
    };
    let incident = room_of(&mut bot, incident).await;
    let to_bob = Action::OpenDirect { person: person(&discord, "bob") };
    let direct = room_of(&mut bot, to_bob).await;
    let support = discord.channel("support").unwrap().id.to_string();
    let places = [
        ("ops", "ops", None, RoomKind::Configured),
        (support.as_str(), "support", None, RoomKind::Configured),
        (thread.as_str(), "support", Some(thread.as_str()), RoomKind::Configured),
        (incident.room.as_str(), incident.room.as_str(), None, RoomKind::Own),
    ];
    for (place, room, in_thread, kind) in places {
        let said = bob.say(place, "customers can't pay").unwrap();
        let (heard, read) = marked(&mut bot, &alice, place, said).await;
        assert_eq!((heard.message.room.room.as_str(), heard.message.thread.as_deref()), (room, in_thread));
        assert_eq!((heard.kind, heard.person.handle), (kind, alice.id().to_string()), "{place}");
        assert_eq!((read.text.as_str(), read.author), ("customers can't pay", person(&discord, "bob")));
    }
    let said = bob.say_directly("customers can't pay").unwrap();
    let (heard, read) = marked(&mut bot, &bob, &direct.room, said).await;
    assert_eq!((&heard.message.room, heard.kind), (&direct, RoomKind::Direct));
    assert_eq!((read.text.as_str(), read.author), ("customers can't pay", person(&discord, "bob")));
    assert_proper(&discord);
}
