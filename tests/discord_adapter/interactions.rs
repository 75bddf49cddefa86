//! Slash commands, buttons, forms and lists to pick from: each answered within three seconds, once.

use std::time::Duration;

use serde_json::json;
use sitrep_fake_discord::{AnswerKind, Message, Person};

use crate::support::discord::{Guild, world};
use crate::support::sitrep::Sitrep;
use crate::support::trials::{Test, test};
use crate::support::{Failed, surroundings};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_slash_command_declares", declares),
        test("discord::a_refusal_is_shown_to_one_person_alone", refused_alone),
        test("discord::a_stalled_commit_is_bridged_by_a_deferral", deferred),
        test("discord::past_a_quarter_of_an_hour_the_answer_goes_into_the_channel", too_late),
        test("discord::an_answer_owed_is_given_after_a_kill", owed_after_a_kill),
        test("discord::buttons_do_what_they_say", buttons),
        test("discord::update_and_resolve_ask_for_words", forms),
        test("discord::a_question_has_update_and_snooze", questions),
        test("discord::a_button_of_something_that_is_over_is_answered", over),
        test("discord::lists_offer_incidents_people_and_severities", lists),
        test("discord::an_answer_to_one_person_makes_no_channel_theirs_alone", no_channel_of_their_own),
    ]
}

/// Nobody is left with "sitrep is thinking…".
fn nobody_waits(guild: &Guild) -> Result<(), Failed> {
    guild.wait("nothing that is still being thought about", || {
        let mut channels = guild.discord.channels().into_iter();
        let waits =
            channels.any(|it| guild.discord.messages(&it.id.to_string()).iter().any(|said| said.thinking));
        (!waits).then_some(())
    })
}

fn declares() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let asked = alice.slash("ops", "incident", &[("title", json!("checkout is down"))])?;
    let room = guild.new_room(0)?;
    assert!(room.name.ends_with("-checkout-is-down"), "{}", room.name);
    let answer = guild.hear_words("ops", "INC-1 is declared")?;
    assert!(answer.content.contains(&format!("<#{}>", room.id)), "a link to the room: {}", answer.content);
    assert_eq!(answer.only_for, None, "everybody sees it");
    nobody_waits(&guild)?;
    assert!(!asked.failed());
    let said = guild.said_in("ops");
    assert_eq!(said.len(), 1, "it is answered once: {said:#?}");
    guild.is_content()
}

/// What is shown to one person alone is told without the server's number, as a direct message is. A room that was taken
/// for a direct channel would be heard only from that answer on.
fn no_channel_of_their_own() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let room = room.id.to_string();
    let directs = sitrep.home().path().join("data/discord/directs");
    // Before anything of it is on the disk that was typed, the answer to somebody else is given.
    alice.say(&room, "!sev 1")?;
    guild.answer(&alice.slash(&room, "incidents", &[])?)?;
    guild.answer(&alice.slash("ops", "incidents", &[])?)?;
    guild.hear_words(&room, "Sev1 now")?;
    sitrep.kill9();
    alice.say(&room, "!sev 3")?;
    sitrep.start_again()?;
    guild.hear_words(&room, "Sev3 now")?;
    let noted = std::fs::read_to_string(&directs).unwrap_or_default();
    assert_eq!(noted, "", "neither the room nor #ops is a direct channel");
    let direct = guild.direct_with(&alice);
    guild.ask(&alice, &direct, "!incidents")?;
    let noted = std::fs::read_to_string(&directs).unwrap_or_default();
    assert!(noted.starts_with(&direct), "this one is: {noted}");
    guild.is_content()
}

fn refused_alone() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    for (verb, words) in [("ack", "Which incident"), ("incidents", "Nothing is open"), ("help", "incident")] {
        let asked = alice.slash("ops", verb, &[])?;
        let answer = guild.answer(&asked)?;
        assert!(answer.ephemeral && answer.content.contains(words), "{verb}: {answer:?}");
    }
    let read = bob.reads("ops")?;
    assert!(read.is_empty(), "nobody else sees any of it: {read:#?}");
    nobody_waits(&guild)?;
    guild.is_content()
}

fn deferred() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let sitrep = Sitrep::run(surroundings::under(guild.home("")?)?)?;
    let alice = guild.person("alice");
    surroundings::hold(sitrep.home())?;
    let asked = alice.slash("ops", "incident", &[("title", json!("checkout is down"))])?;
    let first = guild.first_answer(&asked)?;
    assert_eq!(first.kind, AnswerKind::Deferred, "{first:?}");
    assert!(first.ephemeral, "nobody else sees it thinking: {first:?}");
    assert!(!asked.failed() && guild.rooms().is_empty(), "nothing is done before it is durable");
    surroundings::release(sitrep.home())?;
    guild.new_room(0)?;
    guild.hear_words("ops", "INC-1 is declared")?;
    nobody_waits(&guild)?;
    // The same for an answer that is for one person: it replaces what was shown.
    surroundings::hold(sitrep.home())?;
    let asked = alice.slash("ops", "ack", &[("incident", json!("INC-7"))])?;
    assert_eq!(guild.first_answer(&asked)?.kind, AnswerKind::Deferred);
    surroundings::release(sitrep.home())?;
    let answer = guild.answer(&asked)?;
    assert!(answer.ephemeral && answer.content.contains("no INC-7"), "{answer:?}");
    assert_eq!(guild.said_in("ops").iter().filter(|said| said.only_for.is_none()).count(), 1);
    guild.is_content()
}

fn too_late() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let sitrep = Sitrep::run(surroundings::under(guild.home("")?)?)?;
    let alice = guild.person("alice");
    surroundings::hold(sitrep.home())?;
    let asked = alice.slash("ops", "ack", &[("incident", json!("INC-7"))])?;
    guild.first_answer(&asked)?;
    guild.discord.clock().advance(Duration::from_secs(16 * 60));
    surroundings::release(sitrep.home())?;
    let answer = guild.hear_words("ops", "no INC-7")?;
    assert_eq!(answer.only_for, None);
    let answers = guild.said_in("ops").iter().filter(|said| said.text().contains("no INC-7")).count();
    assert_eq!(answers, 1, "{}", guild.transcript());
    guild.is_content()
}

fn owed_after_a_kill() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = Sitrep::run(surroundings::under(guild.home("")?)?)?;
    let alice = guild.person("alice");
    // It has been heard, deferred, and is killed before anything of it is durable; or after. Either way the person is
    // answered at most once, and what was committed is answered where it was asked.
    for round in 0..3_u64 {
        let asked = alice.slash("ops", "sev", &[("level", json!("1")), ("incident", json!("INC-9"))])?;
        std::thread::sleep(Duration::from_millis(40 * round));
        sitrep.kill9();
        sitrep.start_again()?;
        guild.ask(&alice, "ops", &format!("!status INC-{}", 20 + round))?;
        let answers = guild.discord.messages("ops");
        let own = answers.iter().filter(|said| said.author == "sitrep" && said.text().contains("no INC-9"));
        assert!(own.count() <= 1 + usize::try_from(round)?, "{}", guild.transcript());
        drop(asked);
    }
    guild.is_content()
}

fn buttons() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    let card = guild
        .wait("a card with buttons", || guild.card(&room).ok().filter(|card| card.buttons().len() >= 3))?;
    let verbs: Vec<String> = card.buttons().into_iter().map(|(_, verb)| verb).collect();
    for verb in ["ack", "update", "lead", "resolve"] {
        assert!(verbs.iter().any(|id| id.contains(verb)), "{verb} is missing in {verbs:?}");
    }
    assert_eq!(card.embeds.len(), 1, "the card is an embed: {card:#?}");
    let pressed = bob.press(&id, card.id, "ack")?;
    guild.hear_words(&id, "you have INC-1, and you lead")?;
    guild.wait("the card changed", || {
        guild.card(&room).ok().filter(|card| card.text().contains("acknowledged"))
    })?;
    assert!(!pressed.failed());
    alice.press(&id, card.id, "lead")?;
    guild.hear_words(&id, "You lead INC-1")?;
    nobody_waits(&guild)?;
    guild.is_content()
}

fn forms() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    let card = guild.wait("buttons", || guild.card(&room).ok().filter(|card| !card.buttons().is_empty()))?;
    for (verb, words, told) in [
        ("update", "half of it is *drained*", "half of it is"),
        ("resolve", "drained; nothing was lost", "nothing was lost"),
    ] {
        let pressed = alice.press(&id, card.id, verb)?;
        let form = guild.first_answer(&pressed)?;
        assert_eq!(form.kind, AnswerKind::Modal, "words are asked for at once: {form:?}");
        let filled = alice.fill(&pressed, &[("text", words)])?;
        guild.hear_words("status", told)?;
        assert!(!filled.failed());
    }
    guild
        .wait("a card without buttons", || guild.card(&room).ok().filter(|card| card.buttons().is_empty()))?;
    nobody_waits(&guild)?;
    guild.is_content()
}

const HASTE: &str = "[severity.sev2]\nupdate_every = \"3s\"\n";

/// An incident that alice leads, as she is asked for news: its channel, and the question.
fn asked(guild: &Guild, alice: &Person) -> Result<(String, Message), Failed> {
    let room = guild.declare(alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    guild.ask(alice, &id, "!ack")?;
    let question = guild.hear(&id, "a question with buttons", |said| {
        said.text().contains("an update is due") && said.buttons().len() >= 2
    })?;
    Ok((id, question))
}

fn questions() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep(HASTE)?;
    let alice = guild.person("alice");
    let (id, question) = asked(&guild, &alice)?;
    assert_eq!(question.mentions, ["alice"], "it calls exactly the commander");
    for verb in ["update", "snooze"] {
        assert!(question.buttons().iter().any(|(_, id)| id.contains(verb)), "{:?}", question.buttons());
    }
    alice.press(&id, question.id, "snooze")?;
    guild.hear_words(&id, "I ask about INC-1 again at")?;
    let pressed = alice.press(&id, question.id, "update")?;
    guild.first_answer(&pressed)?;
    alice.fill(&pressed, &[("text", "the queue is drained")])?;
    guild.hear_words("status", "the queue is drained")?;
    nobody_waits(&guild)?;
    guild.is_content()
}

fn over() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep(HASTE)?;
    let alice = guild.person("alice");
    let (id, question) = asked(&guild, &alice)?;
    guild.ask(&alice, &id, "!resolve done")?;
    let pressed = alice.press(&id, question.id, "snooze")?;
    let answer = guild.wait("an answer to a button that does nothing any more", || {
        let own =
            guild.discord.messages(&id).into_iter().find(|said| said.text().contains("nothing to change"));
        own.or_else(|| {
            let answer = pressed.answer()?;
            guild
                .discord
                .messages(&id)
                .into_iter()
                .find(|said| Some(said.id) == answer.message && !said.thinking)
        })
    })?;
    assert_eq!(answer.only_for.as_deref(), Some("alice"), "{answer:?}");
    nobody_waits(&guild)?;
    guild.is_content()
}

/// What is offered, as name and value.
fn offered(person: &Person, channel: &str, typed: &[(&str, &str)]) -> Result<Vec<String>, Failed> {
    let choices = person.complete(channel, "status", typed, "incident")?;
    Ok(choices.iter().map(|(name, value)| format!("{name} = {value}")).collect())
}

fn lists() -> Result<(), Failed> {
    let guild = Guild::of(world(), "@everyone")?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    guild.declare(&alice, "!incident checkout is down")?;
    let private = guild.declare(&alice, "!incident --private payroll zebra")?;
    let for_bob = offered(&bob, "ops", &[])?;
    assert!(for_bob.iter().any(|it| it.contains("INC-1") && it.contains("checkout is down")), "{for_bob:?}");
    assert!(!for_bob.iter().any(|it| it.contains("zebra") || it.contains("INC-2")), "{for_bob:?}");
    let for_alice = offered(&alice, "ops", &[])?;
    assert!(!for_alice.iter().any(|it| it.contains("zebra")), "others look on in #ops: {for_alice:?}");
    let inside = private.id.to_string();
    let narrowed = offered(&bob, "ops", &[("incident", "check")])?;
    assert!(narrowed.iter().any(|it| it.contains("INC-1")), "{narrowed:?}");
    let own = offered(&alice, &inside, &[])?;
    assert!(own.iter().any(|it| it.contains("INC-2")), "{own:?}");
    // Severities and people are offered by Discord itself, from what the commands say of them.
    let state = guild.discord.server().state();
    let command =
        |name: &str| state.commands.values().find(|command| command.definition["name"] == name).cloned();
    let sev = command("sev").ok_or("there is no /sev")?;
    let levels = sev.definition["options"][0]["choices"].as_array().map_or(0, Vec::len);
    assert!(levels == 4 || sev.definition["options"][0]["autocomplete"] == true, "{}", sev.definition);
    let lead = command("lead").ok_or("there is no /lead")?;
    assert_eq!(lead.definition["options"][0]["type"], 6, "a person is picked: {}", lead.definition);
    drop(state);
    guild.is_content()
}
