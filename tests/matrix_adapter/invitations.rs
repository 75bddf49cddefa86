//! Who may ask sitrep into a room. The allow-list here lets in whose name doesn't begin with `stranger`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bot::Bot;
use crate::support::Failed;
use crate::support::person::Person;
use crate::support::synapse::Synapse;

/// The membership of the bot, as the homeserver has it.
fn membership(person: &Person, room: &str, bot: &Bot) -> Result<String, Failed> {
    let state = person.state(room, "m.room.member", &bot.account.user_id)?;
    Ok(state.map_or_else(String::new, |state| state["membership"].as_str().unwrap_or_default().to_owned()))
}

pub(super) fn only_those_who_may_ask_it_into_rooms() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, stranger) = (synapse.person("alice")?, synapse.person("stranger")?);
    let mut bot = Bot::new(&synapse)?;
    let me = bot.account.user_id.clone();
    // A room, a space, and a direct room, before it starts and while it runs.
    let space =
        json!({ "preset": "private_chat", "invite": [me], "creation_content": { "type": "m.space" } });
    let mut refused = vec![stranger.create_room(None, &[&me])?];
    bot.start()?;
    refused.push(stranger.create_room_with(&space)?);
    refused.push(stranger.create_direct_room(&me)?);
    refused.push(stranger.create_room_with(&json!({ "preset": "public_chat", "invite": [me] }))?);
    // Whoever is accepted later takes nobody along, nor does a restart.
    for _ in 0..2 {
        let accepted = [alice.create_room(None, &[&me])?, alice.create_room_with(&space)?];
        for room in &accepted {
            bot.until_joined(&alice, room)?;
        }
        bot.is_quiet()?;
        for room in &refused {
            assert_eq!(
                membership(&stranger, room, &bot)?,
                "invite",
                "an invitation of a stranger is left alone"
            );
        }
        bot.kill();
        bot.connect()?;
    }
    // Somebody who may ask, into the same room: that counts, whoever was first.
    let shared =
        stranger.create_room_with(&json!({ "preset": "private_chat", "invite": [me, alice.user_id] }))?;
    stranger.set_power(&shared, &alice.user_id, 50)?;
    alice.join(&shared)?;
    bot.is_quiet()?;
    assert_eq!(membership(&stranger, &shared, &bot)?, "invite");
    alice.remove(&shared, &me)?;
    alice.invite(&shared, &me)?;
    bot.until_joined(&alice, &shared)?;
    // When nobody is left who may ask, it stays, and hears what is said.
    alice.leave(&shared)?;
    stranger.say(&shared, "!status")?;
    assert_eq!(bot.hear(1)?[0].person.handle, stranger.user_id);
    assert_eq!(membership(&stranger, &shared, &bot)?, "join");
    let joined = bot.session_api()?.get("/_matrix/client/v3/joined_rooms")?;
    let joined: BTreeSet<&str> =
        joined["joined_rooms"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(refused.iter().all(|room| !joined.contains(room.as_str())), "{joined:?}");
    Ok(())
}
