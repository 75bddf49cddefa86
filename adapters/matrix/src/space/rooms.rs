//! Telling the space which rooms are in it.
//!
//! A room says that it belongs into the space from its beginning; people see it there when the space says so too.

use matrix_sdk::{
    Client, Room,
    deserialized_responses::RawAnySyncOrStrippedState,
    ruma::{OwnedRoomId, RoomId, ServerName, events::StateEventType},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Home;
use crate::{account::Account, failure::Failure, room_state};

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) state_key: String,
    #[serde(default)]
    content: Value,
}

/// What a room says about the space that it is in.
pub(crate) fn parent(server: &ServerName) -> Value {
    json!({ "via": [server], "canonical": true })
}

/// Tells the space of every room that it may not know of.
pub(super) async fn tell(account: &Account, home: &Home) {
    let client = account.client();
    let waiting: Vec<OwnedRoomId> = account.space.known().rooms.iter().cloned().collect();
    for room in waiting {
        match add(account, &client, home, &room).await {
            Ok(()) => {}
            Err(failure @ Failure::Refused { .. }) => {
                tracing::warn!("The room {room} can't be put into the space: {}.", failure.words());
            }
            // The rest would meet with the same. All of it is tried again in a minute.
            Err(_) => return,
        }
        account.space.known().rooms.remove(&room);
    }
}

async fn add(account: &Account, client: &Client, home: &Home, room: &RoomId) -> Result<(), Failure> {
    let server = account.me.server_name();
    let (child, kind) = (json!({ "via": [server], "suggested": false }), StateEventType::SpaceChild);
    room_state::write(client, &home.id, kind, room.as_str(), &child).await?;
    // There already, unless the server was killed as it made the room.
    let kind = StateEventType::SpaceParent;
    let known: Option<Value> = room_state::read(client, room, kind.clone(), home.id.as_str()).await?;
    match known {
        Some(_) => Ok(()),
        None => room_state::write(client, room, kind, home.id.as_str(), &parent(server)).await,
    }
}

/// The rooms that say they are in the space, and that it has not been told of.
pub(super) async fn left_out(account: &Account, home: &Home) -> Vec<OwnedRoomId> {
    let client = account.client();
    let told: Vec<String> = match client.get_room(&home.id) {
        Some(space) => {
            links(&space, StateEventType::SpaceChild).await.into_iter().map(|link| link.state_key).collect()
        }
        None => Vec::new(),
    };
    let mut left_out = Vec::new();
    for room in client.joined_rooms() {
        let is_ours = room.create_content().is_some_and(|content| content.creator == account.me);
        if !is_ours || told.iter().any(|told| told == room.room_id().as_str()) {
            continue;
        }
        let parents = links(&room, StateEventType::SpaceParent).await;
        if parents.iter().any(|link| link.state_key == home.id.as_str() && link.content["via"].is_array()) {
            left_out.push(room.room_id().to_owned());
        }
    }
    left_out
}

pub(super) async fn links(room: &Room, kind: StateEventType) -> Vec<Link> {
    let events = room.get_state_events(kind).await.unwrap_or_default();
    let read = |event: &RawAnySyncOrStrippedState| match event {
        RawAnySyncOrStrippedState::Sync(event) => event.deserialize_as_unchecked::<Link>().ok(),
        RawAnySyncOrStrippedState::Stripped(event) => event.deserialize_as_unchecked::<Link>().ok(),
    };
    events.iter().filter_map(read).collect()
}
