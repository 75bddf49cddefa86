//! What can happen in the workspace: the entries of its log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Somebody, or sitrep, said something.
    Said(Said),
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
