//! State of a room, read from the homeserver and written to it: what the SDK remembers may be old, and it remembers
//! nothing of a room that it hasn't synced.

use matrix_sdk::{
    Client,
    ruma::{
        RoomId,
        api::client::state::{
            get_state_event_for_key::{self, v3::StateEventFormat},
            send_state_event,
        },
        events::StateEventType,
        serde::Raw,
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// The content of a piece of state, if there is one.
pub(crate) async fn read<T: DeserializeOwned>(
    client: &Client,
    room: &RoomId,
    kind: StateEventType,
    key: &str,
) -> Result<Option<T>, Failure> {
    ask(client, get_state_event_for_key::v3::Request::new(room.to_owned(), kind, key.to_owned())).await
}

/// A piece of state as the event that it is, if there is one.
pub(crate) async fn read_event<T: DeserializeOwned>(
    client: &Client,
    room: &RoomId,
    kind: StateEventType,
) -> Result<Option<T>, Failure> {
    let mut request = get_state_event_for_key::v3::Request::new(room.to_owned(), kind, String::new());
    request.format = StateEventFormat::Event;
    ask(client, request).await
}

async fn ask<T: DeserializeOwned>(
    client: &Client,
    request: get_state_event_for_key::v3::Request,
) -> Result<Option<T>, Failure> {
    match client.send(request).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(answer) => serde_json::from_str(answer.event_or_content.get())
            .map(Some)
            .map_err(|error| Failure::Garbled(error.to_string())),
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Sets a piece of state. One that says this already is left as it is by the homeserver.
pub(crate) async fn write(
    client: &Client,
    room: &RoomId,
    kind: StateEventType,
    key: &str,
    content: &Value,
) -> Result<(), Failure> {
    let content = Raw::new(content).map_err(|error| Failure::Broken(error.to_string()))?;
    let (room, body) = (room.to_owned(), content.cast_unchecked());
    client.send(send_state_event::v3::Request::new_raw(room, kind, key.to_owned(), body)).await?;
    Ok(())
}
