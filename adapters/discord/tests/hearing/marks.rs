//! What happens to messages after they were written, whoever wrote them: signs come and go, words change and go.

use sitrep_core::port::{Content, Inbound};
use sitrep_fake_discord::{Discord, World, permission};

use crate::support::{Bot, assert_proper, discord, discord_of};

const PIN: &str = "\u{1f4cc}";
const CHECK: &str = "\u{2705}";

fn reacted(message: u64, key: &str) -> Content {
    Content::Reacted { message: message.to_string(), key: key.to_owned() }
}

fn unreacted(message: u64, key: &str) -> Content {
    Content::Unreacted { message: message.to_string(), key: key.to_owned() }
}

fn is_by(heard: &Inbound, discord: &Discord, name: &str) -> bool {
    heard.person.handle == discord.person(name).id().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_is_heard_on_any_message_and_so_is_its_end() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    let ours = bot.say("ops", "It is down").await.id.parse().unwrap();
    let theirs = alice.say("ops", "it is").unwrap();
    bot.hear().await;
    for message in [ours, theirs] {
        bob.react("ops", message, PIN).unwrap();
        let on = bot.hear().await;
        assert_eq!(on.content, reacted(message, PIN));
        assert!(is_by(&on, &discord, "bob") && on.standing.groups.contains(&"@everyone".to_owned()));
        bob.unreact("ops", message, PIN).unwrap();
        let off = bot.hear().await;
        assert_eq!(off.content, unreacted(message, PIN));
        assert!(is_by(&off, &discord, "bob") && off.message.room == on.message.room);
        bob.react("ops", message, PIN).unwrap();
        let again = bot.hear().await;
        assert_eq!(again.content, on.content);
        assert_ne!(again.message.id, on.message.id, "it was pressed twice");
    }
    let random = alice.say("random", "elsewhere").unwrap();
    bob.react("random", random, PIN).unwrap();
    alice.say("ops", "the end").unwrap();
    assert_eq!(bot.hear_words(1).await, ["the end"], "a room that is nobody's business");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_that_are_taken_off_all_at_once_are_taken_off_one_by_one() {
    let discord = discord();
    let mut bot = Bot::connect(&discord).await;
    let (alice, bob) = (discord.person("alice"), discord.person("bob"));
    let said = alice.say("ops", "it is down").unwrap();
    bot.hear().await;
    for (person, sign) in [(&alice, PIN), (&bob, PIN), (&bob, CHECK)] {
        person.react("ops", said, sign).unwrap();
        bot.hear().await;
    }
    discord.sweep("ops", said, Some(PIN));
    for name in ["alice", "bob"] {
        let off = bot.hear().await;
        assert_eq!(off.content, unreacted(said, PIN));
        assert!(is_by(&off, &discord, name), "{name}: {off:?}");
    }
    discord.sweep("ops", said, None);
    let off = bot.hear().await;
    assert_eq!(off.content, unreacted(said, CHECK));
    assert!(is_by(&off, &discord, "bob"));
    bob.react("ops", said, CHECK).unwrap();
    assert_eq!(bot.hear().await.content, reacted(said, CHECK), "it is a new one");
    assert_proper(&discord);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_anybodys_message_is_heard_and_a_program_gives_no_commands_by_it() {
    let discord = discord_of(World::new("Example").program("grafana"));
    let mut bot = Bot::connect(&discord).await;
    let (alice, grafana) = (discord.person("alice"), discord.person("grafana"));
    let alert = grafana.say("ops", "5 % of requests fail").unwrap();
    grafana.edit("ops", alert, "!resolve all is well").unwrap();
    grafana.edit("ops", alert, "9 % of requests fail").unwrap();
    let edited = bot.hear().await;
    let text = "9 % of requests fail".to_owned();
    assert_eq!(edited.content, Content::Edited { message: alert.to_string(), text });
    assert_eq!((is_by(&edited, &discord, "grafana"), edited.standing.groups), (true, vec![]));
    let (one, two) = (alice.say("ops", "one").unwrap(), alice.say("ops", "two").unwrap());
    bot.hear_words(2).await;
    discord.overwrite("ops", "alice", permission::MANAGE_MESSAGES, 0);
    alice.delete("ops", alert).unwrap();
    assert_eq!(bot.hear().await.content, Content::Redacted { message: alert.to_string() });
    discord.purge("ops", &[one, two]);
    for message in [one, two] {
        assert_eq!(bot.hear().await.content, Content::Redacted { message: message.to_string() });
    }
    assert_proper(&discord);
}
