//! sitrep on Matrix: one account on one homeserver, spoken to through matrix-sdk.
//!
//! [`MatrixPlatform`] is core's `Platform`. Two rules shape everything here:
//!
//! - **What was heard is ours until it is committed.** Batches come from the answer to a sync, never from event
//!   handlers, and start from the position that core committed, never from the one that the SDK keeps.
//!   `intake.rs` holds a batch until core asks for what comes after it; `gap.rs` completes it.
//! - **Whatever is said carries its key.** As the transaction id, which the server remembers for some hours, and
//!   in the content, where `history.rs` finds it when the server has forgotten.
//!
//! `session.rs` logs in, `rooms.rs` enters the rooms that the configuration means, and each action has a file of its
//! own. Errors of the SDK become outcomes in `failure.rs`.

mod account;
mod address;
mod archive;
mod attach;
mod budget;
mod buttons;
mod complaint;
mod content_key;
mod direct;
mod doctor;
mod edit;
mod encryption;
mod failure;
mod gap;
mod history;
mod homeserver;
mod in_order;
mod inbound;
mod inbound_text;
mod intake;
mod invite;
mod name;
mod open_room;
mod pin;
mod platform;
mod read;
mod render;
mod room_names;
mod room_power;
mod room_state;
mod rooms;
mod say;
mod session;
mod session_file;
mod settings;
mod space;
mod state_file;
mod successor;
mod tokens;
mod waits;

pub use encryption::{EncryptionReport, KeyBackup, RecoveryKey, SecretStorage};
pub use platform::{CAPABILITIES, Connecting, MatrixPlatform};
pub use settings::{
    DEFAULT_KEY_LIFETIME, DEFAULT_LOOK_UP_EVERY, Encrypt, MatrixAuth, MatrixSettings, SpaceSettings,
};
