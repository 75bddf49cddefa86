use serde_json::json;

use super::{Bot, world};
use crate::permission as bit;

#[test]
fn a_thread_hangs_on_a_message_and_has_its_id() {
    let bot = Bot::new();
    let report = bot.person("alice").say("ops", "something is odd").unwrap();
    let from = bot.log();
    let path = format!("{}/{report}/threads", bot.messages("ops"));
    let made = bot.post(&path, json!({ "name": "Report" })).ok();
    assert_eq!((made.status, made.id(), &made.body["type"]), (201, report, &json!(11)));
    bot.post(&path, json!({ "name": "Again" })).refused(400, 160_004);
    assert_eq!(bot.told(from), ["THREAD_CREATE", "MESSAGE_UPDATE"]);
    bot.person("bob").say("Report", "I see it too").unwrap();
    bot.post(&format!("/channels/{report}/messages"), json!({ "content": "noted" })).ok();
    let members = bot.get(&format!("/channels/{report}/thread-members")).ok().body;
    assert_eq!(members.as_array().unwrap().len(), 2, "who writes is in it");
    bot.in_order();
}

#[test]
fn a_private_thread_is_seen_by_those_in_it() {
    let bot = Bot::new();
    let bob = bot.person("bob").id();
    let thread =
        bot.post(&format!("{}/threads", bot.path("ops")), json!({ "name": "quiet", "type": 12 })).ok().id();
    assert!(bot.person("bob").reads("quiet").is_err());
    bot.put(&format!("/channels/{thread}/thread-members/{bob}"), json!(null)).ok();
    bot.post(&format!("/channels/{thread}/messages"), json!({ "content": "psst" })).ok();
    assert_eq!(bot.person("bob").reads("quiet").unwrap()[0].content, "psst");
    let alice = bot.person("alice").id();
    bot.post(&format!("/channels/{thread}/messages"), json!({ "content": format!("<@{alice}>") })).ok();
    assert!(bot.person("alice").channels().contains(&"quiet".to_owned()), "who is mentioned is put into it");
    bot.delete(&format!("/channels/{thread}/thread-members/{bob}")).ok();
    assert!(bot.person("bob").reads("quiet").is_err());
    bot.in_order();
}

#[test]
fn a_thread_sleeps_and_wakes_unless_it_is_locked() {
    let bot = Bot::new();
    let thread =
        bot.post(&format!("{}/threads", bot.path("ops")), json!({ "name": "t", "type": 11 })).ok().id();
    let (path, messages) = (format!("/channels/{thread}"), format!("/channels/{thread}/messages"));
    let said = bot.post(&messages, json!({ "content": "x" })).ok().id();
    bot.patch(&path, json!({ "archived": true })).ok();
    let archived = bot.get(&format!("{}/threads/archived/public", bot.path("ops"))).ok().body;
    assert_eq!(archived["threads"].as_array().unwrap().len(), 1);
    bot.patch(&format!("{messages}/{said}"), json!({ "content": "y" })).refused(400, 50083);
    bot.post(&messages, json!({ "content": "awake" })).ok();
    assert_eq!(bot.get(&path).ok().body["thread_metadata"]["archived"], false);
    bot.patch(&path, json!({ "archived": true, "locked": true })).ok();
    bot.revoke(bit::MANAGE_THREADS);
    bot.post(&messages, json!({ "content": "z" })).refused(400, 50083);
    bot.patch(&path, json!({ "archived": false })).refused(403, 50013);
    bot.in_order();
}

#[test]
fn threads_have_the_overwrites_of_their_channel_and_a_permission_of_their_own() {
    let bot = Bot::of(world().private_channel("staff", &["ops"]));
    let made =
        bot.post(&format!("{}/threads", bot.path("staff")), json!({ "name": "t", "type": 11 })).ok().id();
    assert!(bot.person("bob").reads("t").is_err());
    bot.person("alice").say("t", "x").unwrap();
    bot.revoke(bit::SEND_MESSAGES_IN_THREADS);
    bot.post(&format!("/channels/{made}/messages"), json!({ "content": "x" })).refused(403, 50013);
    bot.in_order();
}

#[test]
fn a_message_has_one_thread_also_when_that_is_gone_and_what_is_locked_is_for_moderators() {
    let bot = Bot::new();
    let report = bot.person("alice").say("ops", "something is odd").unwrap();
    let path = format!("{}/{report}/threads", bot.messages("ops"));
    bot.revoke(bit::CREATE_PUBLIC_THREADS);
    bot.post(&path, json!({ "name": "Report" })).refused(403, 50013);
    bot.restore(bit::CREATE_PUBLIC_THREADS);
    bot.post(&path, json!({ "name": "Report" })).ok();
    bot.patch(&format!("/channels/{report}"), json!({ "locked": true })).ok();
    bot.revoke(bit::MANAGE_THREADS);
    bot.post(&format!("/channels/{report}/messages"), json!({ "content": "x" })).refused(400, 160_005);
    bot.restore(bit::MANAGE_THREADS);
    bot.delete(&format!("/channels/{report}")).ok();
    bot.post(&path, json!({ "name": "Again" })).refused(400, 160_004);
    bot.in_order();
}

#[test]
fn threads_go_with_their_channel() {
    let bot = Bot::new();
    let thread =
        bot.post(&format!("{}/threads", bot.path("ops")), json!({ "name": "t", "type": 11 })).ok().id();
    bot.delete(&bot.path("ops")).ok();
    bot.get(&format!("/channels/{thread}")).refused(404, 10003);
    bot.in_order();
}
