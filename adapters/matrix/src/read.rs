//! Reading one message as it stands now: one that had no key, or one that somebody has marked.
//!
//! The homeserver hands out the latest wording of a message with it. An edit of somebody else's counts for nothing, and
//! what was taken back says nothing any more. A picture says what is written under it, or what its file is called.

use chrono::DateTime;
use matrix_sdk::{
    deserialized_responses::TimelineEvent,
    ruma::{EventId, serde::Raw},
};
use serde_json::Value;
use sitrep_core::{
    person::Person,
    port::{Outcome, Receipt, Said},
    room::{MessageRef, PlatformName},
};

use crate::{account::Account, encryption, failure::Failure, inbound_text};

/// Why there is nothing to read, in words that continue a sentence.
const GONE: &str = "the message is not there, or sitrep may not see it";
const TAKEN_BACK: &str = "the message was taken back";
const NO_WORDS: &str = "the message is not made of words";

/// What a message says. [`Failure::NotYet`] while it has no key.
pub(crate) async fn read(account: &Account, message: &MessageRef) -> Result<Outcome, Failure> {
    let room = account.room(&message.room).await?;
    let Ok(id) = EventId::parse(&message.id) else { return Ok(Outcome::Permanent(GONE.to_owned())) };
    let event = match room.event(&id, None).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(event) => event,
        Err(failure) if failure.is_refusal("M_NOT_FOUND") || failure.is_refusal("M_FORBIDDEN") => {
            return Ok(Outcome::Permanent(GONE.to_owned()));
        }
        Err(failure) => return Err(failure),
    };
    let event = match was_taken_back(&plain(&event)?) {
        true => event,
        false => encryption::decrypted(&room, event).await?,
    };
    let platform = &message.room.platform;
    match said(platform, &plain(&event)?) {
        Ok(said) => Ok(Outcome::Done(Receipt::Said(said))),
        Err(Unsaid::Never(why)) => Ok(Outcome::Permanent(why.to_owned())),
        Err(Unsaid::NotYet) => Err(Failure::NotYet("there is no key to its latest wording yet".to_owned())),
    }
}

/// Why a message says nothing.
#[derive(Debug, PartialEq, Eq)]
enum Unsaid {
    Never(&'static str),
    NotYet,
}

fn plain(event: &TimelineEvent) -> Result<Value, Failure> {
    let raw: &Raw<Value> = event.raw().cast_ref_unchecked();
    raw.deserialize().map_err(|error| Failure::Garbled(error.to_string()))
}

fn was_taken_back(event: &Value) -> bool {
    !event["unsigned"]["redacted_because"].is_null()
}

fn said(platform: &PlatformName, event: &Value) -> Result<Said, Unsaid> {
    if was_taken_back(event) {
        return Err(Unsaid::Never(TAKEN_BACK));
    }
    let no_words = Unsaid::Never(NO_WORDS);
    let content = &event["content"];
    let is_message = matches!(event["type"].as_str(), Some("m.room.message" | "m.sticker"));
    // The new wording of another message is none of its own.
    if !is_message || content["m.relates_to"]["rel_type"] == "m.replace" {
        return Err(no_words);
    }
    let sender = event["sender"].as_str();
    let edit = &event["unsigned"]["m.relations"]["m.replace"];
    let is_reply = content["m.relates_to"]["m.in_reply_to"]["event_id"].is_string();
    let text = match (edit["type"].as_str(), edit["sender"].as_str() == sender) {
        (Some("m.room.encrypted"), true) if edit["content"]["ciphertext"].is_string() => {
            return Err(Unsaid::NotYet);
        }
        (Some("m.room.message"), true) => words(&edit["content"]["m.new_content"], false),
        (Some(_) | None, _) => None,
    };
    let text = text.or_else(|| words(content, is_reply)).ok_or(no_words)?;
    let sent_at = event["origin_server_ts"].as_i64().and_then(DateTime::from_timestamp_millis);
    match (sender, sent_at) {
        (Some(sender), Some(sent_at)) => Ok(Said { author: Person::new(platform, sender), text, sent_at }),
        (Some(_) | None, _) => Err(Unsaid::Never(NO_WORDS)),
    }
}

/// The words of a message: its text, what is written under a picture, or the name of a file.
fn words(content: &Value, is_reply: bool) -> Option<String> {
    let is_html = content["format"] == "org.matrix.custom.html";
    let html = content["formatted_body"].as_str().filter(|_| is_html);
    let body = content["body"].as_str().map(|body| inbound_text::read(body, html, is_reply));
    let name = || content["filename"].as_str().map(str::to_owned);
    body.filter(|body| !body.trim().is_empty()).or_else(name).filter(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_event(rest: &Value) -> Result<String, Unsaid> {
        let mut event = json!({
            "type": "m.room.message", "event_id": "$e", "sender": "@alice:example.org", "origin_server_ts": 1500,
        });
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        said(&PlatformName::new("matrix"), &event).map(|said| {
            assert_eq!(
                (said.author.handle.as_str(), said.sent_at.timestamp_millis()),
                ("@alice:example.org", 1500)
            );
            said.text
        })
    }

    #[test]
    fn what_a_message_says_now() {
        let content = |content: Value| json!({ "content": content });
        let text = json!({ "msgtype": "m.text", "body": "the disk is full" });
        let edited = |sender: &str, kind: &str, new: Value| {
            json!({
                "content": text,
                "unsigned": { "m.relations": { "m.replace": { "type": kind, "sender": sender, "content": new } } },
            })
        };
        let new = json!({ "m.new_content": { "msgtype": "m.text", "body": "the disk was full" } });
        let (alice, mallory) = ("@alice:example.org", "@mallory:example.org");
        let never = |why| Err(Unsaid::Never(why));
        let cases = [
            (content(text.clone()), Ok("the disk is full")),
            (content(json!({ "msgtype": "m.notice", "body": "disk 98%" })), Ok("disk 98%")),
            (
                content(json!({ "msgtype": "m.image", "body": "graph.png", "filename": "graph.png" })),
                Ok("graph.png"),
            ),
            (
                content(json!({ "msgtype": "m.image", "body": "errors rise", "filename": "g.png" })),
                Ok("errors rise"),
            ),
            (content(json!({ "msgtype": "m.file", "body": " ", "filename": "log.txt" })), Ok("log.txt")),
            (content(json!({ "msgtype": "m.image", "body": "" })), never(NO_WORDS)),
            (json!({ "type": "m.sticker", "content": { "body": "a cat" } }), Ok("a cat")),
            (json!({ "type": "m.reaction", "content": {} }), never(NO_WORDS)),
            (edited(alice, "m.room.message", new.clone()), Ok("the disk was full")),
            (edited(mallory, "m.room.message", new.clone()), Ok("the disk is full")),
            (edited(alice, "m.room.encrypted", json!({ "ciphertext": "x" })), Err(Unsaid::NotYet)),
            (edited(alice, "m.room.encrypted", json!({})), Ok("the disk is full")),
            (
                json!({ "content": {}, "unsigned": { "redacted_because": { "type": "m.room.redaction" } } }),
                never(TAKEN_BACK),
            ),
            (
                content(
                    json!({ "msgtype": "m.text", "body": "* x", "m.relates_to": { "rel_type": "m.replace" } }),
                ),
                never(NO_WORDS),
            ),
        ];
        for (event, expected) in cases {
            assert_eq!(read_event(&event), expected.map(str::to_owned), "{event}");
        }
    }
}
