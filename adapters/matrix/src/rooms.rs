//! The rooms that the configuration names, and getting into them; which of all others are private conversations.
//!
//! A configured room keeps its configured name everywhere outside this crate, so that what is stored can be
//! compared with what is configured. One that can't be entered is said with what to do, again every hour, and tried
//! again by and by; the others don't wait for it. So is one in which we may not do what an incident needs. Which room
//! a name means is in `room_names.rs`, and what is said in `complaint.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
    time::{Duration, Instant},
};

use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{
        OwnedRoomId, OwnedServerName, RoomAliasId, RoomId, RoomOrAliasId, UserId,
        events::{
            StateEventType,
            room::{history_visibility::HistoryVisibility, join_rules::JoinRule},
        },
    },
};
use sitrep_core::port::RoomKind;
use tokio::{sync::Mutex, time::timeout};

use crate::{
    complaint::Complaint, failure::Failure, homeserver::CALL_DEADLINE, room_names::RoomNames,
    room_power::Power, settings::MatrixSettings, successor::follow_to_the_end,
};

/// How often it is said that a room is missing, while nothing about it changes.
const SAY_MISSING_EVERY: Duration = Duration::from_secs(60 * 60);

/// The configured rooms.
pub(crate) struct Rooms {
    pub(crate) names: RoomNames,
    missing: std::sync::Mutex<BTreeMap<String, Missing>>,
    /// Direct rooms that were made or found since the start. `m.direct` names them too, once it has been synced.
    direct: std::sync::Mutex<BTreeSet<OwnedRoomId>>,
    /// When it was looked at what we may do in a room.
    looked_at: std::sync::Mutex<BTreeMap<String, Instant>>,
    /// Held while rooms are entered, so that two tries don't meet.
    settling: Mutex<()>,
}

/// What is wrong with a configured room.
struct Missing {
    why: Complaint,
    said_at: Instant,
}

impl Rooms {
    pub(crate) fn new(settings: &MatrixSettings) -> Self {
        Self {
            names: RoomNames::new(&settings.rooms, &settings.state_dir, settings.look_up_every),
            missing: std::sync::Mutex::default(),
            direct: std::sync::Mutex::default(),
            looked_at: std::sync::Mutex::default(),
            settling: Mutex::default(),
        }
    }

    /// The name that the configuration gives a room.
    pub(crate) fn name_of(&self, room: &Room) -> Option<String> {
        let aliases = room.canonical_alias().into_iter().chain(room.alt_aliases());
        let aliases: Vec<String> = aliases.map(|alias| alias.to_string()).collect();
        self.names.name_of(room.room_id(), &aliases)
    }

    /// What kind of room it is.
    pub(crate) fn kind_of(&self, room: &Room, me: &UserId) -> RoomKind {
        if self.name_of(room).is_some() {
            return RoomKind::Configured;
        }
        if room.is_space() {
            return RoomKind::Other;
        }
        // An incident's room may have one person in it, and is no private conversation for that.
        if is_ours(room, me) && !self.is_direct(room) {
            return RoomKind::Own;
        }
        let is_closed = is_closed(room.join_rule().as_ref(), &room.history_visibility_or_default());
        let alone_with_us = (1..=2).contains(&room.active_members_count());
        if alone_with_us && is_closed { RoomKind::Direct } else { RoomKind::Other }
    }

    /// Remembers that a room is a direct one.
    pub(crate) fn note_direct(&self, room: &RoomId) {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).insert(room.to_owned());
    }

    fn is_direct(&self, room: &Room) -> bool {
        let noted = self.direct.lock().unwrap_or_else(PoisonError::into_inner).contains(room.room_id());
        noted || room.direct_targets_length() > 0
    }

    /// A configured name that may mean this room: nobody can say yet which room it means.
    pub(crate) fn may_be_configured(&self, room: &Room, me: &UserId) -> Option<String> {
        let in_doubt = self.names.in_doubt()?;
        (self.kind_of(room, me) == RoomKind::Other).then_some(in_doubt)
    }

    /// Enters the configured rooms that we are not in, and accepts the invitations of those who may ask.
    pub(crate) async fn settle(&self, client: &Client, settings: &MatrixSettings) {
        let _settling = self.settling.lock().await;
        for name in self.names.configured() {
            let entered = timeout(CALL_DEADLINE * 2, self.enter(client, settings, name)).await;
            let entered = entered.unwrap_or_else(|_| {
                let failure = Failure::Unreached("it took too long".to_owned());
                Err(Complaint::not_entered(name, settings, &failure))
            });
            match entered {
                Ok(()) => self.look(client, settings, name).await,
                Err(complaint) => {
                    self.looked_at.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
                    self.note(name, Some(complaint), Instant::now());
                }
            }
        }
        for room in client.invited_rooms() {
            match timeout(CALL_DEADLINE, accept(client, settings, &room)).await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => {
                    tracing::warn!(
                        "The invitation into {} could not be accepted: {}.",
                        room.room_id(),
                        failure.words()
                    );
                }
                Err(_) => {
                    tracing::warn!("The invitation into {} could not be accepted in time.", room.room_id())
                }
            }
        }
    }

    /// Enters a configured room, and the one that has replaced it.
    pub(crate) async fn enter(
        &self,
        client: &Client,
        settings: &MatrixSettings,
        name: &str,
    ) -> Result<(), Complaint> {
        let not_entered = |failure: Failure| Complaint::not_entered(name, settings, &failure);
        let (id, servers, doubt) = self.which(client, name).await.map_err(not_entered)?;
        let state = client.get_room(&id).map(|room| room.state());
        if let Some(RoomState::Left | RoomState::Banned) = state {
            // Whoever was removed doesn't come back by itself, even where the door is open.
            return Err(Complaint::removed(name, settings));
        }
        if state != Some(RoomState::Joined) {
            let target: &RoomOrAliasId = (&*id).into();
            let joined = client.join_room_by_id_or_alias(target, &servers).await;
            joined.map_err(|error| not_entered(Failure::from(error)))?;
            tracing::info!("Joined {name}.");
        }
        let followed = follow_to_the_end(client, &self.names, &id).await;
        followed.map_err(|failure| Complaint::not_followed(name, settings, &failure))?;
        doubt.map_or(Ok(()), Err)
    }

    /// Looks, from time to time, at what we may do in a room that we are in.
    async fn look(&self, client: &Client, settings: &MatrixSettings, name: &str) {
        let last = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        if last.is_some_and(|at| at.elapsed() < settings.look_up_every) {
            return;
        }
        let looked = timeout(CALL_DEADLINE, self.shortcomings(client, settings, name)).await;
        // What the homeserver doesn't say now is asked again in a minute.
        let Ok(Ok(mut shortcomings)) = looked else { return };
        let worst = if shortcomings.is_empty() { None } else { Some(shortcomings.remove(0)) };
        self.note(name, worst, Instant::now());
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Instant::now());
    }

    /// What we would need in a configured room and don't have, the worst first.
    pub(crate) async fn shortcomings(
        &self,
        client: &Client,
        settings: &MatrixSettings,
        name: &str,
    ) -> Result<Vec<Complaint>, Failure> {
        let (Some(id), Some(me)) = (self.names.id_of(name), client.user_id()) else { return Ok(Vec::new()) };
        let power = match Power::of(client, me, &id).await {
            Ok(power) => power,
            Err(failure @ Failure::Refused { .. }) => {
                return Ok(vec![Complaint::unreadable(name, settings, &failure)]);
            }
            Err(failure) => return Err(failure),
        };
        let mut found = Vec::new();
        if !power.speaks() {
            found.push(Complaint::mute(name, settings));
        }
        let is_for_commands = settings.command_rooms.iter().any(|room| room == name);
        if is_for_commands && !power.changes(StateEventType::RoomPinnedEvents) {
            found.push(Complaint::pinless(name, settings));
        }
        Ok(found)
    }

    /// The room that a configured name means, servers through which it can be entered, and what is wrong with that,
    /// if it is known all the same.
    async fn which(
        &self,
        client: &Client,
        name: &str,
    ) -> Result<(OwnedRoomId, Vec<OwnedServerName>, Option<Complaint>), Failure> {
        if let Some(id) = self.names.fresh_id_of(name) {
            return Ok((id, Vec::new(), None));
        }
        match find(client, name).await {
            Ok((id, servers)) => {
                // Before entering: whoever asks us in later does so into the configured room.
                if let Some(before) = self.names.learn(name, &id) {
                    tracing::info!("{name} means another room now: {id} instead of {before}.");
                }
                Ok((self.names.id_of(name).unwrap_or(id), servers, None))
            }
            Err(failure) => {
                let is_refused = matches!(failure, Failure::Refused { .. });
                if is_refused {
                    self.names.refuse(name);
                }
                let Some(id) = self.names.id_of(name) else { return Err(failure) };
                let is_worth_saying = is_refused || !self.names.was_looked_up(name);
                let complaint = Complaint::in_doubt(name, &failure);
                Ok((id, Vec::new(), Some(complaint).filter(|_| is_worth_saying)))
            }
        }
    }

    /// Says what is wrong with a room: when it changes, and once an hour.
    fn note(&self, name: &str, complaint: Option<Complaint>, now: Instant) -> bool {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(why) = complaint else {
            missing.remove(name);
            return false;
        };
        let was_said = missing.get(name).is_some_and(|missing| {
            missing.why == why && now.duration_since(missing.said_at) < SAY_MISSING_EVERY
        });
        if !was_said {
            tracing::error!("{why}");
            missing.insert(name.to_owned(), Missing { why, said_at: now });
        }
        !was_said
    }
}

/// Whoever sent the creation counts: clients make the invited party of a direct room an additional creator.
fn is_ours(room: &Room, me: &UserId) -> bool {
    room.create_content().is_some_and(|content| content.creator == me)
}

/// Whether nobody can come in or read along unasked.
fn is_closed(join_rule: Option<&JoinRule>, history: &HistoryVisibility) -> bool {
    matches!(join_rule, Some(JoinRule::Invite | JoinRule::Knock | JoinRule::Private))
        && *history != HistoryVisibility::WorldReadable
}

/// The room that a configured name means, and the servers through which it can be entered.
async fn find(client: &Client, name: &str) -> Result<(OwnedRoomId, Vec<OwnedServerName>), Failure> {
    if let Ok(id) = RoomId::parse(name) {
        return Ok((id, Vec::new()));
    }
    let alias = RoomAliasId::parse(name).map_err(|_| Failure::Refused {
        code: "M_INVALID_PARAM".to_owned(),
        words: "it is neither an alias nor a room id".to_owned(),
    })?;
    let found =
        client.resolve_room_alias(&alias).await.map_err(|error| Failure::from(error).while_reading())?;
    Ok((found.room_id, found.servers))
}

/// Accepts an invitation, if it comes from somebody who may ask. Any other is left alone.
async fn accept(client: &Client, settings: &MatrixSettings, room: &Room) -> Result<(), Failure> {
    let inviter = room.invite_details().await?.inviter_id;
    if !(settings.allow)(inviter.as_str()) {
        tracing::debug!("Ignoring the invitation of {inviter} into {}.", room.room_id());
        return Ok(());
    }
    client.join_room_by_id(room.room_id()).await?;
    tracing::info!("Joined {} as {inviter} asked.", room.room_id());
    Ok(())
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::events::room::join_rules::Restricted;

    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn private_conversations_are_closed() {
        let (shared, world) = (HistoryVisibility::Shared, HistoryVisibility::WorldReadable);
        let restricted = || Restricted::new(Vec::new());
        let cases = [
            (Some(JoinRule::Invite), &shared, true),
            (Some(JoinRule::Invite), &HistoryVisibility::Joined, true),
            (Some(JoinRule::Knock), &shared, true),
            (Some(JoinRule::Private), &shared, true),
            (Some(JoinRule::Invite), &world, false),
            (Some(JoinRule::Public), &shared, false),
            (Some(JoinRule::Restricted(restricted())), &shared, false),
            (Some(JoinRule::KnockRestricted(restricted())), &shared, false),
            (None, &shared, false),
        ];
        for (join_rule, history, expected) in cases {
            assert_eq!(is_closed(join_rule.as_ref(), history), expected, "{join_rule:?} {history:?}");
        }
    }

    #[test]
    fn missing_rooms_are_said_once_an_hour() {
        let (rooms, start) = (Rooms::new(&settings()), Instant::now());
        let note = |complaint: Option<&str>, minutes: u64| {
            let now = start + Duration::from_secs(minutes * 60);
            rooms.note("#ops:example.org", complaint.map(|what| Complaint::new(what, "help")), now)
        };
        let said = [
            note(Some("gone"), 0),
            note(Some("gone"), 1),
            note(Some("forbidden"), 2),
            note(Some("forbidden"), 61),
            note(Some("forbidden"), 62),
            note(None, 63),
            note(Some("forbidden"), 64),
        ];
        assert_eq!(said, [true, false, true, false, true, false, true]);
    }
}
