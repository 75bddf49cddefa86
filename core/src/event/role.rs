//! What happens to who does what.

use serde::{Deserialize, Serialize};

use crate::{incident::Role, person::Person};

/// What happens to who does what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleEvent {
    /// Somebody has a role from now on.
    Assigned {
        /// The role.
        role: Role,
        /// Who has it.
        to: Person,
    },
    /// Somebody gave a role back.
    Released {
        /// The role.
        role: Role,
        /// Who had it.
        from: Person,
    },
    /// The lead is offered to somebody.
    HandoffOffered {
        /// To whom.
        to: Person,
    },
    /// The offer was repeated.
    HandoffReminded,
    /// The offer stands no more.
    HandoffWithdrawn,
    /// The lead was taken over.
    HandedOff {
        /// Who led before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Person>,
        /// Who leads.
        to: Person,
    },
    /// The commander was asked whether it is time to hand over.
    HandoffPrompted {
        /// Which time it is, from 1.
        step: u32,
    },
    /// It was asked who takes the roles that nobody has.
    Asked {
        /// The roles.
        roles: Vec<Role>,
    },
}

impl RoleEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Assigned { .. } => "RoleAssigned",
            Self::Released { .. } => "RoleReleased",
            Self::HandoffOffered { .. } => "HandoffOffered",
            Self::HandoffReminded => "HandoffReminded",
            Self::HandoffWithdrawn => "HandoffWithdrawn",
            Self::HandedOff { .. } => "RoleHandedOff",
            Self::HandoffPrompted { .. } => "HandoffPrompted",
            Self::Asked { .. } => "RolesAsked",
        }
    }
}
