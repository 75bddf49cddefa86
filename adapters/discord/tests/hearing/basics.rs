//! What people do, as core hears it.

use sitrep_core::{
    person::Person,
    port::{Action, Content, Outcome, Platform, Receipt, RoomKind},
    room::PlatformName,
};

use crate::support::{Bot, assert_proper, discord};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_batch_says_where_every_room_ends_that_was_never_heard() {
    let discord = discord();
    discord.person("alice").say("ops", "!incident before sitrep was there").unwrap();
    let bot = Bot::connect(&discord).await;
    for room in ["ops", "support", "status"] {
        let id = discord.channel(room).unwrap().id.to_string();
        assert!(bot.after.contains_key(&id), "{room}: {:?}", bot.after);
    }
    let random = discord.channel("random").unwrap().id.to_string();
    assert!(!bot.after.contains_key(&random), "it is nobody's business");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_is_heard_with_who_they_are() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    discord.set_nick("alice", "Al");
    let said = alice.say("ops", &format!("!lead <@{}>", bob.id())).unwrap();
    let heard = bot.hear().await;
    assert_eq!(heard.message.id, said.to_string());
    assert_eq!(heard.content, Content::Said(format!("!lead @{}", bob.id())));
    assert_eq!((heard.message.room.room.as_str(), heard.kind), ("ops", RoomKind::Configured));
    assert_eq!(heard.person.handle, alice.id().to_string());
    assert_eq!(heard.standing.called.as_deref(), Some("Al"));
    let role = discord.role_id("ops").unwrap().to_string();
    for group in ["@everyone", "ops", &role] {
        assert!(heard.standing.groups.iter().any(|known| known == group), "{group}: {:?}", heard.standing);
    }
    bob.say("ops", &format!("<@{}> ack", discord.bot_id())).unwrap();
    let heard = bot.hear().await;
    assert_eq!(heard.content, Content::Said("!ack".to_owned()));
    assert!(!heard.standing.groups.contains(&"ops".to_owned()));
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_elsewhere_and_our_own_words_are_not_heard() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.person("alice").say("random", "!incident in the wrong room").unwrap();
    bot.say("ops", "!incident said by ourselves").await;
    discord.person("alice").say("support", "!incident in the right one").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!incident in the right one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_are_heard() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let alice = discord.person("alice");
    let said = alice.say("ops", "!incidnt it is down").unwrap();
    bot.hear().await;
    alice.edit("ops", said, "!incident it is down").unwrap();
    let edited = bot.hear().await;
    let (message, text) = (said.to_string(), "!incident it is down".to_owned());
    assert_eq!(edited.content, Content::Edited { message: message.clone(), text });
    assert_eq!(edited.person.handle, alice.id().to_string());
    alice.delete("ops", said).unwrap();
    assert_eq!(bot.hear().await.content, Content::Redacted { message });
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_direct_message_the_server_is_asked_who_it_is() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.person("alice").say_directly("!incident secretly").unwrap();
    let heard = bot.hear().await;
    assert_eq!(
        (&heard.content, heard.kind),
        (&Content::Said("!incident secretly".to_owned()), RoomKind::Direct)
    );
    assert!(heard.standing.groups.contains(&"ops".to_owned()), "{:?}", heard.standing);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_comes_again_until_it_is_accepted() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.person("alice").say("ops", "!incident one").unwrap();
    let first = bot.unaccepted().await;
    discord.person("alice").say("ops", "!incident two").unwrap();
    assert_eq!(bot.unaccepted().await, first);
    // Whoever listens may be dropped at any moment.
    drop(tokio::time::timeout(std::time::Duration::ZERO, bot.platform.listen(&bot.after)).await);
    assert_eq!(bot.unaccepted().await, first);
    bot.accept(&first);
    assert_eq!(bot.hear_words(1).await, ["!incident two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_removed_or_closed_to_us_is_gone() {
    const VIEW_CHANNEL: u64 = 1 << 10;
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.overwrite("support", "@everyone", 0, VIEW_CHANNEL);
    let gone = bot.hear().await;
    assert_eq!((gone.content, gone.message.room.room.as_str()), (Content::Gone, "support"));
    discord.remove_channel("ops");
    let gone = bot.hear().await;
    assert_eq!((gone.content, gone.message.room.room.as_str()), (Content::Gone, "ops"));
    assert_eq!(gone.person.handle, discord.bot_id().to_string(), "whose doing it was is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_on_the_server_is_not_heard() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let bob = discord.person("bob");
    bob.say_directly("!status").unwrap();
    assert!(bot.hear().await.standing.groups.contains(&"@everyone".to_owned()));
    discord.remove_person("bob");
    if bob.say_directly("!incident from outside").is_ok() {
        // What was known of them is forgotten soon.
        tokio::time::sleep(std::time::Duration::from_secs(11)).await;
        bob.say_directly("!incident from outside again").unwrap();
    }
    discord.person("alice").say("ops", "!incident from inside").unwrap();
    loop {
        let words = bot.hear_words(1).await;
        assert_ne!(words, ["!incident from outside again"]);
        if words == ["!incident from inside"] {
            return;
        }
    }
}

/// A full server: an incident's room is a thread that sitrep makes.
#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_our_own_is_a_room_and_its_removal_is_heard() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let alice = discord.person("alice");
    discord.faults().refuse("POST", "/guilds/*/channels", 5, (400, 30_013));
    let made = bot
        .perform(Action::OpenRoom {
            name: "2026-11-22-1053-it-is-down".to_owned(),
            topic: "INC-1".to_owned(),
            invited: vec![Person::new(&PlatformName::new("discord"), alice.id().to_string())],
            private: false,
            open_to: None,
        })
        .await;
    let Outcome::Done(Receipt::Room(room)) = made else { panic!("{made:?}") };
    let people = vec![Person::new(&PlatformName::new("discord"), alice.id().to_string())];
    let asked_in = bot.perform(Action::Invite { room: room.clone(), people }).await;
    assert!(matches!(asked_in, Outcome::Done(_)), "{asked_in:?}");
    alice.say(&room.room, "!ack").unwrap();
    let heard = bot.hear().await;
    assert_eq!((&heard.message.room, heard.message.thread, heard.kind), (&room, None, RoomKind::Own));
    discord.remove_channel(&room.room);
    let gone = bot.hear().await;
    assert_eq!((gone.content, gone.message.room), (Content::Gone, room));
}
