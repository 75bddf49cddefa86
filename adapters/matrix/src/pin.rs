//! Pinning a message.
//!
//! What is pinned is asked of the homeserver and written back with one more: what the SDK remembers may be old, and
//! would unpin what people have pinned meanwhile.

use matrix_sdk::ruma::{
    api::client::state::{get_state_event_for_key, send_state_event},
    events::StateEventType,
    serde::Raw,
};
use serde_json::{Value, json};
use sitrep_core::{port::Receipt, room::MessageRef};

use crate::{account::Account, failure::Failure};

/// Sees to it that a message is pinned in its room.
pub(crate) async fn pin(account: &Account, message: &MessageRef) -> Result<Receipt, Failure> {
    let room = account.room(&message.room).await?;
    let (client, id, kind) = (account.client(), room.room_id(), StateEventType::RoomPinnedEvents);
    let request = get_state_event_for_key::v3::Request::new(id.to_owned(), kind.clone(), String::new());
    let mut content = match client.send(request).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(answer) => serde_json::from_str(answer.event_or_content.get()).unwrap_or_else(|_| json!({})),
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => json!({}),
        Err(failure) => return Err(failure),
    };
    if !add(&mut content, &message.id) {
        return Ok(Receipt::Done);
    }
    let content = Raw::new(&content).map_err(|error| Failure::Broken(error.to_string()))?;
    let body = content.cast_unchecked();
    client.send(send_state_event::v3::Request::new_raw(id.to_owned(), kind, String::new(), body)).await?;
    Ok(Receipt::Done)
}

/// Adds an event to what is pinned; `false` if it is there already.
fn add(content: &mut Value, event_id: &str) -> bool {
    match content["pinned"].as_array_mut() {
        Some(pinned) if pinned.iter().any(|pinned| pinned == event_id) => false,
        Some(pinned) => {
            pinned.push(event_id.into());
            true
        }
        None => {
            *content = json!({ "pinned": [event_id] });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_added_to_what_is_there() {
        let cases = [
            (json!({}), true, json!({ "pinned": ["$card"] })),
            (json!({ "pinned": 7 }), true, json!({ "pinned": ["$card"] })),
            (json!({ "pinned": ["$other"] }), true, json!({ "pinned": ["$other", "$card"] })),
            (json!({ "pinned": ["$card", "$other"] }), false, json!({ "pinned": ["$card", "$other"] })),
        ];
        for (mut content, changes, expected) in cases {
            assert_eq!(add(&mut content, "$card"), changes);
            assert_eq!(content, expected);
        }
    }
}
