//! Who is on duty, from a calendar: an iCalendar file, or an address that gives one.
//!
//! [`watch`] reads it every five minutes and hands in who is on duty when; [`shifts`] is the reading itself.
//!
//! - Everything recurs on the wall clock of its own zone, as the calendars that people look at do: 9:00 stays 9:00.
//! - What a calendar says is untrusted: how much is read, how many entries and occurrences there may be, and how long
//!   reading them may take is bounded. One entry that can't be read is passed over, and costs no other.
//! - The address may hold a secret, so it is never shown or logged.
//! - The last good copy is kept: after a restart without the source, whoever it names is on duty.
#![warn(missing_docs)]

mod entry;
mod lines;
mod moment;
mod recurrence;
mod shifts;
mod source;
mod watch;
mod zone;

#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf};

use chrono_tz::Tz;

pub use shifts::shifts;
pub use watch::{read_once, watch};

/// Where a calendar is, and whose it is.
#[derive(Clone, Debug)]
pub struct CalendarSettings {
    /// The team whose duty it says.
    pub team: String,
    /// Where it is.
    pub source: Source,
    /// The zone of times that name none, where the calendar itself doesn't say.
    pub timezone: Tz,
    /// The file in which the last good copy is kept. Its directory is there.
    pub keep_in: PathBuf,
}

/// Where a calendar is.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// At an `http`, `https` or `webcal` address.
    Url(Address),
}

/// An address that may hold a secret: never shown.
#[derive(Clone)]
pub struct Address(String);

impl Address {
    /// An address as it was written.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// What is asked for: `webcal` is another word for `https`.
    fn expose(&self) -> String {
        let address = self.0.trim();
        match address.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal") => format!("https://{rest}"),
            Some(_) | None => address.to_owned(),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}
