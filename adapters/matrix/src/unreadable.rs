//! Telling people that sitrep can't read what they said, because it was encrypted for others.
//!
//! Silence would be worse: somebody waits for an answer to a command. It is said once in a room for each start, and
//! **not encrypted**, because whoever can't be read may not be able to read us either. It says nothing that the server
//! doesn't know. A transaction id made of the event's keeps it from being said twice after a restart.

use std::{collections::BTreeSet, time::Duration};

use matrix_sdk::{
    Client,
    ruma::{
        OwnedRoomId, OwnedTransactionId, RoomId, api::client::message::send_message_event,
        events::MessageLikeEventType, serde::Raw,
    },
};
use serde_json::json;
use tokio::{task::JoinSet, time::timeout};

use crate::failure::Failure;

const WORDS: &str = "I can't read this encrypted message. Please ask me in a room that isn't encrypted.";

/// Long enough for a server under load; nobody waits for it.
const DEADLINE: Duration = Duration::from_secs(60);

/// The rooms that were told.
#[derive(Default)]
pub(crate) struct Notices {
    told: BTreeSet<OwnedRoomId>,
    /// Each gives back the room that could not be told.
    sending: JoinSet<Option<OwnedRoomId>>,
}

impl Notices {
    /// Tells a room that this event can't be read, unless it was told before. Nothing waits for it.
    pub(crate) fn tell(&mut self, client: Client, room: &RoomId, event_id: &str) {
        while let Some(sent) = self.sending.try_join_next() {
            if let Ok(Some(room)) = sent {
                self.told.remove(&room);
            }
        }
        if !self.told.insert(room.to_owned()) {
            return;
        }
        let (room, event_id) = (room.to_owned(), event_id.to_owned());
        self.sending.spawn(async move {
            let sent = timeout(DEADLINE, send(&client, &room, &event_id)).await;
            let failure = match sent {
                Ok(Ok(())) => return None,
                Ok(Err(failure)) => failure.words(),
                Err(_) => "it took too long".to_owned(),
            };
            tracing::warn!("People in {room} can't be told that sitrep can't read them: {failure}.");
            Some(room)
        });
    }
}

async fn send(client: &Client, room: &RoomId, event_id: &str) -> Result<(), Failure> {
    let content = json!({ "msgtype": "m.notice", "body": WORDS, "m.mentions": {} });
    let content = Raw::new(&content).map_err(|error| Failure::Broken(error.to_string()))?;
    let kind = MessageLikeEventType::RoomMessage;
    let (room, transaction) = (room.to_owned(), OwnedTransactionId::from(transaction_of(event_id)));
    let request = send_message_event::v3::Request::new_raw(room, transaction, kind, content.cast_unchecked());
    client.send(request).await?;
    Ok(())
}

fn transaction_of(event_id: &str) -> String {
    format!("sitrep-unreadable-{}", event_id.trim_start_matches('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_is_one_transaction() {
        assert_eq!(transaction_of("$a_b-c"), "sitrep-unreadable-a_b-c");
    }
}
