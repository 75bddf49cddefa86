//! Whatever people say is heard, in order and complete, until it was committed; and nothing else is.

use std::thread;
use std::time::Duration;

use serde_json::json;
use sitrep_core::port::{ListenError, RoomKind};

use super::bot::{Bot, texts};
use super::front::{BAD_GATEWAY, Front};
use crate::support::Failed;
use crate::support::person::Person;
use crate::support::synapse::Synapse;

pub(super) fn what_was_not_committed_comes_again() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let before = bot.after.clone();
    let said = alice.say(&ops, "!incident checkout is down")?;
    let batch = bot.listen()?;
    assert_eq!(texts(&batch.inbounds), ["!incident checkout is down"]);
    assert_eq!(
        (batch.inbounds[0].message.id.as_str(), batch.inbounds[0].kind),
        (&*said, RoomKind::Configured)
    );
    assert_eq!(batch.inbounds[0].message.room.room, bot.rooms[0]);
    assert_eq!(batch.inbounds[0].person.handle, alice.user_id);
    assert_eq!(bot.listen()?, batch, "the same position is answered with the same batch");

    for _ in 0..2 {
        bot.kill();
        bot.connect()?;
        assert_eq!(bot.after, before);
        assert_eq!(
            texts(&bot.listen()?.inbounds),
            ["!incident checkout is down"],
            "on a quiet server, after a kill"
        );
    }
    let newest = bot.hear(1)?;
    assert_eq!(newest[0].message.id, said);
    // From an earlier position without a restart, as after a store was restored: while nothing is asked of the
    // server, and while it is being asked.
    bot.after.clone_from(&before);
    assert_eq!(texts(&bot.hear(1)?), ["!incident checkout is down"]);
    bot.is_quiet()?;
    bot.after = before;
    assert_eq!(texts(&bot.hear(1)?), ["!incident checkout is down"]);
    // A wait that is given up loses nothing either.
    bot.is_quiet()?;
    alice.say(&ops, "!status")?;
    thread::sleep(Duration::from_millis(300));
    assert_eq!(texts(&bot.hear(1)?), ["!status"]);
    Ok(())
}

pub(super) fn nothing_is_lost_while_it_is_down() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let (ops, other) = (bot.configured_room(&synapse, &alice)?, bot.configured_room(&synapse, &alice)?);
    bot.start()?;
    alice.say(&ops, "before")?;
    bot.hear(1)?;
    bot.kill();
    let mut expected = Vec::new();
    for number in 0..120 {
        let words = format!("!note number {number}");
        alice.say(if number % 10 == 0 { &other } else { &ops }, &words)?;
        expected.push(words);
    }
    bot.connect()?;
    assert_eq!(texts(&bot.listen()?.inbounds), expected, "complete and in order");
    bot.kill();
    bot.connect()?;
    assert_eq!(texts(&bot.hear(120)?), expected, "and once more, as nothing was committed");
    bot.is_quiet()
}

pub(super) fn nothing_old_is_acted_on() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.say(&ops, "!incident from before the first start")?;
    bot.start()?;
    alice.say(&ops, "!incident now")?;
    assert_eq!(texts(&bot.hear(1)?), ["!incident now"]);

    let later = alice.create_room(None, &[])?;
    for number in 0..60 {
        alice.say(&later, &format!("!incident from before the invitation {number}"))?;
    }
    alice.invite(&later, &bot.account.user_id)?;
    alice.say(&later, "!incident from before it came")?;
    let listened = bot.until_joined(&alice, &later)?;
    assert!(listened.is_empty(), "{listened:?}");
    for number in 0..60 {
        alice.say(&later, &format!("!note {number}"))?;
    }
    let heard = bot.hear(60)?;
    assert_eq!((texts(&heard)[0].as_str(), heard[0].kind), ("!note 0", RoomKind::Direct));
    bot.is_quiet()
}

pub(super) fn direct_rooms() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, stranger) = (synapse.person("alice")?, synapse.person("stranger")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    let refused = stranger.create_direct_room(&bot.account.user_id)?;
    bot.kill();
    let direct = alice.create_direct_room(&bot.account.user_id)?;
    alice.say(&direct, "!incident typed before it was there")?;
    bot.connect()?;
    let heard = bot.hear(1)?;
    assert_eq!(texts(&heard), ["!incident typed before it was there"]);
    assert_eq!((heard[0].kind, heard[0].message.room.room.as_str()), (RoomKind::Direct, direct.as_str()));
    alice.say(&direct, "!status")?;
    assert_eq!(texts(&bot.hear(1)?), ["!status"]);
    assert!(!stranger.members(&refused)?.contains(&bot.account.user_id));
    Ok(())
}

pub(super) fn mentions_and_threads_are_read() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let me = &alice.user_id;
    let first = alice.say(&ops, "hello")?;
    let pill = format!(r#"!lead <a href="https://matrix.to/#/{me}">Alice</a>"#);
    alice.say_html(&ops, "!lead Alice", &pill)?;
    alice.say_in_thread(&ops, &first, "!ack")?;
    let quoting = format!("> <{me}> hello\n\n!resolve it works");
    alice.reply(&ops, &first, &quoting)?;
    alice.edit(&ops, &first, "hello, edited")?;
    alice.react(&ops, &first, "👀")?;
    alice.say_with(&ops, json!({ "msgtype": "m.notice", "body": "beep" }))?;
    alice.say(&ops, "end")?;
    let heard = bot.hear(5)?;
    let expected = ["hello", &format!("!lead {me}"), "!ack", "!resolve it works", "end"];
    assert_eq!(texts(&heard), expected);
    assert_eq!(heard[2].message.thread.as_ref(), Some(&first));
    bot.is_quiet()
}

pub(super) fn a_gap_is_filled_page_by_page() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    bot.kill();
    let expected: Vec<String> = (0..360).map(|number| format!("!note number {number}")).collect();
    for words in &expected {
        alice.say(&ops, words)?;
    }
    // Every page but the first is refused once: whoever starts over never gets to the end.
    let mut asked = 0;
    front.answers(move |path| {
        asked += usize::from(path.contains("/messages"));
        (path.contains("/messages") && asked % 2 == 0).then_some(BAD_GATEWAY)
    });
    bot.connect()?;
    let mut failures = 0;
    let heard = loop {
        match bot.try_listen()? {
            Ok(batch) => break batch.inbounds,
            Err(ListenError::Transient(words)) if failures < 10 => {
                assert!(words.contains("502"), "{words}");
                failures += 1;
            }
            Err(error) => return Err(format!("after {failures} failures: {error:?}").into()),
        }
    };
    assert_eq!(texts(&heard), expected, "complete, in order, and once");
    assert!(failures >= 2, "{failures}");
    Ok(())
}

pub(super) fn what_cannot_be_read_is_said_once() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, stranger) = (synapse.person("alice")?, synapse.person("stranger")?);
    let mut bot = Bot::new(&synapse)?;
    let (ops, other) = (bot.configured_room(&synapse, &alice)?, bot.configured_room(&synapse, &alice)?);
    for room in [&ops, &other] {
        alice.invite(room, &stranger.user_id)?;
        stranger.join(room)?;
        alice.set_state(room, "m.room.encryption", "", &json!({ "algorithm": "m.megolm.v1.aes-sha2" }))?;
    }
    bot.start()?;
    let before = bot.after.clone();
    let unreadable = json!({
        "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnB4", "device_id": "DEVICE",
        "sender_key": "IlRMeOPX2e0MurIyfWEucYBRVOEEUMrOHqn/8mLqMjA",
        "session_id": "X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ",
    });
    let encrypted = |person: &Person, room: &str| person.send(room, "m.room.encrypted", &unreadable);
    encrypted(&stranger, &other)?;
    for _ in 0..2 {
        encrypted(&alice, &ops)?;
    }
    let me = bot.account.user_id.clone();
    let notices = |room: &str| -> Result<usize, Failed> {
        Ok(alice.messages(room)?.iter().filter(|seen| seen.sender == me).count())
    };
    bot.is_quiet()?;
    let said = alice.wait_for(&ops, |seen| seen.sender == me)?;
    assert!(said.body.starts_with("I can't read this encrypted message."), "{}", said.body);
    assert_eq!(said.content["msgtype"], "m.notice");
    // Heard again after a restart, as nothing was committed.
    bot.after = before;
    bot.kill();
    bot.connect()?;
    bot.is_quiet()?;
    assert_eq!((notices(&ops)?, notices(&other)?), (1, 0));
    Ok(())
}
