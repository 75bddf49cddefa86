//! Pictures and files that go with a message: sent once, after the words, and never at their cost.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use sitrep_core::effect::Purpose;
use sitrep_core::message::{Message, mention, text};
use sitrep_core::port::{Action, Attachment, Attempt, Outcome, Perform, Platform as _, Receipt};
use sitrep_core::room::MessageRef;

use super::bot::{Bot, handle};
use super::front::{BAD_GATEWAY, Front};
use crate::support::Failed;
use crate::support::person::Person;
use crate::support::seen::Seen;
use crate::support::synapse::Synapse;
use crate::support::trials::{Test, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("matrix_adapter::a_picture_follows_its_words_once", a_picture_follows_its_words_once),
        needs_synapse("matrix_adapter::a_failing_upload_costs_no_words", a_failing_upload_costs_no_words),
    ]
}

/// Not a picture that anything shows, but bytes that aren't text.
pub(crate) fn png() -> Vec<u8> {
    (0..2000_u32).map(|number| (number * 31 % 251) as u8).collect()
}

pub(crate) fn picture() -> Attachment {
    Attachment::Picture {
        name: "health.png".to_owned(),
        alt: "Requests failing: 4 req/s".to_owned(),
        png: png(),
        width: 800,
        height: 300,
    }
}

fn say(bot: &Bot, alice: &Person, attachment: Attachment, answers: Option<MessageRef>) -> Action {
    Action::Say {
        thread: None,
        room: bot.room(0),
        answers,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::line([text("How it stands, "), mention(&handle(&alice.user_id))]),
        attachment: Some(Box::new(attachment)),
    }
}

/// What the bot has said in a room, as it was sent.
fn sent(alice: &Person, room: &str, bot: &Bot) -> Result<Vec<Seen>, Failed> {
    let mut sent = alice.messages(room)?;
    sent.retain(|seen| seen.sender == bot.account.user_id);
    Ok(sent)
}

fn a_picture_follows_its_words_once() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let root = alice.say(&ops, "!health")?;
    let asked = alice.say_in_thread(&ops, &root, "!health")?;
    let answered = MessageRef { thread: Some(root.clone()), ..bot.message(&bot.rooms[0], &asked) };
    let action = || say(&bot, &alice, picture(), Some(answered.clone()));
    let first = bot.perform("key-pic-1", Utc::now(), action());
    let Outcome::Done(Receipt::Message(words)) = &first else { return Err(format!("{first:?}").into()) };
    assert_eq!(bot.perform("key-pic-1", Utc::now(), action()), first);
    // Long after: the homeserver may have forgotten both keys.
    assert_eq!(bot.perform("key-pic-1", Utc::now() - TimeDelta::days(2), action()), first);
    let seen = sent(&alice, &ops, &bot)?;
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!((&seen[0].event_id, seen[0].mentions.len()), (&words.id, 1));
    let shown = &seen[1].content;
    let url = shown["url"].as_str().ok_or("no address")?.to_owned();
    let expected = json!({
        "msgtype": "m.image", "body": "Requests failing: 4 req/s", "filename": "health.png", "url": url,
        "info": { "mimetype": "image/png", "w": 800, "h": 300, "size": 2000 },
        "m.mentions": {}, "org.sitrep.key": "key-pic-1-a",
        "m.relates_to": {
            "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
            "m.in_reply_to": { "event_id": words.id },
        },
    });
    assert_eq!(*shown, expected);
    let path = format!("/_matrix/client/v1/media/download/{}", url.trim_start_matches("mxc://"));
    assert_eq!(alice.api.bytes(&path)?, png());
    // A file, in a message that stands by itself.
    let file = Attachment::File {
        name: "timeline.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        content: "# INC-1 é".to_owned(),
    };
    bot.said("key-file-1", say(&bot, &alice, file, None))?;
    let seen = sent(&alice, &ops, &bot)?;
    let shown = &seen.last().ok_or("nothing")?.content;
    let info = json!({ "mimetype": "text/markdown", "size": 10 });
    let name = json!("timeline.md");
    assert_eq!((&shown["msgtype"], &shown["body"], &shown["info"]), (&json!("m.file"), &name, &info));
    assert_eq!(shown.get("m.relates_to"), None);
    Ok(())
}

fn is_upload(path: &str) -> bool {
    path.contains("/media/") && path.contains("/upload")
}

/// The body of each message of the bot's, edits applied.
fn shown(alice: &Person, room: &str, bot: &Bot) -> Result<Vec<String>, Failed> {
    let mut shown = alice.shown(room)?;
    shown.retain(|seen| seen.sender == bot.account.user_id);
    Ok(shown.into_iter().map(|seen| seen.body).collect())
}

fn a_failing_upload_costs_no_words() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot, front) = (synapse.person("alice")?, Bot::new(&synapse)?, Front::of(&synapse.url)?);
    bot.url.clone_from(&front.url);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let attempt = |key: &str, number: u32| {
        let attempt = Attempt { key: key.to_owned(), first_tried: Utc::now(), number };
        let id = sitrep_core::effect::EffectId { sequence: 1, index: 0 };
        let platform = sitrep_core::room::PlatformName::new("matrix");
        let perform = Perform { id, platform, action: say(&bot, &alice, picture(), None), attempt };
        Ok::<_, Failed>(bot.runtime.block_on(bot.platform()?.perform(&perform)))
    };
    // It fails, and then the event gets lost: one upload, one message, one picture.
    front.answers(|path| is_upload(path).then_some(BAD_GATEWAY));
    let outcome = attempt("key-up-1", 1)?;
    assert!(!matches!(outcome, Outcome::Done(_) | Outcome::Permanent(_)), "{outcome:?}");
    front.answers(|path| path.contains("key-up-1-a").then_some(BAD_GATEWAY));
    attempt("key-up-1", 2)?;
    attempt("key-up-1", 3)?;
    front.answers(|_| None);
    let outcome = attempt("key-up-1", 4)?;
    assert!(matches!(outcome, Outcome::Done(Receipt::Message(_))), "{outcome:?}");
    assert_eq!(front.granted(is_upload), 1, "uploaded once");
    assert_eq!(shown(&alice, &ops, &bot)?.len(), 2, "said once, shown once");
    // It fails for good, and is not tried for ever.
    let mut expected = 2;
    for (key, number, status) in [("key-up-2", 1, "413 Payload Too Large"), ("key-up-3", 6, BAD_GATEWAY)] {
        front.answers(move |path| is_upload(path).then_some(status));
        let outcome = attempt(key, number)?;
        assert!(matches!(outcome, Outcome::Done(Receipt::Message(_))), "{outcome:?}");
        let words = shown(&alice, &ops, &bot)?;
        expected += 1;
        assert_eq!(words.len(), expected, "{words:?}");
        assert!(
            words[expected - 1].ends_with("(health.png is not here: it could not be sent.)"),
            "{words:?}"
        );
    }
    // The homeserver takes less: the words say so at once, and nothing is uploaded.
    front.answers_json(|path| {
        path.contains("/media/config").then(|| ("200 OK", json!({ "m.upload.size": 1999 }).to_string()))
    });
    bot.kill();
    bot.connect()?;
    let before = front.granted(is_upload);
    let said = bot.said("key-up-4", say(&bot, &alice, picture(), None))?;
    let seen = alice.wait_for(&ops, |seen| seen.event_id == said.id)?;
    assert!(
        seen.body.ends_with("(health.png is not here: it is larger than the chat server takes.)"),
        "{seen:?}"
    );
    assert_eq!((front.granted(is_upload), shown(&alice, &ops, &bot)?.len()), (before, expected + 1));
    Ok(())
}
