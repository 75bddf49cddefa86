//! The news that was given, and its copies in other rooms.

use chrono::{DateTime, Utc};

use crate::{
    event::Audience,
    person::Person,
    room::{MessageRef, RoomRef},
};

/// An update as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The fact that it was given with.
    pub fact: u64,
    /// What it says; empty once erased.
    pub words: String,
    /// Who gave it.
    pub by: Person,
    /// When.
    pub at: DateTime<Utc>,
    /// Whom it is worded for.
    pub audience: Audience,
    /// The rooms that it went to.
    pub to: Vec<RoomRef>,
}

/// A copy of somebody's words that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The fact whose words it passes on.
    pub fact: u64,
    /// The copy.
    pub message: MessageRef,
}
