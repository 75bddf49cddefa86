//! The bot as core's `Platform`.

use sitrep_core::port::Capabilities;

use crate::settings::{ConnectError, DiscordSettings};

/// What Discord can do natively.
pub const CAPABILITIES: Capabilities = Capabilities {
    edits: true,
    pins: true,
    threads: true,
    private_rooms: true,
    reactions: true,
    discreet_answers: true,
    forms: true,
    command_lists: true,
    meetings: true,
    appointments: true,
};

/// The bot on its server.
pub struct DiscordPlatform {}

impl DiscordPlatform {
    /// Logs in and finds the server.
    ///
    /// # Errors
    /// When there is no connection, and whether waiting may help.
    pub async fn connect(_settings: DiscordSettings) -> Result<Self, ConnectError> {
        Err(ConnectError::Fatal("Discord is not there yet.".to_owned()))
    }
}
