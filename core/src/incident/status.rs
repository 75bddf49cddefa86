//! How far along an incident is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an incident stands. *Mitigated*: harm stopped. *Resolved*: cause dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Somebody said so; nobody has it yet.
    Declared,
    /// Somebody has it.
    Acknowledged,
    /// The harm has stopped.
    Mitigated,
    /// The cause is dealt with.
    Resolved,
    /// Nothing more is owed.
    Closed,
}

impl Status {
    /// Whether updates are still owed.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Declared | Self::Acknowledged | Self::Mitigated => true,
            Self::Resolved | Self::Closed => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declared => "declared",
            Self::Acknowledged => "acknowledged",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        })
    }
}
