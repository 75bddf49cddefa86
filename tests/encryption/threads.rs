//! Threads in encrypted rooms: where something belongs is open, and its words are not.

use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Content};

use super::keys::direct_room;
use crate::matrix_adapter::bot::Bot;
use crate::matrix_adapter::threads::in_thread;
use crate::support::Failed;
use crate::support::encrypted_person::EncryptedPerson;
use crate::support::synapse::Synapse;

pub(super) fn encrypted_too() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    let room = direct_room(&mut nora, &mut bot)?;
    bot.until_quiet()?;
    let line = Action::Say {
        thread: None,
        room: bot.message(&room, "").room,
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("REP-1 the zebra is loose"),
        attachment: None,
    };
    let root = bot.said("key-zebra-1", line)?;
    let said = bot.said("key-zebra-2", in_thread(&root, None, "Nobody looks for it yet."))?;
    let read = nora.wait_for("what is said in the thread", |read| read.event_id == said.id)?;
    assert!(read.was_encrypted && read.body() == "Nobody looks for it yet.", "{read:?}");
    let stored = bot.session_api()?.get(&format!("/_matrix/client/v3/rooms/{room}/event/{}", said.id))?;
    let relation = json!({
        "rel_type": "m.thread", "event_id": root.id, "is_falling_back": true,
        "m.in_reply_to": { "event_id": root.id },
    });
    assert_eq!(
        (&stored["type"], &stored["content"]["m.relates_to"]),
        (&json!("m.room.encrypted"), &relation)
    );
    let asked = nora.say_in_thread(&room, &root.id, "!ack")?;
    let heard = bot.hear(1)?.remove(0);
    assert_eq!(heard.content, Content::Said("!ack".to_owned()));
    assert_eq!(
        (heard.message.id.as_str(), heard.message.thread.as_deref()),
        (asked.as_str(), Some(root.id.as_str()))
    );
    let answer = bot.said("key-zebra-3", in_thread(&root, Some(heard.message), "You look for it."))?;
    let read = nora.wait_for("the answer", |read| read.event_id == answer.id)?;
    assert!(read.was_encrypted && read.replies_to().is_none_or(|to| to == asked), "{read:?}");
    let stored = bot.session_api()?.get(&format!("/_matrix/client/v3/rooms/{room}/event/{}", answer.id))?;
    let relation = &stored["content"]["m.relates_to"];
    assert_eq!(
        (&relation["m.in_reply_to"]["event_id"], &relation["is_falling_back"]),
        (&json!(asked), &json!(false))
    );
    Ok(())
}
