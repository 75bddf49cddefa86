//! What is heard on a Discord, and what survives: the adapter against a Discord for tests, over its real connections.

mod support;

use std::time::Duration;

use serde_json::Value;
use sitrep_core::port::{Content, RoomKind};
use support::{Bot, discord, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_batch_says_where_every_room_ends_that_was_never_heard() {
    let discord = discord();
    discord.person("alice").say("ops", "!incident before sitrep was there").unwrap();
    let mut bot = Bot::connect(&discord).await;
    let batch = bot.batch().await;
    assert_eq!(batch.inbounds, []);
    let streams: Vec<&str> = batch.positions.iter().map(|position| position.stream.as_str()).collect();
    for room in ["ops", "support", "status"] {
        let id = discord.channel(room).unwrap().id.to_string();
        assert!(streams.contains(&id.as_str()), "{room}: {streams:?}");
    }
    let said = discord.person("alice").say("ops", "!incident now").unwrap();
    let heard = bot.hear().await;
    assert_eq!(heard.message.id, said.to_string());
    assert_eq!(heard.content, Content::Said("!incident now".to_owned()));
    assert_eq!((heard.message.room.room.as_str(), heard.kind), ("ops", RoomKind::Configured));
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_a_line_that_waits_for_an_answer() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    bot.batch().await;
    let alice = discord.person("alice");
    eventually("Discord is told of the commands", Duration::from_secs(15), || {
        discord.requests().iter().any(|request| request.method == "PUT" && request.status == 200)
    })
    .await;
    let pending = alice.slash("ops", "incident", &[("title", Value::from("it is down"))]).unwrap();
    let heard = bot.hear().await;
    assert_eq!(heard.content, Content::Said("!incident it is down".to_owned()));
    assert!(heard.awaits_answer && heard.message.id == format!("interaction:{}", pending.id()));
    assert!(heard.standing.groups.contains(&"ops".to_owned()), "{:?}", heard.standing);
    eventually("it is deferred", Duration::from_secs(10), || pending.answer().is_some()).await;
    assert_eq!(discord.violations(), Vec::<String>::new());
}
