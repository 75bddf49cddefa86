//! Whatever people say is heard, in order and complete, until it was committed; and nothing else is.

use std::thread;
use std::time::Duration;

use serde_json::json;
use sitrep_core::port::{Content, ListenError, RoomKind};

use super::bot::{Bot, texts};
use super::front::{BAD_GATEWAY, Front};
use crate::support::Failed;
use crate::support::http::encoded;
use crate::support::synapse::{SERVER_NAME, Synapse};

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
    let heard = bot.hear(7)?;
    let expected = ["hello", &format!("!lead {me}"), "!ack", "!resolve it works", "end"];
    assert_eq!(
        texts(&heard),
        expected,
        "an edit and a reaction say nothing of their own, a notice nothing at all"
    );
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

pub(super) fn what_cannot_be_read_is_heard_as_such() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.set_state(&ops, "m.room.encryption", "", &json!({ "algorithm": "m.megolm.v1.aes-sha2" }))?;
    bot.start()?;
    let unreadable = json!({
        "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnB4", "device_id": "DEVICE",
        "sender_key": "IlRMeOPX2e0MurIyfWEucYBRVOEEUMrOHqn/8mLqMjA",
        "session_id": "X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ",
    });
    let first = alice.send(&ops, "m.room.encrypted", &unreadable)?;
    alice.send(&ops, "m.room.encrypted", &unreadable)?;
    let heard = bot.hear(2)?;
    assert!(heard.iter().all(|inbound| inbound.content == Content::Unreadable), "{heard:?}");
    assert_eq!((&heard[0].message.id, heard[0].person.handle.as_str()), (&first, alice.user_id.as_str()));
    assert!(alice.messages(&ops)?.iter().all(|seen| seen.sender == alice.user_id), "core says what is said");
    Ok(())
}

pub(super) fn what_people_do_to_messages_is_heard() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    // While it runs, and while it is down, in one go and through a gap.
    for round in 0..2 {
        let message = alice.say(&ops, "!incdent checkout is down")?;
        alice.edit(&ops, &message, "!incident checkout is down")?;
        alice.react(&ops, &message, "✅")?;
        alice.redact(&ops, &message)?;
        if round == 1 {
            for number in 0..60 {
                alice.say(&ops, &format!("talk {number}"))?;
            }
            bot.connect()?;
        }
        let redacted = Content::Redacted { message: message.clone() };
        let mut heard: Vec<Content> = Vec::new();
        // The message itself may be gone before it is heard: what was taken back says nothing any more.
        while !heard.contains(&redacted) {
            let batch = bot.listen()?;
            bot.acknowledge(&batch);
            heard.extend(batch.inbounds.into_iter().map(|inbound| inbound.content));
        }
        let edited =
            Content::Edited { message: message.clone(), text: "!incident checkout is down".to_owned() };
        let reacted = Content::Reacted { message, key: "✅".to_owned() };
        assert!(heard.contains(&edited) && heard.contains(&reacted), "{heard:?}");
        bot.kill();
    }
    Ok(())
}

pub(super) fn its_removal_is_heard_and_respected() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let alias = synapse.unique("open");
    let open = alice.create_room_with(&json!({ "preset": "public_chat", "room_alias_name": alias }))?;
    bot.rooms.push(format!("#{alias}:{SERVER_NAME}"));
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let me = bot.account.user_id.clone();
    alice.say(&open, "!status")?;
    alice.remove(&open, &me)?;
    let heard = bot.hear(2)?;
    assert_eq!(heard[0].content, Content::Said("!status".to_owned()), "what was said before it counts");
    assert_eq!(heard[1].content, Content::Removed { banned: false });
    assert_eq!((&heard[1].message.room.room, heard[1].kind), (&bot.rooms[0], RoomKind::Configured));
    assert_eq!(heard[1].person.handle, alice.user_id);
    // Although it could come in again, it waits to be asked: also after a restart.
    bot.kill();
    bot.connect()?;
    alice.say(&ops, "!ack")?;
    assert_eq!(texts(&bot.hear(1)?), ["!ack"]);
    assert!(!alice.members(&open)?.contains(&me));
    alice.invite(&open, &me)?;
    bot.until_joined(&alice, &open)?;
    alice.say(&open, "!status")?;
    assert_eq!(texts(&bot.hear(1)?), ["!status"]);
    alice.api.post(&format!("/_matrix/client/v3/rooms/{}/ban", encoded(&ops)), &json!({ "user_id": me }))?;
    assert_eq!(bot.hear(1)?[0].content, Content::Removed { banned: true });
    Ok(())
}
