//! The room in which we are alone with somebody: one a person, found again.
//!
//! - One that the person has opened is used, and so is one that was made before the store was lost: what makes a room
//!   direct is who is in it, not what is remembered about it.
//! - A new one gets an address made of the key, like any room of ours (`open_room.rs`), and stands in the account's
//!   `m.direct`: that tells it from an incident's room with one person in it, also after a restart.

use matrix_sdk::{
    Client, Room,
    ruma::{
        OwnedRoomId, RoomId, UserId,
        api::client::config::{get_global_account_data, set_global_account_data},
        events::{GlobalAccountDataEventType, room::member::MembershipState},
        serde::Raw,
    },
};
use serde_json::{Value, json};
use sitrep_core::{
    args,
    person::Person,
    port::{Attempt, Receipt, RoomKind},
    room::RoomRef,
};

use crate::{account::Account, encryption::RoomUse, failure::Failure, open_room};

/// Sees to it that there is a room in which we are alone with somebody.
pub(crate) async fn open(account: &Account, attempt: &Attempt, person: &Person) -> Result<Receipt, Failure> {
    let user = UserId::parse(&person.handle)
        .map_err(|error| Failure::Refused { code: "M_INVALID_PARAM".to_owned(), words: error.to_string() })?;
    let client = account.client();
    let id = match existing(account, &client, &user).await {
        Some(id) => id,
        None => make(account, attempt, person).await?,
    };
    account.rooms.note_direct(&id);
    list(&client, account, &user, &id).await?;
    Ok(Receipt::Room(RoomRef::new(&account.platform, id.as_str())))
}

async fn make(account: &Account, attempt: &Attempt, person: &Person) -> Result<OwnedRoomId, Failure> {
    let topic = account.settings.words.phrase("adapter.direct_topic", args![]);
    let plan = open_room::Plan {
        name: person.short_name(),
        topic: &topic,
        invited: std::slice::from_ref(person),
        open_to: None,
        room_use: RoomUse::Direct,
    };
    match open_room::open(account, attempt, &plan).await? {
        Receipt::Room(room) => account.room_id(&room.room).await,
        Receipt::Done
        | Receipt::Message(_)
        | Receipt::Meeting(..)
        | Receipt::DoneExcept(_)
        | Receipt::Said(_)
        | Receipt::Measured(_) => Err(Failure::Broken("a room was made and is not known".to_owned())),
    }
}

/// A room that is there already, in which the person is, or into which they are asked.
async fn existing(account: &Account, client: &Client, user: &UserId) -> Option<OwnedRoomId> {
    for room in client.joined_rooms() {
        if account.rooms.kind_of(&room, &account.me) == RoomKind::Direct && has(&room, user).await {
            return Some(room.room_id().to_owned());
        }
    }
    None
}

async fn has(room: &Room, user: &UserId) -> bool {
    let member = room.get_member_no_sync(user).await;
    member
        .ok()
        .flatten()
        .is_some_and(|member| matches!(member.membership(), MembershipState::Join | MembershipState::Invite))
}

/// Adds the room to the account's direct rooms.
async fn list(client: &Client, account: &Account, user: &UserId, room: &RoomId) -> Result<(), Failure> {
    let (me, kind) = (account.me.clone(), GlobalAccountDataEventType::Direct);
    let request = get_global_account_data::v3::Request::new(me.clone(), kind.clone());
    let mut direct = match client.send(request).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(answer) => serde_json::from_str(answer.account_data.json().get()).unwrap_or_else(|_| json!({})),
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => json!({}),
        Err(failure) => return Err(failure),
    };
    if !add(&mut direct, user, room) {
        return Ok(());
    }
    let content = Raw::new(&direct).map_err(|error| Failure::Broken(error.to_string()))?;
    client.send(set_global_account_data::v3::Request::new_raw(me, kind, content.cast_unchecked())).await?;
    Ok(())
}

/// Adds a room to the list of somebody's; `false` if it is there already.
fn add(direct: &mut Value, user: &UserId, room: &RoomId) -> bool {
    if !direct.is_object() {
        *direct = json!({});
    }
    let rooms = &mut direct[user.as_str()];
    match rooms.as_array_mut() {
        Some(rooms) if rooms.iter().any(|known| known == room.as_str()) => false,
        Some(rooms) => {
            rooms.push(room.as_str().into());
            true
        }
        None => {
            *rooms = json!([room]);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{room_id, user_id};

    use super::*;

    #[test]
    fn rooms_are_added_to_what_is_listed() {
        let (alice, room) = (user_id!("@alice:example.org"), room_id!("!r"));
        let cases = [
            (json!({}), true, json!({ "@alice:example.org": ["!r"] })),
            (json!(7), true, json!({ "@alice:example.org": ["!r"] })),
            (json!({ "@alice:example.org": ["!q"] }), true, json!({ "@alice:example.org": ["!q", "!r"] })),
            (json!({ "@alice:example.org": ["!r"] }), false, json!({ "@alice:example.org": ["!r"] })),
        ];
        for (mut direct, changes, expected) in cases {
            assert_eq!(add(&mut direct, alice, room), changes);
            assert_eq!(direct, expected);
        }
    }
}
