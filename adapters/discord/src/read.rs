//! Reading one message as it stands now, whoever wrote it: the words of somebody who is put on record.
//!
//! - People are `@` and their number in it, as in everything that core reads. Nothing in it is a command.
//! - Files are named. Of a program's message that has no words, what stands apart in it are its words; of our own both.
//! - A message that was passed on is read with the words that it passes on.

use std::sync::atomic::Ordering;

use serde::Deserialize;
use serenity::{
    all::{ChannelId, MessageId, UserId},
    http::Route,
};
use sitrep_core::{
    port::{Receipt, Said},
    room::MessageRef,
};

use crate::{
    account::Account,
    client::Call,
    failure::{Failure, code},
    guild::Channel,
    inbound::moment_of,
    inbound_text, pin,
    raw::PostedEmbed,
};

/// Kinds of messages that are words of somebody's: said, answered, the answer to a command (2 kinds).
const WORDS: [u8; 4] = [0, 19, 20, 23];

/// In how many threads of a room a message is looked for.
const THREADS: usize = 8;

/// A message, as much of it as is read.
#[derive(Debug, Deserialize)]
struct Whole {
    author: Author,
    #[serde(rename = "type", default)]
    kind: u8,
    #[serde(default)]
    webhook_id: Option<String>,
    #[serde(default)]
    interaction_metadata: Option<serde_json::Value>,
    #[serde(flatten)]
    says: Says,
    /// The messages that it passes on.
    #[serde(default)]
    message_snapshots: Vec<Snapshot>,
}

#[derive(Debug, Deserialize)]
struct Author {
    id: UserId,
    #[serde(default)]
    username: String,
}

/// What stands in a message.
#[derive(Debug, Deserialize)]
struct Says {
    #[serde(default)]
    content: String,
    #[serde(default)]
    embeds: Vec<PostedEmbed>,
    #[serde(default)]
    attachments: Vec<Attached>,
}

#[derive(Debug, Deserialize)]
struct Snapshot {
    message: Says,
}

#[derive(Debug, Deserialize)]
struct Attached {
    filename: String,
    #[serde(default)]
    description: Option<String>,
}

/// Reads it.
pub(crate) async fn read(account: &Account, message: &MessageRef) -> Result<Receipt, Failure> {
    let (room, message_id) = pin::place(account, message)?;
    let (channel_id, whole) = match get(account, (room, message_id)).await {
        Err(failure) if failure.is(&[code::UNKNOWN_MESSAGE]) && message.thread.is_none() => {
            in_threads(account, (room, message_id)).await?.ok_or(failure)?
        }
        whole => (room, whole?),
    };
    let is_ours = whole.author.id == account.user;
    let words = whole.words(is_ours);
    if words.is_empty() {
        let may_read = is_ours || account.reads_content.load(Ordering::Relaxed);
        return Err(Failure::refused(if may_read {
            "there are no words in the message"
        } else {
            "Discord doesn't let sitrep read what people write: turn on Message Content Intent on the page Bot of the \
             application, and restart sitrep"
        }));
    }
    let text = inbound_text::readable(&words, &account.guild(), channel_id);
    let author = account.person(whole.author.id);
    Ok(Receipt::Said(Said { author, text, sent_at: moment_of(message_id.get()) }))
}

/// What a message of ours says, in Discord's markup.
pub(crate) async fn ours(account: &Account, place: (ChannelId, MessageId)) -> Result<String, Failure> {
    let whole = get(account, place).await.map_err(Failure::while_reading)?;
    Ok(whole.words(true))
}

async fn get(account: &Account, (channel_id, message_id): (ChannelId, MessageId)) -> Result<Whole, Failure> {
    let call = Call::get(Route::ChannelMessage { channel_id, message_id }).needs("Read Message History");
    account.client.ask(call).await
}

/// The message in one of the room's threads: core knows it by its room.
async fn in_threads(
    account: &Account,
    (room, message): (ChannelId, MessageId),
) -> Result<Option<(ChannelId, Whole)>, Failure> {
    let threads: Vec<ChannelId> = {
        let guild = account.guild();
        let of_room = guild.channels.iter().filter(|(_, it)| it.is_thread() && it.parent == Some(room));
        // One that began later, or in which nobody has spoken since, doesn't hold it.
        let may_hold = |(id, it): &(&ChannelId, &Channel)| {
            id.get() <= message.get() && it.last_message.is_some_and(|last| last >= message)
        };
        // The latest first: that is where people are talking.
        of_room.filter(may_hold).map(|(id, _)| *id).rev().take(THREADS).collect()
    };
    for thread in threads {
        match get(account, (thread, message)).await {
            Err(failure) if failure.is(&[code::UNKNOWN_MESSAGE, code::UNKNOWN_CHANNEL, code::NO_ACCESS]) => {}
            whole => return whole.map(|whole| Some((thread, whole))),
        }
    }
    Ok(None)
}

impl Whole {
    fn words(&self, is_ours: bool) -> String {
        if !WORDS.contains(&self.kind) {
            return String::new();
        }
        let mut lines = self.says.lines(is_ours);
        for passed_on in &self.message_snapshots {
            lines.extend(passed_on.message.lines(false));
        }
        // Who speaks through a webhook has no account: their name is all that there is.
        let is_webhook = self.webhook_id.is_some() && self.interaction_metadata.is_none() && !is_ours;
        if is_webhook && !lines.is_empty() && !self.author.username.is_empty() {
            lines[0] = format!("{}: {}", self.author.username, lines[0]);
        }
        lines.join("\n")
    }
}

impl Says {
    /// Line by line; `whole`: with what stands apart, even if there are other words.
    fn lines(&self, whole: bool) -> Vec<String> {
        let mut lines = vec![self.content.trim().to_owned()];
        if whole || lines[0].is_empty() {
            for embed in &self.embeds {
                lines.extend([&embed.title, &embed.description].into_iter().flatten().cloned());
            }
        }
        lines.extend(self.attachments.iter().map(Attached::named));
        lines.retain(|line| !line.trim().is_empty());
        lines
    }
}

impl Attached {
    fn named(&self) -> String {
        match self.description.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
            Some(words) => format!("[{}: {words}]", self.filename),
            None => format!("[{}]", self.filename),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn words(more: Value, is_ours: bool) -> String {
        let mut whole = json!({ "id": "5", "type": 0, "author": { "id": "9", "username": "Grafana" } });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Whole>(whole).unwrap().words(is_ours)
    }

    #[test]
    fn a_message_is_read_with_everything_that_is_said_in_it() {
        let embed = json!([{ "title": "Down", "description": "5 % fail" }]);
        let file = json!([{ "filename": "graph.png" }, { "filename": "b.png", "description": "a curve" }]);
        let cases = [
            (json!({ "content": " it is down " }), false, "it is down"),
            (json!({ "content": "see", "attachments": file }), false, "see\n[graph.png]\n[b.png: a curve]"),
            (json!({ "content": "", "attachments": [{ "filename": "a.log" }] }), false, "[a.log]"),
            (json!({ "content": "a link", "embeds": embed }), false, "a link"),
            (json!({ "content": "", "embeds": embed }), false, "Down\n5 % fail"),
            (json!({ "content": "beginning", "embeds": embed }), true, "beginning\nDown\n5 % fail"),
            (json!({ "webhook_id": "7", "content": "", "embeds": embed }), false, "Grafana: Down\n5 % fail"),
            (json!({ "message_snapshots": [{ "message": { "content": "there" } }] }), false, "there"),
            (json!({ "type": 18, "content": "the name of a thread" }), false, ""),
            (json!({ "content": "\n" }), false, ""),
            (json!({}), false, ""),
        ];
        for (message, is_ours, expected) in cases {
            assert_eq!(words(message.clone(), is_ours), expected, "{message}");
        }
    }
}
