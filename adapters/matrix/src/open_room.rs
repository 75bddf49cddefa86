//! Making a room, once.
//!
//! - The room's alias is made of the key, never of the title, so that a second attempt is refused with
//!   `M_ROOM_IN_USE` and finds the first room. Titles stay out of addresses, which anybody can guess at.
//! - Everything is in the one request: name, topic, first state, invitations. Fewer calls are the only way to be
//!   faster.
//! - A public incident's room lets the members of the room where it was declared come in unasked, by a *restricted*
//!   join rule, so that the link in the answer leads somewhere, and so do members of the space. A private one is for
//!   those who are asked in.
//! - **An invitation never costs the room.** If the homeserver refuses, it is tried once without them; whoever is
//!   missing is invited by the effect that keeps the members.
//! - A room that is to be encrypted is so from birth: what was said before could be read by the server.
//! - What an alias leads to that is taken already is in `address.rs`.

use std::collections::BTreeSet;

use matrix_sdk::{
    Client,
    ruma::{
        OwnedRoomId, OwnedUserId, RoomId, UserId,
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

use crate::{
    account::Account,
    address::{self, Standing},
    encryption::{self, RoomUse},
    failure::Failure,
    space,
};

/// More than these in the request, and Synapse refuses it (`max_invites` is higher, its limiter is not).
const MAX_INVITED: usize = 10;

/// How many addresses are tried for one room, where the first ones turn out to be unusable.
const ADDRESSES: u32 = 3;

/// The room to be made.
pub(crate) struct Plan<'a> {
    pub(crate) name: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) invited: &'a [Person],
    /// Whose members may come in unasked.
    pub(crate) open_to: Option<&'a RoomRef>,
    pub(crate) room_use: RoomUse,
}

/// Makes the room, or finds the one that was made under the key.
pub(crate) async fn open(account: &Account, attempt: &Attempt, plan: &Plan<'_>) -> Result<Receipt, Failure> {
    let client = account.client();
    let invited = invitees(account, plan.invited);
    let in_space = plan.room_use == RoomUse::Public;
    let home = account.space.home().filter(|_| in_space);
    let space = home.as_ref().filter(|home| home.opens_rooms).map(|home| &*home.id);
    let mut first_state = first_state(open_to(account, plan).await.as_deref(), space);
    first_state.extend(encryption::state_of_a_room(account.settings.encrypt, plan.room_use));
    let parent = home.as_ref().map(|home| (&*home.id, space::parent(account.me.server_name())));
    for number in 1..=ADDRESSES {
        let local = alias_of(&attempt.key, number);
        let room = Blueprint { local: &local, plan, first_state: &first_state, parent: parent.clone() };
        let made = match make(&client, &room, &invited).await {
            Err(failure) if failure.is_refusal("M_ROOM_IN_USE") => {
                match address::look(account, &client, room.local).await? {
                    Standing::Ours(id) => {
                        complete(&client, &id, &room).await?;
                        Ok(id)
                    }
                    Standing::Nothing => make(&client, &room, &invited).await,
                    Standing::Taken => continue,
                }
            }
            made => made,
        };
        let id = made?;
        if in_space {
            account.space.put(&id);
        }
        return Ok(receipt(account, &id));
    }
    Err(Failure::Refused {
        code: "M_ROOM_IN_USE".to_owned(),
        words: "every address for the room is taken".to_owned(),
    })
}

/// Makes the room, without invitations if they are what is refused.
async fn make(
    client: &Client,
    room: &Blueprint<'_>,
    invited: &[OwnedUserId],
) -> Result<OwnedRoomId, Failure> {
    let made = create(client, room, invited).await;
    match &made {
        Err(failure @ Failure::Refused { .. })
            if !failure.is_refusal("M_ROOM_IN_USE") && !invited.is_empty() =>
        {
            tracing::warn!("A room is made without invitations, because with them {}.", failure.words());
            create(client, room, &[]).await
        }
        Ok(_) | Err(_) => made,
    }
}

/// The local part of one of the aliases. Keys are letters, digits and `-`.
fn alias_of(key: &str, number: u32) -> String {
    let first = format!("sitrep-{}", key.to_lowercase());
    if number == 1 { first } else { format!("{first}-again-{number}") }
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

/// The room whose members may come in. That it can't be found costs no room: people can still be asked in.
async fn open_to(account: &Account, plan: &Plan<'_>) -> Option<OwnedRoomId> {
    let room = plan.open_to.filter(|room| room.platform == account.platform)?;
    match account.room_id(&room.room).await {
        Ok(id) => Some(id),
        Err(failure) => {
            tracing::warn!(
                "A room is made that only those can enter who are asked in, because of {}: {}.",
                room.room,
                failure.words()
            );
            None
        }
    }
}

/// Everything that the request for a room says, but for whom it invites.
struct Blueprint<'a> {
    local: &'a str,
    plan: &'a Plan<'a>,
    first_state: &'a [(StateEventType, Value)],
    /// The space that it belongs into, and what it says about that.
    parent: Option<(&'a RoomId, Value)>,
}

/// What differs from the preset, under which only those who are asked in may enter.
fn first_state(open_to: Option<&RoomId>, space: Option<&RoomId>) -> Vec<(StateEventType, Value)> {
    let mut first_state = vec![
        // Who comes later must be able to read what happened.
        (StateEventType::RoomHistoryVisibility, json!({ "history_visibility": "shared" })),
        // The preset lets guests in.
        (StateEventType::RoomGuestAccess, json!({ "guest_access": "forbidden" })),
    ];
    let member = |room: &RoomId| json!({ "type": "m.room_membership", "room_id": room });
    let allow: Vec<Value> = space.into_iter().chain(open_to).map(member).collect();
    if !allow.is_empty() {
        first_state
            .push((StateEventType::RoomJoinRules, json!({ "join_rule": "restricted", "allow": allow })));
    }
    first_state
}

async fn create(
    client: &Client,
    room: &Blueprint<'_>,
    invited: &[OwnedUserId],
) -> Result<OwnedRoomId, Failure> {
    let mut request = create_room::v3::Request::new();
    request.room_alias_name = Some(room.local.to_owned());
    request.name = Some(room.plan.name.to_owned());
    request.topic = Some(room.plan.topic.to_owned());
    // Power levels are the room version's own: who makes a room of version 12 is above all of them, and must not be
    // listed.
    request.preset = Some(RoomPreset::PrivateChat);
    request.invite = invited.to_vec();
    request.is_direct = room.plan.room_use == RoomUse::Direct;
    let first_state = room.first_state.iter().map(|(kind, content)| state(kind, "", content));
    let parent = room.parent.iter();
    let parent = parent.map(|(space, content)| state(&StateEventType::SpaceParent, space.as_str(), content));
    request.initial_state = first_state.chain(parent).collect::<Result<_, _>>()?;
    Ok(client.create_room(request).await?.room_id().to_owned())
}

fn state(kind: &StateEventType, key: &str, content: &Value) -> Result<Raw<AnyInitialStateEvent>, Failure> {
    let event = json!({ "type": kind, "state_key": key, "content": content });
    Raw::new(&event).map(Raw::cast_unchecked).map_err(|error| Failure::Broken(error.to_string()))
}

/// Gives a room that was found what the first attempt may not have come to.
async fn complete(client: &Client, id: &RoomId, room: &Blueprint<'_>) -> Result<(), Failure> {
    let named = [
        (StateEventType::RoomName, json!({ "name": room.plan.name })),
        (StateEventType::RoomTopic, json!({ "topic": room.plan.topic })),
    ];
    for (kind, content) in room.first_state.iter().cloned().chain(named) {
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
    use matrix_sdk::ruma::room_id;

    use super::*;

    #[test]
    fn rooms_open_to_another_one_only_when_asked() {
        let rule = |open_to: Option<&RoomId>, space: Option<&RoomId>| {
            let state = first_state(open_to, space).into_iter();
            state.filter(|(kind, _)| *kind == StateEventType::RoomJoinRules).map(|(_, rule)| rule).next()
        };
        assert_eq!(rule(None, None), None);
        let member = |room: &str| json!({ "type": "m.room_membership", "room_id": room });
        let restricted = |allow: Value| Some(json!({ "join_rule": "restricted", "allow": allow }));
        let (ops, space) = (room_id!("!ops"), room_id!("!space"));
        assert_eq!(rule(Some(ops), None), restricted(json!([member("!ops")])));
        assert_eq!(rule(None, Some(space)), restricted(json!([member("!space")])));
        assert_eq!(rule(Some(ops), Some(space)), restricted(json!([member("!space"), member("!ops")])));
    }

    #[test]
    fn addresses_come_from_keys() {
        assert_eq!(alias_of("A1b2C3d4-12-0", 1), "sitrep-a1b2c3d4-12-0");
        assert_eq!(alias_of("A1b2C3d4-12-0", 2), "sitrep-a1b2c3d4-12-0-again-2");
    }
}
