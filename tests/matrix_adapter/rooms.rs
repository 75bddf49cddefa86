//! Which room is which: configured ones are known whatever the directory says, private conversations are private,
//! and an incident's room lets in whom it should.

use std::thread;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use sitrep_core::port::{Action, ListenError, Outcome, Receipt, RoomKind};
use sitrep_core::room::{PlatformName, RoomRef};

use super::bot::{Bot, handles, texts};
use super::front::{BAD_GATEWAY, Front, NOT_FOUND};
use crate::support::Failed;
use crate::support::person::Person;
use crate::support::synapse::{SERVER_NAME, Synapse};

fn no_directory(path: &str) -> Option<&'static str> {
    path.contains("/directory/room/").then_some(BAD_GATEWAY)
}

pub(super) fn a_configured_room_is_remembered() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.set_state(&ops, "m.room.canonical_alias", "", &json!({}))?;
    bot.start()?;
    bot.kill();
    for answer in [BAD_GATEWAY, NOT_FOUND] {
        front.answers(move |path| path.contains("/directory/room/").then_some(answer));
        bot.connect()?;
        alice.say(&ops, "!incident while the directory is down")?;
        let heard = bot.hear(1)?;
        let room = heard[0].message.room.room.as_str();
        assert_eq!((room, heard[0].kind), (bot.rooms[0].as_str(), RoomKind::Configured));
        bot.kill();
    }
    Ok(())
}

pub(super) fn a_room_that_nobody_knows_holds_commands_back() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    bot.start()?;
    bot.kill();
    // Configured while the directory is down: one that names itself, one that doesn't, and one that isn't there.
    let named = bot.configured_room(&synapse, &alice)?;
    let unnamed = bot.configured_room(&synapse, &alice)?;
    let nowhere = format!("#{}:{SERVER_NAME}", synapse.unique("nowhere"));
    bot.rooms.insert(0, nowhere);
    alice.set_state(&unnamed, "m.room.canonical_alias", "", &json!({}))?;
    // Three are no private conversation.
    let bob = synapse.person("bob")?;
    for room in [&named, &unnamed] {
        alice.invite(room, &bob.user_id)?;
        bob.join(room)?;
    }
    front.answers(|path| no_directory(path).filter(|_| !path.contains("nowhere")));
    bot.connect()?;
    bot.until_joined(&alice, &named)?;
    bot.until_joined(&alice, &unnamed)?;
    alice.say(&named, "!incident in the room that names itself")?;
    let heard = bot.hear(1)?;
    assert_eq!((heard[0].message.room.room.as_str(), heard[0].kind), (&*bot.rooms[1], RoomKind::Configured));
    alice.say(&unnamed, "!incident in the room that doesn't")?;
    let words = loop {
        match bot.try_listen()? {
            Err(ListenError::Transient(words)) => break words,
            Err(fatal) => return Err(format!("{fatal:?}").into()),
            Ok(batch) => {
                assert!(batch.inbounds.is_empty(), "{batch:?}");
                bot.acknowledge(&batch);
            }
        }
    };
    assert!(words.contains("can't be looked up"), "{words}");
    front.answers(|_| None);
    let heard = loop {
        match bot.try_listen()? {
            Ok(batch) if batch.inbounds.is_empty() => bot.acknowledge(&batch),
            Ok(batch) => break batch.inbounds,
            Err(ListenError::Transient(_)) => thread::sleep(Duration::from_millis(200)),
            Err(fatal) => return Err(format!("{fatal:?}").into()),
        }
    };
    assert_eq!(texts(&heard), ["!incident in the room that doesn't"]);
    assert_eq!((heard[0].message.room.room.as_str(), heard[0].kind), (&*bot.rooms[2], RoomKind::Configured));
    Ok(())
}

pub(super) fn only_closed_rooms_of_two_are_direct() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    let me = bot.account.user_id.clone();
    let world = json!([{ "type": "m.room.history_visibility", "content": { "history_visibility": "world_readable" } }]);
    let rooms = [
        (json!({ "preset": "public_chat", "invite": [me] }), RoomKind::Other),
        (json!({ "preset": "private_chat", "invite": [me], "initial_state": world }), RoomKind::Other),
        (json!({ "preset": "private_chat", "invite": [me] }), RoomKind::Direct),
    ];
    let mut last = String::new();
    for (body, expected) in rooms {
        last = alice.create_room_with(&body)?;
        bot.until_joined(&alice, &last)?;
        alice.say(&last, "!incident")?;
        assert_eq!(bot.hear(1)?[0].kind, expected, "{body}");
    }
    alice.invite(&last, &bob.user_id)?;
    bob.join(&last)?;
    alice.say(&last, "!incident among three")?;
    assert_eq!(bot.hear(1)?[0].kind, RoomKind::Other, "a third person may read along");
    Ok(())
}

pub(super) fn a_public_room_is_open_to_where_it_was_declared() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mallory) =
        (synapse.person("alice")?, synapse.person("bob")?, synapse.person("mallory")?);
    let mut bot = Bot::new(&synapse)?;
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.invite(&ops, &bob.user_id)?;
    bob.join(&ops)?;
    bot.start()?;
    let open = |key: &str, private: bool, open_to: Option<RoomRef>| {
        let (name, topic) = ("an incident".to_owned(), "the topic".to_owned());
        let invited = handles(&[&alice.user_id]);
        let action = Action::OpenRoom { name, topic, invited, private, open_to };
        let outcome = bot.perform(key, Utc::now(), action);
        if let Outcome::Done(Receipt::Room(room)) = outcome {
            return Ok(room.room);
        }
        Err(Failed::from(format!("{outcome:?}")))
    };
    let may_join = |person: &Person, room: &str| person.join(room).is_ok();
    let key = synapse.unique("open");
    let public = open(&key, false, Some(bot.room(0)))?;
    assert!(!may_join(&mallory, &public), "from outside");
    assert!(may_join(&bob, &public), "from where it was declared");
    assert_eq!(open(&key, false, Some(bot.room(0)))?, public, "once");

    let nowhere = RoomRef::new(&PlatformName::new("matrix"), format!("#nowhere:{SERVER_NAME}"));
    let closed = [
        open(&synapse.unique("private"), true, Some(bot.room(0)))?,
        open(&synapse.unique("alone"), false, None)?,
        open(&synapse.unique("nowhere"), false, Some(nowhere))?,
    ];
    for room in closed {
        assert!(!may_join(&bob, &room) && !may_join(&mallory, &room));
        alice.join(&room)?;
        assert_eq!(alice.state(&room, "m.room.join_rules", "")?, Some(json!({ "join_rule": "invite" })));
    }
    Ok(())
}
