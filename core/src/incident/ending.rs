//! How an incident ended, and what is left of it.

use super::IncidentId;

/// Why it ended, if not because it was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was none.
    FalseAlarm,
    /// It goes on as another one.
    DuplicateOf(IncidentId),
}

/// What is lost or lingers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// The fact that says so.
    pub fact: u64,
    /// Nothing is.
    pub none: bool,
    /// In words; empty once erased.
    pub words: String,
}
