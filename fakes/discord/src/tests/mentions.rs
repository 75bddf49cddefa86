use serde_json::{Value, json};

use super::{Bot, world};
use crate::permission as bit;

/// Who is notified by a message of the bot's with these mentions allowed; null: nothing is said about them.
fn notified(bot: &Bot, content: &str, allowed: Value) -> Vec<String> {
    let mut body = json!({ "content": content });
    if !allowed.is_null() {
        body["allowed_mentions"] = allowed;
    }
    let id = bot.post(&bot.messages("ops"), body).ok().id();
    let state = bot.server.state();
    let pings = state.pings.iter().filter(|ping| ping.message == id);
    pings.map(|ping| state.users[&ping.user].name.clone()).collect()
}

#[test]
fn what_is_not_said_otherwise_is_allowed() {
    let bot = Bot::new();
    let (alice, ops) = (bot.person("alice").id(), bot.role("ops"));
    assert_eq!(notified(&bot, &format!("<@{alice}>"), Value::Null), ["alice"]);
    assert_eq!(notified(&bot, &format!("<@!{alice}>"), Value::Null), ["alice"]);
    assert_eq!(notified(&bot, &format!("<@&{ops}>"), Value::Null), ["alice"]);
    assert_eq!(notified(&bot, "@everyone", Value::Null), ["owner", "alice", "bob"]);
    assert_eq!(notified(&bot, "@here", Value::Null), ["owner", "alice", "bob"]);
}

#[test]
fn only_what_is_allowed_notifies() {
    let bot = Bot::new();
    let (alice, bob, ops) = (bot.person("alice").id(), bot.person("bob").id(), bot.role("ops"));
    let text = format!("@everyone <@{alice}> <@{bob}> <@&{ops}>");
    assert!(notified(&bot, &text, json!({ "parse": [] })).is_empty());
    assert!(notified(&bot, &text, json!({})).is_empty());
    assert_eq!(notified(&bot, &text, json!({ "parse": [], "users": [bob.to_string()] })), ["bob"]);
    assert_eq!(notified(&bot, &text, json!({ "parse": [], "roles": [ops.to_string()] })), ["alice"]);
    assert_eq!(notified(&bot, &text, json!({ "parse": ["users"] })), ["alice", "bob"]);
}

#[test]
fn everybody_and_roles_need_the_permission() {
    let bot = Bot::new();
    bot.revoke(bit::MENTION_EVERYONE);
    let ops = bot.role("ops");
    assert!(notified(&bot, &format!("@everyone <@&{ops}>"), Value::Null).is_empty());
    bot.server.state().guild.roles.get_mut(&ops).unwrap().mentionable = true;
    assert_eq!(notified(&bot, &format!("<@&{ops}>"), Value::Null), ["alice"]);
}

#[test]
fn code_embeds_silence_and_places_out_of_sight_notify_nobody() {
    let bot = Bot::of(world().private_channel("staff", &["ops"]));
    let (alice, bob) = (bot.person("alice").id(), bot.person("bob").id());
    assert!(notified(&bot, &format!("`<@{alice}>` ```\n@everyone\n```"), Value::Null).is_empty());
    let embed = json!({ "embeds": [{ "description": format!("<@{alice}> @everyone") }] });
    bot.post(&bot.messages("ops"), embed).ok();
    bot.post(&bot.messages("ops"), json!({ "content": format!("<@{alice}>"), "flags": 4096 })).ok();
    bot.post(&bot.messages("staff"), json!({ "content": format!("<@{bob}>") })).ok();
    assert!(bot.server.state().pings.is_empty());
}

#[test]
fn a_reply_notifies_if_it_says_so() {
    let bot = Bot::new();
    let asked = bot.person("alice").say("ops", "well?").unwrap();
    let reply = |allowed: Value| {
        let body = json!({
            "content": "well",
            "message_reference": { "message_id": asked.to_string() },
            "allowed_mentions": allowed,
        });
        bot.post(&bot.messages("ops"), body).ok();
        std::mem::take(&mut bot.server.state().pings).len()
    };
    assert_eq!(reply(Value::Null), 1);
    assert_eq!(reply(json!({ "parse": [] })), 0);
    assert_eq!(reply(json!({ "parse": [], "replied_user": true })), 1);
}

#[test]
fn a_change_notifies_nobody() {
    let bot = Bot::new();
    let id = bot.post(&bot.messages("ops"), json!({ "content": "x" })).ok().id();
    let path = format!("{}/{id}", bot.messages("ops"));
    bot.patch(&path, json!({ "content": format!("@everyone <@{}>", bot.person("alice").id()) })).ok();
    assert!(bot.server.state().pings.is_empty());
}

#[test]
fn a_program_has_no_device_that_rings() {
    let bot = Bot::new();
    bot.person("alice").say("ops", &format!("<@{}> ack", bot.id())).unwrap();
    assert!(bot.server.state().pings.is_empty());
}
