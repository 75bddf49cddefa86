//! What is lost comes back: with the recovery key, a device that has nothing is trusted and hears.

use std::fs;

use serde_json::json;

use super::keys::{direct_room, key_file, signed_devices, until_set_up};
use crate::matrix_adapter::bot::{Bot, texts};
use crate::support::encrypted_person::EncryptedPerson;
use crate::support::synapse::Synapse;
use crate::support::{Doing, Failed};

pub(super) fn new_device() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, alice) = (EncryptedPerson::new(&synapse, "nora")?, synapse.person("alice")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    until_set_up(&bot)?;
    let room = direct_room(&mut nora, &mut bot)?;
    let old = nora.say(&room, "!note before")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note before"]);
    until_backed_up(&bot)?;
    let (device, key) = (bot.device()?, key_file(&bot)?);
    bot.kill();
    bot.session_api()?.post("/_matrix/client/v3/logout", &json!({}))?;
    bot.connect()?;
    bot.until_quiet()?;
    until_set_up(&bot)?;
    assert_ne!(bot.device()?, device);
    assert_eq!(key_file(&bot)?, key, "the key outlives the device");
    assert!(signed_devices(&bot, &alice)?.iter().all(|(_, is_signed)| *is_signed));
    nora.say(&room, "!note after")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after"]);
    // What was said to the device before comes from the backup.
    assert_eq!(bot.read(&room, &old).as_deref(), Ok("!note before"));
    Ok(())
}

#[allow(dead_code)]
pub(super) fn lost_store() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (mut nora, alice) = (EncryptedPerson::new(&synapse, "nora")?, synapse.person("alice")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    until_set_up(&bot)?;
    let room = direct_room(&mut nora, &mut bot)?;
    nora.say(&room, "!note before")?;
    bot.hear(1)?;
    bot.kill();
    fs::remove_dir_all(bot.settings().state_dir.join("store")).doing("losing the store")?;
    bot.connect()?;
    bot.until_quiet()?;
    until_set_up(&bot)?;
    let device = bot.session()?["device_id"].as_str().unwrap_or_default().to_owned();
    assert!(signed_devices(&bot, &alice)?.contains(&(device, true)));
    nora.say(&room, "!note after")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after"]);
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
