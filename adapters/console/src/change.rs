//! What can happen in the workspace: the entries of its log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Somebody, or sitrep, said something.
    Said(Said),
    /// Somebody did something other than to speak.
    Did(Did),
    /// A message of sitrep's says something else now.
    Edited {
        /// The message, by its place in the log.
        message: usize,
        /// What it says now.
        text: String,
    },
    /// A message was pinned.
    Pinned {
        /// The message, by its place in the log.
        message: usize,
    },
    /// A message of sitrep's carries signs to press.
    Signed {
        /// The message, by its place in the log.
        message: usize,
        /// The signs, in order.
        keys: Vec<String>,
    },
    /// A room is about something else now.
    Retitled {
        /// The room.
        room: String,
        /// Its topic.
        topic: String,
    },
    /// A room was archived, or brought back.
    Archived {
        /// The room.
        room: String,
        /// Whether people can't write there any more.
        archived: bool,
    },
    /// A room was made.
    RoomMade {
        /// Its name, which is also its handle.
        room: String,
        /// Its topic.
        topic: String,
        /// Whether only its members see it.
        private: bool,
        /// Who is in it.
        members: Vec<String>,
        /// The key of the effect that made it: its address.
        address: String,
    },
    /// People were asked into a room, and came.
    Joined {
        /// The room.
        room: String,
        /// Who.
        people: Vec<String>,
    },
}

impl Change {
    /// The message, if something was said.
    #[must_use]
    pub fn said(&self) -> Option<&Said> {
        match self {
            Self::Said(said) => Some(said),
            Self::Did(_)
            | Self::Edited { .. }
            | Self::Pinned { .. }
            | Self::Signed { .. }
            | Self::Retitled { .. }
            | Self::Archived { .. }
            | Self::RoomMade { .. }
            | Self::Joined { .. } => None,
        }
    }

    /// What somebody did other than to speak.
    #[must_use]
    pub fn did(&self) -> Option<&Did> {
        match self {
            Self::Did(did) => Some(did),
            Self::Said(_)
            | Self::Edited { .. }
            | Self::Pinned { .. }
            | Self::Signed { .. }
            | Self::Retitled { .. }
            | Self::Archived { .. }
            | Self::RoomMade { .. }
            | Self::Joined { .. } => None,
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Where.
    pub room: String,
    /// Who; `None` is sitrep.
    pub person: Option<String>,
    /// What.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The message that it answers, by its place in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<usize>,
    /// Who is notified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// The key of the effect that said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Something that a person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    /// Where.
    pub room: String,
    /// Who.
    pub person: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub deed: Deed,
}

/// What it was. Messages are known by their place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// They changed what a message of theirs says.
    Corrected {
        /// The message.
        message: usize,
        /// What it says now.
        text: String,
    },
    /// They took a message of theirs back.
    TookBack {
        /// The message.
        message: usize,
    },
    /// They put a sign on a message, or pressed one of sitrep's.
    Pressed {
        /// The message.
        message: usize,
        /// The sign.
        key: String,
    },
    /// They took a sign of theirs off a message again.
    Unpressed {
        /// The message.
        message: usize,
        /// The sign.
        key: String,
    },
    /// They removed sitrep from the room.
    RemovedSitrep,
    /// They invited sitrep into the room again, and it came.
    InvitedSitrep,
}
