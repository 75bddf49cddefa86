//! What a person is to one incident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A role in one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Leads it; in chat also "lead".
    Commander,
    /// Speaks for it: to stakeholders and to customers.
    CommsLead,
    /// Keeps the record.
    Scribe,
    /// Works on it. The only role that several people have.
    Responder,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Commander, Self::CommsLead, Self::Scribe, Self::Responder];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commander => "commander",
            Self::CommsLead => "comms lead",
            Self::Scribe => "scribe",
            Self::Responder => "responder",
        })
    }
}
