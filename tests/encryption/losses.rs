//! What is lost comes back: with the recovery key, a device that has nothing is trusted and hears.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::Action;

use super::keys::{direct_room, key_file, signed_devices};
use crate::matrix_adapter::bot::{Bot, texts};
use crate::support::encrypted_person::EncryptedPerson;
use crate::support::http::encoded;
use crate::support::synapse::Synapse;
use crate::support::{Doing, Failed};

pub(super) fn new_device() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, alice) = (EncryptedPerson::new(&synapse, "nora")?, synapse.person("alice")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    let room = direct_room(&mut nora, &mut bot)?;
    let old = nora.say(&room, "!note before")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note before"]);
    until_backed_up(&bot)?;
    let (device, key) = (bot.device()?, key_file(&bot)?);
    bot.kill();
    bot.session_api()?.post("/_matrix/client/v3/logout", &json!({}))?;
    bot.connect()?;
    bot.until_quiet()?;
    bot.until_set_up()?;
    assert_ne!(bot.device()?, device);
    assert_eq!(key_file(&bot)?, key, "the key outlives the device");
    assert!(signed_devices(&bot, &alice)?.iter().all(|(_, is_signed)| *is_signed));
    nora.say(&room, "!note after")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after"]);
    // What was said to the device before comes from the backup.
    assert_eq!(bot.read(&room, &old).as_deref(), Ok("!note before"));
    Ok(())
}

pub(super) fn lost_store() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, alice) = (EncryptedPerson::new(&synapse, "nora")?, synapse.person("alice")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    let room = direct_room(&mut nora, &mut bot)?;
    nora.say(&room, "!note before")?;
    bot.hear(1)?;
    bot.kill();
    fs::remove_dir_all(bot.settings().state_dir.join("store")).doing("losing the store")?;
    bot.connect()?;
    bot.until_quiet()?;
    bot.until_set_up()?;
    let device = bot.session()?["device_id"].as_str().unwrap_or_default().to_owned();
    assert!(signed_devices(&bot, &alice)?.contains(&(device, true)));
    nora.say(&room, "!note after")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after"]);
    Ok(())
}

pub(super) fn restored_copy() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, alice) = (EncryptedPerson::new(&synapse, "nora")?, synapse.person("alice")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    let room = direct_room(&mut nora, &mut bot)?;
    bot.kill();
    let (state_dir, positions) = (bot.settings().state_dir, bot.after.clone());
    let copy = state_dir.with_file_name("copy");
    copy_folder(&state_dir, &copy)?;
    // Life goes on after the copy was made.
    bot.connect()?;
    bot.until_set_up()?;
    for number in 0..3 {
        nora.say(&room, &format!("!note {number}"))?;
        bot.hear(1)?;
        bot.said(&format!("key-copy-{number}"), say(&bot, &room, "noted"))?;
    }
    let device = bot.device()?;
    bot.kill();
    fs::remove_dir_all(&state_dir).doing("losing the disk")?;
    fs::rename(&copy, &state_dir).doing("restoring the copy")?;
    bot.after = positions;
    bot.connect()?;
    let heard = bot.hear_all()?;
    assert!(heard.iter().any(|text| text == "!note 2") || heard.is_empty(), "{heard:?}");
    bot.until_set_up()?;
    assert_ne!(bot.device()?, device, "a device that has forgotten something is none to go on with");
    let device = bot.session()?["device_id"].as_str().unwrap_or_default().to_owned();
    assert!(signed_devices(&bot, &alice)?.contains(&(device, true)));
    nora.say(&room, "!note after")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after"]);
    let said = bot.said("key-copy-after", say(&bot, &room, "noted again"))?;
    let read = nora.wait_for("what is said after the restore", |read| read.event_id == said.id)?;
    assert_eq!((read.is_readable, read.body()), (true, "noted again"));
    Ok(())
}

/// Everything here is lost, the key with it, and nobody else has it: the account begins anew, which takes the password.
pub(super) fn identity_lost() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, mut bot) = (EncryptedPerson::new(&synapse, "nora")?, Bot::new(&synapse)?);
    bot.start()?;
    bot.until_set_up()?;
    bot.kill();
    let api = bot.session_api()?;
    let user = encoded(&bot.account.user_id);
    // As clients do who turn recovery off.
    let path = format!("/_matrix/client/v3/user/{user}/account_data/m.secret_storage.default_key");
    api.put(&path, &json!({}))?;
    api.post("/_matrix/client/v3/logout", &json!({}))?;
    fs::remove_dir_all(bot.settings().state_dir).doing("losing the disk")?;
    bot.connect()?;
    bot.until_quiet()?;
    bot.until_set_up()?;
    let room = direct_room(&mut nora, &mut bot)?;
    nora.say(&room, "!note")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note"]);
    Ok(())
}

pub(super) fn lost_store_with_a_token() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.use_token(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    bot.kill();
    fs::remove_dir_all(bot.settings().state_dir.join("store")).doing("losing the store")?;
    bot.connect()?;
    alice.say(&ops, "!note all the same")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note all the same"]);
    let words = bot.runtime.block_on(bot.platform()?.encryption())?.trouble.ok_or("nothing was said")?;
    assert!(words.contains("Make a new access token"), "{words}");
    // As it says.
    bot.kill();
    bot.use_token(&synapse)?;
    bot.connect()?;
    bot.until_quiet()?;
    bot.until_set_up()
}

fn say(bot: &Bot, room: &str, words: &str) -> Action {
    Action::Say {
        thread: None,
        room: bot.message(room, "$none").room,
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text(words),
        attachment: None,
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to).doing("copying a folder")?;
    for entry in fs::read_dir(from).doing("copying a folder")? {
        let entry = entry.doing("copying a folder")?;
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            // SQLite's helpers come and go.
            false => match fs::copy(entry.path(), &target) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                copied => copied.map(drop).doing("copying a file")?,
            },
        }
    }
    Ok(())
}

/// The backup has at least one key.
fn until_backed_up(bot: &Bot) -> Result<(), Failed> {
    let api = bot.session_api()?;
    let found = crate::support::poll(crate::support::PATIENCE, || {
        let version = api.get("/_matrix/client/v3/room_keys/version")?;
        Ok(version["count"].as_u64().filter(|count| *count > 0))
    })?;
    found.map(drop).ok_or_else(|| "no key was backed up".into())
}
