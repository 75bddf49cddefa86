//! sitrep on Discord: one bot in one server, spoken to through serenity.
//!
//! [`DiscordPlatform`] is core's `Platform`. Three rules shape everything here:
//!
//! - **What was heard is ours until it is committed.** Events of the gateway are queued per channel, in the order of
//!   their ids; what the gateway may have left out is fetched from the channel's history. `intake.rs` holds a batch
//!   until core asks for what comes after it.
//! - **Whatever is done can be found again**: messages by their nonce, rooms by the key in their topic, appointments by
//!   the room that they are about, answers to interactions because editing them twice is editing them once.
//! - **An interaction is answered within three seconds**, whatever else goes on: see `tickets.rs`.
//!
//! `client.rs` speaks to the interface over HTTP, each action has a file of its own, and errors become outcomes in
//! `failure.rs`.

mod account;
mod answer;
mod appointment;
mod archive;
mod archive_file;
mod begun;
mod buttons;
mod catch_up;
mod category;
mod channels;
mod circuit;
mod client;
mod commands;
mod departed;
mod direct;
mod directs;
mod doctor;
mod doing;
mod edit;
mod failure;
mod gateway;
mod guild;
mod hearing;
mod history;
mod inbound;
mod inbound_text;
mod intake;
mod interaction;
mod invitation;
mod invite;
mod line_file;
mod meeting;
mod name;
mod nonces;
mod open_room;
mod overwrites;
mod perform;
mod permissions;
mod pin;
mod platform;
mod post;
mod probe;
mod raw;
mod read;
mod reading;
mod render;
mod roles;
mod rooms;
mod say;
mod server;
mod server_events;
mod settings;
mod signs;
mod silence;
mod streams;
mod thread;
mod thread_room;
mod ticket_file;
mod tickets;
mod upload;
mod waits;
mod watchdog;

pub use invitation::invitation;
pub use platform::{CAPABILITIES, DiscordPlatform};
pub use settings::{AllowRoles, ApiServer, DiscordSettings};
