//! Whom nothing may notify: whatever people write, only those are called who are meant.

use serde_json::json;

use crate::support::discord::Guild;
use crate::support::sitrep::Sitrep;
use crate::support::trials::{Test, test};
use crate::support::{Failed, surroundings};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::no_words_of_people_notify_anybody", hostile_words),
        test("discord::no_name_of_a_person_notifies_anybody", hostile_names),
        test("discord::an_answer_after_a_deferral_notifies_nobody", after_a_deferral),
        test("discord::markup_in_words_stays_words", markup),
    ]
}

/// Everything that has ever notified people by accident.
fn hostile(guild: &Guild) -> Vec<String> {
    let (bob, bot) = (guild.person("bob").id(), guild.discord.bot_id());
    let role = guild.discord.server().state().guild.roles.keys().next_back().copied().unwrap_or_default();
    vec![
        format!("@everyone @here <@{bob}> <@!{bob}> <@&{role}>"),
        format!("<@{bot}> incident loop"),
        "`@everyone` and \\@everyone and @\u{200b}everyone".to_owned(),
        format!("\\<@{bob}> [masked](https://evil.example) </incident:1>"),
        "**@everyone** ||@here|| # @everyone".to_owned(),
    ]
}

/// Pings by sitrep of others than those who are called on purpose.
fn accidents(guild: &Guild, meant: &[&str]) -> Vec<String> {
    let by_sitrep = |message: u64, channel: &str| {
        guild.discord.messages(channel).iter().any(|said| said.id == message && said.author == "sitrep")
    };
    let pings = guild.discord.pings();
    let accidents = pings
        .iter()
        .filter(|ping| !meant.contains(&ping.person.as_str()) && by_sitrep(ping.message, &ping.channel));
    accidents.map(|ping| format!("{} by {:?} in #{}", ping.person, ping.content, ping.channel)).collect()
}

fn hostile_words() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    for (number, words) in hostile(&guild).into_iter().enumerate() {
        let room = guild.declare(&alice, &format!("!incident {words}"))?;
        let id = room.id.to_string();
        guild.ask(&alice, &id, &format!("!update {words}"))?;
        guild.ask(&alice, &id, "!status")?;
        let pressed = guild.wait("buttons", || {
            let card = guild.card(&room).ok()?;
            card.buttons().iter().any(|(_, id)| id.contains("resolve")).then_some(card)
        })?;
        let pressed = alice.press(&id, pressed.id, "resolve")?;
        guild.first_answer(&pressed)?;
        alice.fill(&pressed, &[("text", &words)])?;
        guild
            .wait("the end is told", || (guild.said_in("status").len() >= 3 * (number + 1)).then_some(()))?;
        assert_eq!(
            guild
                .discord
                .channel(&id)
                .and_then(|room| room.topic)
                .unwrap_or_default()
                .matches("evil.example")
                .count()
                % 2,
            usize::from(words.contains("evil")) % 2
        );
    }
    guild.ask(&alice, "ops", "!incidents")?;
    let accidents = accidents(&guild, &["alice"]);
    assert!(accidents.is_empty(), "{accidents:#?}");
    guild.is_content()
}

fn hostile_names() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    {
        let mut state = guild.discord.server().state();
        let nick = format!("@everyone <@{}> **bold**", bob.id());
        state.users.entry(alice.id()).and_modify(|user| user.global_name = Some(nick.clone()));
        state.guild.members.entry(alice.id()).and_modify(|member| member.nick = Some(nick));
    }
    let _sitrep = guild.sitrep("")?;
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    for words in ["!ack", "!update half of it", "!status", "!resolve done"] {
        guild.ask(&alice, &id, words)?;
    }
    guild.ask(&alice, "ops", "!incidents")?;
    let accidents = accidents(&guild, &["alice"]);
    assert!(accidents.is_empty(), "{accidents:#?}");
    guild.is_content()
}

fn after_a_deferral() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let sitrep = Sitrep::run(surroundings::under(guild.home("")?)?)?;
    let alice = guild.person("alice");
    let bob = guild.person("bob").id();
    for (verb, slot, words) in [
        ("incident", "title", format!("@everyone <@{bob}>")),
        ("help", "verb", format!("@everyone <@{bob}>")),
        ("sev", "level", "@here".to_owned()),
    ] {
        surroundings::hold(sitrep.home())?;
        let asked = alice.slash("ops", verb, &[(slot, json!(words))]).ok();
        if let Some(asked) = &asked {
            guild.first_answer(asked)?;
        }
        surroundings::release(sitrep.home())?;
        guild.ask(&alice, "ops", "!incidents")?;
    }
    let accidents = accidents(&guild, &["alice"]);
    assert!(accidents.is_empty(), "{accidents:#?}");
    guild.is_content()
}

fn markup() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room =
        guild.declare(&alice, "!incident *bold* _thin_ ~~gone~~ ||hidden|| `code` [a](https://b.example)")?;
    let answer = guild.hear_words("ops", "INC-1 is declared")?;
    for markup in [r"\*bold\*", r"\~\~gone\~\~", r"\|\|hidden\|\|", r"\[a\]"] {
        assert!(answer.content.contains(markup), "{markup} in {}", answer.content);
    }
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!update # big\n-# small\n> said\n- item\n1. one\nhttps://b.example/unfolds")?;
    let told = guild.hear_words("status", "unfolds")?;
    for line in told.content.lines().filter(|line| line.starts_with('>')) {
        let words = line.trim_start_matches("> ");
        let is_markup = ["# ", "-# ", "> ", "- ", "1. "].iter().any(|sign| words.starts_with(sign));
        assert!(!is_markup, "{line:?} in\n{}", told.content);
    }
    assert!(
        told.flags & 4 != 0 || told.content.contains("<https://b.example"),
        "links don't unfold: {told:?}"
    );
    guild.is_content()
}
