//! The bot as core's `Platform`.

use async_trait::async_trait;
use sitrep_core::{
    port::{Batch, Capabilities, ListenError, Outcome, Perform, Platform, Positions},
    room::PlatformName,
};

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

#[async_trait]
impl Platform for DiscordPlatform {
    fn name(&self) -> PlatformName {
        PlatformName::new("discord")
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn listen(&self, _after: &Positions) -> Result<Batch, ListenError> {
        Err(ListenError::Fatal("Discord is not there yet.".to_owned()))
    }

    async fn perform(&self, _perform: &Perform) -> Outcome {
        Outcome::Transient("Discord is not there yet".to_owned())
    }
}
