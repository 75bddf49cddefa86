//! Where messages are: platforms, rooms, messages.
//!
//! These are the platforms' own handles, kept as opaque text: core compares them and hands them back, and never
//! looks inside.

use serde::{Deserialize, Serialize};

/// The name of a chat platform: `console`, `matrix`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlatformName(String);

impl PlatformName {
    /// Names a platform.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name as it is written in a sentence: `Discord`.
    #[must_use]
    pub fn title(&self) -> String {
        let mut letters = self.0.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A room on a platform. A configured room keeps the name the configuration gives it (an alias on Matrix), so
/// that what is stored can be compared with what is configured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoomRef {
    /// The platform it is on.
    pub platform: PlatformName,
    /// The platform's handle of it.
    pub room: String,
}

impl RoomRef {
    /// A room from its platform and its handle there.
    #[must_use]
    pub fn new(platform: &PlatformName, room: impl Into<String>) -> Self {
        Self { platform: platform.clone(), room: room.into() }
    }
}

/// One message in a room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageRef {
    /// The room it is in.
    pub room: RoomRef,
    /// The platform's handle of the message.
    pub id: String,
    /// The thread it is in, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
}
