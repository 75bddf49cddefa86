//! The rooms that the configuration names, and getting into them; which of all others are private conversations.
//!
//! A configured room keeps its configured name everywhere outside this crate, so that what is stored can be
//! compared with what is configured. One that can't be entered is said with what to do, again every hour, and tried
//! again by and by; the others don't wait for it. Which room a name means is in `room_names.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
    time::{Duration, Instant},
};

use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{
        OwnedRoomId, OwnedServerName, RoomAliasId, RoomId, RoomOrAliasId, UserId,
        events::room::{history_visibility::HistoryVisibility, join_rules::JoinRule},
    },
};
use sitrep_core::port::RoomKind;
use tokio::{sync::Mutex, time::timeout};

use crate::{
    failure::Failure, homeserver::CALL_DEADLINE, room_names::RoomNames, settings::MatrixSettings,
    successor::follow_to_the_end,
};

/// How often it is said that a room is missing, while nothing about it changes.
const SAY_MISSING_EVERY: Duration = Duration::from_secs(60 * 60);

/// The configured rooms.
pub(crate) struct Rooms {
    pub(crate) names: RoomNames,
    missing: std::sync::Mutex<BTreeMap<String, Missing>>,
    /// Direct rooms that were made or found since the start. `m.direct` names them too, once it has been synced.
    direct: std::sync::Mutex<BTreeSet<OwnedRoomId>>,
    /// Held while rooms are entered, so that two tries don't meet.
    settling: Mutex<()>,
}

/// A configured room that sitrep is not in.
struct Missing {
    why: String,
    said_at: Instant,
}

impl Rooms {
    pub(crate) fn new(settings: &MatrixSettings) -> Self {
        Self {
            names: RoomNames::new(&settings.rooms, &settings.state_dir, settings.look_up_every),
            missing: std::sync::Mutex::default(),
            direct: std::sync::Mutex::default(),
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
            let complaint = entered.unwrap_or_else(|_| {
                Some(why(name, settings, &Failure::Unreached("it took too long".to_owned())))
            });
            self.note(name, complaint, Instant::now());
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

    /// Enters a configured room. Returns what is wrong with it, if anything is.
    async fn enter(&self, client: &Client, settings: &MatrixSettings, name: &str) -> Option<String> {
        let (id, servers, complaint) = match self.which(client, name).await {
            Ok(found) => found,
            Err(failure) => return Some(why(name, settings, &failure)),
        };
        let state = client.get_room(&id).map(|room| room.state());
        if let Some(RoomState::Left | RoomState::Banned) = state {
            // Whoever was removed doesn't come back by itself, even where the door is open.
            return Some(format!(
                "sitrep was removed from the room {name}, and neither hears nor tells anybody there. Invite {} again, \
                 or take {name} out of the configuration.",
                settings.user
            ));
        }
        if state != Some(RoomState::Joined) {
            let target: &RoomOrAliasId = (&*id).into();
            if let Err(error) = client.join_room_by_id_or_alias(target, &servers).await {
                return Some(why(name, settings, &Failure::from(error)));
            }
            tracing::info!("Joined {name}.");
        }
        if let Err(failure) = follow_to_the_end(client, &self.names, &id).await {
            return Some(format!(
                "The room {name} was upgraded, and sitrep could not follow: {}. Invite {} into the new room. It is \
                 tried again every minute.",
                failure.words(),
                settings.user
            ));
        }
        complaint
    }

    /// The room that a configured name means, servers through which it can be entered, and what is wrong with that,
    /// if it is known all the same.
    async fn which(
        &self,
        client: &Client,
        name: &str,
    ) -> Result<(OwnedRoomId, Vec<OwnedServerName>, Option<String>), Failure> {
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
                let complaint = format!(
                    "It is not known whether {name} still means the same room: {}. sitrep goes on in the one that \
                     it meant.",
                    failure.words()
                );
                Ok((id, Vec::new(), Some(complaint).filter(|_| is_worth_saying)))
            }
        }
    }

    /// Says what is wrong with a room: when it changes, and once an hour.
    fn note(&self, name: &str, complaint: Option<String>, now: Instant) -> bool {
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

/// Why a configured room can't be entered, and what to do.
fn why(name: &str, settings: &MatrixSettings, failure: &Failure) -> String {
    let user = &settings.user;
    match failure {
        Failure::Refused { code, .. } if code == "M_NOT_FOUND" => format!(
            "The room {name} does not exist: create it, or correct its name in the configuration. It is tried again \
             every minute."
        ),
        Failure::Refused { code, .. } if code == "M_INVALID_PARAM" => {
            format!("The room {name} can't be entered: write it like #ops:example.org, or as a room id.")
        }
        Failure::Refused { code, .. } if code == "M_FORBIDDEN" => {
            format!(
                "sitrep may not enter the room {name}: invite {user} into it. It is tried again every minute."
            )
        }
        Failure::Limited(_)
        | Failure::LoggedOut { .. }
        | Failure::Refused { .. }
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_)
        | Failure::Garbled(_)
        | Failure::Broken(_) => {
            format!(
                "sitrep could not enter the room {name}: {}. It is tried again every minute.",
                failure.words()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use matrix_sdk::ruma::events::room::join_rules::Restricted;

    use super::*;
    use crate::settings::{DEFAULT_KEY_LIFETIME, DEFAULT_LOOK_UP_EVERY, Encrypt, MatrixAuth};

    fn settings() -> MatrixSettings {
        MatrixSettings {
            homeserver: "https://example.org".to_owned(),
            user: "@sitrep:example.org".to_owned(),
            auth: MatrixAuth::Password(String::new()),
            rooms: vec!["#ops:example.org".to_owned()],
            allow: Box::new(|_| true),
            state_dir: PathBuf::from("/nonexistent"),
            key_lifetime: DEFAULT_KEY_LIFETIME,
            look_up_every: DEFAULT_LOOK_UP_EVERY,
            encrypt: Encrypt::default(),
            recovery_key: None,
        }
    }

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
    fn it_is_said_what_to_do() {
        let refused = |code: &str| Failure::Refused { code: code.to_owned(), words: "No".to_owned() };
        let cases = [
            (refused("M_NOT_FOUND"), "does not exist"),
            (refused("M_FORBIDDEN"), "invite @sitrep:example.org into it"),
            (refused("M_INVALID_PARAM"), "write it like"),
            (refused("M_UNKNOWN"), "No (M_UNKNOWN)"),
            (Failure::Intercepted(404), "something else answered"),
        ];
        for (failure, expected) in cases {
            let why = why("#ops:example.org", &settings(), &failure);
            assert!(why.contains("#ops:example.org") && why.contains(expected), "{why}");
        }
    }

    #[test]
    fn missing_rooms_are_said_once_an_hour() {
        let (rooms, start) = (Rooms::new(&settings()), Instant::now());
        let note = |complaint: Option<&str>, minutes: u64| {
            let now = start + Duration::from_secs(minutes * 60);
            rooms.note("#ops:example.org", complaint.map(str::to_owned), now)
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
