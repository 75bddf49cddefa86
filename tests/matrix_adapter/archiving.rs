//! A room is closed to everybody's words and leaves the space; restored it is as it was.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Outcome, Receipt};
use sitrep_core::room::{PlatformName, RoomRef};
use sitrep_matrix::SpaceSettings;

use super::bot::{Bot, handles};
use crate::support::person::Person;
use crate::support::synapse::Synapse;
use crate::support::trials::{Test, needs_synapse};
use crate::support::{Failed, http::encoded};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("matrix_adapter::an_archived_room_is_read_and_not_written_in", archived_and_restored),
        needs_synapse("matrix_adapter::a_room_of_others_is_archived_if_they_allow_it", a_room_of_others),
    ]
}

/// The space is told in passes, which take a while.
const PASSES: Duration = Duration::from_secs(60);

/// An incident's room.
pub(super) fn open_room(bot: &Bot, key: &str, private: bool, invited: &[&str]) -> Result<RoomRef, Failed> {
    let (name, topic) = ("an incident".to_owned(), "the topic".to_owned());
    let action = Action::OpenRoom { name, topic, invited: handles(invited), private, open_to: None };
    let outcome = bot.perform(key, Utc::now(), action);
    if let Outcome::Done(Receipt::Room(room)) = outcome {
        return Ok(room);
    }
    Err(format!("{outcome:?}").into())
}

fn done(bot: &Bot, action: Action) {
    assert_eq!(bot.perform("key-archive", Utc::now(), action), Outcome::Done(Receipt::Done));
}

fn archive(bot: &Bot, room: &RoomRef) {
    done(bot, Action::Archive { room: room.clone() });
}

fn restore(bot: &Bot, room: &RoomRef) {
    done(bot, Action::Restore { room: room.clone() });
}

/// Everything about a room that archiving touches.
fn state(person: &Person, room: &str, space: &str) -> Result<[Option<Value>; 3], Failed> {
    let linked = |link: Option<Value>| link.filter(|link| link["via"].is_array());
    Ok([
        person.state(room, "m.room.power_levels", "")?,
        linked(person.state(room, "m.space.parent", space)?),
        linked(person.state(space, "m.space.child", room)?),
    ])
}

/// The bot's space, once there is one.
fn space_of(alice: &Person) -> Result<String, Failed> {
    let invitation = alice.wait_for_invite(|invitation| invitation.name.as_deref() == Some("Incidents"))?;
    alice.join(&invitation.room)?;
    Ok(invitation.room)
}

fn archived_and_restored() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mut bot) = (synapse.person("alice")?, synapse.person("bob")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    let people = vec![alice.user_id.clone()];
    bot.space = Some(SpaceSettings { space: "Incidents".to_owned(), people, open_to: None });
    bot.start()?;
    let space = space_of(&alice)?;
    let room = open_room(&bot, &synapse.unique("archive"), false, &[&alice.user_id, &bob.user_id])?;
    alice.join(&room.room)?;
    bob.join(&room.room)?;
    let creation = alice.state(&room.room, "m.room.create", "")?.ok_or("no creation")?;
    assert_eq!(creation["room_version"], "12");
    let child = || Ok(state(&alice, &room.room, &space)?[2].clone());
    alice.wait_until(PASSES, child)?.ok_or("the space was not told")?;
    // Somebody has a say in it, and some signs ask for nothing: an administrator has done that.
    let me = bot.session_api()?;
    let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.power_levels/", encoded(&room.room));
    let mut levels = me.get(&path)?;
    levels["users"][&bob.user_id] = 100.into();
    levels["events"]["m.reaction"] = 0.into();
    me.put(&path, &levels)?;
    let before = state(&alice, &room.room, &space)?;
    let said = alice.say(&room.room, "this was the cause")?;

    archive(&bot, &room);
    let archived = state(&alice, &room.room, &space)?;
    assert_eq!((&archived[1], &archived[2]), (&None, &None), "it is in no space");
    for _ in 0..2 {
        archive(&bot, &room);
        bot.kill();
        bot.connect()?;
        bot.until_quiet()?;
    }
    assert_eq!(state(&alice, &room.room, &space)?, archived);
    let events = alice.events(&room.room)?;
    assert_eq!(events.iter().filter(|seen| seen.kind == "m.room.power_levels").count(), 3, "changed once");
    for person in [&alice, &bob] {
        assert!(person.say(&room.room, "one more thing").is_err());
        assert!(person.react(&room.room, &said, "👍").is_err());
        let encrypted = json!({ "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x" });
        assert!(person.send(&room.room, "m.room.encrypted", &encrypted).is_err());
        assert!(person.messages(&room.room)?.iter().any(|seen| seen.event_id == said), "it is read");
    }
    alice.redact(&room.room, &said)?;
    let say = Action::Say {
        thread: None,
        room: room.clone(),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("reopened"),
        attachment: None,
    };
    bot.said(&synapse.unique("key"), say)?;

    for _ in 0..2 {
        restore(&bot, &room);
        assert_eq!(state(&alice, &room.room, &space)?, before);
    }
    alice.say(&room.room, "once more")?;
    // And so again.
    archive(&bot, &room);
    assert_eq!(state(&alice, &room.room, &space)?, archived);
    restore(&bot, &room);
    assert_eq!(state(&alice, &room.room, &space)?, before);
    // A private one is in no space, and none of this puts it there.
    let private = open_room(&bot, &synapse.unique("archive"), true, &[&alice.user_id])?;
    alice.join(&private.room)?;
    let before = state(&alice, &private.room, &space)?;
    archive(&bot, &private);
    assert!(alice.say(&private.room, "psst").is_err());
    restore(&bot, &private);
    assert_eq!(state(&alice, &private.room, &space)?, before);
    Ok(())
}

/// The room of an incident may have been replaced by one that somebody else has made.
fn a_room_of_others() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mut bot) = (synapse.person("alice")?, synapse.person("bob")?, Bot::new(&synapse)?);
    bot.start()?;
    let me = bot.account.user_id.clone();
    let body = json!({ "preset": "private_chat", "room_version": "11", "invite": [me, bob.user_id] });
    let made = alice.create_room_with(&body)?;
    bob.join(&made)?;
    bot.until_joined(&alice, &made)?;
    let room = RoomRef::new(&PlatformName::new("matrix"), &made);
    let levels = || alice.state(&made, "m.room.power_levels", "");
    for level in [0, 50] {
        alice.set_power(&made, &me, level)?;
        let before = levels()?;
        let outcome = bot.perform("key-others", Utc::now(), Action::Archive { room: room.clone() });
        let is_said = matches!(&outcome, Outcome::Permanent(words) if words.contains(&me) && words.contains("power level"));
        assert!(is_said, "{outcome:?}");
        assert_eq!(levels()?, before);
    }
    alice.set_power(&made, &me, 100)?;
    let before = levels()?;
    archive(&bot, &room);
    assert!(bob.say(&made, "hello?").is_err() && bob.react(&made, "$nowhere", "👍").is_err());
    restore(&bot, &room);
    assert_eq!(levels()?, before);
    bob.say(&made, "hello")?;
    restore(&bot, &room);
    Ok(())
}
