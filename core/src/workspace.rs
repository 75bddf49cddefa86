//! The installation as a whole: the numbers, names and rooms that it has given out.
//!
//! Numbers and room names are never used twice, so all of them are remembered; that is about a hundred bytes an
//! incident.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    event::{Event, Record, WorkspaceEvent},
    incident::IncidentId,
    person::Person,
    report::ReportId,
    room::RoomRef,
};

/// What the installation has given out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    last_id: u64,
    last_report: u64,
    room_names: BTreeSet<String>,
    rooms: BTreeMap<RoomRef, IncidentId>,
    direct_rooms: BTreeMap<Person, RoomRef>,
    names: BTreeMap<Person, String>,
    /// How many facts it consists of.
    pub facts: u64,
}

impl Workspace {
    /// The number that the next incident gets.
    #[must_use]
    pub fn next_id(&self) -> IncidentId {
        IncidentId(self.last_id + 1)
    }

    /// Whether an incident with this number was ever declared.
    #[must_use]
    pub fn knows(&self, id: IncidentId) -> bool {
        (1..=self.last_id).contains(&id.0)
    }

    /// The number that the next report gets.
    #[must_use]
    pub fn next_report(&self) -> ReportId {
        ReportId(self.last_report + 1)
    }

    /// Whether a report with this number was ever filed.
    #[must_use]
    pub fn knows_report(&self, id: ReportId) -> bool {
        (1..=self.last_report).contains(&id.0)
    }

    /// Whether a room name is taken.
    #[must_use]
    pub fn has_room_name(&self, name: &str) -> bool {
        self.room_names.contains(name)
    }

    /// The incident whose own room this is.
    #[must_use]
    pub fn incident_in(&self, room: &RoomRef) -> Option<IncidentId> {
        self.rooms.get(room).copied()
    }

    /// The room in which we are alone with somebody.
    #[must_use]
    pub fn direct_room(&self, person: &Person) -> Option<&RoomRef> {
        self.direct_rooms.get(person)
    }

    /// What somebody is called whose handle says nothing to people, as far as it is known.
    #[must_use]
    pub fn name_of(&self, person: &Person) -> Option<&str> {
        self.names.get(person).map(String::as_str)
    }

    /// Every room that belongs to an incident.
    pub fn rooms(&self) -> impl Iterator<Item = &RoomRef> {
        self.rooms.keys()
    }

    /// Applies one more fact.
    pub fn evolve(&mut self, record: &Record) {
        self.facts += 1;
        let Event::Workspace(event) = &record.event else { return };
        match event {
            WorkspaceEvent::IncidentNumbered { id, room_name } => {
                self.last_id = self.last_id.max(id.0);
                self.room_names.insert(room_name.clone());
            }
            WorkspaceEvent::ReportNumbered { id } => self.last_report = self.last_report.max(id.0),
            WorkspaceEvent::RoomBound { id, room } => {
                self.rooms.insert(room.clone(), *id);
            }
            WorkspaceEvent::DirectRoomOpened { person, room } => {
                self.direct_rooms.insert(person.clone(), room.clone());
            }
            WorkspaceEvent::PersonNamed { person, name } => {
                self.names.insert(person.clone(), name.clone());
            }
        }
    }
}
