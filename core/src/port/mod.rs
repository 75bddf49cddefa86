//! The two holes in the wall: a chat platform and a store.
//!
//! Adapters implement these traits and core calls nothing else. Each has one contract suite that every
//! implementation runs ([`crate::testing::store_contract`]); the platforms share one set of conversations.

mod checkup;
mod inbound;
mod measure;
mod platform;
mod signal;
mod store;

pub use checkup::{Finding, Level};
pub use inbound::{Batch, Content, Inbound, InboundKey, Position, Positions, RoomKind, Standing};
pub use measure::{Attachment, Chart, Panel, Reading, Sample, Series};
pub use platform::{
    Action, Appointment, Attempt, Button, Capabilities, Choice, Form, ListenError, Offer, Outcome, Overview,
    Perform, Platform, Receipt, Said,
};
pub use signal::{Alert, AlertState, Change, Desk, NotTaken, Shift, Signal};
pub use store::{
    Cancelled, Commit, Due, DueKey, Identity, NumberedRecord, Opened, Reason, Seen, Store, StoreError,
    StoredEffect,
};
