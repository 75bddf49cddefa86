//! What can happen: each change of the state together with the event that tells of it.
//!
//! Whether somebody may is decided before, in `routes/` for the bot and in `person/` for people.

pub mod channel;
pub mod event;
pub mod guild;
pub mod interaction;
pub mod message;
pub mod thread;
pub mod voice;
