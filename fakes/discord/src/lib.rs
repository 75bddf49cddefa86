//! A Discord for tests and for trying things out: one process, on the loopback, without an account.
//!
//! [`World`] says who and what is there, [`Discord`] runs it and is what a test holds, [`Person`] is what somebody does
//! in their client, [`Faults`] is what goes wrong. `state/` is everything that it knows, `routes/` what may be asked of
//! it over HTTP, `rules/` what Discord allows, `render/` how it writes things, and `description/` holds each request and
//! each answer against Discord's public description of its interface.

pub mod call;
pub mod clock;
pub mod description;
pub mod discord;
pub mod faults;
pub mod gateway;
pub mod happening;
pub mod intent;
pub mod interaction;
mod listen;
mod moderating;
pub mod multipart;
pub mod pending;
pub mod permission;
pub mod person;
pub mod refusal;
pub mod render;
pub mod router;
pub mod routes;
pub mod rules;
pub mod server;
pub mod snowflake;
pub mod state;
pub mod terminal;
#[cfg(test)]
mod tests;
mod tls;
pub mod view;
mod voice;
pub mod world;

pub use clock::Clock;
pub use discord::Discord;
pub use faults::{Fault, Faults};
pub use gateway::{Counts, Gateway};
pub use listen::Addresses;
pub use pending::{Answer, AnswerKind, Pending};
pub use person::{Person, Refused};
pub use refusal::Scope;
pub use server::Server;
pub use tls::Papers;
pub use view::{Attachment, Channel, ChannelKind, Event, Message, Overwrite, Ping};
pub use world::World;
