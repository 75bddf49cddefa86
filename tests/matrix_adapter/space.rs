//! The space: made once, filled with the rooms of public incidents, and never a reason to fail.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use sitrep_core::port::{Action, Level, Outcome, Platform, Receipt};
use sitrep_matrix::SpaceSettings;

use super::bot::{Bot, handles};
use crate::support::person::Person;
use crate::support::synapse::{SERVER_NAME, Synapse};
use crate::support::{Failed, PATIENCE};

/// What is done in passes takes a while.
const PASSES: Duration = Duration::from_secs(60);

fn settings(space: &str, people: &[&Person]) -> Option<SpaceSettings> {
    let people = people.iter().map(|person| person.user_id.clone()).collect();
    Some(SpaceSettings { space: space.to_owned(), people, open_to: None })
}

/// An incident's room.
fn open(bot: &Bot, key: &str, private: bool, invited: &[&str]) -> Result<String, Failed> {
    let (name, topic) = ("an incident".to_owned(), "the topic".to_owned());
    let action = Action::OpenRoom { name, topic, invited: handles(invited), private, open_to: None };
    let outcome = bot.perform(key, Utc::now(), action);
    if let Outcome::Done(Receipt::Room(room)) = outcome {
        return Ok(room.room);
    }
    Err(format!("{outcome:?}").into())
}

/// Waits until the homeserver knows the bot's space, and returns its id.
fn space_of(bot: &Bot, alice: &Person) -> Result<String, Failed> {
    let name = bot.account.user_id.trim_start_matches('@').split(':').next().unwrap_or_default();
    let alias = crate::support::http::encoded(&format!("#sitrep-space-{name}:{SERVER_NAME}"));
    let path = format!("/_matrix/client/v3/directory/room/{alias}");
    let found = alice.wait_until(PASSES, || {
        let answer = alice.api.ask("GET", &path, None)?;
        Ok(answer.body["room_id"].as_str().map(str::to_owned))
    })?;
    found.ok_or_else(|| "no space was made".into())
}

/// Waits until the space says that a room is in it.
fn is_filled(person: &Person, space: &str, room: &str) -> Result<(), Failed> {
    let child = person.wait_until(PASSES, || person.state(space, "m.space.child", room))?;
    let child = child.ok_or("the space was not told of the room")?;
    assert_eq!(child["via"], json!([SERVER_NAME]), "rooms can't be found without it");
    Ok(())
}

fn name_of(person: &Person, room: &str) -> Result<Value, Failed> {
    Ok(person.state(room, "m.room.name", "")?.unwrap_or_default()["name"].clone())
}

/// What the doctor says of the space.
fn finding(bot: &Bot) -> Result<(Level, String), Failed> {
    let platform = bot.platform()?;
    let found = bot.runtime.block_on(platform.checkup());
    let about = found.into_iter().find(|found| found.to_string().contains("pace "));
    let about = about.ok_or("nothing about the space")?;
    Ok((about.level, about.to_string()))
}

pub(super) fn made_once_and_filled() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    let mut bot = Bot::new(&synapse)?;
    bot.configured_room(&synapse, &alice)?;
    bot.space = settings("Incidents", &[&alice]);
    bot.start()?;
    let space = space_of(&bot, &alice)?;
    let invitation = alice.wait_for_invite(|invitation| invitation.room == space)?;
    alice.join(&invitation.room)?;
    let creation = alice.state(&space, "m.room.create", "")?.ok_or("it was never made")?;
    assert_eq!((&creation["type"], name_of(&alice, &space)?), (&json!("m.space"), json!("Incidents")));
    assert!(alice.invite(&space, &bob.user_id).is_err(), "sitrep alone lets people in");
    // A public incident is in it, a private one isn't.
    let public = open(&bot, &synapse.unique("public"), false, &[])?;
    let private = open(&bot, &synapse.unique("private"), true, &[&alice.user_id])?;
    assert!(bob.join(&public).is_err(), "from outside");
    assert!(alice.join(&public).is_ok(), "from the space, without an invitation");
    alice.join(&private)?;
    let parent = alice.state(&public, "m.space.parent", &space)?.ok_or("the room knows no space")?;
    assert_eq!(parent, json!({ "via": [SERVER_NAME], "canonical": true }));
    assert_eq!(alice.state(&private, "m.space.parent", &space)?, None);
    assert_eq!(alice.state(&private, "m.room.join_rules", "")?, Some(json!({ "join_rule": "invite" })));
    is_filled(&alice, &space, &public)?;
    // Killed before the space is told, and renamed in the configuration: one space, told after all.
    let late = open(&bot, &synapse.unique("late"), false, &[])?;
    bot.kill();
    bot.space = settings("Outages", &[&alice]);
    bot.connect()?;
    let batch = bot.listen()?;
    bot.acknowledge(&batch);
    is_filled(&alice, &space, &late)?;
    alice
        .wait_until(PATIENCE, || Ok((name_of(&alice, &space)? == "Outages").then_some(())))?
        .ok_or("not renamed")?;
    assert_eq!(space_of(&bot, &alice)?, space, "one space for the account");
    assert_eq!(alice.state(&space, "m.space.child", &private)?, None, "nothing private is ever listed");
    let (level, words) = finding(&bot)?;
    assert_eq!(level, Level::Ok, "{words}");
    Ok(())
}

pub(super) fn of_others() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    for (preset, expected) in [("private_chat", Level::Ok), ("public_chat", Level::Warning)] {
        let mut bot = Bot::new(&synapse)?;
        let alias = synapse.unique("space");
        let me = &bot.account.user_id;
        let space = alice.create_room_with(&json!({
            "preset": preset, "room_alias_name": alias, "invite": [me, bob.user_id],
            "creation_content": { "type": "m.space" },
        }))?;
        alice.set_power(&space, me, 50)?;
        bob.join(&space)?;
        bot.configured_room(&synapse, &alice)?;
        bot.space = settings(&format!("#{alias}:{SERVER_NAME}"), &[]);
        bot.start()?;
        // Asked about it, it has looked for it.
        let (level, words) = finding(&bot)?;
        assert_eq!(level, expected, "{words}");
        let room = open(&bot, &synapse.unique("key"), false, &[&alice.user_id])?;
        alice.join(&room)?;
        assert_eq!(bob.join(&room).is_ok(), expected == Level::Ok, "anybody can enter a public space");
        is_filled(&alice, &space, &room)?;
    }
    Ok(())
}

pub(super) fn for_everybody() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mallory) =
        (synapse.person("alice")?, synapse.person("bob")?, synapse.person("mallory")?);
    let mut bot = Bot::new(&synapse)?;
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.invite(&ops, &bob.user_id)?;
    bob.join(&ops)?;
    bot.space = settings("Incidents", &[])
        .map(|space| SpaceSettings { open_to: bot.rooms.first().cloned(), ..space });
    bot.start()?;
    let space = space_of(&bot, &alice)?;
    bob.wait_until(PATIENCE, || Ok(bob.join(&space).ok()))?.ok_or("who is in the first room may enter")?;
    assert!(mallory.join(&space).is_err(), "and nobody else");
    Ok(())
}

pub(super) fn in_trouble() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mallory) = (synapse.person("alice")?, synapse.person("mallory")?);
    let mut bot = Bot::new(&synapse)?;
    bot.configured_room(&synapse, &alice)?;
    let me = bot.account.user_id.clone();
    let (powerless, room) = (synapse.unique("space"), synapse.unique("room"));
    let body = |alias: &str| json!({ "preset": "public_chat", "room_alias_name": alias, "invite": [me] });
    let mut space = body(&powerless);
    space["creation_content"] = json!({ "type": "m.space" });
    alice.create_room_with(&space)?;
    alice.create_room_with(&body(&room))?;
    // Somebody else was first at the address of the space that is to be made.
    let name = me.trim_start_matches('@').split(':').next().unwrap_or_default();
    space["room_alias_name"] = format!("sitrep-space-{name}").into();
    mallory.create_room_with(&space)?;
    let alias = |name: &str| format!("#{name}:{SERVER_NAME}");
    let cases = [
        (alias(&powerless), "may not put rooms into the space"),
        (alias(&room), "is a room and not a space"),
        (alias("nowhere"), "can't be used"),
        ("Incidents".to_owned(), "is the address of somebody else's room"),
    ];
    bot.start()?;
    for (configured, expected) in cases {
        bot.kill();
        bot.space = settings(&configured, &[&alice]);
        bot.connect()?;
        let (level, words) = finding(&bot)?;
        assert!(level == Level::Warning && words.contains(expected), "{words}");
        let opened = open(&bot, &synapse.unique("key"), false, &[&alice.user_id])?;
        alice.join(&opened)?;
        let rule = alice.state(&opened, "m.room.join_rules", "")?;
        assert_eq!(rule, Some(json!({ "join_rule": "invite" })), "incidents go on without it");
    }
    Ok(())
}
