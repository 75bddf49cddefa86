//! The incident: its vocabulary and its state.
//!
//! An [`Incident`] is what its events say, nothing else: [`evolve`] applies them one by one, without reading
//! policy, clock or platform. What it promises and when is absolute in the events.

mod address;
pub mod ending;
pub mod evolve;
mod id;
mod measuring;
pub mod newcomers;
pub mod news;
pub mod reports;
pub mod retrospective;
mod role;
pub mod roles;
pub mod room_name;
mod severity;
mod state;
mod status;
pub mod task;
pub mod timeline;
mod title;
pub mod update_cycle;
mod words;

pub use address::{WrongAddress, address};
pub use id::{IncidentId, ParseIncidentIdError};
pub use measuring::Measuring;
pub use role::Role;
pub use severity::Severity;
pub use state::{Incident, Origin, RoomState, TITLE_GAP};
pub use status::Status;
pub use title::title;
pub use words::{glimpse, is_long, passage};
