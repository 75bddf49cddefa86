//! Which of the rooms that sitrep makes are encrypted, from birth.

use chrono::Utc;
use serde_json::json;
use sitrep_core::port::{Action, Outcome, Receipt};
use sitrep_matrix::Encrypt;

use crate::matrix_adapter::bot::{Bot, handle, handles};
use crate::support::Failed;
use crate::support::person::Person;
use crate::support::synapse::Synapse;

fn open(alice: &Person, private: bool) -> Action {
    Action::OpenRoom {
        name: "a room".to_owned(),
        topic: "the topic".to_owned(),
        invited: handles(&[&alice.user_id]),
        private,
        open_to: None,
    }
}

/// Whether the room that an action makes is encrypted.
fn is_encrypted(bot: &Bot, alice: &Person, key: &str, action: Action) -> Result<bool, Failed> {
    let outcome = bot.perform(key, Utc::now(), action);
    let Outcome::Done(Receipt::Room(room)) = outcome else { return Err(format!("{outcome:?}").into()) };
    alice.join(&room.room)?;
    let state = alice.state(&room.room, "m.room.encryption", "")?;
    assert!(state.as_ref().is_none_or(|state| state["algorithm"] == "m.megolm.v1.aes-sha2"), "{state:?}");
    let events = alice.events(&room.room)?;
    let position = |kind: &str| events.iter().position(|event| event.kind == kind);
    if let Some(encrypted) = position("m.room.encryption") {
        assert!(position("m.room.message").is_none_or(|said| encrypted < said), "from birth");
    }
    Ok(state.is_some())
}

pub(super) fn as_configured() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let cases = [
        (Encrypt::default(), [false, true, true]),
        (Encrypt::Never, [false, false, false]),
        (Encrypt::Always, [true, true, true]),
    ];
    for (encrypt, expected) in cases {
        let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
        bot.encrypt = encrypt;
        bot.start()?;
        let direct = Action::OpenDirect { person: handle(&alice.user_id) };
        let actions = [open(&alice, false), open(&alice, true), direct];
        for (action, expected) in actions.into_iter().zip(expected) {
            let (key, shown) = (synapse.unique("encrypt"), format!("{encrypt:?} {action:?}"));
            assert_eq!(is_encrypted(&bot, &alice, &key, action)?, expected, "{shown}");
        }
    }
    Ok(())
}

/// An earlier attempt made the room, and died before everything was in it.
pub(super) fn a_found_room_too() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.start()?;
    let key = synapse.unique("half");
    let half = json!({
        "preset": "private_chat", "room_alias_name": format!("sitrep-{key}"), "invite": [alice.user_id],
    });
    bot.session_api()?.post("/_matrix/client/v3/createRoom", &half)?;
    assert!(is_encrypted(&bot, &alice, &key, open(&alice, true))?);
    Ok(())
}
