//! What was said while sitrep was away.

use sitrep_core::{
    person::Person,
    port::{Action, Content, Inbound, Outcome, Receipt, RoomKind},
    room::PlatformName,
};

use crate::support::{Bot, assert_proper, discord};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_meanwhile_is_heard_as_it_is_now_and_in_order() {
    let discord = discord();
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    let mut bot = Bot::connect(&discord).await;
    alice.say("ops", "!incident heard").unwrap();
    alice.say_directly("!status").unwrap();
    bot.hear_words(2).await;
    let asleep = bot.stop();
    alice.say("ops", "!incident one").unwrap();
    bob.say("support", "!report two").unwrap();
    let mistyped = alice.say("ops", "!incidnt three").unwrap();
    let regretted = alice.say("ops", "!incident never").unwrap();
    alice.say_directly("!incident four").unwrap();
    alice.edit("ops", mistyped, "!incident three").unwrap();
    alice.delete("ops", regretted).unwrap();
    let mut bot = asleep.wake(&discord).await;
    let mut heard: Vec<Inbound> = Vec::new();
    while heard.len() < 4 {
        let inbound = bot.hear().await;
        // What was said a moment before the end may come again: core knows it.
        if !["!incident heard", "!status"].contains(&said(&inbound).as_str()) {
            heard.push(inbound);
        }
    }
    assert!(heard.iter().any(|inbound| inbound.kind == RoomKind::Direct && said(inbound).contains("four")));
    let in_rooms: Vec<String> =
        heard.iter().filter(|inbound| inbound.kind == RoomKind::Configured).map(said).collect();
    assert_eq!(in_rooms, ["!incident one", "!report two", "!incident three"]);
    let by_alice = heard.iter().filter(|inbound| inbound.person.handle == alice.id().to_string());
    for inbound in by_alice {
        assert!(inbound.standing.groups.contains(&"ops".to_owned()), "{inbound:?}");
    }
    assert_proper(&discord);
}

fn said(inbound: &Inbound) -> String {
    match &inbound.content {
        Content::Said(text) => text.clone(),
        other @ (Content::Edited { .. }
        | Content::Redacted { .. }
        | Content::Reacted { .. }
        | Content::Unreacted { .. }
        | Content::Joined
        | Content::Filled { .. }
        | Content::Unreadable
        | Content::Removed { .. }
        | Content::Gone
        | Content::Moved { .. }) => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_absence_is_made_up_for() {
    let discord = discord();
    let alice = discord.person("alice");
    let asleep = Bot::connect(&discord).await.stop();
    let said: Vec<String> = (0..250).map(|number| format!("!note {number}")).collect();
    for words in &said {
        alice.say("ops", words).unwrap();
    }
    let mut bot = asleep.wake(&discord).await;
    assert_eq!(bot.hear_words(250).await, said);
    alice.say("ops", "!note live").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note live"]);
    assert_proper(&discord);
}

/// The room was nobody's business while most of that was said.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_a_room_mattered_is_not_heard() {
    let discord = discord();
    let alice = discord.person("alice");
    discord.rename_channel("support", "talk");
    alice.say("talk", "!incident long ago").unwrap();
    let old = alice.say("talk", "!incident not so long ago").unwrap();
    let mut bot = Bot::connect(&discord).await;
    discord.rename_channel("talk", "support");
    alice.delete("support", old).unwrap();
    assert!(matches!(bot.hear().await.content, Content::Redacted { .. }));
    discord.faults().forget_sessions();
    discord.faults().reset();
    alice.say("support", "!incident meanwhile").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!incident meanwhile"]);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_where_nothing_was_said() {
    let discord = discord();
    let asleep = Bot::connect(&discord).await.stop();
    let before = discord.requests().len();
    let mut bot = asleep.wake(&discord).await;
    bot.batch().await;
    discord.person("alice").say("ops", "!status").unwrap();
    bot.hear().await;
    let requests = discord.requests();
    let read = requests[before..].iter().filter(|request| request.path.ends_with("/messages"));
    assert_eq!(read.count(), 0, "{:?}", &requests[before..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_was_removed_meanwhile_is_gone() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let room = discord.channel("status").unwrap().id.to_string();
    discord.person("alice").say("ops", "!status").unwrap();
    bot.hear().await;
    let asleep = bot.stop();
    discord.remove_channel("status");
    let mut bot = asleep.wake(&discord).await;
    loop {
        let heard = bot.hear().await;
        if heard.content == Content::Gone {
            assert_eq!(heard.message.room.room, room);
            return;
        }
    }
}

/// A room of sitrep's own is made, and it doesn't live to hear what is said there.
#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_our_own_is_heard_from_its_beginning() {
    let discord = discord();
    let alice = discord.person("alice");
    let mut bot = Bot::connect(&discord).await;
    let person = Person::new(&PlatformName::new("discord"), alice.id().to_string());
    let made = bot
        .perform(Action::OpenRoom {
            name: "2026-11-22-1053-it-is-down".to_owned(),
            topic: "INC-1".to_owned(),
            invited: vec![person],
            private: true,
            open_to: None,
        })
        .await;
    let Outcome::Done(Receipt::Room(room)) = made else { panic!("{made:?}") };
    let asleep = bot.stop();
    alice.say(&room.room, "!ack").unwrap();
    let mut bot = asleep.wake(&discord).await;
    let heard = bot.hear().await;
    assert_eq!((said(&heard).as_str(), &heard.message.room, heard.kind), ("!ack", &room, RoomKind::Own));
    alice.say(&room.room, "!update all good").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!update all good"]);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_are_heard_where_they_belong() {
    let discord = discord();
    let alice = discord.person("alice");
    let mut bot = Bot::connect(&discord).await;
    let root = alice.say("ops", "look at this").unwrap();
    bot.hear().await;
    let thread = alice.start_thread("ops", root, "this").unwrap().to_string();
    alice.say(&thread, "!incident live").unwrap();
    let heard = bot.hear().await;
    assert_eq!((heard.message.room.room.as_str(), heard.message.thread.as_ref()), ("ops", Some(&thread)));
    assert_eq!((said(&heard).as_str(), heard.kind), ("!incident live", RoomKind::Configured));
    let asleep = bot.stop();
    alice.say(&thread, "!incident later").unwrap();
    let other = alice.say("ops", "and at this").unwrap();
    let other = alice.start_thread("ops", other, "that").unwrap().to_string();
    alice.say(&other, "!incident elsewhere").unwrap();
    let mut bot = asleep.wake(&discord).await;
    let mut wanted = vec![("!incident later", thread), ("!incident elsewhere", other)];
    while !wanted.is_empty() {
        let heard = bot.hear().await;
        wanted.retain(|(words, thread)| {
            said(&heard) != *words || heard.message.thread.as_ref() != Some(thread)
        });
    }
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_written_to_is_heard_although_they_never_wrote() {
    let discord = discord();
    let alice = discord.person("alice");
    let mut bot = Bot::connect(&discord).await;
    let person = Person::new(&PlatformName::new("discord"), alice.id().to_string());
    let opened = bot.perform(Action::OpenDirect { person }).await;
    let Outcome::Done(Receipt::Room(room)) = opened else { panic!("{opened:?}") };
    let asleep = bot.stop();
    alice.say_directly("!incident secretly").unwrap();
    let mut bot = asleep.wake(&discord).await;
    let heard = bot.hear().await;
    assert_eq!((said(&heard).as_str(), &heard.message.room), ("!incident secretly", &room));
    assert_eq!(heard.kind, RoomKind::Direct);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_that_can_not_be_read_at_once_is_read_later() {
    let discord = discord();
    let alice = discord.person("alice");
    let asleep = Bot::connect(&discord).await.stop();
    alice.say("ops", "!note one").unwrap();
    discord.faults().cut_before("GET", "/channels/*/messages", 2);
    discord.faults().refuse("GET", "/channels/*/messages", 1, (500, 0));
    let mut bot = asleep.wake(&discord).await;
    discord.faults().refuse("GET", "/guilds/*/members/*", 1, (503, 0));
    // What is heard live waits for what was said before it.
    bot.batch().await;
    alice.say("ops", "!note two").unwrap();
    assert_eq!(bot.hear_words(2).await, ["!note one", "!note two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_can_not_be_read_holds_up_no_other() {
    let discord = discord();
    let alice = discord.person("alice");
    let asleep = Bot::connect(&discord).await.stop();
    alice.say("ops", "!note later").unwrap();
    alice.say("support", "!note soon").unwrap();
    let ops = discord.channel("ops").unwrap().id;
    discord.faults().refuse("GET", &format!("/channels/{ops}/messages"), 5, (500, 0));
    let mut bot = asleep.wake(&discord).await;
    assert_eq!(bot.hear_words(1).await, ["!note soon"]);
    assert!(discord.faults().left() > 0, "the other one can't be read yet");
    discord.faults().mend();
    assert_eq!(bot.hear_words(1).await, ["!note later"]);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_was_closed_to_us_meanwhile_is_gone() {
    const VIEW_CHANNEL: u64 = 1 << 10;
    let discord = discord();
    let asleep = Bot::connect(&discord).await.stop();
    discord.overwrite("support", "@everyone", 0, VIEW_CHANNEL);
    let mut bot = asleep.wake(&discord).await;
    let gone = bot.hear().await;
    assert_eq!((gone.content, gone.message.room.room.as_str()), (Content::Gone, "support"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_no_more_is_asked_about_once() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let status = discord.channel("status").unwrap().id;
    discord.person("alice").say("ops", "!status").unwrap();
    bot.hear().await;
    let asleep = bot.stop();
    discord.remove_channel("status");
    let mut bot = asleep.wake(&discord).await;
    while bot.hear().await.content != Content::Gone {}
    // Core has it.
    discord.person("alice").say("ops", "!status").unwrap();
    bot.hear().await;
    let asleep = bot.stop();
    let before = discord.requests().len();
    let mut bot = asleep.wake(&discord).await;
    discord.person("alice").say("ops", "!status again").unwrap();
    while bot.hear_words(1).await != ["!status again"] {}
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let asked = discord.requests().split_off(before);
    assert!(!asked.iter().any(|request| request.path.ends_with(&format!("/channels/{status}"))), "{asked:?}");
}
