//! What goes wrong on demand.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::raw::{Client, End, HEARD};
use crate::{say, started};

#[test]
fn the_connection_ends_as_asked_for() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().reconnect();
    assert_eq!(client.op(7), Value::Null);
    discord.faults().invalidate(true);
    assert_eq!(client.op(9), json!(true));
    discord.faults().close(Some(4009));
    assert_eq!(client.end(), End::Closed(Some(4009)));
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().close(None);
    assert_eq!(client.end(), End::Closed(None));
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().reset();
    assert_eq!(client.end(), End::Reset);
}

#[test]
fn a_silent_gateway_keeps_the_socket_and_says_nothing() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().silence();
    say(&discord, "alice", "ops", "unheard");
    client.say(1, &Value::Null);
    let until = Instant::now() + Duration::from_millis(400);
    while Instant::now() < until {
        assert!(client.hears_no("MESSAGE_CREATE", Duration::from_millis(100)));
    }
    assert!(client.is_open());
    let mut other = Client::identified(&discord, HEARD);
    say(&discord, "alice", "ops", "heard");
    assert_eq!(other.words(1), ["heard"], "a new connection works");
}

#[test]
fn heartbeats_without_an_answer() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().no_acks();
    client.say(1, &Value::Null);
    while discord.gateway().counts().heartbeats == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    say(&discord, "alice", "ops", "still heard");
    assert_eq!(client.words(1), ["still heard"]);
    assert!(client.had_no_ack());
}

#[test]
fn events_twice_out_of_order_and_not_at_all() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    discord.faults().duplicate(1);
    say(&discord, "alice", "ops", "a");
    assert_eq!(client.words(2), ["a", "a"]);
    discord.faults().reorder(1);
    say(&discord, "alice", "ops", "b");
    say(&discord, "alice", "ops", "c");
    assert_eq!(client.words(2), ["c", "b"]);
    discord.faults().drop_events(1);
    say(&discord, "alice", "ops", "d");
    say(&discord, "alice", "ops", "e");
    assert_eq!(client.words(1), ["e"]);
}

#[test]
fn connections_are_refused_or_die_right_after_the_handshake() {
    let discord = started();
    discord.faults().refuse_connections(Duration::from_secs(60));
    assert!(Client::connect_to(&discord, "v=10").is_none());
    discord.faults().refuse_connections(Duration::ZERO);
    discord.faults().die_after_handshake(1);
    if let Some(mut client) = Client::connect_to(&discord, "v=10") {
        assert_eq!(client.end(), End::Reset);
    }
    Client::identified(&discord, HEARD);
    assert_eq!(discord.gateway().counts().connections, 3);
}
