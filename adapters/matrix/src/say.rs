//! Saying something, once.
//!
//! The key is the transaction id, under which the homeserver gives the same event back, and it stands in the
//! content, where it is found again when the homeserver may have forgotten the transaction.
//!
//! A thread is begun by saying something in it: all that it takes is to name its root. A message that stands in a thread
//! has none of its own.

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
    /// The message in whose thread it is said.
    pub(crate) thread: Option<&'a MessageRef>,
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
    let Speech { room, message, .. } = *speech;
    let relation = Relation::of(speech);
    let thread = relation.root.map(str::to_owned);
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
                if let Some(relation) = relation.content() {
                    content["m.relates_to"] = relation;
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

/// What a message hangs on.
struct Relation<'a> {
    /// The root of the thread that it is said in.
    root: Option<&'a str>,
    /// The message that it answers, there or where there is no thread.
    answered: Option<&'a str>,
}

impl<'a> Relation<'a> {
    fn of(speech: &Speech<'a>) -> Self {
        let here = |message: Option<&'a MessageRef>| message.filter(|message| message.room == *speech.room);
        let (beneath, answered) = (here(speech.thread), here(speech.answers));
        let root = match beneath {
            Some(message) => Some(message.thread.as_deref().unwrap_or(&message.id)),
            None => answered.and_then(|answered| answered.thread.as_deref()),
        };
        // What stands outside of the thread can't be answered in it.
        let is_there = |answered: &&MessageRef| match root {
            Some(root) => answered.thread.as_deref() == Some(root) || answered.id == root,
            None => true,
        };
        Self { root, answered: answered.filter(is_there).map(|answered| answered.id.as_str()) }
    }

    /// As it stands in the event. Clients that know no threads show the root as what is answered, unless there is a real
    /// answer ("Fallback for unthreaded clients" and "Replies within threads" in the specification).
    fn content(&self) -> Option<Value> {
        let Some(root) = self.root else {
            return self.answered.map(|answered| json!({ "m.in_reply_to": { "event_id": answered } }));
        };
        Some(json!({
            "rel_type": "m.thread", "event_id": root, "is_falling_back": self.answered.is_none(),
            "m.in_reply_to": { "event_id": self.answered.unwrap_or(root) },
        }))
    }
}

#[cfg(test)]
mod tests {
    use sitrep_core::room::PlatformName;

    use super::*;

    #[test]
    fn what_is_said_hangs_on_its_thread_and_on_what_it_answers() {
        let ours = RoomRef::new(&PlatformName::new("matrix"), "!abc");
        let in_room = |room: &str, id: &str, thread: Option<&str>| MessageRef {
            room: RoomRef::new(&PlatformName::new("matrix"), room),
            id: id.to_owned(),
            thread: thread.map(str::to_owned),
        };
        let at = |id: &str, thread: Option<&str>| Some(in_room("!abc", id, thread));
        let elsewhere = |id: &str| Some(in_room("!def", id, None));
        let answer = |id: &str| json!({ "m.in_reply_to": { "event_id": id } });
        let threaded = |id: &str, is_falling_back: bool| {
            json!({
                "rel_type": "m.thread", "event_id": "$root", "is_falling_back": is_falling_back,
                "m.in_reply_to": { "event_id": id },
            })
        };
        let cases = [
            (None, None, None),
            (None, at("$a", None), Some(answer("$a"))),
            (None, elsewhere("$a"), None),
            (None, at("$a", Some("$root")), Some(threaded("$a", false))),
            (at("$root", None), None, Some(threaded("$root", true))),
            (at("$b", Some("$root")), None, Some(threaded("$root", true))),
            (at("$root", None), at("$a", Some("$root")), Some(threaded("$a", false))),
            (at("$root", None), at("$root", None), Some(threaded("$root", false))),
            (at("$root", None), at("$a", None), Some(threaded("$root", true))),
            (at("$root", None), at("$a", Some("$other")), Some(threaded("$root", true))),
            (at("$root", None), elsewhere("$a"), Some(threaded("$root", true))),
            (elsewhere("$root"), None, None),
        ];
        for (thread, answers, expected) in cases {
            let (thread, answers) = (thread.as_ref(), answers.as_ref());
            let message = &Message::text("x");
            let speech = Speech { room: &ours, thread, answers, message, attachment: None };
            assert_eq!(Relation::of(&speech).content(), expected, "{thread:?} {answers:?}");
        }
    }
}
