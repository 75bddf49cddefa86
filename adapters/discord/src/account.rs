//! What every part of the adapter shares: who we are, what is known of the server, and what waits for an answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use serenity::all::{ApplicationId, ChannelId, MessageId, UserId};
use sitrep_core::{
    effect::Purpose,
    message::Message,
    person::Person,
    port::Overview,
    room::{PlatformName, RoomRef},
};

use crate::{
    client::Client,
    doing::Doing,
    guild::Guild,
    nonces::Nonces,
    render::{Body, Renderer},
    rooms::{Rooms, Spot},
    settings::DiscordSettings,
    tickets::Tickets,
};

/// The bot, connected.
pub(crate) struct Account {
    pub(crate) name: PlatformName,
    pub(crate) settings: DiscordSettings,
    pub(crate) client: Arc<Client>,
    pub(crate) user: UserId,
    pub(crate) application: ApplicationId,
    pub(crate) tickets: Tickets,
    pub(crate) doing: Doing,
    guild: Mutex<Guild>,
    overview: Mutex<Overview>,
    nonces: Mutex<Nonces>,
}

impl Account {
    pub(crate) fn new(
        settings: DiscordSettings,
        client: Arc<Client>,
        (user, application): (UserId, ApplicationId),
        guild: Guild,
    ) -> Self {
        let now = Utc::now();
        Self {
            name: PlatformName::new("discord"),
            tickets: Tickets::load(&settings.state_dir, now),
            doing: Doing::new(now),
            settings,
            client,
            user,
            application,
            guild: Mutex::new(guild),
            overview: Mutex::default(),
            nonces: Mutex::default(),
        }
    }

    /// What is known of the server. Never held across an await.
    pub(crate) fn guild(&self) -> MutexGuard<'_, Guild> {
        self.guild.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is going on, as core said last.
    pub(crate) fn overview(&self) -> MutexGuard<'_, Overview> {
        self.overview.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message of ours with this nonce, if the gateway brought it lately.
    pub(crate) fn heard(&self, nonce: &str) -> Option<(ChannelId, MessageId)> {
        self.nonces().get(nonce)
    }

    pub(crate) fn nonces(&self) -> MutexGuard<'_, Nonces> {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel behind a room's handle: the one that a configured name means, or a number.
    pub(crate) fn channel_of(&self, room: &RoomRef) -> Option<ChannelId> {
        self.guild().channel_of(&room.room)
    }

    /// Which room, thread and kind of room a channel is.
    pub(crate) fn spot(&self, guild: &Guild, channel: ChannelId) -> Spot {
        self.rooms().spot(guild, channel)
    }

    pub(crate) fn rooms(&self) -> Rooms<'_> {
        Rooms { platform: &self.name, settings: &self.settings, me: self.user }
    }

    /// A message as it is sent.
    pub(crate) fn render(&self, message: &Message, purpose: Purpose) -> Body {
        let channel_of = |room: &RoomRef| self.channel_of(room);
        Renderer { platform: &self.name, channel_of: &channel_of }.body(message, purpose)
    }

    /// The number of somebody who is on Discord.
    pub(crate) fn user_id(&self, person: &Person) -> Option<UserId> {
        let number = person.handle.parse().ok().filter(|id| *id != 0 && person.platform == self.name);
        number.map(UserId::new)
    }

    /// Somebody on Discord.
    pub(crate) fn person(&self, user: UserId) -> Person {
        Person::new(&self.name, user.to_string())
    }
}
