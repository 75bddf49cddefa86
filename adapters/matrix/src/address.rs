//! What stands under the address of a room that is to be made.
//!
//! An address is made of the key, so that a second attempt meets the first. Then it leads to the room; or to less:
//!
//! - Synapse makes the address before the room's first events. Killed between the two, it leaves an address without a
//!   usable room, and nobody goes on with it. Where nothing can be entered for a while, nobody is at work on it any
//!   more: making a room takes less than a second. Such an address is removed, and the room is made anew.
//! - **A room that somebody else has made is not ours**, whoever told them the key: nothing is said in it. Then, and
//!   where an address can't be removed, the next one is taken.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use matrix_sdk::{
    Client,
    ruma::{
        OwnedRoomId, OwnedUserId, RoomAliasId, RoomId,
        api::client::state::get_state_event_for_key::v3::{Request, StateEventFormat},
        events::StateEventType,
    },
};
use serde::Deserialize;

use crate::{account::Account, failure::Failure};

/// How long nothing can be entered under an address before it is given up. The deadline of a request that makes a
/// room is shorter.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(30);

/// Addresses that led nowhere, and since when.
#[derive(Default)]
pub(crate) struct DeadEnds {
    since: Mutex<BTreeMap<String, Instant>>,
}

impl DeadEnds {
    /// Whether this one has led nowhere for long.
    fn is_given_up(&self, alias: &RoomAliasId, now: Instant) -> bool {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        now.duration_since(*since.entry(alias.to_string()).or_insert(now)) >= GIVEN_UP_AFTER
    }

    fn forget(&self, alias: &RoomAliasId) {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).remove(alias.as_str());
    }
}

/// What is there.
pub(crate) enum Standing {
    /// The room that an earlier attempt has made.
    Ours(OwnedRoomId),
    /// Nothing any more: a room can be made there.
    Nothing,
    /// Something that can't be used, and that can't be removed.
    Taken,
}

/// Looks at what stands under an address that is in use.
pub(crate) async fn look(account: &Account, client: &Client, local: &str) -> Result<Standing, Failure> {
    let alias = format!("#{local}:{}", account.me.server_name());
    let alias = RoomAliasId::parse(alias).map_err(|error| Failure::Broken(error.to_string()))?;
    let found = client.resolve_room_alias(&alias).await;
    let id = match found.map_err(|error| Failure::from(error).while_reading()) {
        Ok(found) => found.room_id,
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => {
            return match account.dead_ends.is_given_up(&alias, Instant::now()) {
                true => Ok(Standing::Taken),
                false => Err(Failure::NotYet("the room's address is taken and leads nowhere".to_owned())),
            };
        }
        Err(failure) => return Err(failure),
    };
    // Where we are already this changes nothing; where there is no room, or only half of one, it is refused.
    let refused = match client.join_room_by_id(&id).await.map_err(Failure::from) {
        Ok(_) => {
            account.dead_ends.forget(&alias);
            return entered(account, client, id).await;
        }
        Err(failure @ Failure::Refused { .. }) => failure,
        Err(failure) => return Err(failure),
    };
    if !account.dead_ends.is_given_up(&alias, Instant::now()) {
        return Err(Failure::NotYet("the room is not ready yet".to_owned()));
    }
    tracing::warn!("{alias} leads to a room that can't be used: {}.", refused.words());
    match client.remove_room_alias(&alias).await.map_err(Failure::from) {
        Ok(_) => {
            account.dead_ends.forget(&alias);
            Ok(Standing::Nothing)
        }
        Err(Failure::Refused { .. }) => Ok(Standing::Taken),
        Err(failure) => Err(failure),
    }
}

/// We are in it: whose is it?
async fn entered(account: &Account, client: &Client, id: OwnedRoomId) -> Result<Standing, Failure> {
    if maker_of(client, &id).await? == account.me {
        return Ok(Standing::Ours(id));
    }
    tracing::error!("Somebody else has made {id} under an address of ours. Nothing is said in it.");
    if let Some(room) = client.get_room(&id)
        && let Err(error) = room.leave().await
    {
        tracing::warn!("{id} could not be left: {}.", Failure::from(error).words());
    }
    Ok(Standing::Taken)
}

#[derive(Deserialize)]
struct Created {
    sender: OwnedUserId,
}

async fn maker_of(client: &Client, id: &RoomId) -> Result<OwnedUserId, Failure> {
    let mut request = Request::new(id.to_owned(), StateEventType::RoomCreate, String::new());
    request.format = StateEventFormat::Event;
    let answer = client.send(request).await.map_err(|error| Failure::from(error).while_reading())?;
    let created = serde_json::from_str::<Created>(answer.event_or_content.get());
    Ok(created.map_err(|error| Failure::Unreached(error.to_string()))?.sender)
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::room_alias_id;

    use super::*;

    #[test]
    fn dead_ends_are_given_up_after_a_while() {
        let (dead_ends, start) = (DeadEnds::default(), Instant::now());
        let alias = room_alias_id!("#sitrep-k:example.org");
        let given_up = |seconds| dead_ends.is_given_up(alias, start + Duration::from_secs(seconds));
        assert_eq!([given_up(0), given_up(29), given_up(30)], [false, false, true]);
        dead_ends.forget(alias);
        assert!(!dead_ends.is_given_up(alias, start + Duration::from_secs(31)));
    }
}
