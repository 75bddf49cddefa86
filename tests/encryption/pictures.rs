//! Pictures that go with a message into an encrypted room, and messages that are read from one.

use chrono::Utc;
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Content, Outcome, Receipt};

use super::keys::direct_room;
use crate::matrix_adapter::attaching::{picture, png};
use crate::matrix_adapter::bot::Bot;
use crate::support::Failed;
use crate::support::encrypted_person::EncryptedPerson;
use crate::support::synapse::Synapse;

pub(super) fn encrypted_too() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    let room = direct_room(&mut nora, &mut bot)?;
    bot.until_quiet()?;
    let say = || Action::Say {
        thread: None,
        room: bot.message(&room, "").room,
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("the zebra, seen from above"),
        attachment: Some(Box::new(picture())),
    };
    let first = bot.perform("key-zebra", Utc::now(), say());
    assert_eq!(bot.perform("key-zebra", Utc::now(), say()), first);
    let Outcome::Done(Receipt::Message(words)) = first else { return Err(format!("{first:?}").into()) };
    let words = nora.wait_for("the words", |read| read.event_id == words.id)?;
    assert!(words.was_encrypted && words.body() == "the zebra, seen from above", "{words:?}");
    let shown = nora.wait_for("the picture", |read| read.content["msgtype"] == "m.image")?;
    assert!(shown.was_encrypted && shown.content.get("url").is_none(), "{shown:?}");
    assert_eq!(shown.content["info"], json!({ "mimetype": "image/png", "w": 800, "h": 300, "size": 2000 }));
    assert_eq!(nora.download(&shown.content["file"])?, png(), "what nora's client shows");
    // What lies on the server is something else.
    let url = shown.content["file"]["url"].as_str().unwrap_or_default().trim_start_matches("mxc://");
    let stored = bot.session_api()?.bytes(&format!("/_matrix/client/v1/media/download/{url}"))?;
    assert_eq!(stored.len(), png().len());
    assert_ne!(stored, png());
    let pictures = nora.seen().iter().filter(|read| read.content["msgtype"] == "m.image").count();
    assert_eq!(pictures, 1);
    Ok(())
}

pub(super) fn read_as_it_stands() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    let room = direct_room(&mut nora, &mut bot)?;
    let said = nora.say(&room, "the zebra is loose")?;
    bot.hear(1)?;
    assert_eq!(bot.read(&room, &said).as_deref(), Ok("the zebra is loose"));
    nora.edit(&room, &said, "the zebra is home")?;
    let heard = bot.hear(1)?;
    let edited = Content::Edited { message: said.clone(), text: "the zebra is home".to_owned() };
    assert_eq!(heard[0].content, edited);
    assert_eq!(bot.read(&room, &said).as_deref(), Ok("the zebra is home"));
    let sign = nora.react(&room, &said, "📌")?;
    assert_eq!(bot.hear(1)?[0].content, Content::Reacted { message: said.clone(), key: "📌".to_owned() });
    nora.redact(&room, &sign)?;
    assert_eq!(bot.hear(1)?[0].content, Content::Redacted { message: sign });
    nora.redact(&room, &said)?;
    bot.hear(1)?;
    let words = bot.read(&room, &said).expect_err("it is gone");
    assert!(words.contains("Permanent") && words.contains("taken back"), "{words}");
    Ok(())
}
