//! What fails is waited for where waiting helps, and otherwise said with what to do.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Level, ListenError, Outcome, Platform as _, RoomKind};
use sitrep_matrix::{MatrixAuth, MatrixPlatform, MatrixSettings};

use super::bot::{Bot, texts};
use super::front::{Front, NOT_FOUND};
use crate::support::synapse::{Limits, SERVER_NAME, Synapse};
use crate::support::{Doing, Failed};

pub(super) fn limits_are_waited_for() -> Result<(), Failed> {
    let synapse = Synapse::start(Limits::Default)?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let mut outcomes = (0..15).map(|number| {
        let say = Action::Say {
            thread: None,
            room: bot.room(0),
            answers: None,
            only_for: None,
            purpose: Purpose::Notice,
            message: Message::text("again"),
            attachment: None,
        };
        bot.perform(&format!("key-limit-{number}"), Utc::now(), say)
    });
    let limited =
        outcomes.find_map(|outcome| if let Outcome::RetryAfter(wait) = outcome { Some(wait) } else { None });
    let wait = limited.ok_or("the burst was never spent")?;
    assert!(wait > Duration::ZERO && wait < Duration::from_secs(60), "{wait:?}");
    drop(outcomes);
    // What the doctor can see of limits is that they were met.
    let platform = bot.platform()?;
    let found = bot.runtime.block_on(platform.checkup());
    let limits =
        found.into_iter().find(|found| found.what.starts_with("Limits: ")).ok_or("nothing about limits")?;
    assert!(limits.level == Level::Warning && limits.what.contains("asked to wait 1 times"), "{limits}");
    Ok(())
}

pub(super) fn a_lost_server_is_waited_for() -> Result<(), Failed> {
    let mut synapse = Synapse::start(Limits::Lifted)?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    synapse.kill();
    let lost = bot.try_listen()?;
    let Err(ListenError::Transient(words)) = lost else { return Err(format!("{lost:?}").into()) };
    assert!(words.contains("could not be reached"), "{words}");
    let say = || Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("patience"),
        attachment: None,
    };
    let outcome = bot.perform("key-lost", Utc::now(), say());
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    synapse.start_again()?;
    alice.say(&ops, "!incident it came back")?;
    let said = bot.said("key-lost", say())?;
    alice.wait_for(&ops, |seen| seen.event_id == said.id)?;
    assert_eq!(texts(&bot.hear(1)?), ["!incident it came back"]);
    Ok(())
}

pub(super) fn sessions_are_kept_and_renewed() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    bot.until_set_up()?;
    let device = bot.device()?;
    bot.kill();
    bot.connect()?;
    assert_eq!(bot.device()?, device, "a restart is no new device");
    bot.session_api()?.post("/_matrix/client/v3/logout", &json!({}))?;
    let ended = bot.try_listen()?;
    let Err(ListenError::Transient(words)) = ended else { return Err(format!("{ended:?}").into()) };
    assert!(words.contains("logs in again with the password"), "{words}");
    alice.say(&ops, "!incident while logged out")?;
    // It is the same adapter: nobody restarts it.
    bot.listen().map(drop).or_else(|_| bot.listen().map(drop))?;
    assert_ne!(bot.device()?, device, "the old one is gone for good");
    assert_eq!(texts(&bot.hear(1)?), ["!incident while logged out"], "the position outlives the device");
    Ok(())
}

pub(super) fn what_fails_costs_no_keys() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    bot.until_set_up()?;
    bot.kill();
    bot.session_api()?.post("/_matrix/client/v3/logout", &json!({}))?;
    let right = MatrixAuth::Password(bot.account.password.clone());
    let wrong = MatrixAuth::Password("wrong".to_owned());
    let token = MatrixAuth::AccessToken { token: "wrong".to_owned(), device_id: "OTHER".to_owned() };
    let (state_dir, before) = (bot.settings().state_dir, bot.device()?);
    let marker = state_dir.join("store/marker");
    fs::write(&marker, "the keys").doing("marking the store")?;
    for auth in [&wrong, &token, &wrong] {
        bot.auth = auth.clone();
        assert!(bot.connect().is_err(), "{auth:?}");
        assert!(marker.exists() && bot.device()? == before, "{auth:?}");
    }
    bot.auth = right;
    for _ in 0..2 {
        bot.connect()?;
        bot.until_quiet()?;
        bot.until_set_up()?;
        bot.kill();
        bot.session_api()?.post("/_matrix/client/v3/logout", &json!({}))?;
    }
    let kept =
        fs::read_to_string(state_dir.join("store-set-aside-1/marker")).doing("looking for the keys")?;
    assert_eq!(kept, "the keys");
    assert!(state_dir.join("store-set-aside-2").exists(), "each is kept");
    Ok(())
}

/// A proxy answers while the homeserver restarts: that is neither a refusal nor a wrong configuration.
pub(super) fn proxies_are_not_the_homeserver() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    front.answers(|_| Some(NOT_FOUND));
    let say = Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("patience"),
        attachment: None,
    };
    let outcome = bot.perform("key-proxy", Utc::now(), say.clone());
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    let lost = loop {
        // What was asked before is answered by the homeserver.
        match bot.try_listen()? {
            Ok(batch) => bot.acknowledge(&batch),
            Err(lost) => break lost,
        }
    };
    assert!(matches!(lost, ListenError::Transient(_)), "{lost:?}");
    bot.kill();
    let connected = bot.runtime.block_on(MatrixPlatform::connect(bot.settings()));
    let error = connected.err().ok_or("connected all the same")?;
    assert!(matches!(error, ListenError::Transient(_)), "{error}");
    front.answers(|_| None);
    bot.connect()?;
    bot.said("key-proxy", say)?;
    Ok(())
}

type Change<'a> = &'a dyn Fn(&mut MatrixSettings);

pub(super) fn what_is_wrong_is_said() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let bot = Bot::new(&synapse)?;
    let connect = |change: Change| -> Result<ListenError, Failed> {
        let mut settings = bot.settings();
        change(&mut settings);
        let connected = bot.runtime.block_on(MatrixPlatform::connect(settings));
        connected.err().ok_or_else(|| "connected all the same".into())
    };
    let token = MatrixAuth::AccessToken { token: "secret-token".to_owned(), device_id: "X".to_owned() };
    let not_matrix = format!("{}/somewhere", synapse.url);
    let cases: [(Change, bool, &str); 6] = [
        (
            &|settings| settings.auth = MatrixAuth::Password("secret-word".to_owned()),
            true,
            "did not accept the password",
        ),
        (
            &|settings| settings.user = "@sitrep:elsewhere.example".to_owned(),
            true,
            "must be those of an account on this",
        ),
        (&|settings| settings.user = "sitrep".to_owned(), true, "is not a Matrix user id"),
        (&|settings| settings.homeserver = "http://127.0.0.1:9".to_owned(), false, "could not be reached"),
        (&|settings| settings.homeserver.clone_from(&not_matrix), false, "check `homeserver`"),
        (&|settings| settings.auth = token.clone(), true, "does not accept the access token"),
    ];
    for (change, fatal, expected) in cases {
        let error = connect(change)?;
        assert_eq!(matches!(error, ListenError::Fatal(_)), fatal, "{error}");
        let words = error.to_string();
        assert!(words.contains(expected) && words.ends_with('.'), "{words}");
        assert!(!words.contains("secret"), "{words}");
    }
    Ok(())
}

pub(super) fn missing_rooms_are_entered_later() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.configured_room(&synapse, &alice)?;
    let closed = synapse.unique("closed");
    let room = alice.create_room(Some(&closed), &[])?;
    bot.rooms.push(format!("#{closed}:{SERVER_NAME}"));
    bot.rooms.push(format!("#{}:{SERVER_NAME}", synapse.unique("nowhere")));
    bot.rooms.push("ops".to_owned());
    bot.start()?;
    alice.invite(&room, &bot.account.user_id)?;
    bot.until_joined(&alice, &room)?;
    alice.say(&room, "!status")?;
    let heard = bot.hear(1)?;
    assert_eq!(
        (heard[0].message.room.room.as_str(), heard[0].kind),
        (bot.rooms[1].as_str(), RoomKind::Configured)
    );
    Ok(())
}

/// An address that only says where the homeserver is, as that of a company's web site.
pub(super) fn delegation_is_followed() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let bot = Bot::new(&synapse)?;
    let site = TcpListener::bind("127.0.0.1:0").doing("opening a port")?;
    let port = site.local_addr().doing("opening a port")?.port();
    let home = json!({ "m.homeserver": { "base_url": synapse.url } }).to_string();
    // It ends with the test's process: nobody needs to wait for it.
    thread::spawn(move || {
        for mut visitor in site.incoming().flatten() {
            let mut request = [0; 4096];
            let length = visitor.read(&mut request).unwrap_or(0);
            let asked =
                String::from_utf8_lossy(&request[..length]).contains("GET /.well-known/matrix/client");
            let (status, body) =
                if asked { ("200 OK", home.as_str()) } else { ("404 Not Found", "a web site") };
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
            let _ = visitor.write_all((head + body).as_bytes());
        }
    });
    let mut settings = bot.settings();
    settings.homeserver = format!("http://127.0.0.1:{port}");
    let platform = bot.runtime.block_on(MatrixPlatform::connect(settings)).doing("connecting")?;
    bot.runtime.block_on(async { drop(platform) });
    Ok(())
}
