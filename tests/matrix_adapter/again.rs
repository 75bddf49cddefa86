//! Tried again when the homeserver has forgotten, or has left something half done, or somebody else is in the way.

use std::thread;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Outcome, Receipt};

use super::bot::{Bot, handles};
use crate::support::Failed;
use crate::support::proxy::Proxy;
use crate::support::synapse::{SERVER_NAME, Synapse};
use crate::support::trials::{Test, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse(
            "matrix_adapter::past_its_lifetime_a_key_is_found_in_the_room",
            past_its_lifetime_a_key_is_found_in_the_room,
        ),
        needs_synapse(
            "matrix_adapter::an_address_without_a_usable_room_costs_no_room",
            an_address_without_a_usable_room_costs_no_room,
        ),
    ]
}

/// A little longer than an address may lead nowhere before it is given up.
const DEAD_END: Duration = Duration::from_secs(31);

/// Past its lifetime a key is not trusted to the homeserver: the message is found in the room, and not sent again.
fn past_its_lifetime_a_key_is_found_in_the_room() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, proxy) = (synapse.person("alice")?, Bot::new(&synapse)?, Proxy::of(&synapse.url)?);
    bot.url.clone_from(&proxy.url);
    bot.key_lifetime = Duration::from_millis(1);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let first_tried = Utc::now() - chrono::TimeDelta::seconds(1);
    let say = || Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("said once"),
        attachment: None,
    };
    let first = bot.perform("key00009-1-0", first_tried, say());
    assert!(matches!(first, Outcome::Done(Receipt::Message(_))), "{first:?}");
    for _ in 0..3 {
        assert_eq!(bot.perform("key00009-1-0", first_tried, say()), first);
    }
    let sends = proxy.exchanges().into_iter().filter(|exchange| exchange.asked.path.contains("/send/"));
    assert_eq!(sends.count(), 1, "the homeserver was asked to send it once");
    assert_eq!(alice.messages(&ops)?.len(), 1);
    Ok(())
}

/// What stands under the address of a room that is to be made, and can't be used.
fn an_address_without_a_usable_room_costs_no_room() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mallory) = (synapse.person("alice")?, synapse.person("mallory")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    let me = bot.session_api()?;
    let keys = ["half", "closed", "open"].map(|name| synapse.unique(&format!("key-{name}")));
    let alias = |key: &str| format!("sitrep-{key}");
    // Our own, of which nothing is left to enter, as after a crash of the homeserver.
    let body = json!({ "preset": "private_chat", "room_alias_name": alias(&keys[0]) });
    let half = me.post("/_matrix/client/v3/createRoom", &body)?["room_id"].clone();
    let half = half.as_str().unwrap_or_default();
    me.post(&format!("/_matrix/client/v3/rooms/{half}/leave"), &json!({}))?;
    // Somebody else's: one that we can't enter, and one that we can.
    let closed = mallory.create_room(Some(&alias(&keys[1])), &[])?;
    let open =
        mallory.create_room_with(&json!({ "preset": "public_chat", "room_alias_name": alias(&keys[2]) }))?;

    let people = handles(&[&alice.user_id]);
    let room = |key: &str| {
        let action = Action::OpenRoom {
            name: "checkout is down".to_owned(),
            topic: "the topic".to_owned(),
            invited: people.clone(),
            private: true,
            open_to: None,
        };
        bot.perform(key, Utc::now(), action)
    };
    for key in &keys[..2] {
        let outcome = room(key);
        assert!(matches!(outcome, Outcome::Transient(_)), "somebody may be at work on it: {outcome:?}");
    }
    let mut rooms = vec![room(&keys[2])];
    thread::sleep(DEAD_END);
    rooms.extend([room(&keys[0]), room(&keys[1])]);
    for (outcome, key) in rooms.iter().zip([&keys[2], &keys[0], &keys[1]]) {
        let Outcome::Done(Receipt::Room(made)) = outcome else { return Err(format!("{outcome:?}").into()) };
        assert!(![half, &closed, &open].contains(&made.room.as_str()), "{made:?}");
        alice.wait_for_invite(|invitation| invitation.room == made.room)?;
        assert_eq!(room(key), *outcome, "found again");
    }
    assert!(
        !mallory.members(&open)?.contains(&bot.account.user_id),
        "nothing is said in somebody else's room"
    );
    let resolved = alice.resolve(&format!("#{}:{SERVER_NAME}", alias(&keys[0])))?;
    assert_ne!(resolved.as_deref(), Some(half), "our own address leads to the new room");
    Ok(())
}
