//! What there is, as Discord writes it: the same objects for the answers of HTTP and for the gateway's events.
//!
//! Ids and permissions are strings, times are ISO 8601 with an offset, and fields without a value are there as null
//! where the description asks for them.

pub mod channel;
pub mod command;
pub mod event;
pub mod guild;
pub mod interaction;
pub mod message;
pub mod user;
pub mod voice;

use chrono::{DateTime, SecondsFormat, Utc};

/// A time as Discord writes it.
pub fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// An id as Discord writes it.
pub fn id(id: u64) -> String {
    id.to_string()
}
