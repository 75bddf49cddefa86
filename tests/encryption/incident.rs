//! A whole private incident, declared, led and read on an encrypting client.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::encrypted_person::EncryptedPerson;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::synapse::{Account, SERVER_NAME, Synapse};
use crate::support::{Doing, Failed};

/// A service on the shared server, and somebody who may command it, alone with it in an encrypted room.
struct Scene {
    nora: EncryptedPerson,
    bot: Account,
    sitrep: Sitrep,
    direct: String,
}

impl Scene {
    fn new() -> Result<Scene, Failed> {
        let synapse = Synapse::shared()?;
        let (mut nora, bot) = (EncryptedPerson::new(&synapse, "nora")?, synapse.account("sitrep")?);
        let alice = synapse.person("alice")?;
        let alias = synapse.unique("ops");
        alice.create_room(Some(&alias), &[&bot.user_id])?;
        let configuration = format!(
            "data_dir = \"data\"\n\n[matrix]\nhomeserver = \"{}\"\nuser = \"{}\"\npassword_file = \"password\"\n\
             rooms = [\"#{alias}:{SERVER_NAME}\"]\nallow = [\"{}\"]\n",
            synapse.url, bot.user_id, nora.user_id,
        );
        let files = [("sitrep.toml", configuration.as_str()), ("password", &bot.password)];
        let sitrep = Sitrep::run(Home::with(&files)?)?;
        let direct = nora.create_room(&[&bot.user_id], true)?;
        Ok(Scene { nora, bot, sitrep, direct })
    }
}

/// However it dies, its store is not taken for an older copy: it stays the device that it is.
pub(super) fn killed_often() -> Result<(), Failed> {
    let Scene { mut nora, bot, mut sitrep, direct } = Scene::new()?;
    let session = |sitrep: &Sitrep| -> Result<Value, Failed> {
        serde_json::from_str(&sitrep.home().read("data/matrix/session.json")?).doing("reading the session")
    };
    let device = session(&sitrep)?["device_id"].clone();
    for delay_ms in [0, 150, 60, 400, 100, 250] {
        sitrep.kill9();
        sitrep.start_again()?;
        assert!(!sitrep.log().contains("new device"), "{}", sitrep.log());
        thread::sleep(Duration::from_millis(delay_ms));
    }
    assert_eq!(session(&sitrep)?["device_id"], device);
    let asked = nora.say(&direct, "!incidents")?;
    let answer = nora.wait_for("the answer", |read| read.replies_to() == Some(&asked))?;
    assert_eq!((answer.sender, answer.was_encrypted), (bot.user_id, true));
    Ok(())
}

pub(super) fn read_later() -> Result<(), Failed> {
    let Scene { mut nora, bot, mut sitrep, direct } = Scene::new()?;
    let me = bot.user_id.as_str();
    let declared = nora.say_without_key_for(&direct, "!incident payroll zebra", me)?;
    let told =
        nora.wait_for("being told", |read| read.sender == me && read.replies_to() == Some(&declared))?;
    assert!(!told.body().contains("zebra"), "{told:?}");
    // It is remembered when sitrep dies.
    sitrep.kill9();
    nora.hand_over_key()?;
    sitrep.start_again()?;
    let room = nora.join_next(&[&direct])?;
    nora.wait_for("the card", |read| read.room == room && read.body().contains("payroll zebra"))?;
    // Once.
    let asked = nora.say(&direct, "!incidents")?;
    let listed = nora.wait_for("the list", |read| read.replies_to() == Some(&asked))?;
    assert_eq!(listed.body().matches("INC-").count(), 1, "{listed:?}");
    Ok(())
}

pub(super) fn private_incident() -> Result<(), Failed> {
    let Scene { mut nora, bot, mut sitrep, direct } = Scene::new()?;
    let declared = nora.say(&direct, "!incident payroll zebra")?;
    let room = nora.join_next(&[&direct])?;
    let answer = nora.wait_for("the answer", |read| read.replies_to() == Some(&declared))?;
    assert!(answer.was_encrypted && answer.body().contains("payroll zebra"), "{answer:?}");
    let card = nora.wait_for("the card", |read| {
        read.room == room && read.sender == bot.user_id && read.body().contains("Next update due")
    })?;
    assert!(card.was_encrypted, "{card:?}");
    let acked = nora.say(&room, "!ack")?;
    let led = nora.wait_for("the answer to !ack", |read| read.replies_to() == Some(&acked))?;
    assert!(led.was_encrypted && led.body().contains("you lead"), "{led:?}");
    nora.wait_for("the card, edited", |read| {
        read.was_encrypted && read.content["m.relates_to"]["event_id"] == card.event_id.as_str()
    })?;
    // The key is on disk and in no log.
    let key = sitrep.home().read("data/matrix/recovery-key")?;
    let log = sitrep.log();
    assert!(log.contains("recovery-key"), "it is said where the key is: {log}");
    assert!(!key.trim().is_empty() && !log.contains(key.trim()), "the key stands in the log");
    // Killed, it still reads and is still read.
    sitrep.kill9();
    let asked = nora.say(&room, "!status")?;
    sitrep.start_again()?;
    let status = nora.wait_for("the answer to !status", |read| read.replies_to() == Some(&asked))?;
    assert!(status.was_encrypted && status.body().contains("payroll zebra"), "{status:?}");
    Ok(())
}
