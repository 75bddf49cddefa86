//! A picture or a file that goes with a message: uploaded, and an event of its own after the words.
//!
//! - **The words come first and never wait for it.** They have their own key, so that nothing that happens to what
//!   follows them says them twice. After some tries in vain they go without, and say so.
//! - What goes with them has the key of the words and [`SUFFIX`]: as the transaction id, and in the content.
//! - In an encrypted room the file is encrypted too, and its key stands in the event.
//! - It is uploaded once, as long as the process lives; after that the homeserver may keep one that nobody refers to.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use matrix_sdk::{Room, ruma::api::client::media::create_content};
use serde_json::{Value, json};
use sitrep_core::{
    args,
    message::Message,
    port::{Attachment, Attempt},
    room::MessageRef,
};
use tokio::time::timeout;

use crate::{
    account::Account, content_key::CONTENT_KEY, edit, failure::Failure, history, render::clean, say,
};

/// What makes another key of a message's.
const SUFFIX: &str = "-a";

/// The key of the edit which says that the words came alone.
const SUFFIX_WITHOUT: &str = "-w";

/// How often it is tried. A server that limits us asks for a few of these waits.
const TRIES: u32 = 6;

/// How long it is waited to be told what the homeserver takes: the words wait for it.
const WEIGHING: Duration = Duration::from_secs(3);

/// How long an upload may take.
const UPLOAD_DEADLINE: Duration = Duration::from_secs(25);

/// How many uploads are remembered whose events are still to be sent.
const REMEMBERED: usize = 16;

/// More than a description has; the event must hold it.
const MAX_ALT_CHARS: usize = 4_000;

/// Where things are that were uploaded, by the key of their event, until that was sent.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<BTreeMap<String, Value>>);

impl Uploads {
    fn find(&self, key: &str) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: &str, source: &Value) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.pop_first();
        }
        known.insert(key.to_owned(), source.clone());
    }

    fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// What a message has with it.
#[derive(Clone, Copy)]
pub(crate) enum Luggage<'a> {
    Nothing,
    /// Larger than the homeserver takes; what it is called.
    TooLarge(&'a str),
    Fits(Item<'a>),
}

/// Something to be uploaded.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    name: &'a str,
    bytes: &'a [u8],
    media_type: &'a str,
    /// What it shows, and how many pixels wide and high it is, if it is a picture.
    picture: Option<(&'a str, u32, u32)>,
}

/// Something on its way to a room, after the words that it belongs to.
pub(crate) struct Sending<'a> {
    pub(crate) room: &'a Room,
    pub(crate) said: &'a MessageRef,
    pub(crate) item: Item<'a>,
}

/// What goes with a message, and whether the homeserver takes it. If it doesn't say, it is tried.
pub(crate) async fn weigh<'a>(account: &Account, attachment: Option<&'a Attachment>) -> Luggage<'a> {
    let Some(item) = attachment.and_then(item) else { return Luggage::Nothing };
    let client = account.client();
    let most = timeout(WEIGHING, client.load_or_fetch_max_upload_size()).await;
    match most {
        Ok(Ok(most)) if u64::from(most) < item.bytes.len() as u64 => Luggage::TooLarge(item.name),
        Ok(Ok(_) | Err(_)) | Err(_) => Luggage::Fits(item),
    }
}

fn item(attachment: &Attachment) -> Option<Item<'_>> {
    match attachment {
        Attachment::Picture { name, alt, png, width, height } => {
            Some(Item { name, bytes: png, media_type: "image/png", picture: Some((alt, *width, *height)) })
        }
        Attachment::File { name, media_type, content } => {
            Some(Item { name, bytes: content.as_bytes(), media_type, picture: None })
        }
        // Drawn before it comes here; the words say the same.
        Attachment::Chart(_) => None,
    }
}

/// The words of a message, and that something is missing.
pub(crate) fn without(account: &Account, message: &Message, name: &str) -> Message {
    let mut message = message.clone();
    message.lines.extend(account.settings.words.say("adapter.too_large", args![name = name], "!").lines);
    message
}

/// Sends what goes with a message that was said. An error is worth another attempt.
pub(crate) async fn send(
    account: &Account,
    attempt: &Attempt,
    sending: &Sending<'_>,
    message: &Message,
) -> Result<(), Failure> {
    let key = format!("{}{SUFFIX}", attempt.key);
    let failure = match try_to_send(account, attempt, &key, sending).await {
        Ok(()) => {
            account.uploads.forget(&key);
            return Ok(());
        }
        Err(failure) => failure,
    };
    let is_final = matches!(&failure, Failure::Refused { .. } | Failure::Intercepted(413));
    if !is_final && attempt.number < TRIES {
        return Err(failure);
    }
    account.uploads.forget(&key);
    let name = sending.item.name;
    tracing::warn!("{name} could not be sent along with a message: {}.", failure.words());
    let mut message = message.clone();
    message.lines.extend(account.settings.words.say("adapter.not_sent", args![name = name], "!").lines);
    let attempt = Attempt { key: format!("{}{SUFFIX_WITHOUT}", attempt.key), ..attempt.clone() };
    if let Err(failure) = edit::edit(account, &attempt, sending.said, &message).await {
        tracing::warn!("Nor could it be said that {name} is missing: {}.", failure.words());
    }
    Ok(())
}

async fn try_to_send(
    account: &Account,
    attempt: &Attempt,
    key: &str,
    sending: &Sending<'_>,
) -> Result<(), Failure> {
    if account.may_be_forgotten(attempt.first_tried) {
        let sent = Attempt { key: key.to_owned(), ..attempt.clone() };
        if history::find(sending.room, &account.me, &sent).await?.is_some() {
            return Ok(());
        }
    }
    let source = match account.uploads.find(key) {
        Some(source) => source,
        None => {
            let source = match timeout(UPLOAD_DEADLINE, upload(account, sending)).await {
                Ok(source) => source?,
                Err(_) => return Err(Failure::Unreached("an upload takes too long".to_owned())),
            };
            account.uploads.keep(key, &source);
            source
        }
    };
    let mut content = content(&sending.item, &source);
    content[CONTENT_KEY] = key.into();
    if let Some(root) = &sending.said.thread {
        content["m.relates_to"] = json!({
            "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
            "m.in_reply_to": { "event_id": sending.said.id },
        });
    }
    say::send(sending.room, key, content).await?;
    Ok(())
}

/// Uploads something, and gives the part of the event that says where it is.
async fn upload(account: &Account, sending: &Sending<'_>) -> Result<Value, Failure> {
    let (client, item) = (account.client(), &sending.item);
    if sending.room.latest_encryption_state().await?.is_encrypted() {
        let file = client.upload_encrypted_file(&mut &*item.bytes).await?;
        let file = serde_json::to_value(file).map_err(|error| Failure::Broken(error.to_string()))?;
        return Ok(json!({ "file": file }));
    }
    let mut request = create_content::v3::Request::new(item.bytes.to_vec());
    request.filename = Some(item.name.to_owned());
    request.content_type = Some(item.media_type.to_owned());
    let answer = client.send(request).await.map_err(|error| Failure::from(error).while_reading())?;
    Ok(json!({ "url": answer.content_uri }))
}

/// The event that shows what was uploaded. It notifies nobody: the words have done that.
fn content(item: &Item<'_>, source: &Value) -> Value {
    let mut info = json!({ "mimetype": item.media_type, "size": item.bytes.len() });
    let (kind, body) = match item.picture {
        Some((alt, width, height)) => {
            (info["w"], info["h"]) = (width.into(), height.into());
            ("m.image", clean(alt).chars().take(MAX_ALT_CHARS).collect())
        }
        None => ("m.file", item.name.to_owned()),
    };
    let mut content = json!({
        "msgtype": kind, "body": body, "filename": item.name, "info": info, "m.mentions": {},
    });
    for (field, value) in source.as_object().into_iter().flatten() {
        content[field] = value.clone();
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown() {
        let picture = Attachment::Picture {
            name: "health.png".to_owned(),
            alt: "Requests failing: 4 req/s\0".to_owned(),
            png: vec![1, 2, 3],
            width: 800,
            height: 300,
        };
        let file = Attachment::File {
            name: "timeline.md".to_owned(),
            media_type: "text/markdown".to_owned(),
            content: "# INC-1".to_owned(),
        };
        let expected = json!({
            "msgtype": "m.image", "body": "Requests failing: 4 req/s", "filename": "health.png", "m.mentions": {},
            "info": { "mimetype": "image/png", "size": 3, "w": 800, "h": 300 }, "url": "mxc://a/b",
        });
        assert_eq!(item(&picture).map(|item| content(&item, &json!({ "url": "mxc://a/b" }))), Some(expected));
        let expected = json!({
            "msgtype": "m.file", "body": "timeline.md", "filename": "timeline.md", "m.mentions": {},
            "info": { "mimetype": "text/markdown", "size": 7 }, "file": { "url": "mxc://a/b" },
        });
        let source = json!({ "file": { "url": "mxc://a/b" } });
        assert_eq!(item(&file).map(|item| content(&item, &source)), Some(expected));
    }

    #[test]
    fn few_uploads_are_remembered() {
        let uploads = Uploads::default();
        for number in 10..10 + REMEMBERED + 1 {
            uploads.keep(&number.to_string(), &json!({}));
        }
        assert_eq!((uploads.find("10"), uploads.find("11")), (None, Some(json!({}))));
        uploads.forget("11");
        assert_eq!(uploads.find("11"), None);
    }
}
