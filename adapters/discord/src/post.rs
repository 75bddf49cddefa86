//! Posting a message in a channel, once.
//!
//! The key is the nonce, under which Discord gives the same message back for a few minutes. After that, and where the
//! gateway has brought the message already, it is found (`history.rs`).

use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, InteractionId, MessageId},
    http::Route,
};
use sitrep_core::port::Attempt;

use crate::{
    account::Account,
    client::Call,
    failure::Failure,
    history::{self, Wanted},
    raw::Made,
    render::Body,
    upload::Upload,
};

/// Discord's code where an answer can't be tied to what it answers, because we may not read that.
const NO_HISTORY: i64 = 160_002;

/// A message to be posted.
pub(crate) struct Post<'a> {
    pub(crate) channel: ChannelId,
    pub(crate) body: &'a Body,
    /// The file that goes with it.
    pub(crate) upload: Option<&'a Upload>,
    /// The message that it answers, in the same channel.
    pub(crate) answers: Option<MessageId>,
    /// The interaction that it answers.
    pub(crate) interaction: Option<InteractionId>,
}

impl<'a> Post<'a> {
    /// A message that answers nothing.
    pub(crate) fn new(channel: ChannelId, body: &'a Body) -> Self {
        Self { channel, body, upload: None, answers: None, interaction: None }
    }
}

/// Sees to it that a message is posted, and gives its number.
pub(crate) async fn post(
    account: &Account,
    attempt: &Attempt,
    post: &Post<'_>,
) -> Result<MessageId, Failure> {
    let wanted = Wanted { body: post.body, answers: post.answers, interaction: post.interaction };
    let message = match history::find(account, post.channel, attempt, &wanted).await? {
        Some(found) => found,
        None => send(account, &attempt.key, post).await?,
    };
    noted(account, attempt, post, message);
    Ok(message)
}

/// Posts a message of which it is known that it wasn't found. Discord may still know its key.
pub(crate) async fn post_new(
    account: &Account,
    attempt: &Attempt,
    post: &Post<'_>,
) -> Result<MessageId, Failure> {
    let message = send(account, &attempt.key, post).await?;
    noted(account, attempt, post, message);
    Ok(message)
}

fn noted(account: &Account, attempt: &Attempt, post: &Post<'_>, message: MessageId) {
    account.doing.note_key(message, &attempt.key);
    account.doing.set_says(message, Some(post.body));
}

async fn send(account: &Account, key: &str, post: &Post<'_>) -> Result<MessageId, Failure> {
    let sent = try_to_send(account, content(key, post.body, post.answers), post).await;
    let is_untied = |failure: &Failure| failure.is(&[NO_HISTORY]) || failure.blames("message_reference");
    match sent {
        Err(failure) if post.answers.is_some() && is_untied(&failure) => {
            try_to_send(account, content(key, post.body, None), post).await
        }
        sent => sent,
    }
}

async fn try_to_send(account: &Account, content: Value, post: &Post<'_>) -> Result<MessageId, Failure> {
    let channel = post.channel;
    let is_thread = account.guild().channels.get(&channel).is_some_and(|channel| channel.is_thread());
    let needs = if is_thread { "Send Messages in Threads" } else { "Send Messages" };
    let call = Call::post(Route::ChannelMessages { channel_id: channel }, content).needs(needs);
    let call = call.attaching(post.upload);
    let made: Made = account.client.ask(call).await?;
    Ok(made.id)
}

/// The whole of a request for a message.
fn content(key: &str, body: &Body, answers: Option<MessageId>) -> Value {
    let mut content = body.json();
    content["nonce"] = key.into();
    content["enforce_nonce"] = true.into();
    if let Some(answered) = answers {
        // What it answers may be deleted meanwhile.
        content["message_reference"] = json!({ "message_id": answered, "fail_if_not_exists": false });
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_said_once_and_notifies_nobody_by_accident() {
        let body = Body { content: "hello".to_owned(), ..Body::default() };
        let content = content("abcdefgh-1f-0", &body, Some(MessageId::new(5)));
        let expected = json!({
            "content": "hello",
            "embeds": [],
            "flags": 4,
            "allowed_mentions": { "parse": [], "users": [], "replied_user": false },
            "nonce": "abcdefgh-1f-0",
            "enforce_nonce": true,
            "message_reference": { "message_id": "5", "fail_if_not_exists": false },
        });
        assert_eq!(content, expected);
    }
}
