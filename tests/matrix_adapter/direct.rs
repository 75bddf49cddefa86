//! Rooms for one person, signs to press, and what rooms are called.

use chrono::Utc;
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Outcome, Receipt, RoomKind};
use sitrep_core::room::{MessageRef, PlatformName, RoomRef};

use super::bot::{Bot, handle, sign};
use crate::support::Failed;
use crate::support::http::encoded;
use crate::support::synapse::Synapse;

fn room_of(outcome: &Outcome) -> Result<String, Failed> {
    if let Outcome::Done(Receipt::Room(room)) = outcome {
        return Ok(room.room.clone());
    }
    Err(format!("no room: {outcome:?}").into())
}

pub(super) fn one_direct_room_a_person() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mut bot) = (synapse.person("alice")?, synapse.person("bob")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let direct = |user: &str| Action::OpenDirect { person: handle(user) };
    let first = room_of(&bot.perform(&synapse.unique("direct"), Utc::now(), direct(&alice.user_id)))?;
    alice.wait_for_invite(|invitation| invitation.room == first)?;
    alice.join(&first)?;
    assert_eq!(alice.members(&first)?.len(), 2);
    alice.say(&first, "!status")?;
    let heard = bot.hear(1)?;
    assert_eq!((&heard[0].message.room.room, heard[0].kind), (&first, RoomKind::Direct));
    // Asked again under another key, also after a restart, it is the same one.
    bot.kill();
    bot.connect()?;
    bot.is_quiet()?;
    let again = bot.perform(&synapse.unique("direct"), Utc::now(), direct(&alice.user_id));
    assert_eq!(room_of(&again)?, first);
    alice.say(&first, "!help")?;
    assert_eq!(bot.hear(1)?[0].kind, RoomKind::Direct);
    let path = format!("/_matrix/client/v3/user/{}/account_data/m.direct", encoded(&bot.account.user_id));
    let listed = bot.session_api()?.get(&path)?;
    assert_eq!(listed[alice.user_id.as_str()], json!([first]));
    // One that the person has opened serves as well.
    let bobs = bob.create_direct_room(&bot.account.user_id)?;
    bot.until_joined(&bob, &bobs)?;
    bot.is_quiet()?;
    let his = bot.perform(&synapse.unique("direct"), Utc::now(), direct(&bob.user_id));
    assert_eq!(room_of(&his)?, bobs);
    Ok(())
}

pub(super) fn signs_are_put_once() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let room = bot.room(0);
    let card = bot.said(
        "key-card",
        Action::Say {
            thread: None,
            room,
            answers: None,
            only_for: None,
            purpose: Purpose::Notice,
            message: Message::text("the card"),
            attachment: None,
        },
    )?;
    let keys = ["✅".to_owned(), "🙋".to_owned()];
    for key in ["key-signs", "key-signs", "key-signs-again"] {
        let put =
            Action::Buttons { message: card.clone(), buttons: keys.iter().map(|key| sign(key)).collect() };
        assert_eq!(bot.perform(key, Utc::now(), put), Outcome::Done(Receipt::Done));
    }
    let me = bot.account.user_id.clone();
    let mut expected = vec![(me.clone(), "✅".to_owned()), (me, "🙋".to_owned())];
    expected.sort();
    let mut signs = alice.reactions(&ops, &card.id)?;
    signs.sort();
    assert_eq!(signs, expected);
    let nowhere = MessageRef { id: "$nowhere".to_owned(), ..card };
    let put = Action::Buttons { message: nowhere, buttons: keys.iter().map(|key| sign(key)).collect() };
    assert!(!matches!(bot.perform("key-nowhere", Utc::now(), put), Outcome::InDoubt(_)));
    Ok(())
}

pub(super) fn rooms_are_renamed() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let open = Action::OpenRoom {
        name: "2026-11-22-1053-chekcout".to_owned(),
        topic: "INC-1 · chekcout".to_owned(),
        invited: vec![handle(&alice.user_id)],
        private: true,
        open_to: None,
    };
    let room = room_of(&bot.perform(&synapse.unique("named"), Utc::now(), open))?;
    alice.join(&room)?;
    let name = Action::Name {
        room: RoomRef::new(&PlatformName::new("matrix"), &room),
        name: "2026-11-22-1053-chekcout".to_owned(),
        topic: "INC-1 · checkout".to_owned(),
    };
    for _ in 0..2 {
        assert_eq!(bot.perform("key-name", Utc::now(), name.clone()), Outcome::Done(Receipt::Done));
    }
    let topics = alice.events(&room)?.into_iter().filter(|seen| seen.kind == "m.room.topic").count();
    assert_eq!(topics, 2, "the first one and the corrected one");
    let topic = alice.state(&room, "m.room.topic", "")?.ok_or("no topic")?;
    assert_eq!(topic["topic"], "INC-1 · checkout");
    let names = alice.events(&room)?.into_iter().filter(|seen| seen.kind == "m.room.name").count();
    assert_eq!(names, 1, "what is so already is left alone");
    Ok(())
}
