//! What every part of the adapter shares: who we are, what is known of the server, and what waits for an answer.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use chrono::Utc;

use serenity::all::{ApplicationId, ChannelId, GuildId, MessageId, UserId};
use sitrep_core::{
    effect::Purpose,
    message::Message,
    person::Person,
    port::{ListenError, Overview},
    room::{PlatformName, RoomRef},
};

use crate::{
    archive_file::Archived,
    begun::Begun,
    client::Client,
    departed::Departed,
    directs::Directs,
    doing::Doing,
    failure::Failure,
    guild::Guild,
    nonces::Nonces,
    render::{Body, Renderer},
    roles::Roles,
    rooms::{Rooms, Spot},
    server,
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
    pub(crate) directs: Directs,
    pub(crate) departed: Departed,
    pub(crate) archived: Archived,
    pub(crate) begun: Begun,
    pub(crate) roles: Roles,
    /// Whether Discord lets us read what people write.
    pub(crate) reads_content: AtomicBool,
    guild: Mutex<Guild>,
    overview: Mutex<Overview>,
    nonces: Mutex<Nonces>,
    /// The configured rooms that were said to be missing.
    missing: Mutex<Vec<String>>,
}

impl Account {
    /// Finds out who the token belongs to, and what the server looks like.
    pub(crate) async fn connect(settings: DiscordSettings) -> Result<Self, ListenError> {
        make_state_dir(&settings.state_dir)?;
        let client = Arc::new(Client::new(&settings.token, settings.api.as_ref())?);
        let not_connected = |failure: Failure| {
            if failure == Failure::LoggedOut {
                return ListenError::Fatal(token_refused());
            }
            ListenError::Transient(format!("Discord: {}.", failure.words()))
        };
        let (user, application) = server::who_am_i(&client).await.map_err(not_connected)?;
        let id = GuildId::new(settings.guild_id);
        let mut guild = match server::look(&client, id, user).await {
            Ok(guild) => guild,
            Err(Failure::Refused(refusal)) => {
                return Err(ListenError::Transient(format!(
                    "sitrep can't enter the Discord server {id}: {}. Invite it with the link that `sitrep invite-link` \
                     prints, or correct `guild_id`.",
                    refusal.words
                )));
            }
            Err(failure) => return Err(not_connected(failure)),
        };
        let missing: Vec<String> = guild.bind(&settings.rooms).into_iter().map(str::to_owned).collect();
        let account = Self::new(settings, client, (user, application), guild);
        account.rooms_missing(&missing);
        Ok(account)
    }

    pub(crate) fn new(
        settings: DiscordSettings,
        client: Arc<Client>,
        (user, application): (UserId, ApplicationId),
        mut guild: Guild,
    ) -> Self {
        let now = Utc::now();
        let (begun, known) = Begun::load(&settings.state_dir);
        guild.begun.extend(known);
        Self {
            name: PlatformName::new("discord"),
            tickets: Tickets::load(&settings.state_dir, now),
            doing: Doing::new(now),
            directs: Directs::load(&settings.state_dir),
            departed: Departed::load(&settings.state_dir),
            archived: Archived::load(&settings.state_dir),
            begun,
            settings,
            client,
            user,
            application,
            roles: Roles::default(),
            reads_content: AtomicBool::new(true),
            guild: Mutex::new(guild),
            overview: Mutex::default(),
            nonces: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    /// We are alone with somebody in a channel, which is heard from after this message on.
    pub(crate) fn note_direct(&self, channel: ChannelId, after: u64) {
        let mut guild = self.guild();
        // What is shown to one person alone comes without the server's number, whichever channel it is in.
        if guild.channels.contains_key(&channel) {
            return;
        }
        guild.directs.insert(channel);
        drop(guild);
        self.directs.note(channel, after);
    }

    /// The channels in which we were alone with somebody, each with the message after which it is heard.
    /// A file from before may name a channel of the server, which is none.
    pub(crate) fn known_directs(&self, guild: &Guild) -> Vec<(ChannelId, u64)> {
        let known = self.directs.all().into_iter();
        known.filter(|(channel, _)| !guild.channels.contains_key(channel)).collect()
    }

    /// Says which configured rooms there are none of, once each.
    pub(crate) fn rooms_missing(&self, missing: &[String]) {
        let mut said = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        for name in missing.iter().filter(|name| !said.contains(name)) {
            tracing::error!(
                "There is no channel {name} on the Discord server, or sitrep may not see it. Make one, let the bot see it, \
                 or correct the configuration."
            );
        }
        *said = missing.to_vec();
    }

    /// What to do when Discord doesn't take the token.
    pub(crate) fn token_refused(&self) -> String {
        token_refused()
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
        self.guild().channel_of(&room.room, &self.settings.rooms)
    }

    /// Which room, thread and kind of room a channel is.
    pub(crate) fn spot(&self, guild: &Guild, channel: ChannelId) -> Spot {
        self.rooms().spot(guild, channel)
    }

    pub(crate) fn rooms(&self) -> Rooms<'_> {
        Rooms { platform: &self.name, me: self.user }
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

fn token_refused() -> String {
    "Discord does not accept the bot's token. Make a new one with Reset Token on the page Bot of the application at \
     https://discord.com/developers/applications, put it into the file that `token_file` names, and restart sitrep."
        .to_owned()
}

/// Makes the directory that state is kept in, for nobody else to read.
fn make_state_dir(dir: &Path) -> Result<(), ListenError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| ListenError::Fatal(format!("No state can be kept in {}: {error}.", dir.display())))
}
