//! Asking people into a room.
//!
//! Who is there already is asked of the homeserver, so that a second attempt invites only whoever is left. One
//! person who can't be invited costs nobody else an invitation, nor does one who has been invited too often of late:
//! servers limit invitations per room, per inviter and per person.
//!
//! **Whoever said no is left in peace.** Somebody who has declined, left, been removed or been banned is not asked in
//! again by a machine; people can still invite them.

use std::{collections::BTreeMap, time::Duration};

use matrix_sdk::{
    Client,
    ruma::{OwnedUserId, RoomId, UserId, api::client::membership::get_member_events},
};
use serde::Deserialize;
use sitrep_core::{person::Person, port::Receipt, room::RoomRef};

use crate::{account::Account, failure::Failure};

/// Limited this often in a row, it isn't the person any more.
const LIMITED_IN_A_ROW: usize = 2;

#[derive(Deserialize)]
struct Member {
    state_key: String,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    membership: String,
}

/// Sees to it that these people are in a room, or asked in.
pub(crate) async fn invite(account: &Account, room: &RoomRef, people: &[Person]) -> Result<Receipt, Failure> {
    let room = account.room(room).await?;
    let members = members(&account.client(), room.room_id()).await?;
    let mut refused = Vec::new();
    let mut waits: Vec<Duration> = Vec::new();
    let mut in_a_row = 0;
    for person in people {
        let user = match standing(account, &members, person) {
            Standing::Settled => continue,
            Standing::Missing(user) => user,
            Standing::Hopeless(why) => {
                refused.push((person.clone(), why.to_owned()));
                continue;
            }
        };
        match room.invite_user_by_id(&user).await.map_err(Failure::from) {
            Ok(()) => in_a_row = 0,
            Err(Failure::Refused { words, .. }) => refused.push((person.clone(), words)),
            Err(Failure::Limited(wait)) => {
                waits.push(wait);
                in_a_row += 1;
                if in_a_row >= LIMITED_IN_A_ROW {
                    break;
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    match waits.into_iter().min() {
        Some(wait) => Err(Failure::Limited(wait)),
        None if refused.is_empty() => Ok(Receipt::Done),
        None => Ok(Receipt::DoneExcept(refused)),
    }
}

enum Standing {
    /// There, asked in, or gone again: nothing is to be done.
    Settled,
    Missing(OwnedUserId),
    Hopeless(&'static str),
}

fn standing(account: &Account, members: &BTreeMap<String, String>, person: &Person) -> Standing {
    if person.platform != account.platform {
        return Standing::Hopeless("has no Matrix account that I know of");
    }
    let Ok(user) = UserId::parse(&person.handle) else {
        return Standing::Hopeless("is not a Matrix user id");
    };
    if user == account.me || members.get(user.as_str()).is_some_and(|membership| is_settled(membership)) {
        return Standing::Settled;
    }
    Standing::Missing(user)
}

/// Whether a membership, as the specification names it, leaves nothing to ask. Who knocks asks to be let in.
pub(crate) fn is_settled(membership: &str) -> bool {
    matches!(membership, "join" | "invite" | "leave" | "ban")
}

/// Everybody's membership, as the homeserver has it.
pub(crate) async fn members(client: &Client, room: &RoomId) -> Result<BTreeMap<String, String>, Failure> {
    let answer = client.send(get_member_events::v3::Request::new(room.to_owned())).await;
    let answer = answer.map_err(|error| Failure::from(error).while_reading())?;
    let members = answer.chunk.iter().filter_map(|event| event.deserialize_as_unchecked::<Member>().ok());
    Ok(members.map(|member| (member.state_key, member.content.membership)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_twice() {
        let cases = [("join", true), ("invite", true), ("leave", true), ("ban", true), ("knock", false)];
        for (membership, settled) in cases {
            assert_eq!(is_settled(membership), settled, "{membership}");
        }
    }
}
