//! The bits of permissions that matter here, and their names as people read them in the server's settings.

/// Everything, whatever overwrites say.
pub const ADMINISTRATOR: u64 = 1 << 3;
/// Make, change and remove channels.
pub const MANAGE_CHANNELS: u64 = 1 << 4;
/// Change the guild.
pub const MANAGE_GUILD: u64 = 1 << 5;
/// React with a sign that nobody used yet.
pub const ADD_REACTIONS: u64 = 1 << 6;
/// See the channel.
pub const VIEW_CHANNEL: u64 = 1 << 10;
/// Write messages.
pub const SEND_MESSAGES: u64 = 1 << 11;
/// Remove and change the messages of others.
pub const MANAGE_MESSAGES: u64 = 1 << 13;
/// Links unfold, embeds are shown.
pub const EMBED_LINKS: u64 = 1 << 14;
/// Attach files.
pub const ATTACH_FILES: u64 = 1 << 15;
/// Read what was said before.
pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
/// Notify `@everyone`, `@here` and every role.
pub const MENTION_EVERYONE: u64 = 1 << 17;
/// Join a voice channel.
pub const CONNECT: u64 = 1 << 20;
/// Change roles and overwrites.
pub const MANAGE_ROLES: u64 = 1 << 28;
/// Change and remove scheduled events.
pub const MANAGE_EVENTS: u64 = 1 << 33;
/// Use slash commands.
pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
/// Change and remove threads, see private ones.
pub const MANAGE_THREADS: u64 = 1 << 34;
/// Start public threads.
pub const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
/// Start private threads.
pub const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
/// Write in threads.
pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
/// Make scheduled events.
pub const CREATE_EVENTS: u64 = 1 << 44;
/// Pin messages: a permission of its own since 2026-02-23.
pub const PIN_MESSAGES: u64 = 1 << 51;

/// What an ordinary server lets everybody do.
pub const OF_EVERYBODY: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | ADD_REACTIONS
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | CONNECT
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS;

/// What a bot is given that runs incidents: its invitation asks for this.
pub const OF_THE_BOT: u64 = OF_EVERYBODY
    | MANAGE_CHANNELS
    | MANAGE_MESSAGES
    | MANAGE_ROLES
    | MENTION_EVERYONE
    | MANAGE_EVENTS
    | MANAGE_THREADS
    | CREATE_EVENTS
    | PIN_MESSAGES;

/// Every bit that has a meaning today.
pub const ALL: u64 = (1 << 53) - 1;
