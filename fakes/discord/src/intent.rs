//! The gateway's intents: what a bot asks to hear. An event is delivered if the session has one of its intents.

/// Channels, roles, threads, the guild itself.
pub const GUILDS: u64 = 1;
/// People who come, change and go. Privileged.
pub const GUILD_MEMBERS: u64 = 1 << 1;
/// Who is talking in which voice channel.
pub const GUILD_VOICE_STATES: u64 = 1 << 7;
/// Who is online. Privileged.
pub const GUILD_PRESENCES: u64 = 1 << 8;
/// Messages in channels of a guild.
pub const GUILD_MESSAGES: u64 = 1 << 9;
/// Reactions in channels of a guild.
pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
/// Who is typing in a guild.
pub const GUILD_MESSAGE_TYPING: u64 = 1 << 11;
/// Messages in direct channels.
pub const DIRECT_MESSAGES: u64 = 1 << 12;
/// Reactions in direct channels.
pub const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
/// What messages say. Privileged.
pub const MESSAGE_CONTENT: u64 = 1 << 15;
/// Scheduled events.
pub const GUILD_SCHEDULED_EVENTS: u64 = 1 << 16;
