//! Who comes into a room, and what is done to anybody's messages there.

use serde_json::json;
use sitrep_core::port::{Content, RoomKind};

use super::archiving::open_room;
use super::bot::Bot;
use crate::support::Failed;
use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::synapse::Synapse;
use crate::support::trials::{Test, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("matrix_adapter::who_comes_in_is_heard_once", who_comes_in_is_heard_once),
        needs_synapse(
            "matrix_adapter::signs_and_edits_of_anybodys_messages_are_heard",
            signs_and_edits_of_anybodys_messages_are_heard,
        ),
    ]
}

/// Everything that is heard until somebody says a word.
fn until_said(bot: &mut Bot, word: &str) -> Result<Vec<(String, Content)>, Failed> {
    let mut heard = Vec::new();
    loop {
        let batch = bot.listen()?;
        bot.acknowledge(&batch);
        for inbound in batch.inbounds {
            if inbound.content == Content::Said(word.to_owned()) {
                return Ok(heard);
            }
            heard.push((inbound.person.handle, inbound.content));
        }
    }
}

fn rename(person: &Person, name: &str) -> Result<(), Failed> {
    let path = format!("/_matrix/client/v3/profile/{}/displayname", encoded(&person.user_id));
    person.api.put(&path, &json!({ "displayname": name }))?;
    Ok(())
}

fn who_comes_in_is_heard_once() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, carol) = (synapse.person("alice")?, synapse.person("bob")?, synapse.person("carol")?);
    let mut bot = Bot::new(&synapse)?;
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let people = [&alice, &bob, &carol].map(|person| person.user_id.as_str());
    let room = open_room(&bot, &synapse.unique("coming"), false, &people)?;
    alice.join(&room.room)?;
    rename(&alice, "Alice again")?;
    alice.say(&room.room, "first")?;
    let joined = |person: &Person| (person.user_id.clone(), Content::Joined);
    assert_eq!(until_said(&mut bot, "first")?, [joined(&alice)], "nobody else, and no new name");
    // While sitrep is down, behind more talk than a sync brings.
    bot.kill();
    bob.join(&room.room)?;
    rename(&alice, "Alice at last")?;
    carol.join(&room.room)?;
    carol.leave(&room.room)?;
    for number in 0..70 {
        alice.say(&room.room, &format!("talk {number}"))?;
    }
    alice.invite(&ops, &bob.user_id)?;
    bob.join(&ops)?;
    alice.say(&room.room, "second")?;
    bot.connect()?;
    let unacknowledged = bot.listen()?;
    bot.kill();
    bot.connect()?;
    let again = bot.listen()?;
    let ids = |batch: &sitrep_core::port::Batch| {
        let joined = batch.inbounds.iter().filter(|inbound| inbound.content == Content::Joined);
        joined.map(|inbound| (inbound.message.id.clone(), inbound.kind)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&unacknowledged), ids(&again), "the same events");
    assert!(ids(&again).iter().all(|(_, kind)| *kind == RoomKind::Own), "{again:?}");
    let heard = until_said(&mut bot, "second")?;
    let heard: Vec<_> = heard.into_iter().filter(|(_, content)| *content == Content::Joined).collect();
    assert_eq!(heard, [joined(&bob), joined(&carol)], "and not in the configured room");
    bot.is_quiet()
}

fn signs_and_edits_of_anybodys_messages_are_heard() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mut bot) = (synapse.person("alice")?, synapse.person("bob")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let room = open_room(&bot, &synapse.unique("marked"), false, &[&alice.user_id, &bob.user_id])?;
    alice.join(&room.room)?;
    bob.join(&room.room)?;
    // While it runs, and while it is down.
    for round in ["running", "down"] {
        if round == "down" {
            bot.kill();
        }
        let said = bob.say(&room.room, "the disk is full")?;
        let sign = alice.react(&room.room, &said, "📌")?;
        bob.edit(&room.room, &said, "the disk was full")?;
        let other = bob.react(&room.room, &said, "👍")?;
        let mut heard = Vec::new();
        if round == "running" {
            alice.say(&room.room, "meanwhile")?;
            heard.extend(until_said(&mut bot, "meanwhile")?);
            for (message, key) in [(&said, "📌"), (&said, "👍")] {
                let reacted = Content::Reacted { message: message.clone(), key: key.to_owned() };
                assert!(heard.iter().any(|(_, content)| *content == reacted), "{reacted:?} in {heard:?}");
            }
        }
        alice.redact(&room.room, &sign)?;
        bob.redact(&room.room, &other)?;
        bob.redact(&room.room, &said)?;
        alice.say(&room.room, round)?;
        if round == "down" {
            bot.connect()?;
        }
        heard.extend(until_said(&mut bot, round)?);
        let heard: Vec<Content> = heard.into_iter().map(|(_, content)| content).collect();
        let redacted = |message: &str| Content::Redacted { message: message.to_owned() };
        for expected in [redacted(&sign), redacted(&other), redacted(&said)] {
            let times = heard.iter().filter(|content| **content == expected).count();
            assert_eq!(times, 1, "{expected:?} in {heard:?}");
        }
        assert!(
            heard.contains(&Content::Edited { message: said.clone(), text: "the disk was full".to_owned() })
        );
    }
    Ok(())
}
