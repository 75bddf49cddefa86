//! What befalls a connection, and that everything is heard once all the same.

use std::time::Duration;

use sitrep_core::port::{ListenError, Platform};
use sitrep_discord::DiscordPlatform;
use sitrep_fake_discord::{Discord, World};

use crate::support::{Bot, PATIENCE, assert_proper, discord, discord_of, eventually, settings};

/// Something befalls the connection, and what is said before, meanwhile and afterwards is heard once.
async fn survives(what: &str, befall: impl Fn(&Discord)) {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let alice = discord.person("alice");
    alice.say("ops", "!note before").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note before"], "{what}");
    befall(&discord);
    alice.say("ops", "!note meanwhile").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note meanwhile"], "{what}");
    eventually(what, || discord.gateway().is_connected()).await;
    alice.say("ops", "!note afterwards").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note afterwards"], "{what}");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_to_reconnect_is_resumed() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.faults().reconnect();
    discord.person("alice").say("ops", "!note meanwhile").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note meanwhile"]);
    eventually("the session is resumed", || discord.gateway().counts().resumes == 1).await;
    discord.person("alice").say("ops", "!note afterwards").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note afterwards"]);
    assert_eq!(discord.identifies(), 1);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_can_not_be_resumed_is_followed_by_another() {
    survives("an invalid session", |discord| discord.faults().invalidate(false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_without_a_code_is_noticed() {
    survives("no code", |discord| discord.faults().close(None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_that_serenity_does_not_expect_is_noticed() {
    for code in [4003, 4010] {
        survives(&code.to_string(), |discord| discord.faults().close(Some(code))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_closes_are_survived() {
    for code in [1000, 1001, 4000, 4007, 4008, 4009] {
        survives(&code.to_string(), |discord| discord.faults().close(Some(code))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_network_is_survived() {
    survives("a reset", |discord| discord.faults().reset()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_survived() {
    survives("an outage", |discord| {
        discord.faults().refuse_connections(Duration::from_secs(3));
        discord.faults().reset();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_gateway_is_noticed() {
    for silence in
        [|discord: &Discord| discord.faults().silence(), |discord: &Discord| discord.faults().no_acks()]
    {
        let discord = discord();
        discord.faults().set_heartbeat(Duration::from_secs(1));
        let mut bot = Bot::connect(&discord).await;
        silence(&discord);
        discord.person("alice").say("ops", "!note meanwhile").unwrap();
        assert_eq!(bot.hear_words(1).await, ["!note meanwhile"]);
        assert_proper(&discord);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_and_swapped_events_are_heard_once_each() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let alice = discord.person("alice");
    discord.faults().duplicate(3);
    for words in ["!note 1", "!note 2", "!note 3"] {
        alice.say("ops", words).unwrap();
    }
    assert_eq!(bot.hear_words(3).await, ["!note 1", "!note 2", "!note 3"]);
    discord.faults().reorder(2);
    alice.say("ops", "!note 4").unwrap();
    alice.say("ops", "!note 5").unwrap();
    let mut heard = bot.hear_words(2).await;
    heard.sort();
    assert_eq!(heard, ["!note 4", "!note 5"]);
    alice.say("ops", "!note 6").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note 6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_leaves_out_is_noticed() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.faults().drop_events(1);
    discord.person("alice").say("ops", "!note lost").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note lost"]);
    assert_proper(&discord);
}

/// The number of a room's last message stays what it was when the message is taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_more_was_not_left_out() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.faults().drop_events(2);
    let alice = discord.person("alice");
    let regretted = alice.say("ops", "!note never").unwrap();
    alice.delete("ops", regretted).unwrap();
    let path = format!("/channels/{}/messages", discord.channel("ops").unwrap().id);
    eventually("it is asked whether there is anything", || {
        discord.requests().iter().any(|request| request.path.ends_with(&path))
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(discord.identifies(), 1, "it is heard as before");
    alice.say("ops", "!note live").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note live"]);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_greets_and_hangs_up_is_not_called_in_a_rush() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let before = discord.gateway().counts().connections;
    discord.faults().die_after_handshake(4);
    discord.faults().reset();
    discord.person("alice").say("ops", "!note meanwhile").unwrap();
    let began = std::time::Instant::now();
    assert_eq!(bot.hear_words(1).await, ["!note meanwhile"]);
    let (calls, seconds) = (discord.gateway().counts().connections - before, began.elapsed().as_secs());
    assert!(calls >= 5, "{calls}");
    assert!(calls <= 8 && seconds >= 2, "{calls} calls in {seconds} s");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_read_messages_mentions_still_work() {
    let discord = discord_of(World::new("Example").message_content(false));
    let mut bot = Bot::connect(&discord).await;
    discord.person("alice").say("ops", &format!("<@{}> incident it is down", discord.bot_id())).unwrap();
    let heard = bot.hear_words(1).await;
    assert_eq!(heard, ["!incident it is down"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_said_and_not_tried_again() {
    let discord = discord();
    let state = tempfile::tempdir().unwrap();
    let mut wrong = settings(&discord, &state);
    wrong.token = "AAAAAAAAAAAAAAAAAAAAAAAA.BBBBBB.CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC".to_owned();
    let Err(ListenError::Fatal(words)) = DiscordPlatform::connect(wrong).await else { panic!("no refusal") };
    assert!(words.contains("Reset Token"), "{words}");
    let bot = Bot::connect(&discord).await;
    discord.reset_token();
    discord.faults().forget_sessions();
    discord.faults().reset();
    let refused = tokio::time::timeout(PATIENCE, async {
        loop {
            match bot.platform.listen(&bot.after).await {
                Err(ListenError::Fatal(words)) => return words,
                Ok(_) | Err(ListenError::Transient(_)) => {}
            }
        }
    });
    assert!(refused.await.unwrap().contains("Reset Token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn being_removed_is_said_and_being_invited_again_is_heard() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.remove_bot();
    let told = tokio::time::timeout(PATIENCE, async {
        loop {
            match bot.platform.listen(&bot.after).await {
                Err(ListenError::Transient(words)) => return words,
                Ok(batch) => bot.accept(&batch),
                Err(ListenError::Fatal(words)) => panic!("{words}"),
            }
        }
    });
    let told = told.await.unwrap();
    assert!(told.contains("invite-link"), "{told}");
    discord.invite_bot(u64::MAX >> 13);
    discord.person("alice").say("ops", "!note back").unwrap();
    loop {
        if bot.hear_words(1).await == ["!note back"] {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_server_is_survived() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.set_available(false);
    discord.person("alice").say("ops", "!note meanwhile").unwrap();
    discord.set_available(true);
    discord.person("alice").say("ops", "!note afterwards").unwrap();
    assert_eq!(bot.hear_words(2).await, ["!note meanwhile", "!note afterwards"]);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_serenity_can_not_read_is_read() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let (ops, alice) = (discord.channel("ops").unwrap().id, discord.person("alice").id());
    let message = serde_json::json!({
        "id": (ops + 9_000_000_000).to_string(), "channel_id": ops.to_string(),
        "guild_id": discord.guild_id().to_string(), "type": 0, "content": "!note strange", "mentions": 7,
        "author": { "id": alice.to_string(), "username": "alice" },
        "member": { "roles": [discord.role_id("ops").unwrap().to_string()] },
    });
    let event = serde_json::json!({ "op": 0, "t": "MESSAGE_CREATE", "s": 900, "d": message });
    discord.faults().say(&event.to_string());
    let heard = bot.hear().await;
    assert_eq!(heard.content, sitrep_core::port::Content::Said("!note strange".to_owned()));
    assert!(heard.standing.groups.contains(&"ops".to_owned()));
}

/// Somebody's word is all that is left of a room that was removed while nobody was told.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_the_gateway_leaves_out_is_noticed() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.faults().drop_events(1);
    discord.remove_channel("status");
    let gone = bot.hear().await;
    assert_eq!(gone.content, sitrep_core::port::Content::Gone);
    assert_eq!(gone.message.room.room, "status");
}

/// A session has begun, and the server's state isn't there yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_before_the_server_is_known_waits_for_what_was_said_before() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let alice = discord.person("alice");
    discord.set_available(false);
    discord.faults().forget_sessions();
    discord.faults().refuse_connections(Duration::from_secs(1));
    discord.faults().reset();
    alice.say("ops", "!note one").unwrap();
    eventually("a new session", || discord.identifies() == 2 && discord.gateway().is_connected()).await;
    alice.say("ops", "!note two").unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    discord.set_available(true);
    assert_eq!(bot.hear_words(2).await, ["!note one", "!note two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_says_nothing_of_the_server_is_followed_by_another() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.set_available(false);
    discord.faults().forget_sessions();
    discord.faults().refuse_connections(Duration::from_secs(1));
    discord.faults().reset();
    eventually("a new session", || discord.identifies() >= 2 && discord.gateway().is_connected()).await;
    let before = discord.identifies();
    discord.faults().drop_events(1);
    discord.set_available(true);
    discord.person("alice").say("ops", "!note meanwhile").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note meanwhile"]);
    assert!(discord.identifies() > before);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_closed_for_a_moment_is_not_gone() {
    const VIEW_CHANNEL: u64 = 1 << 10;
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    discord.overwrite("support", "@everyone", 0, VIEW_CHANNEL);
    discord.overwrite("support", "@everyone", VIEW_CHANNEL, 0);
    discord.person("alice").say("support", "!note here").unwrap();
    assert_eq!(bot.hear_words(1).await, ["!note here"]);
}
