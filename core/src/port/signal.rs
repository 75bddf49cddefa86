//! What machines tell, rather than people: alerts, changes, signs of life, who is on duty.
//!
//! A [`Signal`] comes through a source that the configuration names, and that has proved who it is before core hears of
//! it. What it says is untrusted all the same: it is shown as text and decides nothing but what the operator has written
//! down for its labels.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::Status;

/// Something that a machine tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Something is wrong, still, or no more.
    Alert(Alert),
    /// Something was changed, which may turn out to be why.
    Change(Change),
    /// Whoever is expected to give signs of life has given one.
    Heartbeat {
        /// The name under which the configuration expects it.
        name: String,
    },
    /// Who is on duty according to a calendar, in order, for the next weeks. It replaces what was known.
    Shifts {
        /// The team.
        team: String,
        /// The shifts. A later one that begins while another goes on takes over.
        shifts: Arc<[Shift]>,
    },
}

/// How a group of alerts stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Something is wrong.
    Firing,
    /// Somebody has said where it comes from that they have it.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// A group of alerts, as its source groups them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The source, as the configuration names it.
    pub source: String,
    /// What makes it the same group when it is told again: unique within the source, at most 200 characters.
    pub group: String,
    /// How it stands.
    pub state: AlertState,
    /// One line that says what is wrong, at most 200 characters; never empty.
    pub title: String,
    /// How many alerts of the group are firing; 1 if the source doesn't say.
    pub firing: u32,
    /// What it is labelled with, as the source does it; at most 64.
    pub labels: BTreeMap<String, String>,
    /// Where there is more to see, an `http` or `https` address.
    pub link: Option<String>,
    /// Since when, according to the source.
    pub since: Option<DateTime<Utc>>,
}

/// Something that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The source, as the configuration names it.
    pub source: String,
    /// One line that says what, at most 200 characters; never empty.
    pub title: String,
    /// When, according to the source.
    pub at: DateTime<Utc>,
    /// What it is labelled with, as the source does it; at most 64.
    pub labels: BTreeMap<String, String>,
    /// Where there is more to see, an `http` or `https` address.
    pub link: Option<String>,
}

/// A time in which somebody is on duty, as a calendar has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Whom it may mean, the likeliest first: the addresses and names of those who attend, and what the entry is called.
    pub who: Vec<String>,
}

/// Why signals were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// So much waits already that taking more would not be kept up with.
    #[error("too much is waiting")]
    Busy,
    /// They could not be made durable in time. They may be taken all the same.
    #[error("it could not be stored in time")]
    NotStored,
}

/// Where signals are handed in, and where it is asked how things stand.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Takes signals. They are durable, with all that follows from them, when this returns.
    ///
    /// # Errors
    /// When they are not, or not known to be.
    async fn take(&self, signals: Vec<Signal>) -> Result<(), NotTaken>;

    /// How things stand; `None` if nobody answers within a few seconds.
    async fn status(&self) -> Option<Status>;
}
