use serde_json::{Value, json};

use super::{Answered, Bot};
use crate::pending::{AnswerKind, Pending};

/// A Discord with a command and a message with a button.
fn ready() -> (Bot, u64) {
    let bot = Bot::new();
    let options = json!([
        { "type": 3, "name": "title", "description": "d", "required": true },
        { "type": 3, "name": "severity", "description": "d", "autocomplete": true },
        { "type": 6, "name": "who", "description": "d" },
    ]);
    let commands = json!([{ "name": "incident", "description": "d", "type": 1, "options": options }]);
    bot.put(&format!("/applications/{}/guilds/{}/commands", bot.id(), bot.guild()), commands).ok();
    let button = json!({ "type": 2, "style": 1, "label": "Acknowledge", "custom_id": "sitrep:ack" });
    let card = json!({ "content": "card", "components": [{ "type": 1, "components": [button] }] });
    let card = bot.post(&bot.messages("ops"), card).ok().id();
    (bot, card)
}

fn declare(bot: &Bot) -> Pending {
    bot.person("alice").slash("ops", "incident", &[("title", json!("x"))]).unwrap()
}

fn token(bot: &Bot, pending: &Pending) -> String {
    bot.server.state().interactions[&pending.id()].token.clone()
}

fn answer(bot: &Bot, pending: &Pending, body: Value) -> Answered {
    bot.post(&format!("/interactions/{}/{}/callback", pending.id(), token(bot, pending)), body)
}

fn original(bot: &Bot, pending: &Pending) -> String {
    format!("/webhooks/{}/{}/messages/@original", bot.id(), token(bot, pending))
}

#[test]
fn a_command_is_answered_once_in_three_seconds() {
    let (bot, _) = ready();
    let from = bot.log();
    let pending = declare(&bot);
    assert_eq!(bot.told(from), ["INTERACTION_CREATE"]);
    answer(&bot, &pending, json!({ "type": 4, "data": { "content": "hello" } })).ok();
    answer(&bot, &pending, json!({ "type": 4, "data": { "content": "again" } })).refused(400, 40060);
    assert_eq!(pending.answer().unwrap().content, "hello");
    let late = declare(&bot);
    bot.advance(4);
    assert!(late.failed());
    answer(&bot, &late, json!({ "type": 4, "data": { "content": "late" } })).refused(404, 10062);
    let path = format!("/interactions/{}/nonsense/callback", late.id());
    bot.post(&path, json!({ "type": 5 })).refused(404, 10062);
    bot.in_order();
}

#[test]
fn an_answer_can_be_thought_about_for_a_quarter_of_an_hour() {
    let (bot, _) = ready();
    let pending = declare(&bot);
    bot.patch(&original(&bot, &pending), json!({ "content": "early" })).refused(404, 10015);
    answer(&bot, &pending, json!({ "type": 5, "data": { "flags": 64 } })).ok();
    let thinking = pending.answer().unwrap();
    assert_eq!((thinking.kind, thinking.ephemeral), (AnswerKind::Deferred, true));
    assert!(bot.person("alice").reads("ops").unwrap().last().unwrap().thinking);
    bot.advance(14 * 60);
    bot.patch(&original(&bot, &pending), json!({ "content": "there" })).ok();
    let there = pending.answer().unwrap();
    assert_eq!((there.kind, there.content.as_str(), there.ephemeral), (AnswerKind::Message, "there", true));
    bot.get(&original(&bot, &pending)).ok();
    bot.delete(&original(&bot, &pending)).ok();
    assert!(pending.answer().unwrap().removed);
    bot.patch(&original(&bot, &pending), json!({ "content": "gone" })).refused(404, 10008);
    bot.advance(2 * 60);
    bot.patch(&original(&bot, &pending), json!({ "content": "late" })).refused(401, 50027);
    bot.in_order();
}

#[test]
fn what_is_for_one_person_is_seen_by_that_person() {
    let (bot, _) = ready();
    let pending = declare(&bot);
    answer(&bot, &pending, json!({ "type": 4, "data": { "content": "for you", "flags": 64 } })).ok();
    let told = bot.server.state().log.last().unwrap().clone();
    assert_eq!((told.intents, told.d.get("guild_id")), (crate::intent::DIRECT_MESSAGES, None));
    let sees = |name: &str| bot.person(name).reads("ops").unwrap().iter().any(|it| it.content == "for you");
    assert!(sees("alice") && !sees("bob"));
    let history = bot.get(&bot.messages("ops")).ok().body;
    assert!(history.as_array().unwrap().iter().all(|it| it["content"] != "for you"));
    let more = format!("/webhooks/{}/{}", bot.id(), token(&bot, &pending));
    bot.post(&more, json!({ "content": "for you", "flags": 64 })).ok();
    bot.post(&more, json!({ "content": "for all" })).ok();
    assert!(!sees("bob") && bot.person("bob").reads("ops").unwrap().iter().any(|it| it.content == "for all"));
    bot.in_order();
}

#[test]
fn what_was_thought_about_notifies_when_it_is_shown() {
    let (bot, _) = ready();
    let bob = bot.person("bob").id();
    for (allowed, pings) in [(json!({ "parse": [] }), 0), (json!({ "parse": ["users"] }), 1)] {
        let pending = declare(&bot);
        answer(&bot, &pending, json!({ "type": 5 })).ok();
        let body = json!({ "content": format!("<@{bob}>"), "allowed_mentions": allowed });
        bot.patch(&original(&bot, &pending), body.clone()).ok();
        bot.patch(&original(&bot, &pending), body).ok();
        assert_eq!(std::mem::take(&mut bot.server.state().pings).len(), pings);
    }
}

#[test]
fn a_button_shows_a_form_and_the_form_is_filled_in() {
    let (bot, card) = ready();
    let pressed = bot.person("alice").press("ops", card, "ack").unwrap();
    let field = json!({ "type": 4, "custom_id": "text", "style": 2, "label": "What now?", "min_length": 2 });
    let form = json!({ "custom_id": "update", "title": "Update", "components": [{ "type": 1, "components": [field] }] });
    answer(&bot, &pressed, json!({ "type": 9, "data": form })).ok();
    assert_eq!(pressed.answer().unwrap().kind, AnswerKind::Modal);
    assert!(bot.person("alice").fill(&pressed, &[("text", "x")]).is_err(), "too short");
    assert!(bot.person("bob").fill(&pressed, &[("text", "all good")]).is_err(), "not his form");
    let sent = bot.person("alice").fill(&pressed, &[("text", "all good")]).unwrap();
    let told = bot.server.state().log.last().unwrap().d.clone();
    assert_eq!(told["data"]["components"][0]["components"][0]["value"], "all good");
    assert_eq!(told["message"]["id"], card.to_string());
    answer(&bot, &sent, json!({ "type": 7, "data": { "content": "card, updated" } })).ok();
    assert_eq!(bot.get(&format!("{}/{card}", bot.messages("ops"))).ok().body["content"], "card, updated");
    bot.in_order();
    let again = bot.person("alice").fill(&pressed, &[("text", "once more")]).unwrap();
    answer(&bot, &again, json!({ "type": 9, "data": form_of(1) })).refused(400, 50035);
    bot.in_disorder("doesn't fit");
}

fn form_of(fields: usize) -> Value {
    let row = |at: usize| {
        let field = json!({ "type": 4, "custom_id": format!("f{at}"), "style": 1, "label": "l" });
        json!({ "type": 1, "components": [field] })
    };
    json!({ "custom_id": "c", "title": "t", "components": (0..fields).map(row).collect::<Vec<_>>() })
}

#[test]
fn forms_keep_to_the_rules() {
    let mut titled = form_of(1);
    titled["title"] = json!("t".repeat(46));
    let mut unlabelled = form_of(1);
    unlabelled["components"][0]["components"][0].as_object_mut().unwrap().remove("label");
    let mut same = form_of(2);
    same["components"][1]["components"][0]["custom_id"] = json!("f0");
    for wrong in [form_of(0), form_of(6), titled, unlabelled, same] {
        let (bot, card) = ready();
        let pressed = bot.person("alice").press("ops", card, "ack").unwrap();
        answer(&bot, &pressed, json!({ "type": 9, "data": wrong })).refused(400, 50035);
        assert_eq!(bot.violations().len(), 1);
    }
    let (bot, card) = ready();
    let pressed = bot.person("alice").press("ops", card, "ack").unwrap();
    answer(&bot, &pressed, json!({ "type": 9, "data": form_of(5) })).ok();
    bot.in_order();
}

#[test]
fn while_it_is_typed_choices_are_offered() {
    let (bot, _) = ready();
    let alice = bot.person("alice");
    assert!(alice.completing("ops", "incident", &[("title", "x")], "title").is_err());
    let typing =
        alice.completing("ops", "incident", &[("title", "x"), ("severity", "se")], "severity").unwrap();
    let told = bot.server.state().log.last().unwrap().d.clone();
    assert_eq!((&told["type"], &told["data"]["options"][1]["focused"]), (&json!(4), &json!(true)));
    let choices = json!({ "choices": [{ "name": "SEV1", "value": "sev1" }] });
    answer(&bot, &typing, json!({ "type": 8, "data": choices })).ok();
    assert_eq!(typing.answer().unwrap().data["choices"][0]["value"], "sev1");
    let wrong = declare(&bot);
    bot.in_order();
    answer(&bot, &wrong, json!({ "type": 8, "data": { "choices": [] } })).refused(400, 50035);
}

#[test]
fn a_command_is_used_as_it_was_declared() {
    let (bot, _) = ready();
    let alice = bot.person("alice");
    assert!(alice.slash("ops", "incident", &[]).is_err(), "the title is required");
    assert!(alice.slash("ops", "unheard", &[]).is_err());
    let bob = bot.person("bob").id().to_string();
    alice.slash("ops", "incident", &[("title", json!("x")), ("who", json!(bob))]).unwrap();
    let told = bot.server.state().log.last().unwrap().d.clone();
    assert_eq!(told["data"]["resolved"]["users"][&bob]["username"], "bob");
    assert_eq!(told["member"]["user"]["username"], "alice");
    assert!(told["app_permissions"].is_string());
}

#[test]
fn the_answer_can_be_asked_back() {
    let (bot, _) = ready();
    let pending = declare(&bot);
    let path =
        format!("/interactions/{}/{}/callback?with_response=true", pending.id(), token(&bot, &pending));
    let back = bot.post(&path, json!({ "type": 4, "data": { "content": "hello" } })).ok().body;
    assert_eq!(back["resource"]["message"]["content"], "hello");
    let metadata = &back["resource"]["message"]["interaction_metadata"];
    assert_eq!((&metadata["id"], &metadata["type"]), (&json!(pending.id().to_string()), &json!(2)));
    bot.in_order();
}
