//! What every part of the adapter shares: who we are, what is known of the server, and what waits for an answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::{all::ApplicationId, all::UserId};
use sitrep_core::{port::Overview, room::PlatformName};

use crate::{guild::Guild, settings::DiscordSettings, tickets::Tickets};

/// The bot, connected.
pub(crate) struct Account {
    pub(crate) name: PlatformName,
    pub(crate) settings: DiscordSettings,
    pub(crate) user: UserId,
    pub(crate) application: ApplicationId,
    pub(crate) tickets: Tickets,
    guild: Mutex<Guild>,
    overview: Mutex<Overview>,
}

impl Account {
    /// What is known of the server. Never held across an await.
    pub(crate) fn guild(&self) -> MutexGuard<'_, Guild> {
        self.guild.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is going on, as core said last.
    pub(crate) fn overview(&self) -> MutexGuard<'_, Overview> {
        self.overview.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
