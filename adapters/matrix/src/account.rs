//! Our account on the homeserver, as everything that acts for it sees it.

use std::sync::{Mutex, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{OwnedRoomId, OwnedUserId, RoomAliasId, RoomId},
};
use sitrep_core::port::ListenError;
use sitrep_core::room::{PlatformName, RoomRef};
use tokio::{runtime::Handle, sync::Notify};

use crate::{
    address::DeadEnds,
    attach::Uploads,
    failure::Failure,
    invite::Invitations,
    rooms::Rooms,
    session::{self, Session},
    settings::MatrixSettings,
    space::Space,
    waits::Waits,
};

/// A client that may be dropped anywhere. The SDK's store closes its files on tokio's threads, and panics if it is
/// dropped where there is no runtime.
struct Anchored {
    runtime: Handle,
    /// There until this is dropped.
    client: Option<Client>,
}

impl Anchored {
    fn new(client: Client) -> Self {
        Self { runtime: Handle::current(), client: Some(client) }
    }

    fn client(&self) -> Client {
        self.client.clone().expect("there until this is dropped")
    }
}

impl Drop for Anchored {
    fn drop(&mut self) {
        let _runtime = self.runtime.enter();
        self.client = None;
    }
}

/// The session in use.
struct Current {
    client: Anchored,
    /// When its device came to be.
    since: DateTime<Utc>,
    is_intact: bool,
}

impl Current {
    fn new(session: Session) -> Self {
        let Session { client, since, is_intact } = session;
        Self { client: Anchored::new(client), since, is_intact }
    }
}

/// Our account: client, identity and rooms.
pub(crate) struct Account {
    pub(crate) settings: MatrixSettings,
    pub(crate) me: OwnedUserId,
    pub(crate) platform: PlatformName,
    pub(crate) rooms: Rooms,
    pub(crate) space: Space,
    pub(crate) waits: Waits,
    pub(crate) dead_ends: DeadEnds,
    pub(crate) invitations: Invitations,
    pub(crate) uploads: Uploads,
    session: RwLock<Current>,
    /// Told when another client takes the place of the one in use: it may be on another device.
    pub(crate) renewed: Notify,
    /// What encryption is waiting for, in sentences.
    encryption_trouble: Mutex<Option<String>>,
}

impl Account {
    pub(crate) async fn connect(settings: MatrixSettings) -> Result<Self, ListenError> {
        let session = session::open(&settings).await?;
        let me = session
            .client
            .user_id()
            .ok_or_else(|| ListenError::Fatal("The Matrix client has no session. Start again.".to_owned()))?
            .to_owned();
        Ok(Self {
            me,
            platform: PlatformName::new("matrix"),
            rooms: Rooms::new(&settings),
            space: Space::new(&settings),
            waits: Waits::default(),
            dead_ends: DeadEnds::default(),
            invitations: Invitations::default(),
            uploads: Uploads::default(),
            session: RwLock::new(Current::new(session)),
            renewed: Notify::new(),
            encryption_trouble: Mutex::default(),
            settings,
        })
    }

    /// The client in use.
    pub(crate) fn client(&self) -> Client {
        self.session.read().unwrap_or_else(PoisonError::into_inner).client.client()
    }

    /// Puts a client that has never synced in the place of the one in use. Logs in again if the session has ended.
    pub(crate) async fn renew_client(&self) -> Result<(), ListenError> {
        let fresh = Current::new(session::open(&self.settings).await?);
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.renewed.notify_one();
        Ok(())
    }

    /// Whether the store is what the device used last.
    pub(crate) fn is_intact(&self) -> bool {
        self.session.read().unwrap_or_else(PoisonError::into_inner).is_intact
    }

    /// Notes what encryption is waiting for; nothing if it is set up.
    pub(crate) fn note_encryption_trouble(&self, trouble: Option<String>) {
        *self.encryption_trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// What encryption is waiting for, as far as it is known.
    pub(crate) fn encryption_trouble(&self) -> Option<String> {
        self.encryption_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the homeserver may have forgotten a key that was first used then: too long ago, or by a device that
    /// is no more.
    pub(crate) fn may_be_forgotten(&self, first_tried: DateTime<Utc>) -> bool {
        let age = Utc::now().signed_duration_since(first_tried).to_std().unwrap_or_default();
        let since = self.session.read().unwrap_or_else(PoisonError::into_inner).since;
        age > self.settings.key_lifetime || first_tried < since
    }

    /// The room behind a handle: a room id, or an alias, configured or not.
    pub(crate) async fn room(&self, room: &RoomRef) -> Result<Room, Failure> {
        let client = self.client();
        let id = self.room_id(&room.room).await?;
        match client.get_room(&id) {
            Some(room) if room.state() == RoomState::Joined => Ok(room),
            // Whoever was removed doesn't come back uninvited.
            Some(room) if matches!(room.state(), RoomState::Left | RoomState::Banned) => {
                Err(Failure::Refused {
                    code: "M_FORBIDDEN".to_owned(),
                    words: "sitrep was removed from the room".to_owned(),
                })
            }
            // One that we made shortly before a restart is not synced yet. Joining where we are changes nothing,
            // and tells the SDK.
            Some(_) | None => Ok(client.join_room_by_id(&id).await?),
        }
    }

    /// The id behind a handle.
    pub(crate) async fn room_id(&self, handle: &str) -> Result<OwnedRoomId, Failure> {
        if let Some(id) = self.rooms.names.id_of(handle) {
            return Ok(id);
        }
        if let Ok(id) = RoomId::parse(handle) {
            return Ok(id);
        }
        let alias = RoomAliasId::parse(handle).map_err(|_| Failure::Refused {
            code: "M_INVALID_PARAM".to_owned(),
            words: format!("{handle} is neither a room id nor an alias"),
        })?;
        let found = self.client().resolve_room_alias(&alias).await;
        found.map(|found| found.room_id).map_err(|error| Failure::from(error).while_reading())
    }
}
