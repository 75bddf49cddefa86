//! What follows as an incident goes from declared to resolved.

use super::{END_WORTH, Effects, NEWS_WORTH, opening, people, updates};
use crate::{
    event::{IncidentEvent, Record},
    incident::RoomState,
    message::{Message, declaration, resolution},
};

pub(super) fn react(effects: &mut Effects<'_>, event: &IncidentEvent, record: &Record) {
    let incident = effects.incident;
    match event {
        IncidentEvent::Declared { .. } => opening::make_room(effects),
        IncidentEvent::Acknowledged => {
            let Some(by) = &record.by else { return };
            let message = declaration::acknowledged(incident, by, effects.policy());
            effects.tell_home(message.clone());
            tell_followers(effects, &message);
            effects.tell_followers_privately(&message, NEWS_WORTH);
            effects.keep_members();
        }
        IncidentEvent::SeverityChanged { invited, .. } => {
            let message = declaration::severity_is(incident, effects.policy());
            effects.tell_home(message.clone());
            tell_followers(effects, &message);
            effects.tell_followers_privately(&message, NEWS_WORTH);
            effects.tell_followers_privately(&message, NEWS_WORTH);
            effects.keep_members();
            people::tell_elsewhere(effects, invited);
        }
        IncidentEvent::Escalated { .. }
        | IncidentEvent::Mitigated { .. }
        | IncidentEvent::LastingEffects { .. }
        | IncidentEvent::FalseAlarm
        | IncidentEvent::Duplicate { .. }
        | IncidentEvent::Duplicated { .. }
        | IncidentEvent::Related { .. }
        | IncidentEvent::Reopened { .. }
        | IncidentEvent::Closed
        | IncidentEvent::Linked
        | IncidentEvent::MeetingChanged => {}
        IncidentEvent::Retitled => opening::rename_room(effects),
        IncidentEvent::WordsErased { facts } => {
            if facts.contains(&1) {
                opening::rename_room(effects);
            }
            updates::correct_copies(effects, facts);
        }
        IncidentEvent::Resolved => {
            let words = record.words.as_deref().unwrap_or_default();
            effects.tell_home(resolution::resolved(incident, words, true, effects.policy()));
            tell_the_end(effects, words);
            effects.end_meeting();
            opening::take_buttons_away(effects);
        }
    }
}

/// Those who were told that it began, and the room where it was declared.
fn tell_followers(effects: &mut Effects<'_>, message: &Message) {
    let incident = effects.incident;
    let mut rooms = incident.told.clone();
    // Before there is a room, the answer there has not been given yet and would come after this. Of a private one,
    // nobody there has to know who sees to it.
    if incident.room != RoomState::Pending && incident.may_be_named_in(&incident.origin.message.room) {
        rooms.insert(incident.origin.message.room.clone());
    }
    effects.tell_rooms(&rooms, message, NEWS_WORTH);
}

/// Everybody who was told anything hears that it is over; by title only where that may be said.
fn tell_the_end(effects: &mut Effects<'_>, words: &str) {
    let incident = effects.incident;
    let mut rooms = incident.told.clone();
    // While the room is being made, the answer where it was declared is still to come and says it.
    if incident.room != RoomState::Pending {
        rooms.insert(incident.origin.message.room.clone());
    }
    for room in &rooms {
        let message = resolution::resolved(incident, words, incident.may_be_named_in(room), effects.policy());
        effects.tell_rooms([room], &message, END_WORTH);
    }
}
