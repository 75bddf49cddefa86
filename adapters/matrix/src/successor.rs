//! Following a room that was upgraded into the one that replaces it.
//!
//! An upgrade closes a room with a *tombstone* that names another one. Nobody is moved: each member enters the new
//! room on its own, through a server that is in it. Whoever may close the room decides where it goes on, so a
//! tombstone is believed.

use matrix_sdk::{
    Client, RoomState,
    ruma::{
        OwnedRoomId, OwnedServerName, OwnedUserId, RoomId, RoomOrAliasId, UserId, events::StateEventType,
    },
};
use serde::Deserialize;

use crate::{failure::Failure, room_names::RoomNames, room_state};

/// A configured room is followed through at most this many upgrades at once: tombstones may point in a circle.
const LONGEST_WAY: usize = 10;

#[derive(Deserialize)]
struct Tombstone {
    sender: OwnedUserId,
}

/// Enters the room that replaces another. If the configuration means the one that is replaced, it means the other
/// from now on. `by` is who has upgraded it: their server is in both.
pub(crate) async fn follow(
    client: &Client,
    names: &RoomNames,
    room: &RoomId,
    replacement: &RoomId,
    by: Option<&UserId>,
) -> Result<OwnedRoomId, Failure> {
    let inside = client.get_room(replacement).is_some_and(|room| room.state() == RoomState::Joined);
    if !inside {
        let target: &RoomOrAliasId = replacement.into();
        client.join_room_by_id_or_alias(target, &servers(client, replacement, by)).await?;
    }
    if names.succeed(room, replacement) {
        tracing::info!("The room {room} was upgraded: {replacement} is in its place.");
    }
    Ok(replacement.to_owned())
}

/// Where a room has gone that is known to be upgraded: through every upgrade since. The room itself if there was none.
pub(crate) async fn follow_to_the_end(
    client: &Client,
    names: &RoomNames,
    room: &RoomId,
) -> Result<OwnedRoomId, Failure> {
    let mut here = room.to_owned();
    for _ in 0..LONGEST_WAY {
        let Some(successor) = client.get_room(&here).and_then(|room| room.successor_room()) else { break };
        let by = upgraded_by(client, &here).await;
        let next = follow(client, names, &here, &successor.room_id, by.as_deref()).await?;
        if next == here {
            break;
        }
        here = next;
    }
    Ok(here)
}

/// Who has upgraded a room, if that can be found out: it is only a hint where to knock.
async fn upgraded_by(client: &Client, room: &RoomId) -> Option<OwnedUserId> {
    let found = room_state::read_event(client, room, StateEventType::RoomTombstone).await;
    let tombstone: Tombstone = found.ok()??;
    Some(tombstone.sender)
}

/// Servers through which a room can be entered. The ids of newer rooms name none.
fn servers(client: &Client, room: &RoomId, by: Option<&UserId>) -> Vec<OwnedServerName> {
    let mut servers: Vec<OwnedServerName> = Vec::new();
    let known = [by.map(UserId::server_name), room.server_name(), client.user_id().map(UserId::server_name)];
    for server in known.into_iter().flatten() {
        if !servers.iter().any(|known| known == server) {
            servers.push(server.to_owned());
        }
    }
    servers
}
