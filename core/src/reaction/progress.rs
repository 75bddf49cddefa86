//! What follows as an incident goes from declared to resolved.

use super::{Effects, NEWS_WORTH, opening};
use crate::{
    event::{IncidentEvent, Record, RoleEvent},
    incident::RoomState,
    message::{Message, declaration, resolution},
};

pub(super) fn react(effects: &mut Effects<'_>, event: &IncidentEvent, record: &Record) {
    let incident = effects.incident;
    match event {
        IncidentEvent::Declared { .. } => opening::make_room(effects),
        IncidentEvent::Acknowledged => {
            let Some(by) = &record.by else { return };
            let message = declaration::acknowledged(incident, by);
            effects.tell_home(message.clone());
            tell_followers(effects, &message);
            effects.keep_members();
        }
        IncidentEvent::SeverityChanged { .. } => {
            let message = declaration::severity_is(incident, effects.policy());
            effects.tell_home(message.clone());
            tell_followers(effects, &message);
            effects.keep_members();
        }
        IncidentEvent::Resolved => {
            let words = record.words.as_deref().unwrap_or_default();
            effects.tell_home(resolution::resolved(incident, words, true));
            tell_the_end(effects, words);
        }
    }
}

pub(super) fn react_to_role(effects: &mut Effects<'_>, event: &RoleEvent) {
    let RoleEvent::Assigned { to, .. } = event;
    // Whoever takes it by acknowledging has been announced by that.
    if effects.incident.acknowledged_by.as_ref() != Some(to) {
        effects.tell_home(declaration::has_the_lead(effects.incident, to));
    }
    effects.keep_members();
}

/// Those who were told that it began, and the room where it was declared.
fn tell_followers(effects: &mut Effects<'_>, message: &Message) {
    let incident = effects.incident;
    let mut rooms = incident.told.clone();
    // Before there is a room, the answer there has not been given yet and would come after this.
    if incident.room != RoomState::Pending {
        rooms.insert(incident.origin.message.room.clone());
    }
    effects.tell_rooms(&rooms, message, NEWS_WORTH);
}

/// Everybody who was told anything hears that it is over; by title only where that may be said.
fn tell_the_end(effects: &mut Effects<'_>, words: &str) {
    let incident = effects.incident;
    let mut rooms = incident.told.clone();
    rooms.insert(incident.origin.message.room.clone());
    for room in &rooms {
        let message = resolution::resolved(incident, words, incident.may_be_named_in(room));
        effects.tell_rooms([room], &message, NEWS_WORTH);
    }
}
