use serde_json::{Value, json};

use super::{Bot, world};
use crate::permission as bit;

fn all(bot: &Bot) -> String {
    format!("/guilds/{}/channels", bot.guild())
}

#[test]
fn a_channel_is_made_changed_and_removed() {
    let bot = Bot::new();
    let from = bot.log();
    let parent = bot.server.state().channel("Incidents").unwrap().id;
    let body = json!({ "name": "2026-11-22 Checkout is down!", "type": 0, "topic": "t", "parent_id": parent.to_string() });
    let made = bot.post(&all(&bot), body).ok();
    assert_eq!((made.status, &made.body["name"]), (201, &json!("2026-11-22-checkout-is-down")));
    let path = format!("/channels/{}", made.id());
    assert_eq!(bot.patch(&path, json!({ "topic": "u" })).ok().body["topic"], "u");
    bot.delete(&path).ok();
    bot.get(&path).refused(404, 10003);
    assert_eq!(bot.told(from), ["CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"]);
    bot.in_order();
}

#[test]
fn names_and_topics_have_their_lengths() {
    let bot = Bot::new();
    bot.post(&all(&bot), json!({ "name": "n".repeat(100), "topic": "t".repeat(1024) })).ok();
    bot.in_order();
    for wrong in [json!({ "name": "n".repeat(101) }), json!({ "name": "" }), json!({ "name": "!!" })] {
        bot.post(&all(&bot), wrong).refused(400, 50035);
    }
    bot.post(&all(&bot), json!({ "name": "n", "topic": "t".repeat(1025) })).refused(400, 50035);
    assert_eq!(bot.violations().len(), 4);
}

#[test]
fn a_category_holds_fifty_and_a_guild_five_hundred() {
    let bot = Bot::new();
    let parent = bot.server.state().channel("Incidents").unwrap().id.to_string();
    for at in 0..50 {
        bot.post(&all(&bot), json!({ "name": format!("c{at}"), "parent_id": parent })).ok();
    }
    let full = bot.post(&all(&bot), json!({ "name": "c50", "parent_id": parent })).refused(400, 50035);
    assert_eq!(full.body["errors"]["parent_id"]["_errors"][0]["code"], "CHANNEL_PARENT_MAX_CHANNELS");
    for at in 52..500 {
        bot.post(&all(&bot), json!({ "name": format!("d{at}") })).ok();
    }
    bot.post(&all(&bot), json!({ "name": "one-too-many" })).refused(400, 30013);
    let text = bot.server.state().channel("ops").unwrap().id.to_string();
    bot.patch(&format!("/channels/{text}"), json!({ "parent_id": text })).refused(400, 50035);
    bot.in_order();
}

#[test]
fn a_new_channel_has_its_categorys_overwrites_unless_it_has_its_own() {
    let bot = Bot::new();
    let (everyone, parent) = (bot.guild().to_string(), bot.server.state().channel("Incidents").unwrap().id);
    let hidden = json!({ "type": 0, "allow": "0", "deny": bit::VIEW_CHANNEL.to_string() });
    let me = json!({ "type": 1, "allow": bit::VIEW_CHANNEL.to_string(), "deny": "0" });
    bot.put(&format!("/channels/{parent}/permissions/{}", bot.id()), me).ok();
    bot.put(&format!("/channels/{parent}/permissions/{everyone}"), hidden).ok();
    bot.post(&all(&bot), json!({ "name": "inherits", "parent_id": parent.to_string() })).ok();
    assert!(!bot.person("bob").channels().contains(&"inherits".to_owned()));
    let own = json!([{ "id": bot.id().to_string(), "type": 1, "allow": bit::VIEW_CHANNEL.to_string(), "deny": "0" }]);
    bot.post(
        &all(&bot),
        json!({ "name": "own", "parent_id": parent.to_string(), "permission_overwrites": own }),
    )
    .ok();
    assert!(bot.person("bob").channels().contains(&"own".to_owned()));
    let none = json!({ "name": "none", "parent_id": parent.to_string(), "permission_overwrites": [] });
    bot.post(&all(&bot), none).ok();
    assert!(bot.person("bob").channels().contains(&"none".to_owned()), "an empty list says something");
    bot.in_order();
}

#[test]
fn a_name_or_topic_changes_twice_in_ten_minutes_and_no_header_says_so() {
    let bot = Bot::new();
    let path = bot.path("ops");
    for topic in ["one", "two"] {
        bot.patch(&path, json!({ "topic": topic })).ok();
    }
    let limited = bot.patch(&path, json!({ "topic": "three" }));
    assert_eq!(
        (limited.status, &limited.body["code"], &limited.body["global"]),
        (429, &Value::Null, &json!(false))
    );
    assert!(limited.header("retry-after").unwrap().parse::<u64>().unwrap() > 500);
    assert_ne!(limited.header("x-ratelimit-remaining"), Some("0"));
    bot.patch(&path, json!({ "position": 3 })).ok();
    bot.advance(600);
    bot.patch(&path, json!({ "topic": "three" })).ok();
    bot.in_order();
}

#[test]
fn channels_without_their_category_stay() {
    let bot = Bot::of(world().channel_in("Incidents", "inside"));
    let parent = bot.server.state().channel("Incidents").unwrap().id;
    bot.delete(&format!("/channels/{parent}")).ok();
    assert_eq!(bot.get(&bot.path("inside")).ok().body["parent_id"], Value::Null);
    bot.in_order();
}

#[test]
fn the_guild_its_roles_and_its_people_can_be_asked_for() {
    let bot = Bot::new();
    let guild = format!("/guilds/{}", bot.guild());
    let alice = bot.person("alice").id();
    assert_eq!(bot.get(&format!("{guild}?with_counts=true")).ok().body["approximate_member_count"], 4);
    assert_eq!(bot.get(&format!("{guild}/roles")).ok().body.as_array().unwrap().len(), 3);
    assert_eq!(bot.get(&format!("{guild}/channels")).ok().body.as_array().unwrap().len(), 2);
    let role = bot.role("ops").to_string();
    assert_eq!(bot.get(&format!("{guild}/members/{alice}")).ok().body["roles"], json!([role]));
    assert_eq!(
        bot.get(&format!("{guild}/members/search?query=ali")).ok().body[0]["user"]["username"],
        "alice"
    );
    bot.get(&format!("{guild}/members/17")).refused(404, 10013);
    bot.get(&format!("{guild}/members?limit=10")).refused(403, 50001);
    bot.server.state().application.members = true;
    assert_eq!(bot.get(&format!("{guild}/members?limit=10")).ok().body.as_array().unwrap().len(), 4);
    bot.patch(&format!("{guild}/members/@me"), json!({ "nick": "Sitrep" })).ok();
    assert_eq!(bot.get("/users/@me").ok().body["bot"], true);
    assert_eq!(bot.get("/users/@me/guilds").ok().body[0]["name"], "Example");
    for path in ["/gateway", "/gateway/bot", "/applications/@me", "/oauth2/applications/@me"] {
        bot.get(path).ok();
    }
    bot.get("/guilds/17").refused(404, 10004);
    bot.in_order();
}

#[test]
fn a_bot_that_was_put_out_of_the_guild_has_no_access() {
    let bot = Bot::new();
    let (messages, channels) = (bot.messages("ops"), all(&bot));
    bot.delete(&format!("/users/@me/guilds/{}", bot.guild())).ok();
    assert_eq!(bot.get("/users/@me/guilds").ok().body, json!([]));
    bot.get(&messages).refused(403, 50001);
    bot.get(&channels).refused(403, 50001);
    let from = bot.log();
    bot.person("alice").say("ops", "anybody?").unwrap();
    assert!(bot.told(from).is_empty(), "nothing is told to it either");
    bot.in_order();
}
