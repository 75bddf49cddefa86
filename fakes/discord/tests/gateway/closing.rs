//! What breaks the rules is answered with the code that the rules give for it.

use serde_json::json;
use sitrep_fake_discord::intent;

use crate::raw::{Client, End, HEARD, identify};
use crate::started;

#[test]
fn each_rule_that_is_broken_has_its_code() {
    let discord = started();
    let token = discord.token().to_owned();
    let mut sharded = identify(&token, HEARD);
    sharded["shard"] = json!([1, 1]);
    let table = [
        ("nonsense", vec!["{".to_owned()], 4002),
        ("too long", vec![json!({ "op": 3, "d": "x".repeat(5000) }).to_string()], 4002),
        ("an unknown op", vec![json!({ "op": 99, "d": null }).to_string()], 4001),
        ("a presence before IDENTIFY", vec![json!({ "op": 3, "d": {} }).to_string()], 4003),
        ("a wrong token", vec![json!({ "op": 2, "d": identify("wrong", HEARD) }).to_string()], 4004),
        ("IDENTIFY twice", vec![json!({ "op": 2, "d": identify(&token, HEARD) }).to_string(); 2], 4005),
        ("too many payloads", vec![json!({ "op": 1, "d": null }).to_string(); 130], 4008),
        ("a shard that isn't", vec![json!({ "op": 2, "d": sharded }).to_string()], 4010),
        ("an intent that isn't", vec![json!({ "op": 2, "d": identify(&token, 1 << 18) }).to_string()], 4013),
        (
            "a privileged intent",
            vec![json!({ "op": 2, "d": identify(&token, intent::GUILD_MEMBERS) }).to_string()],
            4014,
        ),
        (
            "RESUME with a wrong token",
            vec![json!({ "op": 6, "d": { "token": "wrong", "session_id": "x", "seq": 1 } }).to_string()],
            4004,
        ),
    ];
    for (what, payloads, code) in table {
        let mut client = Client::connect(&discord);
        for payload in payloads {
            client.say_text(&payload);
        }
        assert_eq!(client.end(), End::Closed(Some(code)), "{what}");
    }
    let mut old = Client::connect_to(&discord, "v=9&encoding=json").unwrap();
    assert_eq!(old.end(), End::Closed(Some(4012)), "an old version");
}

#[test]
fn a_client_without_a_heartbeat_is_left() {
    let discord = started();
    discord.faults().set_heartbeat(std::time::Duration::from_millis(200));
    let mut client = Client::identified(&discord, HEARD);
    assert_eq!(client.end(), End::Closed(Some(4009)));
}

#[test]
fn a_thousand_sessions_a_day_and_then_none() {
    let discord = started();
    {
        let mut state = discord.server().state();
        let now = state.now();
        state.identifies = vec![now; 1000];
    }
    let mut client = Client::connect(&discord);
    client.identify(&discord, HEARD);
    assert_eq!(client.end(), End::Closed(Some(4004)));
    assert!(discord.violations().iter().any(|violation| violation.contains("1000 identifies")));
    discord.clock().advance(std::time::Duration::from_secs(25 * 3600));
    Client::identified(&discord, HEARD);
}

#[test]
fn two_sessions_in_five_seconds_are_one_too_many_if_a_test_wants_it() {
    let discord = started();
    discord.faults().allow_hurry(false);
    let _first = Client::identified(&discord, HEARD);
    let mut second = Client::connect(&discord);
    second.identify(&discord, HEARD);
    assert_eq!(second.op(9), json!(false));
}

#[test]
fn what_is_not_made_here_is_said_instead_of_passed_over() {
    let discord = started();
    let mut client = Client::identified(&discord, HEARD);
    client.say(8, &json!({ "guild_id": discord.guild_id().to_string(), "query": "", "limit": 0 }));
    client.say(1, &json!(null));
    client.op(11);
    assert!(discord.violations().iter().any(|violation| violation.contains("op 8")));
    let mut other = Client::connect_to(&discord, "v=10&compress=zstd-stream").unwrap();
    assert_eq!(other.end(), End::Closed(Some(4002)));
    assert!(discord.violations().iter().any(|violation| violation.contains("zstd-stream")));
}
