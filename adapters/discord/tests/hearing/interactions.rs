//! Slash commands, buttons and forms.

use serde_json::Value;
use sitrep_core::port::{Content, Offer, Overview, Platform, RoomKind};
use sitrep_fake_discord::{AnswerKind, Discord};

use crate::support::{Bot, assert_proper, discord, eventually};

async fn with_commands(discord: &Discord) -> Bot {
    let bot = Bot::connect(discord).await;
    eventually("Discord is told of the commands", || !discord.commands().is_empty()).await;
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_a_line_that_waits_for_an_answer() {
    let discord = discord();
    let mut bot = with_commands(&discord).await;
    let title = Value::from(format!("tell <@{}>", discord.person("bob").id()));
    let pending = discord.person("alice").slash("ops", "incident", &[("title", title)]).unwrap();
    let heard = bot.hear().await;
    let expected = format!("!incident tell @{}", discord.person("bob").id());
    assert_eq!(heard.content, Content::Said(expected));
    assert_eq!(heard.message.id, format!("interaction:{}", pending.id()));
    assert!(heard.awaits_answer && heard.standing.groups.contains(&"ops".to_owned()), "{heard:?}");
    eventually("it is deferred", || pending.answer().is_some()).await;
    assert_eq!(pending.answer().unwrap().kind, AnswerKind::Deferred);
    let elsewhere = discord.person("alice").slash("random", "status", &[]).unwrap();
    let heard = bot.hear().await;
    assert_eq!((heard.kind, heard.awaits_answer), (RoomKind::Other, true), "it must be answered there, too");
    eventually("it is deferred", || elsewhere.answer().is_some()).await;
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_its_verb_and_one_with_a_form_asks_first() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let card = bot.say("ops", "It is down").await;
    bot.put_buttons(&card).await;
    let (alice, id) = (discord.person("alice"), card.id.parse().unwrap());
    let pressed = alice.press("ops", id, "ack").unwrap();
    let heard = bot.hear().await;
    assert_eq!(heard.content, Content::Reacted { message: card.id.clone(), key: "ack".to_owned() });
    assert_eq!(heard.message.id, format!("interaction:{}", pressed.id()));
    assert!(heard.awaits_answer);
    let asked = alice.press("ops", id, "update").unwrap();
    eventually("the form is shown", || asked.answer().is_some()).await;
    assert_eq!(asked.answer().unwrap().kind, AnswerKind::Modal);
    alice.fill(&asked, &[("text", "all good")]).unwrap();
    let heard = bot.hear().await;
    let (key, text) = ("update".to_owned(), "all good".to_owned());
    assert_eq!(heard.content, Content::Filled { message: card.id.clone(), key, text });
    assert!(heard.awaits_answer);
    alice.select("ops", id, "sev", &["2"]).unwrap();
    let heard = bot.hear().await;
    let (key, text) = ("sev".to_owned(), "2".to_owned());
    assert_eq!(heard.content, Content::Filled { message: card.id, key, text });
    assert!(heard.awaits_answer);
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_offered_to_those_who_may_command() {
    let discord = discord();
    let bot = with_commands(&discord).await;
    let offer = Offer {
        id: "INC-7".parse().unwrap(),
        label: "INC-7 Declared: checkout is down".to_owned(),
        room: None,
        is_over: false,
        only_for: None,
    };
    bot.platform.inform(&Overview { incidents: vec![offer], ..Overview::default() });
    let ask =
        |name: &str| discord.person(name).complete("ops", "status", &[("incident", "check")], "incident");
    let names = |name: &str| {
        let choices = ask(name).unwrap();
        choices.into_iter().map(|(shown, _)| shown).collect::<Vec<String>>()
    };
    let offered = tokio::task::block_in_place(|| names("alice"));
    assert_eq!(offered, ["INC-7 Declared: checkout is down"]);
    assert_eq!(tokio::task::block_in_place(|| names("bob")), Vec::<String>::new());
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferral_that_fails_for_a_moment_is_tried_again() {
    let discord = discord();
    let mut bot = with_commands(&discord).await;
    discord.faults().cut_before("POST", "/interactions/*/*/callback", 1);
    let pending = discord.person("alice").slash("ops", "status", &[]).unwrap();
    bot.hear().await;
    eventually("it is deferred", || pending.answer().is_some()).await;
    assert_eq!(pending.answer().unwrap().kind, AnswerKind::Deferred);
    assert_eq!(discord.faults().left(), 0);
    assert_proper(&discord);
}

/// The conversation stays, and so do the buttons in it.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_left_the_server_is_told_so() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let bob = discord.person("bob");
    let direct = bob.direct_channel().to_string();
    let card = bot.say(&direct, "It is down.").await;
    bot.put_buttons(&card).await;
    discord.remove_person("bob");
    let pending = bob.press(&direct, card.id.parse().unwrap(), "ack").unwrap();
    eventually("it is answered", || {
        pending.answer().is_some_and(|answer| answer.content.contains("invitation"))
    })
    .await;
    assert_proper(&discord);
}
