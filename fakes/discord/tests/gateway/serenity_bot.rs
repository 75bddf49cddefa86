//! serenity over TLS and the gateway: what its real client makes of what this Discord does.

use std::time::Duration;

use serenity::all::ChannelId;
use sitrep_fake_discord::{Discord, permission};

use crate::bot::{Bot, Manner, until};
use crate::{say, started, world};

#[test]
fn it_connects_and_hears_messages_and_is_heard() {
    let discord = started();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    say(&discord, "alice", "ops", "hello");
    bot.hears("hello", 1);
    let ops = ChannelId::new(discord.channel("ops").unwrap().id);
    bot.wait(ops.say(&bot.http, "hello yourself")).unwrap();
    bot.hears("hello yourself", 1);
    assert_eq!(discord.messages("ops")[1].content, "hello yourself");
    assert!(!bot.events().iter().any(|event| event.starts_with("Unknown")), "{:?}", bot.events());
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[test]
fn it_resumes_when_asked_to_and_after_a_reset_and_misses_nothing() {
    let discord = started();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    discord.faults().reconnect();
    say(&discord, "alice", "ops", "one");
    bot.hears("one", 1);
    bot.hears("Resumed", 1);
    discord.faults().reset();
    say(&discord, "alice", "ops", "two");
    bot.hears("two", 1);
    bot.hears("Resumed", 2);
    discord.faults().invalidate(true);
    say(&discord, "alice", "ops", "three");
    bot.hears("three", 1);
    assert_eq!(discord.identifies(), 1);
    assert_eq!(discord.gateway().counts().resumes, 3);
}

#[test]
fn after_an_invalid_session_it_begins_a_new_one_and_what_happened_in_between_is_lost() {
    let discord = started();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    discord.faults().invalidate(false);
    say(&discord, "alice", "ops", "lost");
    bot.hears("GuildCreate", 2);
    say(&discord, "alice", "ops", "heard");
    bot.hears("heard", 1);
    assert_eq!(bot.count("lost"), 0);
    assert_eq!(discord.identifies(), 2);
}

#[test]
fn after_a_close_without_a_code_it_is_deaf() {
    let discord = started();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    discord.faults().close(None);
    until("it is gone", || !discord.gateway().is_connected());
    say(&discord, "alice", "ops", "anybody?");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(bot.count("anybody?"), 0);
    assert_eq!(discord.gateway().counts().connections, 1, "and doesn't come back");
}

#[test]
fn it_notices_a_silent_gateway_by_its_heartbeats() {
    let discord = started();
    discord.faults().set_heartbeat(Duration::from_millis(700));
    let bot = Bot::ready(&discord, Manner::AtOnce);
    discord.faults().silence();
    bot.hears("Ready", 2);
    say(&discord, "alice", "ops", "there again");
    bot.hears("there again", 1);
}

#[test]
fn a_wrong_token_and_intents_that_were_not_granted_end_it() {
    let discord = Discord::start(world().message_content(false)).unwrap();
    let bot = Bot::connect(&discord, Manner::AtOnce);
    assert!(bot.error().to_lowercase().contains("intents"), "{}", bot.error());
    assert_eq!(discord.gateway().counts().connections, 1);
}

#[test]
fn a_gateway_that_dies_right_after_the_handshake_is_tried_again_and_again() {
    let discord = started();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    discord.faults().die_after_handshake(5);
    discord.faults().reset();
    let counts = || discord.gateway().counts();
    until("it is back", || counts().connections >= 7 && discord.gateway().is_connected());
    // Whether it resumed or began anew depends on where in a handshake it was hit.
    say(&discord, "alice", "ops", "at last");
    bot.hears("at last", 1);
}

#[test]
fn what_the_bot_may_not_see_it_does_not_hear() {
    let discord = Discord::start(world().bot_permissions(permission::OF_THE_BOT)).unwrap();
    let bot = Bot::ready(&discord, Manner::AtOnce);
    {
        let mut state = discord.server().state();
        let staff = state.channel("staff").unwrap().id;
        let itself = state.bot();
        state.channels.get_mut(&staff).unwrap().overwrites.retain(|overwrite| overwrite.id != itself);
    }
    say(&discord, "alice", "staff", "secret");
    say(&discord, "alice", "ops", "open");
    bot.hears("open", 1);
    assert_eq!(bot.count("secret"), 0);
}
