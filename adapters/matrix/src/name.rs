//! What a room is called: its name and its topic.

use matrix_sdk::{
    Client,
    ruma::{
        RoomId,
        api::client::state::{get_state_event_for_key, send_state_event},
        events::StateEventType,
        serde::Raw,
    },
};
use serde_json::{Value, json};
use sitrep_core::{port::Receipt, room::RoomRef};

use crate::{account::Account, failure::Failure};

/// Sees to it that a room is called this.
pub(crate) async fn name(
    account: &Account,
    room: &RoomRef,
    name: &str,
    topic: &str,
) -> Result<Receipt, Failure> {
    let room = account.room(room).await?;
    let client = account.client();
    set(&client, room.room_id(), StateEventType::RoomName, json!({ "name": name })).await?;
    set(&client, room.room_id(), StateEventType::RoomTopic, json!({ "topic": topic })).await?;
    Ok(Receipt::Done)
}

/// Sets a state of a room, unless it is so already: events are limited, and people see each of them.
async fn set(client: &Client, room: &RoomId, kind: StateEventType, wanted: Value) -> Result<(), Failure> {
    let request = get_state_event_for_key::v3::Request::new(room.to_owned(), kind.clone(), String::new());
    let is_so = match client.send(request).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(answer) => {
            serde_json::from_str::<Value>(answer.event_or_content.get()).is_ok_and(|now| now == wanted)
        }
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => false,
        Err(failure) => return Err(failure),
    };
    if is_so {
        return Ok(());
    }
    let content = Raw::new(&wanted).map_err(|error| Failure::Broken(error.to_string()))?;
    let body = content.cast_unchecked();
    client.send(send_state_event::v3::Request::new_raw(room.to_owned(), kind, String::new(), body)).await?;
    Ok(())
}
