use serde_json::json;

use super::{Bot, world};

#[test]
fn people_do_only_what_they_may() {
    let bot = Bot::of(world().private_channel("staff", &["ops"]));
    let (alice, bob) = (bot.person("alice"), bot.person("bob"));
    let secret = alice.say("staff", "for the staff").unwrap();
    assert!(bob.say("staff", "me too").is_err() && bob.reads("staff").is_err());
    assert!(bob.react("staff", secret, "✅").is_err() && bob.press("staff", secret, "ack").is_err());
    assert_eq!(
        (alice.channels(), bob.channels()),
        (vec!["ops".into(), "staff".into()], vec!["ops".to_owned()])
    );
    let said = alice.say("ops", "mine").unwrap();
    assert!(bob.edit("ops", said, "his").is_err() && bob.delete("ops", said).is_err());
    alice.edit("ops", said, "mine still").unwrap();
    alice.delete("ops", said).unwrap();
    assert!(alice.say("ops", &"x".repeat(2001)).is_err());
}

#[test]
fn what_the_bot_cannot_see_is_not_told() {
    let bot = Bot::of(world().channel("staff"));
    let everyone = bot.guild();
    bot.server.state().channels.values_mut().find(|it| it.name == "staff").unwrap().overwrites =
        vec![crate::Overwrite {
            id: bot.id(),
            member: true,
            allow: 0,
            deny: crate::permission::VIEW_CHANNEL,
        }];
    let from = bot.log();
    bot.person("alice").say("staff", "about the bot").unwrap();
    assert!(bot.told(from).is_empty(), "{everyone}");
    bot.person("alice").say("ops", "to the bot").unwrap();
    assert_eq!(bot.told(from), ["MESSAGE_CREATE"]);
}

#[test]
fn what_needs_the_intent_for_content_is_marked() {
    let bot = Bot::new();
    let alice = bot.person("alice");
    let hidden = || bot.server.state().log.last().unwrap().content;
    alice.say("ops", "talk").unwrap();
    assert!(hidden());
    alice.say("ops", &format!("<@{}> ack", bot.id())).unwrap();
    assert!(!hidden());
    alice.say_directly("hello").unwrap();
    assert!(!hidden());
    bot.post(&bot.messages("ops"), json!({ "content": "mine" })).ok();
    assert!(!hidden());
}

#[test]
fn a_direct_channel_is_told_with_its_own_intent() {
    let bot = Bot::new();
    bot.person("alice").say_directly("hello").unwrap();
    let told = bot.server.state().log.last().unwrap().clone();
    assert_eq!(told.intents, crate::intent::DIRECT_MESSAGES);
    assert!(told.d.get("guild_id").is_none());
}

#[test]
fn another_program_is_marked_as_one() {
    let bot = Bot::of(world().program("pager"));
    bot.person("pager").say("ops", "!incident x").unwrap();
    assert_eq!(bot.server.state().log.last().unwrap().d["author"]["bot"], true);
}
