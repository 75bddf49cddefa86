//! Sessions that end or are renewed, and the device that outlives them.

use std::thread;
use std::time::Duration;

use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, ListenError};

use crate::matrix_adapter::bot::{Bot, texts};
use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::synapse::{Limits, Synapse};
use crate::support::{Failed, PATIENCE, poll};

fn say(bot: &Bot, key: &str) -> Result<(), Failed> {
    let say = || Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("still here"),
        attachment: None,
    };
    bot.settled(key, say).map(drop)
}

fn start(synapse: &Synapse) -> Result<(Person, Bot, String), Failed> {
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(synapse)?);
    let ops = bot.configured_room(synapse, &alice)?;
    bot.start()?;
    bot.until_set_up()?;
    Ok((alice, bot, ops))
}

pub(super) fn tokens_are_renewed() -> Result<(), Failed> {
    let short = json!({ "refreshable_access_token_lifetime": "3s" });
    let synapse = Synapse::start_configured(Limits::Lifted, &short)?;
    let (alice, mut bot, ops) = start(&synapse)?;
    let (device, first) = (bot.device()?, bot.session()?);
    assert!(first["refresh_token"].is_string(), "it asked for one");
    let mut number = 0;
    let renewed = poll(PATIENCE, || {
        number += 1;
        say(&bot, &format!("key-renew-{number}"))?;
        Ok((bot.session()?["access_token"] != first["access_token"]).then_some(()))
    })?;
    renewed.ok_or("the token was never renewed")?;
    assert_ne!(bot.session()?["refresh_token"], first["refresh_token"], "both are kept");
    alice.say(&ops, "!note while it runs")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note while it runs"]);
    bot.kill();
    // The token that is stored has expired by the time it is used.
    thread::sleep(Duration::from_secs(4));
    bot.connect()?;
    alice.say(&ops, "!note after a restart")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after a restart"]);
    assert_eq!(bot.device()?, device);
    Ok(())
}

pub(super) fn ran_out() -> Result<(), Failed> {
    let short = json!({ "refreshable_access_token_lifetime": "3s", "refresh_token_lifetime": "5s" });
    let synapse = Synapse::start_configured(Limits::Lifted, &short)?;
    let (alice, mut bot, ops) = start(&synapse)?;
    let device = bot.device()?;
    bot.kill();
    thread::sleep(Duration::from_secs(6));
    bot.connect()?;
    assert_eq!(bot.device()?, device, "its keys are good: only the tokens ran out");
    alice.say(&ops, "!note")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note"]);
    Ok(())
}

pub(super) fn logged_out_by_an_admin() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, ops) = start(&synapse)?;
    let (device, admin) = (bot.session()?["device_id"].clone(), synapse.admin("admin")?);
    let path = format!(
        "/_synapse/admin/v2/users/{}/devices/{}",
        encoded(&bot.account.user_id),
        device.as_str().unwrap_or_default()
    );
    let answer = admin.api.ask("DELETE", &path, None)?;
    assert!(answer.succeeded(), "{answer}");
    let ended = bot.try_listen()?;
    let Err(ListenError::Transient(words)) = ended else { return Err(format!("{ended:?}").into()) };
    assert!(words.contains("logged") && words.contains("logs in again with the password"), "{words}");
    alice.say(&ops, "!note after the logout")?;
    assert_eq!(texts(&bot.hear(1)?), ["!note after the logout"]);
    assert_ne!(bot.session()?["device_id"], device);
    bot.until_set_up()?;
    say(&bot, "key-admin")?;
    Ok(())
}
