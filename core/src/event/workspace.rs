//! What the installation gives out.

use serde::{Deserialize, Serialize};

use crate::{incident::IncidentId, person::Person, report::ReportId, room::RoomRef};

/// What the installation gives out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceEvent {
    /// A number and a room name were given out.
    IncidentNumbered {
        /// The number.
        id: IncidentId,
        /// The name of its room, unique for ever.
        room_name: String,
    },
    /// A number was given out.
    ReportNumbered {
        /// The number.
        id: ReportId,
    },
    /// A room belongs to an incident from now on.
    RoomBound {
        /// The incident.
        id: IncidentId,
        /// Its room.
        room: RoomRef,
    },
    /// Somebody whose handle says nothing to people is called this.
    PersonNamed {
        /// Who.
        person: Person,
        /// What they are called.
        name: String,
    },
    /// There is a direct room with somebody.
    DirectRoomOpened {
        /// Who.
        person: Person,
        /// The room.
        room: RoomRef,
    },
}

impl WorkspaceEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::IncidentNumbered { .. } => "IncidentNumbered",
            Self::ReportNumbered { .. } => "ReportNumbered",
            Self::RoomBound { .. } => "RoomBound",
            Self::DirectRoomOpened { .. } => "DirectRoomOpened",
            Self::PersonNamed { .. } => "PersonNamed",
        }
    }
}
