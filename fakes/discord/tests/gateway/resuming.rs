//! A session that lost its connection goes on where it was, or is told that it can't.

use std::time::Duration;

use serde_json::json;

use crate::raw::{Client, End, HEARD};
use crate::{say, started};

/// A connected client and its session's id.
fn begun(discord: &sitrep_fake_discord::Discord) -> (Client, String) {
    let mut client = Client::connect(discord);
    client.identify(discord, HEARD);
    let session = client.dispatch("READY")["session_id"].as_str().unwrap().to_owned();
    client.dispatch("GUILD_CREATE");
    (client, session)
}

#[test]
fn what_was_missed_is_told_in_order_and_then_resumed() {
    let discord = started();
    let (mut client, session) = begun(&discord);
    say(&discord, "alice", "ops", "heard");
    client.words(1);
    let seq = client.seq;
    discord.faults().reset();
    assert_eq!(client.end(), End::Reset);
    for words in ["one", "two", "three"] {
        say(&discord, "alice", "ops", words);
    }
    let mut again = Client::connect(&discord);
    again.resume(&discord, &session, seq);
    assert_eq!(again.words(3), ["one", "two", "three"]);
    again.dispatch("RESUMED");
    say(&discord, "alice", "ops", "four");
    assert_eq!(again.words(1), ["four"]);
    let counts = discord.gateway().counts();
    assert_eq!((counts.identifies, counts.resumes, counts.connections), (1, 1, 2));
}

#[test]
fn what_was_told_but_not_received_is_told_again() {
    let discord = started();
    let (mut client, session) = begun(&discord);
    say(&discord, "alice", "ops", "told");
    client.words(1);
    discord.faults().close(Some(4000));
    assert_eq!(client.end(), End::Closed(Some(4000)));
    let mut again = Client::connect(&discord);
    again.resume(&discord, &session, 2);
    assert_eq!(again.words(1), ["told"]);
}

#[test]
fn a_number_that_was_never_reached_is_4007() {
    let discord = started();
    let (_client, session) = begun(&discord);
    let mut again = Client::connect(&discord);
    again.resume(&discord, &session, 99);
    assert_eq!(again.end(), End::Closed(Some(4007)));
}

#[test]
fn sessions_that_are_over_can_t_be_resumed_but_the_connection_can_be_used() {
    let discord = started();
    let (mut client, session) = begun(&discord);
    discord.faults().reset();
    client.end();
    discord.clock().advance(Duration::from_secs(600));
    let mut again = Client::connect(&discord);
    again.resume(&discord, &session, 2);
    assert_eq!(again.op(9), json!(false), "left too long ago");
    again.identify(&discord, HEARD);
    let session = again.dispatch("READY")["session_id"].as_str().unwrap().to_owned();
    say(&discord, "alice", "ops", "x");
    assert_eq!(again.words(1), ["x"]);

    discord.faults().invalidate(false);
    assert_eq!(again.op(9), json!(false), "declared invalid");
    say(&discord, "alice", "ops", "lost");
    let mut third = Client::connect(&discord);
    third.resume(&discord, &session, 3);
    assert_eq!(third.op(9), json!(false));
    third.identify(&discord, HEARD);
    third.dispatch("GUILD_CREATE");
    assert!(third.hears_no("MESSAGE_CREATE", Duration::from_millis(300)), "what happened in between is lost");
}

#[test]
fn a_goodbye_ends_the_session() {
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
    let discord = started();
    let (mut client, session) = begun(&discord);
    client.goodbye(CloseCode::Normal);
    client.end();
    let mut again = Client::connect(&discord);
    again.resume(&discord, &session, 2);
    assert_eq!(again.op(9), json!(false));
}
