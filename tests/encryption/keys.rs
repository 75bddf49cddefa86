//! Identity, recovery key and room keys.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::{Message, mention, text};
use sitrep_core::port::{Action, Content, Outcome, Receipt};
use sitrep_matrix::RecoveryKey;

use crate::matrix_adapter::bot::{Bot, handle, handles, sign, texts};
use crate::matrix_adapter::front::{BAD_GATEWAY, Front};
use crate::support::encrypted_person::EncryptedPerson;
use crate::support::person::Person;
use crate::support::synapse::Synapse;
use crate::support::{Doing, Failed, poll};

/// Setting up, by a debug build on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn key_file(bot: &Bot) -> Result<String, Failed> {
    let path = bot.settings().state_dir.join("recovery-key");
    Ok(fs::read_to_string(path).doing("reading the recovery key")?.trim().to_owned())
}

/// What the server shows somebody else of the bot's devices: by device, whether the bot's identity has signed it.
pub(super) fn signed_devices(bot: &Bot, observer: &Person) -> Result<Vec<(String, bool)>, Failed> {
    let me = bot.account.user_id.as_str();
    let shown = observer.api.post("/_matrix/client/v3/keys/query", &json!({ "device_keys": { me: [] } }))?;
    let signing = shown["self_signing_keys"][me]["keys"].as_object().cloned().unwrap_or_default();
    let devices = shown["device_keys"][me].as_object().cloned().unwrap_or_default();
    let is_signed =
        |device: &serde_json::Value| signing.keys().any(|key| device["signatures"][me][key].is_string());
    Ok(devices.iter().map(|(id, device)| (id.clone(), is_signed(device))).collect())
}

/// An encrypted direct room with the bot, who has come.
pub(super) fn direct_room(nora: &mut EncryptedPerson, bot: &mut Bot) -> Result<String, Failed> {
    let me = bot.account.user_id.clone();
    let room = nora.start_room(&[&me], true)?;
    nora.until_members(&room, &[&me], || bot.until_quiet())?;
    Ok(room)
}

pub(super) fn set_up() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.start()?;
    bot.until_set_up()?;
    let device = bot.session()?["device_id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(signed_devices(&bot, &alice)?, [(device, true)]);
    let path = bot.settings().state_dir.join("recovery-key");
    let mode = fs::metadata(&path).doing("looking at the recovery key")?.permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let key = key_file(&bot)?;
    assert!(key.starts_with("Es"), "a recovery key as clients show it");
    let took = bot.runtime.block_on(bot.platform()?.try_encryption())?;
    assert!(took > Duration::ZERO);
    let rooms = bot.session_api()?.get("/_matrix/client/v3/joined_rooms")?;
    assert_eq!(rooms["joined_rooms"], json!([]), "the room for trying is left");
    bot.kill();
    bot.connect()?;
    bot.until_set_up()?;
    assert_eq!(key_file(&bot)?, key, "made once");
    Ok(())
}

pub(super) fn with_token() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut bot = Bot::new(&synapse)?;
    bot.use_token(&synapse)?;
    bot.start()?;
    bot.until_set_up()
}

pub(super) fn configured_key() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut bot = Bot::new(&synapse)?;
    bot.recovery_key = Some("correct horse battery staple".to_owned());
    bot.start()?;
    bot.until_set_up()?;
    assert!(key_file(&bot).is_err(), "nothing is made where a key is configured");
    // A wrong one is said, and costs nothing else.
    bot.kill();
    bot.recovery_key = Some("wrong".to_owned());
    bot.connect()?;
    let words = trouble(&bot)?;
    assert!(words.contains("configured recovery key is not the one") && !words.contains("wrong"), "{words}");
    let report = bot.runtime.block_on(bot.platform()?.encryption())?;
    assert_eq!((report.recovery_key, report.cross_signed), (RecoveryKey::Wrong, true));
    Ok(())
}

/// Waits until sitrep says that something is not so yet.
fn trouble(bot: &Bot) -> Result<String, Failed> {
    let found = poll(PATIENCE, || Ok(bot.runtime.block_on(bot.platform()?.encryption())?.trouble))?;
    found.ok_or_else(|| "nothing was said".into())
}

pub(super) fn unwilling_server() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    let ops = bot.configured_room(&synapse, &alice)?;
    front.answers(|path| path.contains("/device_signing/").then_some(BAD_GATEWAY));
    bot.start()?;
    alice.say(&ops, "!incident all the same")?;
    assert_eq!(texts(&bot.hear(1)?), ["!incident all the same"]);
    let words = trouble(&bot)?;
    assert!(words.contains("not completely set up yet") && words.contains("tried again"), "{words}");
    front.answers(|_| None);
    bot.until_set_up()
}

/// The homeserver made it, and the power failed before the key was written down.
pub(super) fn key_lost_in_the_making() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    bot.kill();
    let (lost, state_dir) = (key_file(&bot)?, bot.settings().state_dir);
    fs::remove_file(state_dir.join("recovery-key")).doing("losing the key")?;
    bot.connect()?;
    bot.until_quiet()?;
    let words = trouble(&bot)?;
    assert!(words.contains("has a recovery key that sitrep does not know"), "{words}");
    assert!(key_file(&bot).is_err(), "one that somebody else may have made is never replaced");
    bot.kill();
    fs::write(state_dir.join("recovery-key.being-made"), "").doing("going back in time")?;
    bot.connect()?;
    bot.until_quiet()?;
    bot.until_set_up()?;
    assert_ne!(key_file(&bot)?, lost);
    Ok(())
}

pub(super) fn both_sides() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    let key = synapse.unique("key");
    let open = Action::OpenRoom {
        name: "secret".to_owned(),
        topic: "the topic".to_owned(),
        invited: handles(&[&nora.user_id]),
        private: true,
        open_to: None,
    };
    let opened = bot.perform(&key, Utc::now(), open);
    let Outcome::Done(Receipt::Room(room)) = opened else { return Err(format!("{opened:?}").into()) };
    assert_eq!(nora.join_next(&[])?, room.room);
    bot.until_quiet()?;
    let message = Message::line([text("the zebra is loose, "), mention(&handle(&nora.user_id))]);
    let say = Action::Say {
        thread: None,
        room: room.clone(),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message,
        attachment: None,
    };
    let said = bot.said("key-enc-1", say.clone())?;
    let read = nora.wait_for("what sitrep says", |read| read.event_id == said.id)?;
    assert!(read.was_encrypted && read.is_readable, "{read:?}");
    assert!(read.body().starts_with("the zebra is loose, "), "{read:?}");
    assert_eq!(read.content["org.sitrep.key"], "key-enc-1");
    assert_eq!(read.content["m.mentions"], json!({ "user_ids": [nora.user_id] }));
    // Long after, it is found by the key inside.
    let long_ago = Utc::now() - chrono::TimeDelta::days(2);
    assert_eq!(bot.perform("key-enc-1", long_ago, say), Outcome::Done(Receipt::Message(said.clone())));
    let edit = Action::Edit {
        message: said.clone(),
        purpose: Purpose::Card,
        content: Message::text("the zebra is home"),
    };
    assert_eq!(bot.perform("key-enc-2", Utc::now(), edit), Outcome::Done(Receipt::Done));
    nora.wait_for("the edit", |read| {
        read.was_encrypted && read.content["m.new_content"]["body"] == "the zebra is home"
    })?;
    nora.say(&room.room, "!ack")?;
    assert_eq!(texts(&bot.hear(1)?), ["!ack"]);
    // Signs are never encrypted.
    let buttons = Action::Buttons { message: said.clone(), buttons: vec![sign("👀")] };
    assert_eq!(bot.perform("key-enc-3", Utc::now(), buttons), Outcome::Done(Receipt::Done));
    let sign = nora.wait_for("the sign", |read| read.kind == "m.reaction")?;
    assert!(!sign.was_encrypted, "{sign:?}");
    nora.react(&room.room, &said.id, "👀")?;
    let pressed = bot.hear(1)?;
    let expected = Content::Reacted { message: said.id, key: "👀".to_owned() };
    assert_eq!(pressed[0].content, expected);
    Ok(())
}

pub(super) fn read_later() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    let room = direct_room(&mut nora, &mut bot)?;
    let sent =
        nora.say_without_key_for(&room, "!incident the zebra is loose", &bot.account.user_id.clone())?;
    bot.until_quiet()?;
    let words = bot.read(&room, &sent).expect_err("there is no key");
    assert!(words.contains("key"), "{words}");
    nora.hand_over_key()?;
    bot.until_quiet()?;
    assert_eq!(bot.read(&room, &sent).as_deref(), Ok("!incident the zebra is loose"));
    Ok(())
}
