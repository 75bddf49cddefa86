//! What we may do in a room, as the homeserver has it.
//!
//! The SDK knows this only of rooms that it has synced, and not yet at a start. Whoever makes a room of version 12 is
//! above all power levels and isn't listed in them.

use matrix_sdk::{
    Client,
    ruma::{
        OwnedUserId, RoomId, RoomVersionId, UserId,
        events::{
            MessageLikeEventType, StateEventType,
            room::power_levels::{
                RoomPowerLevels, RoomPowerLevelsEventContent, RoomPowerLevelsSource, UserPowerLevel,
            },
        },
        room_version_rules::RoomVersionRules,
    },
};
use serde::Deserialize;

use crate::{failure::Failure, room_state};

/// What we may do in a room.
pub(crate) struct Power {
    levels: RoomPowerLevels,
    me: OwnedUserId,
}

/// The creation of a room.
#[derive(Deserialize)]
pub(crate) struct Creation {
    /// Who has made it.
    pub(crate) sender: OwnedUserId,
    content: CreationContent,
}

impl Creation {
    /// Whether it is a space.
    pub(crate) fn is_space(&self) -> bool {
        self.content.kind.as_deref() == Some("m.space")
    }
}

#[derive(Deserialize)]
struct CreationContent {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default = "first_version")]
    room_version: RoomVersionId,
    #[serde(default)]
    additional_creators: Vec<OwnedUserId>,
}

fn first_version() -> RoomVersionId {
    RoomVersionId::V1
}

impl Power {
    /// Asks the homeserver.
    pub(crate) async fn of(client: &Client, me: &UserId, room: &RoomId) -> Result<Self, Failure> {
        let creation = creation(client, room).await?;
        let levels: Option<RoomPowerLevelsEventContent> =
            room_state::read(client, room, StateEventType::RoomPowerLevels, "").await?;
        let levels = levels.map_or(RoomPowerLevelsSource::None, RoomPowerLevelsSource::Original);
        let rules = creation.content.room_version.rules().unwrap_or(RoomVersionRules::V12);
        let creators = std::iter::once(creation.sender).chain(creation.content.additional_creators);
        let creators: Vec<OwnedUserId> = creators.collect();
        Ok(Self { levels: RoomPowerLevels::new(levels, &rules.authorization, creators), me: me.to_owned() })
    }

    /// Whether we may speak, encrypted or not.
    pub(crate) fn speaks(&self) -> bool {
        [MessageLikeEventType::RoomMessage, MessageLikeEventType::RoomEncrypted]
            .into_iter()
            .all(|kind| self.levels.user_can_send_message(&self.me, kind))
    }

    /// Our own level; `None` if it is above all levels.
    pub(crate) fn mine(&self) -> Option<i64> {
        match self.levels.for_user(&self.me) {
            UserPowerLevel::Int(level) => Some(level.into()),
            // Above all, and whatever comes after that.
            UserPowerLevel::Infinite | _ => None,
        }
    }

    /// The level of whoever has none of their own.
    pub(crate) fn of_everybody(&self) -> i64 {
        self.levels.users_default.into()
    }

    /// The highest level that anybody else has.
    pub(crate) fn highest_but_mine(&self) -> i64 {
        let others = self.levels.users.iter().filter(|(user, _)| **user != self.me);
        others.map(|(_, level)| i64::from(*level)).max().unwrap_or_default().max(self.of_everybody())
    }

    /// Whether we may change state of this kind.
    pub(crate) fn changes(&self, kind: StateEventType) -> bool {
        self.levels.user_can_send_state(&self.me, kind)
    }
}

/// Who has made a room, and how.
pub(crate) async fn creation(client: &Client, room: &RoomId) -> Result<Creation, Failure> {
    let found = room_state::read_event(client, room, StateEventType::RoomCreate).await?;
    found.ok_or_else(|| Failure::Garbled("a room without a beginning".to_owned()))
}
