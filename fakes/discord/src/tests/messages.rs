use serde_json::json;

use super::{Bot, world};
use crate::permission as bit;

#[test]
fn a_message_is_posted_read_changed_and_removed() {
    let bot = Bot::new();
    let from = bot.log();
    let posted = bot.post(&bot.messages("ops"), json!({ "content": "  hello  ", "nonce": "n-1" })).ok();
    assert_eq!(posted.body["content"], "hello", "Discord trims what is written");
    assert_eq!(posted.body["nonce"], "n-1");
    let path = format!("{}/{}", bot.messages("ops"), posted.id());
    assert_eq!(bot.get(&path).ok().body["content"], "hello");
    assert!(!bot.patch(&path, json!({ "content": "bye" })).ok().body["edited_timestamp"].is_null());
    bot.delete(&path).ok();
    bot.get(&path).refused(404, 10008);
    assert_eq!(bot.told(from), ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]);
    bot.in_order();
}

#[test]
fn a_nonce_is_remembered_for_minutes_only_and_for_its_channel_only() {
    let bot = Bot::of(world().channel("support"));
    let body = json!({ "content": "once", "nonce": "k", "enforce_nonce": true });
    let first = bot.post(&bot.messages("ops"), body.clone()).ok().id();
    assert_eq!(bot.post(&bot.messages("ops"), body.clone()).ok().id(), first);
    assert_ne!(bot.post(&bot.messages("support"), body.clone()).ok().id(), first);
    let unforced = json!({ "content": "once", "nonce": "k" });
    let second = bot.post(&bot.messages("ops"), unforced).ok().id();
    assert_ne!(second, first);
    bot.advance(200);
    assert!(bot.post(&bot.messages("ops"), body).ok().id() > second);
    bot.in_order();
}

#[test]
fn the_history_is_read_from_either_end() {
    let bot = Bot::new();
    let alice = bot.person("alice");
    let ids: Vec<u64> = (0..6).map(|at| alice.say("ops", &format!("m{at}")).unwrap()).collect();
    let read = |query: &str| -> Vec<u64> {
        let all = bot.get(&format!("{}?{query}", bot.messages("ops"))).ok().body;
        all.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().parse().unwrap()).collect()
    };
    assert_eq!(read("limit=2"), [ids[5], ids[4]]);
    assert_eq!(read(&format!("before={}&limit=2", ids[3])), [ids[2], ids[1]]);
    assert_eq!(read(&format!("after={}&limit=2", ids[1])), [ids[3], ids[2]], "the next ones, not the newest");
    assert_eq!(read(&format!("around={}&limit=3", ids[2])), [ids[3], ids[2], ids[1]]);
    bot.in_order();
}

#[test]
fn without_the_switch_for_content_only_ones_own_can_be_read() {
    let bot = Bot::of(world().message_content(false));
    let alice = bot.person("alice");
    alice.say("ops", "a secret").unwrap();
    alice.say("ops", &format!("<@{}> ack", bot.id())).unwrap();
    bot.post(&bot.messages("ops"), json!({ "content": "mine" })).ok();
    let all = bot.get(&bot.messages("ops")).ok().body;
    let said: Vec<&str> = all.as_array().unwrap().iter().map(|it| it["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["mine", &format!("<@{}> ack", bot.id()), ""]);
    bot.in_order();
}

#[test]
fn who_replies_refers_to_what_is_there() {
    let bot = Bot::new();
    let asked = bot.person("alice").say("ops", "well?").unwrap();
    let reply = json!({ "content": "well", "message_reference": { "message_id": asked.to_string() } });
    assert_eq!(bot.post(&bot.messages("ops"), reply).ok().body["referenced_message"]["content"], "well?");
    let gone = json!({ "content": "well", "message_reference": { "message_id": "17" } });
    bot.post(&bot.messages("ops"), gone).refused(400, 50035);
    let anyway =
        json!({ "content": "x", "message_reference": { "message_id": "17", "fail_if_not_exists": false } });
    bot.post(&bot.messages("ops"), anyway).ok();
    bot.revoke(bit::READ_MESSAGE_HISTORY);
    let reply = json!({ "content": "well", "message_reference": { "message_id": asked.to_string() } });
    bot.post(&bot.messages("ops"), reply).refused(403, 160_002);
}

#[test]
fn old_messages_can_be_changed_a_few_times_only_and_then_it_is_a_429_with_a_code() {
    let bot = Bot::new();
    let id = bot.post(&bot.messages("ops"), json!({ "content": "card" })).ok().id();
    let path = format!("{}/{id}", bot.messages("ops"));
    for at in 0..5 {
        bot.patch(&path, json!({ "content": format!("young {at}") })).ok();
    }
    bot.advance(3601);
    for at in 0..3 {
        bot.patch(&path, json!({ "content": format!("old {at}") })).ok();
    }
    let refused = bot.patch(&path, json!({ "content": "once more" })).refused(429, 30046);
    assert_eq!(refused.header("retry-after"), None);
}

#[test]
fn nobody_changes_the_words_of_others() {
    let bot = Bot::new();
    let id = bot.person("alice").say("ops", "mine").unwrap();
    let path = format!("{}/{id}", bot.messages("ops"));
    bot.patch(&path, json!({ "content": "yours" })).refused(403, 50005);
    bot.patch(&path, json!({ "flags": 4 })).ok();
    bot.delete(&path).ok();
    bot.in_order();
}

#[test]
fn pins_are_kept_and_counted_and_said() {
    let bot = Bot::new();
    let mut first = 0;
    for at in 0..=250 {
        let id = bot.person("alice").say("ops", &format!("m{at}")).unwrap();
        let path = if at % 2 == 0 { "pins" } else { "messages/pins" };
        let pinned = bot.put(&format!("{}/{path}/{id}", bot.path("ops")), json!(null));
        match at {
            0 => first = id,
            250 => drop(pinned.refused(400, 30003)),
            _ => drop(pinned.ok()),
        }
    }
    let page = bot.get(&format!("{}/messages/pins?limit=2", bot.path("ops"))).ok().body;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    assert_eq!(bot.get(&format!("{}/pins", bot.path("ops"))).ok().body.as_array().unwrap().len(), 50);
    bot.delete(&format!("{}/pins/{first}", bot.path("ops"))).ok();
    let newest = bot.get(&format!("{}?limit=2", bot.messages("ops"))).ok().body;
    assert_eq!(newest[1]["type"], 6, "a pin is announced in the channel");
    bot.revoke(bit::PIN_MESSAGES);
    bot.put(&format!("{}/pins/{first}", bot.path("ops")), json!(null)).refused(403, 50013);
    bot.in_order();
}

#[test]
fn signs_come_and_go() {
    let bot = Bot::new();
    let id = bot.person("alice").say("ops", "done?").unwrap();
    let path = format!("{}/{id}/reactions", bot.messages("ops"));
    let from = bot.log();
    bot.put(&format!("{path}/%E2%9C%85/@me"), json!(null)).ok();
    bot.person("bob").react("ops", id, "✅").unwrap();
    let who = bot.get(&format!("{path}/%E2%9C%85")).ok().body;
    assert_eq!((&who[0]["username"], &who[1]["username"]), (&json!("sitrep"), &json!("bob")));
    bot.delete(&format!("{path}/%E2%9C%85/@me")).ok();
    let shown = bot.get(&format!("{}/{id}", bot.messages("ops"))).ok().body;
    assert_eq!((&shown["reactions"][0]["count"], &shown["reactions"][0]["me"]), (&json!(1), &json!(false)));
    assert_eq!(bot.told(from), ["MESSAGE_REACTION_ADD", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"]);
    bot.in_order();
    bot.put(&format!("{path}/ack/@me"), json!(null)).refused(400, 10014);
}

#[test]
fn who_takes_no_direct_messages_gets_none() {
    let bot = Bot::new();
    let alice = bot.person("alice").id();
    let open = json!({ "recipient_id": alice.to_string() });
    let direct = bot.post("/users/@me/channels", open.clone()).ok().id();
    assert_eq!(bot.post("/users/@me/channels", open).ok().id(), direct);
    let path = format!("/channels/{direct}/messages");
    bot.post(&path, json!({ "content": "psst" })).ok();
    assert_eq!(bot.person("alice").reads_directly()[0].content, "psst");
    bot.server.state().users.get_mut(&alice).unwrap().takes_direct_messages = false;
    bot.post(&path, json!({ "content": "psst" })).refused(403, 50007);
    bot.in_order();
}
