//! Asking people into a room.
//!
//! Who is there already is asked of the homeserver, so that a second attempt invites only whoever is left. One
//! person who can't be invited costs nobody else an invitation, nor does one who has been invited too often of late.
//!
//! - **A few at a time**: between two attempts core lets go what matters more. Once the homeserver has limited us, it
//!   is one at a time, so that none is refused; Synapse counts refused ones against those who were to be invited.
//! - Servers limit invitations per room and per inviter, which a wait of seconds ends, and per person, which takes
//!   minutes. Such a person is left out until then, and holds up nobody.
//! - **Whoever said no is left in peace.** Somebody who has declined, left, been removed or been banned is not asked in
//!   again by a machine; people can still invite them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use matrix_sdk::{
    Client, Room,
    ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId, api::client::membership::get_member_events},
};
use serde::Deserialize;
use sitrep_core::{
    person::Person,
    port::{Outcome, Receipt},
    room::RoomRef,
};

use crate::{account::Account, failure::Failure};

/// How many are invited at a time while nothing limits us.
const AT_A_TIME: usize = 5;
/// For how long a limit makes us careful. Longer than it takes to spend what a server allows in a minute.
const CAREFUL_FOR: Duration = Duration::from_secs(60);
/// A longer wait than this is about the person.
const ABOUT_THE_PERSON: Duration = Duration::from_secs(30);
/// So many waits about persons in a row, and the others are tried a little later.
const LIMITED_IN_A_ROW: usize = 3;
/// How much later.
const A_LITTLE: Duration = Duration::from_secs(10);

/// What is known of invitations that did not work, as long as the process lives.
#[derive(Default)]
pub(crate) struct Invitations {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Until when we are careful.
    careful_until: Option<Instant>,
    /// Before when somebody can't be invited.
    not_before: BTreeMap<OwnedUserId, Instant>,
    /// Who can't be invited into a room at all, and why.
    refused: BTreeMap<(OwnedRoomId, OwnedUserId), String>,
}

impl Invitations {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn at_a_time(&self, now: Instant) -> usize {
        if self.careful_until.is_some_and(|until| now < until) { 1 } else { AT_A_TIME }
    }

    /// How long until somebody can be invited.
    fn wait_for(&self, user: &UserId, now: Instant) -> Option<Duration> {
        let wait = self.not_before.get(user)?.saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }
}

/// One attempt at inviting people into a room.
struct Round<'a> {
    account: &'a Account,
    room: &'a Room,
    /// Who is still to be invited after it.
    left: usize,
    /// The shortest wait for somebody who is limited.
    wait: Option<Duration>,
    invited: usize,
    limited_in_a_row: usize,
    /// People can't be invited for other reasons than themselves.
    general: Option<Duration>,
}

/// Sees to it that these people are in a room, or asked in.
pub(crate) async fn invite(account: &Account, room: &RoomRef, people: &[Person]) -> Result<Outcome, Failure> {
    let room = account.room(room).await?;
    let members = members(&account.client(), room.room_id()).await?;
    let mut refused = Vec::new();
    let mut round =
        Round { account, room: &room, left: 0, wait: None, invited: 0, limited_in_a_row: 0, general: None };
    for person in people {
        match standing(account, &members, person) {
            Standing::Settled => {}
            Standing::Hopeless(why) => refused.push((person.clone(), why.to_owned())),
            Standing::Missing(user) => {
                if let Some(why) = round.ask_in(user).await? {
                    refused.push((person.clone(), why));
                }
            }
        }
    }
    Ok(round.outcome(refused))
}

impl Round<'_> {
    /// Invites somebody, if it is their turn. Gives back why they can't be invited at all.
    async fn ask_in(&mut self, user: OwnedUserId) -> Result<Option<String>, Failure> {
        let key = (self.room.room_id().to_owned(), user);
        let now = Instant::now();
        let (known_refusal, wait, at_a_time) = {
            let known = self.account.invitations.known();
            (known.refused.get(&key).cloned(), known.wait_for(&key.1, now), known.at_a_time(now))
        };
        if known_refusal.is_some() {
            return Ok(known_refusal);
        }
        self.left += 1;
        if let Some(wait) = wait {
            self.wait = self.wait.into_iter().chain([wait]).min();
            return Ok(None);
        }
        let is_over = self.general.is_some() || self.limited_in_a_row >= LIMITED_IN_A_ROW;
        if is_over || self.invited >= at_a_time {
            // They are the next.
            self.wait = Some(if is_over { A_LITTLE } else { Duration::ZERO });
            return Ok(None);
        }
        match self.room.invite_user_by_id(&key.1).await.map_err(Failure::from) {
            Ok(()) => {
                self.left -= 1;
                self.invited += 1;
                self.limited_in_a_row = 0;
                Ok(None)
            }
            Err(Failure::Refused { words, .. }) => {
                self.left -= 1;
                self.account.invitations.known().refused.insert(key, words.clone());
                Ok(Some(words))
            }
            Err(Failure::Limited(wait)) if wait > ABOUT_THE_PERSON => {
                self.account.waits.note();
                self.limited_in_a_row += 1;
                self.wait = self.wait.into_iter().chain([wait]).min();
                self.account.invitations.known().not_before.insert(key.1, now + wait);
                Ok(None)
            }
            Err(Failure::Limited(wait)) => {
                self.account.waits.note();
                self.general = Some(wait);
                self.account.invitations.known().careful_until = Some(now + wait + CAREFUL_FOR);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// What became of it. A limit that only some persons meet is theirs; any other is everybody's.
    fn outcome(self, refused: Vec<(Person, String)>) -> Outcome {
        if let Some(wait) = self.general {
            return Outcome::RetryAfter(wait);
        }
        if self.left > 0 {
            return Outcome::Partly { left: self.left, wait: self.wait.unwrap_or_default() };
        }
        self.account.invitations.forget(self.room.room_id());
        match refused.is_empty() {
            true => Outcome::Done(Receipt::Done),
            false => Outcome::Done(Receipt::DoneExcept(refused)),
        }
    }
}

impl Invitations {
    /// Everybody was invited who can be.
    fn forget(&self, room: &RoomId) {
        let mut known = self.known();
        known.refused.retain(|(of, _), _| of != room);
        let now = Instant::now();
        known.not_before.retain(|_, at| *at > now);
    }
}

#[derive(Deserialize)]
struct Member {
    state_key: String,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    membership: String,
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

    #[test]
    fn limits_make_careful_and_are_forgotten() {
        let (mut known, now) = (Known::default(), Instant::now());
        assert_eq!(known.at_a_time(now), AT_A_TIME);
        known.careful_until = Some(now + Duration::from_secs(5));
        let later = |seconds| now + Duration::from_secs(seconds);
        assert_eq!((known.at_a_time(later(4)), known.at_a_time(later(5))), (1, AT_A_TIME));
        let alice = matrix_sdk::ruma::user_id!("@alice:example.org");
        known.not_before.insert(alice.to_owned(), later(300));
        assert_eq!(known.wait_for(alice, later(100)), Some(Duration::from_secs(200)));
        assert_eq!(known.wait_for(alice, later(300)), None);
    }
}
