//! Taking a room out of the space, and putting it back where it was.
//!
//! The room says which space it is in, and the space which rooms it has: both are taken away, or the chore that tells
//! the space of rooms would put it in again. Where we may not change a space, the room alone forgets it.

use std::collections::BTreeMap;

use matrix_sdk::{
    Client, Room,
    ruma::{OwnedRoomId, RoomId, events::StateEventType},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rooms;
use crate::{account::Account, failure::Failure, room_state};

/// A room's place in a space: what the room says of it, and what the space says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    parent: Value,
    /// Nothing if the space has not been told yet.
    #[serde(default)]
    child: Option<Value>,
}

/// The spaces that a room says it is in, by their ids.
pub(crate) async fn places(account: &Account, room: &Room) -> Result<BTreeMap<String, Place>, Failure> {
    let client = account.client();
    let known = rooms::links(room, StateEventType::SpaceParent).await;
    let mut ids: Vec<String> = known.into_iter().map(|link| link.state_key).collect();
    // One that was made a moment ago is not synced yet.
    ids.extend(account.space.home().map(|home| home.id.to_string()));
    let mut places = BTreeMap::new();
    for id in ids {
        let Ok(space) = RoomId::parse(&id) else { continue };
        let parent = linked(&client, room.room_id(), StateEventType::SpaceParent, &id).await?;
        let Some(parent) = parent else { continue };
        let child = linked(&client, &space, StateEventType::SpaceChild, room.room_id().as_str()).await;
        let child = allowed(child)?.flatten();
        places.insert(id, Place { parent, child });
    }
    Ok(places)
}

/// Takes a room out of these spaces.
pub(crate) async fn take_out(
    account: &Account,
    room: &RoomId,
    places: &BTreeMap<String, Place>,
) -> Result<(), Failure> {
    let _at_work = account.space.at_work.lock().await;
    account.space.leave_out(room);
    let client = account.client();
    for (space, place) in spaces(places) {
        if place.child.is_some() {
            let kind = StateEventType::SpaceChild;
            let told = room_state::write(&client, &space, kind, room.as_str(), &json!({})).await;
            allowed(told)?;
        }
        let kind = StateEventType::SpaceParent;
        room_state::write(&client, room, kind, space.as_str(), &json!({})).await?;
    }
    Ok(())
}

/// Puts a room back into these spaces.
pub(crate) async fn put_back(
    account: &Account,
    room: &RoomId,
    places: &BTreeMap<String, Place>,
) -> Result<(), Failure> {
    let _at_work = account.space.at_work.lock().await;
    account.space.take_in(room);
    let client = account.client();
    for (space, place) in spaces(places) {
        let kind = StateEventType::SpaceParent;
        room_state::write(&client, room, kind, space.as_str(), &place.parent).await?;
        match &place.child {
            Some(child) => {
                let kind = StateEventType::SpaceChild;
                allowed(room_state::write(&client, &space, kind, room.as_str(), child).await)?;
            }
            None => account.space.put(room),
        }
    }
    Ok(())
}

fn spaces(places: &BTreeMap<String, Place>) -> impl Iterator<Item = (OwnedRoomId, &Place)> {
    places.iter().filter_map(|(id, place)| Some((RoomId::parse(id).ok()?, place)))
}

/// A link between a room and a space, unless it was taken away.
async fn linked(
    client: &Client,
    room: &RoomId,
    kind: StateEventType,
    key: &str,
) -> Result<Option<Value>, Failure> {
    let content: Option<Value> = room_state::read(client, room, kind, key).await?;
    Ok(content.filter(|content| content["via"].is_array()))
}

/// What we may not do in a space of others is left alone.
fn allowed<T>(done: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(failure @ Failure::Refused { .. }) => {
            tracing::debug!("A space is left as it is: {}.", failure.words());
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
