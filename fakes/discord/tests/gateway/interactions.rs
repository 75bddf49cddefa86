//! What people do, what their client refuses, and how it is answered.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{
    ChannelId, CommandOptionType, CreateCommand, CreateCommandOption, CreateInteractionResponse,
    CreateInteractionResponseMessage, GuildId, Interaction,
};
use sitrep_fake_discord::{AnswerKind, Discord, Pending};

use crate::bot::{Bot, Manner, card, until};
use crate::started;

/// A bot that has registered `/incident` and posted a card; the card's id.
fn with_commands(discord: &Discord, manner: Manner) -> (Bot, u64) {
    let bot = Bot::ready(discord, manner);
    let option = |kind, name: &str| CreateCommandOption::new(kind, name, "about it");
    let command = CreateCommand::new("incident")
        .description("declares an incident")
        .add_option(option(CommandOptionType::String, "title").required(true).max_length(20))
        .add_option(
            option(CommandOptionType::String, "severity")
                .add_string_choice("SEV1", "sev1")
                .add_string_choice("SEV2", "sev2"),
        )
        .add_option(option(CommandOptionType::User, "lead"))
        .add_option(option(CommandOptionType::String, "like").set_autocomplete(true));
    let guild = GuildId::new(discord.guild_id());
    bot.wait(guild.set_commands(&bot.http, vec![command])).unwrap();
    let ops = ChannelId::new(discord.channel("ops").unwrap().id);
    let card = bot.wait(ops.send_message(&bot.http, card())).unwrap().id.get();
    (bot, card)
}

fn content(pending: &Pending) -> String {
    until("an answer comes", || pending.answer().is_some_and(|answer| !answer.content.is_empty()));
    pending.answer().unwrap().content
}

#[test]
fn a_command_reaches_the_bot_with_its_options_and_is_answered_for_one_person() {
    let discord = started();
    let (bot, _) = with_commands(&discord, Manner::AtOnce);
    let alice = discord.person("alice");
    let options = [("title", json!("it is down")), ("severity", json!("SEV1")), ("lead", json!("bob"))];
    let pending = alice.slash("ops", "incident", &options).unwrap();
    let said = content(&pending);
    assert!(
        said.contains("alice")
            && said.contains("it is down")
            && said.contains("sev1")
            && said.contains("bob"),
        "{said}"
    );
    assert!(pending.answer().unwrap().ephemeral);
    assert!(alice.reads("ops").unwrap().iter().any(|message| message.content == said));
    assert!(!discord.person("bob").reads("ops").unwrap().iter().any(|message| message.content == said));
    let Interaction::Command(heard) = bot.interaction() else { panic!("a command was heard") };
    assert!(heard.member.unwrap().permissions.unwrap().send_messages());
    assert!(heard.app_permissions.unwrap().manage_channels());
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[test]
fn the_client_refuses_what_was_not_registered() {
    let discord = started();
    let (bot, card) = with_commands(&discord, Manner::AtOnce);
    let alice = discord.person("alice");
    let refused =
        |command: &str, options: &[(&str, Value)]| alice.slash("ops", command, options).unwrap_err().0;
    assert!(refused("nothing", &[]).contains("no command /nothing"));
    assert!(refused("incident", &[]).contains("needs title"));
    assert!(refused("incident", &[("title", json!("x")), ("why", json!("y"))]).contains("no option why"));
    assert!(refused("incident", &[("title", json!("x".repeat(21)))]).contains("1 to 20"));
    assert!(
        refused("incident", &[("title", json!("x")), ("severity", json!("sev9"))])
            .contains("none of the choices")
    );
    assert!(refused("incident", &[("title", json!("x")), ("lead", json!("nobody"))]).contains("no nobody"));
    assert!(
        alice.completing("ops", "incident", &[("title", "x")], "title").is_err(),
        "nothing is offered for it"
    );
    assert!(alice.press("ops", card, "old").unwrap_err().0.contains("greyed out"));
    assert!(alice.press("ops", card, "join").unwrap_err().0.contains("https://example.org"));
    assert!(alice.press("ops", card, "nothing").is_err());
    assert!(
        discord.person("bob").slash("staff", "incident", &[("title", json!("x"))]).is_err(),
        "a channel he doesn't see"
    );
    assert_eq!(bot.count("InteractionCreate"), 0);
}

#[test]
fn a_deferred_answer_is_a_thinking_message_that_is_filled_in() {
    let discord = started();
    let (_bot, _) = with_commands(&discord, Manner::Deferring);
    let pending = discord.person("alice").slash("ops", "incident", &[("title", json!("x"))]).unwrap();
    assert_eq!(content(&pending), "thought about it");
    assert!(pending.answer().unwrap().ephemeral);
}

#[test]
fn a_button_is_answered_and_one_that_shows_a_form_leads_to_what_is_filled_in() {
    let discord = started();
    let (_bot, card) = with_commands(&discord, Manner::WithForm);
    let alice = discord.person("alice");
    let form = alice.press("ops", card, "ack").unwrap();
    until("a form is shown", || form.answer().is_some());
    assert_eq!(form.answer().unwrap().kind, AnswerKind::Modal);
    assert!(alice.fill(&form, &[("text", "")]).unwrap_err().0.contains("required"));
    assert!(alice.fill(&form, &[("text", &"x".repeat(21))]).unwrap_err().0.contains("20"));
    assert!(alice.fill(&form, &[("nothing", "x")]).is_err());
    assert!(discord.person("bob").fill(&form, &[("text", "x")]).is_err(), "it is hers");
    let sent = alice.fill(&form, &[("text", "all good")]).unwrap();
    assert_eq!(content(&sent), "form: all good");
}

#[test]
fn what_is_offered_for_a_half_typed_word() {
    let discord = started();
    let (_bot, _) = with_commands(&discord, Manner::AtOnce);
    let offered = discord.person("alice").complete("ops", "incident", &[("like", "IN")], "like").unwrap();
    assert_eq!(offered, [("INC-1 it is down".to_owned(), json!("INC-1"))]);
}

#[test]
fn after_three_seconds_it_is_too_late() {
    let discord = started();
    let (bot, _) = with_commands(&discord, Manner::Later);
    let pending = discord.person("alice").slash("ops", "incident", &[("title", json!("x"))]).unwrap();
    let Interaction::Command(heard) = bot.interaction() else { panic!("a command was heard") };
    discord.clock().advance(Duration::from_secs(4));
    assert!(pending.failed());
    let answer = CreateInteractionResponse::Message(CreateInteractionResponseMessage::new().content("late"));
    let refused = bot.wait(heard.create_response(&bot.http, answer)).unwrap_err().to_string();
    assert!(refused.contains("Unknown interaction"), "{refused}");
    let violations = discord.violations();
    assert_eq!(
        violations.iter().filter(|it| it.contains("within three seconds")).count(),
        1,
        "{violations:?}"
    );
}

#[test]
fn nobody_minds_if_a_test_says_so_or_if_the_bot_was_not_there_any_more() {
    let discord = started();
    let (bot, _) = with_commands(&discord, Manner::Silent);
    let alice = discord.person("alice");
    let slash = || alice.slash("ops", "incident", &[("title", json!("x"))]).unwrap();
    slash();
    bot.hears("InteractionCreate", 1);
    drop(bot);
    until("it is gone", || !discord.gateway().is_connected());
    let unheard = slash();
    discord.clock().advance(Duration::from_secs(4));
    assert!(unheard.failed());
    assert_eq!(discord.violations(), Vec::<String>::new());
    let bot = Bot::ready(&discord, Manner::Silent);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(bot.count("InteractionCreate"), 0, "what was pressed before is not told to a new session");
    discord.faults().allow_late_answers();
    slash();
    bot.hears("InteractionCreate", 1);
    discord.clock().advance(Duration::from_secs(4));
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[test]
fn what_happened_during_a_gap_is_told_after_a_resume() {
    let discord = started();
    let (bot, _) = with_commands(&discord, Manner::AtOnce);
    discord.faults().reset();
    let pending = discord.person("alice").slash("ops", "incident", &[("title", json!("x"))]).unwrap();
    bot.hears("InteractionCreate", 1);
    assert!(content(&pending).contains("alice"));
}
