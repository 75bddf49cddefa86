//! A chat workspace in one process: rooms, people, messages, kept in a file.
//!
//! It is a platform like any other to core, with the manners of the real ones: it recognises a repeated key, makes
//! rooms under an address derived from the key, and replays what came after a position. With a terminal in front it
//! is sitrep's console; with faults in between it is what the simulation talks to. There is no second fake.
//!
//! - [`Chat`] is the workspace: every change is one entry of a log, and its state is what the log adds up to.
//! - A [`Gesture`] is what somebody does in it other than to speak, and a [`Line`] what people read of it.
//! - [`Journal`] keeps the log in a file, one line of JSON an entry.
//! - [`ConsolePlatform`] is the port in front of it.

mod change;
mod chat;
mod deed;
mod journal;
mod platform;
mod reading;
mod shown;

pub use change::{Change, Deed, Did, Said};
pub use chat::{Chat, Denied, RoomView};
pub use deed::Gesture;
pub use journal::{Journal, JournalError};
pub use platform::{
    CAPABILITIES, CONFIGURED_ROOMS, Clock, ConsolePlatform, HOME_ROOM, PLATFORM, STAKEHOLDER_ROOM,
    SUPPORT_ROOM, SayError,
};
pub use reading::Message;
pub use shown::Line;
