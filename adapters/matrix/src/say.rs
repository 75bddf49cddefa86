//! Saying something, once.
//!
//! The key is the transaction id, under which the homeserver gives the same event back, and it stands in the
//! content, where it is found again when the homeserver may have forgotten the transaction.

use matrix_sdk::{Room, ruma::TransactionId};
use serde_json::{Value, json};
use sitrep_core::{
    message::Message,
    port::{Attempt, Receipt},
    room::{MessageRef, RoomRef},
};

use crate::{account::Account, content_key::CONTENT_KEY, failure::Failure, history, render::Renderer};

/// Says a message in a room, as an answer to another if one is given.
pub(crate) async fn say(
    account: &Account,
    attempt: &Attempt,
    room: &RoomRef,
    answers: Option<&MessageRef>,
    message: &Message,
) -> Result<Receipt, Failure> {
    let target = account.room(room).await?;
    let thread = answers.and_then(|answered| answered.thread.clone());
    let found = match account.may_be_forgotten(attempt.first_tried) {
        true => history::find(&target, &account.me, attempt).await?,
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
            send(&target, &attempt.key, content).await?
        }
    };
    Ok(Receipt::Message(MessageRef { room: room.clone(), id, thread }))
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
