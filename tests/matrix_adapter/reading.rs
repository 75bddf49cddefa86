//! A message that somebody has marked is read as it stands now.

use chrono::Utc;
use serde_json::json;
use sitrep_core::port::{Action, Outcome, Receipt, Said};

use super::bot::Bot;
use crate::support::Failed;
use crate::support::synapse::Synapse;
use crate::support::trials::{Test, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![needs_synapse("matrix_adapter::a_marked_message_is_read_as_it_stands", read_as_it_stands)]
}

fn read(bot: &Bot, room: &str, event_id: &str) -> Outcome {
    bot.perform("key-read", Utc::now(), Action::Read { message: bot.message(room, event_id) })
}

fn said(bot: &Bot, room: &str, event_id: &str) -> Result<Said, Failed> {
    let outcome = read(bot, room, event_id);
    if let Outcome::Done(Receipt::Said(said)) = outcome {
        return Ok(said);
    }
    Err(format!("{outcome:?}").into())
}

fn read_as_it_stands() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let room = bot.rooms[0].clone();
    let message = alice.say(&ops, "the disk is full")?;
    let first = said(&bot, &room, &message)?;
    let age = Utc::now().signed_duration_since(first.sent_at).num_seconds().abs();
    assert_eq!(
        (first.text.as_str(), first.author.handle.as_str()),
        ("the disk is full", alice.user_id.as_str())
    );
    assert!(age < 60, "{first:?}");
    alice.edit(&ops, &message, "the disk was full")?;
    let edit = alice.edit(&ops, &message, "the disk is full again")?;
    let now = said(&bot, &room, &message)?;
    assert_eq!((now.text.as_str(), now.sent_at), ("the disk is full again", first.sent_at));
    // An edit that is taken back counts no longer.
    alice.redact(&ops, &edit)?;
    assert_eq!(said(&bot, &room, &message)?.text, "the disk was full");
    let pictures = [
        (json!({ "msgtype": "m.image", "body": "graph.png", "url": "mxc://a/b" }), "graph.png"),
        (
            json!({ "msgtype": "m.image", "body": "errors", "filename": "graph.png", "url": "mxc://a/b" }),
            "errors",
        ),
        (json!({ "msgtype": "m.notice", "body": "disk 98%" }), "disk 98%"),
    ];
    for (content, expected) in pictures {
        let shown = alice.say_with(&ops, content)?;
        assert_eq!(said(&bot, &room, &shown)?.text, expected);
    }
    let sign = alice.react(&ops, &message, "📌")?;
    alice.redact(&ops, &message)?;
    let never = [
        (message.as_str(), "taken back"),
        (sign.as_str(), "not made of words"),
        ("$nowhere", "not there"),
        ("nonsense", "not there"),
    ];
    for (event, expected) in never {
        let outcome = read(&bot, &room, event);
        assert!(
            matches!(&outcome, Outcome::Permanent(words) if words.contains(expected)),
            "{event}: {outcome:?}"
        );
    }
    Ok(())
}
