//! The rooms that the configuration names: which room each name means, and getting into it.
//!
//! A configured room keeps its configured name everywhere outside this crate, so that what is stored can be
//! compared with what is configured. One that can't be entered is said once, with what to do, and tried again by
//! and by; the others don't wait for it.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{OwnedRoomId, OwnedServerName, RoomAliasId, RoomId, RoomOrAliasId, UserId},
};
use sitrep_core::port::RoomKind;
use tokio::{sync::Mutex, time::timeout};

use crate::{failure::Failure, session::CALL_DEADLINE, settings::MatrixSettings};

/// A configured room that sitrep is not in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRoom {
    /// Its name in the configuration.
    pub room: String,
    /// Why, and what to do: whole sentences.
    pub why: String,
}

/// The configured rooms.
pub(crate) struct Rooms {
    configured: Vec<String>,
    known: RwLock<BTreeMap<String, OwnedRoomId>>,
    missing: RwLock<Vec<MissingRoom>>,
    /// Held while rooms are entered, so that two tries don't meet.
    settling: Mutex<()>,
}

impl Rooms {
    pub(crate) fn new(configured: &[String]) -> Self {
        Self {
            configured: configured.to_vec(),
            known: RwLock::default(),
            missing: RwLock::default(),
            settling: Mutex::default(),
        }
    }

    /// The room that a configured name means.
    pub(crate) fn id_of(&self, name: &str) -> Option<OwnedRoomId> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The name that the configuration gives a room.
    pub(crate) fn name_of(&self, id: &RoomId) -> Option<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        // In configured order, so that a room with two names always has the same one.
        self.configured.iter().find(|name| known.get(*name).is_some_and(|known| known == id)).cloned()
    }

    /// What kind of room it is.
    pub(crate) fn kind_of(&self, room: &Room, me: &UserId) -> RoomKind {
        if self.name_of(room.room_id()).is_some() {
            return RoomKind::Configured;
        }
        // An incident's room may have one person in it, and is no private conversation for that. Whoever sent the
        // creation counts: clients make the invited party of a direct room an additional creator.
        let ours = room.create_content().is_some_and(|content| content.creator == me);
        let alone_with_us = (1..=2).contains(&room.active_members_count());
        if alone_with_us && !ours { RoomKind::Direct } else { RoomKind::Other }
    }

    /// The configured rooms that sitrep is not in.
    pub(crate) fn missing(&self) -> Vec<MissingRoom> {
        self.missing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Enters the configured rooms that we are not in, and accepts the invitations of those who may ask.
    pub(crate) async fn settle(&self, client: &Client, settings: &MatrixSettings) {
        let _settling = self.settling.lock().await;
        for name in &self.configured {
            match timeout(CALL_DEADLINE * 2, self.enter(client, name)).await {
                Ok(Ok(())) => self.no_longer_missing(name),
                Ok(Err(failure)) => self.is_missing(name, why(name, settings, &failure)),
                Err(_) => {
                    self.is_missing(name, why(name, settings, &Failure::Lost("it took too long".to_owned())))
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

    async fn enter(&self, client: &Client, name: &str) -> Result<(), Failure> {
        let (id, servers) = match self.id_of(name) {
            Some(id) => (id, Vec::new()),
            None => find(client, name).await?,
        };
        let inside = client.get_room(&id).is_some_and(|room| room.state() == RoomState::Joined);
        if !inside {
            let target: &RoomOrAliasId = (&*id).into();
            client.join_room_by_id_or_alias(target, &servers).await?;
            tracing::info!("Joined {name}.");
        }
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), id);
        Ok(())
    }

    fn no_longer_missing(&self, name: &str) {
        self.missing.write().unwrap_or_else(PoisonError::into_inner).retain(|missing| missing.room != name);
    }

    fn is_missing(&self, name: &str, why: String) {
        let mut missing = self.missing.write().unwrap_or_else(PoisonError::into_inner);
        let now = MissingRoom { room: name.to_owned(), why };
        if missing.contains(&now) {
            return;
        }
        tracing::error!("{}", now.why);
        missing.retain(|missing| missing.room != name);
        missing.push(now);
    }
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
