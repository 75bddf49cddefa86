//! Making a room, once.
//!
//! - The room's alias is made of the key, never of the title, so that a second attempt is refused with
//!   `M_ROOM_IN_USE` and finds the first room. Titles stay out of addresses, which anybody can guess at.
//! - Everything is in the one request: name, topic, first state, invitations. Fewer calls are the only way to be
//!   faster.
//! - **An invitation never costs the room.** If the homeserver refuses, it is tried once without them; whoever is
//!   missing is invited by the effect that keeps the members.
//! - Synapse makes the alias before the room's first events, so that an alias may lead nowhere when the server was
//!   killed between the two. Such an alias is removed, once nobody can be busy with it any more.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use matrix_sdk::{
    Client,
    ruma::{
        OwnedRoomId, OwnedUserId, RoomAliasId, RoomId, UserId,
        api::client::{
            room::create_room::{self, v3::RoomPreset},
            state::{get_state_event_for_key, send_state_event},
        },
        events::{AnyInitialStateEvent, StateEventType},
        serde::Raw,
    },
};
use serde_json::{Value, json};
use sitrep_core::{
    person::Person,
    port::{Attempt, Receipt},
    room::RoomRef,
};

use crate::{account::Account, failure::Failure};

/// More than these in the request, and Synapse refuses it (`max_invites` is higher, its limiter is not).
const MAX_INVITED: usize = 10;

/// How long after the first attempt nobody can still be at work on the room.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// The room to be made.
pub(crate) struct Plan<'a> {
    pub(crate) name: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) invited: &'a [Person],
}

/// Makes the room, or finds the one that was made under the key.
pub(crate) async fn open(account: &Account, attempt: &Attempt, plan: &Plan<'_>) -> Result<Receipt, Failure> {
    let client = account.client();
    let local = alias_of(&attempt.key);
    let invited = invitees(account, plan.invited);
    let mut made = create(&client, &local, plan, &invited).await;
    if let Err(failure @ Failure::Refused { .. }) = &made
        && !failure.is_refusal("M_ROOM_IN_USE")
        && !invited.is_empty()
    {
        tracing::warn!("A room is made without invitations, because with them {}.", failure.words());
        made = create(&client, &local, plan, &[]).await;
    }
    let id = match made {
        Err(failure) if failure.is_refusal("M_ROOM_IN_USE") => {
            find(account, &client, attempt, &local).await?
        }
        made => return made.map(|id| receipt(account, &id)),
    };
    complete(&client, &id, plan).await?;
    Ok(receipt(account, &id))
}

/// The local part of the alias. Keys are letters, digits and `-`.
fn alias_of(key: &str) -> String {
    format!("sitrep-{}", key.to_lowercase())
}

fn receipt(account: &Account, id: &RoomId) -> Receipt {
    Receipt::Room(RoomRef::new(&account.platform, id.as_str()))
}

/// Who is asked in with the room: everybody once, without ourselves.
fn invitees(account: &Account, people: &[Person]) -> Vec<OwnedUserId> {
    let mut seen = BTreeSet::new();
    let here = people.iter().filter(|person| person.platform == account.platform);
    let ids = here.filter_map(|person| UserId::parse(&person.handle).ok());
    ids.filter(|id| *id != account.me && seen.insert(id.clone())).take(MAX_INVITED).collect()
}

async fn create(
    client: &Client,
    local: &str,
    plan: &Plan<'_>,
    invited: &[OwnedUserId],
) -> Result<OwnedRoomId, Failure> {
    let mut request = create_room::v3::Request::new();
    request.room_alias_name = Some(local.to_owned());
    request.name = Some(plan.name.to_owned());
    request.topic = Some(plan.topic.to_owned());
    // Only those who are asked in may enter. Power levels are the room version's own: who makes a room of version
    // 12 is above all of them, and must not be listed.
    request.preset = Some(RoomPreset::PrivateChat);
    request.invite = invited.to_vec();
    request.initial_state = vec![
        // Who comes later must be able to read what happened.
        state("m.room.history_visibility", &json!({ "history_visibility": "shared" }))?,
        // The preset lets guests in.
        state("m.room.guest_access", &json!({ "guest_access": "forbidden" }))?,
    ];
    Ok(client.create_room(request).await?.room_id().to_owned())
}

fn state(kind: &str, content: &Value) -> Result<Raw<AnyInitialStateEvent>, Failure> {
    let event = json!({ "type": kind, "state_key": "", "content": content });
    Raw::new(&event).map(Raw::cast_unchecked).map_err(|error| Failure::Broken(error.to_string()))
}

/// The room that an earlier attempt has made, if it can be used.
async fn find(
    account: &Account,
    client: &Client,
    attempt: &Attempt,
    local: &str,
) -> Result<OwnedRoomId, Failure> {
    let alias = format!("#{local}:{}", account.me.server_name());
    let alias = RoomAliasId::parse(alias).map_err(|error| Failure::Broken(error.to_string()))?;
    let found = client.resolve_room_alias(&alias).await;
    let id = match found.map_err(|error| Failure::from(error).while_reading()) {
        Ok(found) => found.room_id,
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => {
            return Err(Failure::Unreached("the room's address is taken and leads nowhere".to_owned()));
        }
        Err(failure) => return Err(failure),
    };
    // Where we are already this changes nothing; where there is no room, or only half of one, it is refused.
    match client.join_room_by_id(&id).await.map_err(Failure::from) {
        Ok(_) => Ok(id),
        Err(refused @ Failure::Refused { .. }) => {
            if Utc::now() - attempt.first_tried > ABANDONED_AFTER {
                tracing::warn!(
                    "Removing {alias}, which leads to a room that can't be used: {}.",
                    refused.words()
                );
                client.remove_room_alias(&alias).await?;
            }
            Err(Failure::Unreached("the room is not ready yet".to_owned()))
        }
        Err(failure) => Err(failure),
    }
}

/// Gives a room that was found what the first attempt may not have come to.
async fn complete(client: &Client, id: &RoomId, plan: &Plan<'_>) -> Result<(), Failure> {
    let wanted = [
        (StateEventType::RoomName, json!({ "name": plan.name })),
        (StateEventType::RoomTopic, json!({ "topic": plan.topic })),
    ];
    for (kind, content) in wanted {
        let request = get_state_event_for_key::v3::Request::new(id.to_owned(), kind.clone(), String::new());
        match client.send(request).await.map_err(|error| Failure::from(error).while_reading()) {
            Ok(_) => {}
            Err(failure) if failure.is_refusal("M_NOT_FOUND") => {
                let content = Raw::new(&content).map_err(|error| Failure::Broken(error.to_string()))?;
                let body = content.cast_unchecked();
                client
                    .send(send_state_event::v3::Request::new_raw(id.to_owned(), kind, String::new(), body))
                    .await?;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_from_keys() {
        assert_eq!(alias_of("A1b2C3d4-12-0"), "sitrep-a1b2c3d4-12-0");
    }
}
