//! What a session hears, in which form.

use std::time::Duration;

use serde_json::{Value, json};
use sitrep_fake_discord::{Discord, intent};

use crate::raw::{Client, HEARD, identify};
use crate::{say, started, world};

#[test]
fn ready_comes_first_and_then_the_guild_with_all_that_is_in_it() {
    let discord = started();
    let newest = say(&discord, "alice", "ops", "before");
    let mut client = Client::connect(&discord);
    assert_eq!(client.op(10)["heartbeat_interval"], 41_250);
    client.identify(&discord, HEARD);
    let ready = client.dispatch("READY");
    assert_eq!(ready["guilds"], json!([{ "id": discord.guild_id().to_string(), "unavailable": true }]));
    assert_eq!(ready["user"]["id"], discord.bot_id().to_string());
    assert_eq!(ready["resume_gateway_url"], discord.gateway().url());
    assert_eq!(ready["application"]["id"], discord.bot_id().to_string());
    let guild = client.dispatch("GUILD_CREATE");
    let channels = guild["channels"].as_array().unwrap();
    let ops = channels.iter().find(|channel| channel["name"] == "ops").unwrap();
    assert_eq!(ops["last_message_id"], newest.to_string());
    assert!(guild["roles"].as_array().unwrap().iter().any(|role| role["name"] == "responders"));
    assert_eq!(guild["members"].as_array().unwrap().len(), 1, "itself, without the intent for members");
    client.say(1, &json!(1));
    client.op(11);
}

#[test]
fn a_message_is_heard_with_the_intent_for_it_and_in_channels_that_the_bot_sees() {
    let discord = started();
    let mut all = Client::identified(&discord, HEARD);
    let mut guilds = Client::identified(&discord, intent::GUILDS);
    {
        let mut state = discord.server().state();
        let staff = state.channel("staff").unwrap().id;
        let bot = state.bot();
        state.channels.get_mut(&staff).unwrap().overwrites.retain(|overwrite| overwrite.id != bot);
    }
    say(&discord, "alice", "staff", "secret");
    say(&discord, "alice", "ops", "open");
    assert_eq!(all.words(1), ["open"]);
    assert!(guilds.hears_no("MESSAGE_CREATE", Duration::from_millis(300)));
}

#[test]
fn without_message_content_people_s_words_are_blank_unless_they_mention_the_bot() {
    let discord = Discord::start(world().message_content(false)).unwrap();
    let mut client = Client::identified(&discord, intent::GUILDS | intent::GUILD_MESSAGES);
    say(&discord, "alice", "ops", "talk");
    say(&discord, "alice", "ops", &format!("<@{}> ack", discord.bot_id()));
    say(&discord, "sitrep", "ops", "own");
    assert_eq!(client.words(3), ["", &format!("<@{}> ack", discord.bot_id()), "own"]);
}

#[test]
fn long_payloads_are_compressed_each_for_itself_or_all_as_one_stream_as_asked_for() {
    let discord = started();
    let mut each = Client::connect(&discord);
    let mut compressed = identify(discord.token(), HEARD);
    compressed["compress"] = json!(true);
    each.say(2, &compressed);
    each.dispatch("GUILD_CREATE");
    assert_eq!(each.compressed, 2, "READY and GUILD_CREATE, not HELLO");

    let mut stream = Client::connect_to(&discord, "v=10&encoding=json&compress=zlib-stream").unwrap();
    stream.identify(&discord, HEARD);
    stream.dispatch("GUILD_CREATE");
    let mut text = Client::identified(&discord, HEARD);
    for number in 0..20 {
        say(&discord, "alice", "ops", &format!("{number}").repeat(40));
    }
    let heard = text.words(20);
    assert_eq!(stream.words(20), heard);
    assert_eq!(each.words(20), heard);
    assert_eq!((stream.compressed, text.compressed), (23, 0));
}

#[test]
fn events_are_numbered_without_gaps() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    for _ in 0..5 {
        say(&discord, "bob", "ops", "x");
    }
    client.words(5);
    assert_eq!(client.seq, 7);
    let heard: Value = json!(client.seq);
    client.say(1, &heard);
    client.op(11);
}

#[test]
fn who_is_talking_comes_with_the_guild_and_is_told_as_it_changes() {
    let discord = Discord::start(world().voice("meeting")).unwrap();
    let meeting = discord.channel("meeting").unwrap().id.to_string();
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    alice.join_voice("meeting").unwrap();
    assert!(alice.join_voice("ops").is_err(), "nobody talks in a text channel");
    let mut client = Client::connect(&discord);
    client.identify(&discord, HEARD | intent::GUILD_VOICE_STATES);
    let guild = client.dispatch("GUILD_CREATE");
    assert_eq!(guild["voice_states"][0]["channel_id"], meeting);
    assert_eq!(guild["voice_states"][0]["user_id"], alice.id().to_string());
    bob.join_voice("meeting").unwrap();
    assert_eq!(client.dispatch("VOICE_STATE_UPDATE")["channel_id"], meeting);
    assert_eq!(discord.talking("meeting"), ["alice", "bob"]);
    bob.leave_voice();
    assert_eq!(client.dispatch("VOICE_STATE_UPDATE")["channel_id"], Value::Null);
    assert!(discord.remove_channel("meeting"));
    let left = client.dispatch("VOICE_STATE_UPDATE");
    assert_eq!((&left["channel_id"], &left["user_id"]), (&Value::Null, &json!(alice.id().to_string())));
}
