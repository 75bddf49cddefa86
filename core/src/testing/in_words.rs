//! Commits and actions in a few words, for the journal of a simulation.

use crate::port::{Action, Commit};

/// The names of a commit's facts.
pub(super) fn facts_of(commit: &Commit) -> String {
    let names: Vec<&str> = commit.facts.iter().map(|fact| fact.record.event.name()).collect();
    names.join(" ")
}

/// What an action does, and where.
pub(super) fn name_of(action: &Action) -> String {
    match action {
        Action::Say { room, .. } => format!("say in {}", room.room),
        Action::OpenRoom { name, .. } => format!("make {name}"),
        Action::Edit { message, .. } => format!("edit {} in {}", message.id, message.room.room),
        Action::Pin { message } => format!("pin {} in {}", message.id, message.room.room),
        Action::Invite { room, .. } => format!("invite to {}", room.room),
        Action::OpenDirect { person } => format!("make a direct room with {}", person.handle),
        Action::Name { room, name, .. } => format!("name {} {name}", room.room),
        Action::Buttons { message, .. } => format!("put signs on {}", message.id),
        Action::OpenMeeting { name, .. } => format!("make the meeting {name}"),
        Action::CloseMeeting { room } => format!("remove the meeting {}", room.room),
        Action::Appoint { room, appointment } => {
            let what = if appointment.is_some() { "put" } else { "take" };
            format!("{what} an appointment about {}", room.room)
        }
        Action::Archive { room } => format!("archive {}", room.room),
        Action::Restore { room } => format!("restore {}", room.room),
        Action::Measure { .. } => "measure".to_owned(),
        Action::Read { message } => format!("read {}", message.id),
    }
}
