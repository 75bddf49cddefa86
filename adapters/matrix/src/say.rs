//! Saying something, once.
//!
//! The key is the transaction id, under which the homeserver gives the same event back, and it stands in the
//! content, where it is found again when the homeserver may have forgotten the transaction.

use matrix_sdk::{Room, ruma::TransactionId};
use serde_json::{Value, json};
use sitrep_core::{
    message::Message,
    port::{Attachment, Attempt, Receipt},
    room::{MessageRef, RoomRef},
};

use crate::{
    account::Account,
    attach::{self, Luggage},
    content_key::CONTENT_KEY,
    failure::Failure,
    history,
    render::Renderer,
};

/// What is to be said, and where.
pub(crate) struct Speech<'a> {
    pub(crate) room: &'a RoomRef,
    /// The message that it answers.
    pub(crate) answers: Option<&'a MessageRef>,
    pub(crate) message: &'a Message,
    /// What follows the words.
    pub(crate) attachment: Option<&'a Attachment>,
}

/// Says a message in a room, as an answer to another if one is given, and sends what goes with it.
pub(crate) async fn say(
    account: &Account,
    attempt: &Attempt,
    speech: &Speech<'_>,
) -> Result<Receipt, Failure> {
    let target = account.room(speech.room).await?;
    match attach::weigh(account, speech.attachment).await {
        Luggage::Nothing => words(account, attempt, &target, speech).await.map(Receipt::Message),
        Luggage::TooLarge(name) => {
            let message = &attach::without(account, speech.message, name);
            words(account, attempt, &target, &Speech { message, ..*speech }).await.map(Receipt::Message)
        }
        Luggage::Fits(item) => {
            let said = words(account, attempt, &target, speech).await?;
            attach::send(
                account,
                attempt,
                &attach::Sending { room: &target, said: &said, item },
                speech.message,
            )
            .await?;
            Ok(Receipt::Message(said))
        }
    }
}

/// Says the words alone.
async fn words(
    account: &Account,
    attempt: &Attempt,
    target: &Room,
    speech: &Speech<'_>,
) -> Result<MessageRef, Failure> {
    let Speech { room, answers, message, .. } = *speech;
    let thread = answers.and_then(|answered| answered.thread.clone());
    let found = match account.may_be_forgotten(attempt.first_tried) {
        true => history::find(target, &account.me, attempt).await?,
        false => None,
    };
    let id = match found {
        Some(id) => id,
        None => {
            let renderer = Renderer { platform: &account.platform, via: account.me.server_name() };
            let content = renderer.fitting(message, |rendered| {
                let mut content = rendered.content(&rendered.mentions);
                content[CONTENT_KEY] = attempt.key.as_str().into();
                if let Some(answered) = answers {
                    content["m.relates_to"] = relation(answered);
                }
                content
            });
            send(target, &attempt.key, content).await?
        }
    };
    Ok(MessageRef { room: room.clone(), id, thread })
}

/// Sends a message event under a key, encrypted where the room is, and returns its id.
pub(crate) async fn send(room: &Room, key: &str, content: Value) -> Result<String, Failure> {
    let transaction: &TransactionId = key.into();
    let sent = room.send_raw("m.room.message", content).with_transaction_id(transaction).await?;
    Ok(sent.response.event_id.to_string())
}

fn relation(answered: &MessageRef) -> Value {
    let reply = json!({ "event_id": answered.id });
    match &answered.thread {
        None => json!({ "m.in_reply_to": reply }),
        Some(root) => {
            json!({ "rel_type": "m.thread", "event_id": root, "is_falling_back": true, "m.in_reply_to": reply })
        }
    }
}

#[cfg(test)]
mod tests {
    use sitrep_core::room::PlatformName;

    use super::*;

    #[test]
    fn answers_stay_in_their_thread() {
        let room = RoomRef::new(&PlatformName::new("matrix"), "!abc");
        let mut answered = MessageRef { room, id: "$a".to_owned(), thread: None };
        assert_eq!(relation(&answered), json!({ "m.in_reply_to": { "event_id": "$a" } }));
        answered.thread = Some("$root".to_owned());
        let expected = json!({
            "rel_type": "m.thread", "event_id": "$root", "is_falling_back": true,
            "m.in_reply_to": { "event_id": "$a" },
        });
        assert_eq!(relation(&answered), expected);
    }
}
