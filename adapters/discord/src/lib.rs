//! sitrep on Discord.
