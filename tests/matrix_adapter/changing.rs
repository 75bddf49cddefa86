//! Rooms that change under the configuration: upgraded into another one, or robbed of their address.

use std::time::Duration;

use serde_json::{Value, json};
use sitrep_core::port::{Content, RoomKind};

use super::bot::Bot;
use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::synapse::{SERVER_NAME, Synapse};
use crate::support::{Failed, PATIENCE};

/// Upgrades a room as its owner's client does.
fn upgrade(alice: &Person, room: &str) -> Result<String, Failed> {
    let path = format!("/_matrix/client/v3/rooms/{}/upgrade", encoded(room));
    let answer = alice.api.post(&path, &json!({ "new_version": "12" }))?;
    Ok(answer["replacement_room"].as_str().ok_or("no room replaces it")?.to_owned())
}

/// What is said in a room is heard in the configured one.
fn is_heard(bot: &mut Bot, alice: &Person, room: &str, name: &str) -> Result<(), Failed> {
    alice.say(room, "!status")?;
    let heard = bot.hear(1)?;
    assert_eq!((heard[0].message.room.room.as_str(), heard[0].kind), (name, RoomKind::Configured));
    Ok(())
}

pub(super) fn an_upgraded_room_is_followed_under_its_name() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let body = |more: &Value| {
        let mut body = json!({ "preset": "public_chat", "room_version": "11" });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let alias = synapse.unique("ops");
    let by_alias = alice.create_room_with(&body(&json!({ "room_alias_name": alias })))?;
    let by_id = alice.create_room_with(&body(&json!({})))?;
    let closed = json!({ "preset": "private_chat", "invite": [bot.account.user_id] });
    let closed = alice.create_room_with(&body(&closed))?;
    bot.rooms = vec![format!("#{alias}:{SERVER_NAME}"), by_id.clone(), closed.clone()];
    let names = bot.rooms.clone();
    bot.start()?;
    // Nobody asks it in: it follows by itself, at the latest when its rooms are settled the next time.
    let upgraded = [upgrade(&alice, &by_alias)?, upgrade(&alice, &by_id)?];
    let moves = bot.hear(2)?;
    assert!(moves.iter().all(|moved| matches!(moved.content, Content::Moved { .. })), "{moves:?}");
    bot.kill();
    bot.connect()?;
    for (room, name) in upgraded.iter().zip(&names) {
        alice
            .wait_until(PATIENCE, || Ok(alice.members(room)?.contains(&bot.account.user_id).then_some(())))?;
        bot.is_quiet()?;
        is_heard(&mut bot, &alice, room, name)?;
    }
    // Twice upgraded, and only those may enter who are asked in.
    let mut room = closed;
    for _ in 0..2 {
        room = upgrade(&alice, &room)?;
        // Where it may not follow, it is as good as removed, until it is asked in.
        assert_eq!(bot.hear(1)?[0].content, Content::Removed { banned: false });
        alice.invite(&room, &bot.account.user_id)?;
        bot.until_joined(&alice, &room)?;
        is_heard(&mut bot, &alice, &room, &names[2])?;
    }
    bot.kill();
    bot.connect()?;
    is_heard(&mut bot, &alice, &room, &names[2])?;
    is_heard(&mut bot, &alice, &upgraded[1], &names[1])?;
    Ok(())
}

pub(super) fn an_address_that_moves_is_noticed() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let before = bot.configured_room(&synapse, &alice)?;
    let name = bot.rooms[0].clone();
    bot.look_up_every = Duration::ZERO;
    bot.start()?;
    is_heard(&mut bot, &alice, &before, &name)?;
    let after = alice.create_room(None, &[])?;
    let directory = format!("/_matrix/client/v3/directory/room/{}", encoded(&name));
    alice.api.call("DELETE", &directory, None)?;
    alice.api.put(&directory, &json!({ "room_id": after }))?;
    // The invitation has rooms settled; within a minute they are without it.
    alice.invite(&after, &bot.account.user_id)?;
    bot.until_joined(&alice, &after)?;
    is_heard(&mut bot, &alice, &after, &name)?;
    alice.say(&before, "!status")?;
    let heard = bot.hear(1)?;
    assert_eq!(heard[0].message.room.room, before, "the room of before is any other now");
    Ok(())
}
