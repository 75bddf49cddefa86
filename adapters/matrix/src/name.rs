//! What a room is called: its name and its topic.

use matrix_sdk::{
    Client,
    ruma::{RoomId, events::StateEventType},
};
use serde_json::{Value, json};
use sitrep_core::{port::Receipt, room::RoomRef};

use crate::{account::Account, failure::Failure, room_state};

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
    let now: Option<Value> = room_state::read(client, room, kind.clone(), "").await?;
    if now.as_ref() == Some(&wanted) {
        return Ok(());
    }
    room_state::write(client, room, kind, "", &wanted).await
}
