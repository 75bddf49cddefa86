//! What belongs into the thread of a message is said there, once; and what people say and mark there, and anywhere else,
//! is heard with where it was.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::Message;
use sitrep_core::port::{Action, Attachment, Content, Inbound, Outcome, Receipt, RoomKind};
use sitrep_core::room::{MessageRef, RoomRef};

use super::bot::{Bot, handle, handles};
use crate::support::person::Person;
use crate::support::seen::Seen;
use crate::support::synapse::Synapse;
use crate::support::trials::{Test, needs_synapse};
use crate::support::{Doing, Failed};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("matrix_adapter::a_thread_is_begun_and_gone_on_with", begun_and_gone_on_with),
        needs_synapse("matrix_adapter::what_is_in_doubt_is_found_in_its_thread", found_in_its_thread),
        needs_synapse("matrix_adapter::answers_and_files_stay_in_their_thread", answers_and_files),
        needs_synapse("matrix_adapter::anybodys_words_can_be_marked", marked),
    ]
}

/// Says it in the thread of a message.
pub(crate) fn in_thread(root: &MessageRef, answers: Option<MessageRef>, words: &str) -> Action {
    Action::Say {
        thread: Some(root.clone()),
        room: root.room.clone(),
        answers,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text(words),
        attachment: None,
    }
}

fn say(room: &RoomRef, words: &str) -> Action {
    Action::Say {
        thread: None,
        room: room.clone(),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text(words),
        attachment: None,
    }
}

/// What somebody reads in a thread.
fn words(alice: &Person, room: &str, root: &MessageRef) -> Result<Vec<String>, Failed> {
    Ok(alice.thread(room, &root.id)?.into_iter().map(|seen: Seen| seen.body).collect())
}

fn relation(alice: &Person, room: &str, id: &str) -> Result<serde_json::Value, Failed> {
    let seen = alice.wait_for(room, |seen| seen.event_id == id)?;
    Ok(seen.relates_to.unwrap_or_default())
}

fn begun_and_gone_on_with() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let root = bot.said("key-root-1", say(&bot.room(0), "REP-1 checkout is down"))?;
    assert_eq!(root.thread, None);
    let first = bot.said("key-thread-1", in_thread(&root, None, "Nobody has it yet."))?;
    assert_eq!((&first.room, first.thread.as_ref()), (&root.room, Some(&root.id)));
    let expected = json!({
        "rel_type": "m.thread", "event_id": root.id, "is_falling_back": true,
        "m.in_reply_to": { "event_id": root.id },
    });
    assert_eq!(relation(&alice, &ops, &first.id)?, expected);
    // What stands in a thread has none of its own.
    let second = bot.said("key-thread-2", in_thread(&first, None, "alice has it."))?;
    assert_eq!(second.thread.as_ref(), Some(&root.id));
    bot.kill();
    bot.connect()?;
    bot.said("key-thread-3", in_thread(&root, None, "It is over."))?;
    assert_eq!(words(&alice, &ops, &root)?, ["Nobody has it yet.", "alice has it.", "It is over."]);
    // What is said there is heard with it, also what was said while nobody listened.
    bot.until_quiet()?;
    alice.say_in_thread(&ops, &root.id, "!ack")?;
    bot.kill();
    alice.say_in_thread(&ops, &root.id, "!incident")?;
    bot.connect()?;
    for heard in bot.hear(2)? {
        assert_eq!((heard.message.room, heard.message.thread), (bot.room(0), Some(root.id.clone())));
        assert_eq!(heard.kind, RoomKind::Configured);
    }
    Ok(())
}

fn found_in_its_thread() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    for is_encrypted in [false, true] {
        let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
        let ops = bot.configured_room(&synapse, &alice)?;
        if is_encrypted {
            let algorithm = json!({ "algorithm": "m.megolm.v1.aes-sha2" });
            alice.set_state(&ops, "m.room.encryption", "", &algorithm)?;
        }
        bot.start()?;
        let root = bot.said("key-root-2", say(&bot.room(0), "REP-1 checkout is down"))?;
        let action = || in_thread(&root, None, "Nobody has it yet.");
        let first = bot.perform("key-doubt-1", Utc::now(), action());
        assert!(
            matches!(&first, Outcome::Done(Receipt::Message(said)) if said.thread.is_some()),
            "{first:?}"
        );
        assert_eq!(bot.perform("key-doubt-1", Utc::now(), action()), first);
        bot.kill();
        bot.connect()?;
        let long_ago = Utc::now() - TimeDelta::days(2);
        assert_eq!(bot.perform("key-doubt-1", long_ago, action()), first, "found by the key inside");
        let events = alice.events(&ops)?;
        let within: Vec<&Seen> =
            events.iter().filter(|seen| seen.thread() == Some(root.id.as_str())).collect();
        let [said] = &within[..] else { return Err(format!("{within:?}").into()) };
        let kind = if is_encrypted { "m.room.encrypted" } else { "m.room.message" };
        assert_eq!(said.kind, kind, "where it belongs is open to the server");
    }
    Ok(())
}

fn answers_and_files() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let root = bot.said("key-root-3", say(&bot.room(0), "REP-1 checkout is down"))?;
    bot.said("key-line-1", in_thread(&root, None, "Nobody has it yet."))?;
    let asked = alice.say_in_thread(&ops, &root.id, "!ack")?;
    let answered = MessageRef { thread: Some(root.id.clone()), ..bot.message(&bot.rooms[0], &asked) };
    let said = bot.said("key-answer-1", in_thread(&root, Some(answered), "You have it."))?;
    let real = |to: &str, is_falling_back: bool| {
        json!({
            "rel_type": "m.thread", "event_id": root.id, "is_falling_back": is_falling_back,
            "m.in_reply_to": { "event_id": to },
        })
    };
    assert_eq!(relation(&alice, &ops, &said.id)?, real(&asked, false));
    // What was asked beside it can't be tied to what is said in it.
    let beside = alice.say(&ops, "!decline")?;
    let answered = bot.message(&bot.rooms[0], &beside);
    let said = bot.said("key-answer-2", in_thread(&root, Some(answered), "Why?"))?;
    assert_eq!(relation(&alice, &ops, &said.id)?, real(&root.id, true));
    let file = Attachment::File {
        name: "timeline.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        content: "# REP-1".to_owned(),
    };
    let Action::Say { thread, room, answers, only_for, purpose, message, .. } =
        in_thread(&root, None, "Here it is.")
    else {
        return Err("it is something else".into());
    };
    let attachment = Some(Box::new(file));
    bot.said("key-file-3", Action::Say { thread, room, answers, only_for, purpose, message, attachment })?;
    let expected = ["Nobody has it yet.", "!ack", "You have it.", "Why?", "Here it is.", "timeline.md"];
    assert_eq!(words(&alice, &ops, &root)?, expected);
    Ok(())
}

/// Somebody marks a message: what is heard of it, and what is read.
fn mark(bot: &mut Bot, who: &Person, room: &str, message: &str) -> Result<(Inbound, String), Failed> {
    who.react(room, message, "\u{1f6a8}")?;
    let mut heard = bot.hear(1)?;
    let heard = heard.pop().ok_or("nothing was heard")?;
    let expected = Content::Reacted { message: message.to_owned(), key: "\u{1f6a8}".to_owned() };
    assert_eq!((&heard.content, heard.person.handle.as_str()), (&expected, who.user_id.as_str()));
    let text = bot.read(&heard.message.room.room, message).doing("reading what was marked")?;
    Ok((heard, text))
}

fn marked() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob, mut bot) = (synapse.person("alice")?, synapse.person("bob")?, Bot::new(&synapse)?);
    let rooms = [bot.configured_room(&synapse, &alice)?, bot.configured_room(&synapse, &alice)?];
    for room in &rooms {
        alice.invite(room, &bob.user_id)?;
        bob.join(room)?;
    }
    bot.start()?;
    for (index, room) in rooms.iter().enumerate() {
        let root = bot.said(&format!("key-root-4{index}"), say(&bot.room(index), "REP-1"))?;
        bot.until_quiet()?;
        let said =
            [bob.say(room, "customers can't pay")?, bob.say_in_thread(room, &root.id, "none of them")?];
        bot.hear(2)?;
        for (message, expected) in said.iter().zip(["customers can't pay", "none of them"]) {
            let (heard, text) = mark(&mut bot, &alice, room, message)?;
            assert_eq!((&heard.message.room, heard.kind), (&bot.room(index), RoomKind::Configured));
            assert_eq!(text, expected);
        }
    }
    let open = Action::OpenRoom {
        name: "checkout is down".to_owned(),
        topic: "INC-1".to_owned(),
        invited: handles(&[&alice.user_id, &bob.user_id]),
        private: false,
        open_to: None,
    };
    let direct = Action::OpenDirect { person: handle(&alice.user_id) };
    for (key, action, kind, speaker) in
        [("key-open-5", open, RoomKind::Own, &bob), ("key-open-6", direct, RoomKind::Direct, &alice)]
    {
        let outcome = bot.settled(&synapse.unique(key), || action.clone())?;
        let Outcome::Done(Receipt::Room(room)) = outcome else { return Err(format!("{outcome:?}").into()) };
        alice.join(&room.room)?;
        if kind == RoomKind::Own {
            bob.join(&room.room)?;
        }
        let said = speaker.say(&room.room, "customers can't pay")?;
        bot.hear(1)?;
        let (heard, text) = mark(&mut bot, &alice, &room.room, &said)?;
        assert_eq!((&heard.message.room, heard.kind), (&room, kind));
        assert_eq!(text, "customers can't pay");
    }
    Ok(())
}
