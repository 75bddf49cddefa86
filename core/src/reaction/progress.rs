//! What follows as an incident goes from declared to resolved.

use super::{Effects, NEWS_WORTH, ending, opening, people, roles, updates};
use crate::{
    effect::Pressed,
    event::{IncidentEvent, Record},
    incident::RoomState,
    message::{Message, declaration},
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
            roles::take_signs_away(effects, Pressed::Escalation);
        }
        IncidentEvent::SeverityChanged { invited, .. } => {
            let message = declaration::severity_is(incident, effects.policy());
            effects.tell_home(message.clone());
            tell_followers(effects, &message);
            effects.tell_followers_privately(&message, NEWS_WORTH);
            effects.keep_members();
            people::tell_elsewhere(effects, invited);
        }
        IncidentEvent::Escalated { .. } => roles::escalated(effects, event),
        IncidentEvent::Mitigated { .. }
        | IncidentEvent::Resolved
        | IncidentEvent::LastingEffects { .. }
        | IncidentEvent::FalseAlarm
        | IncidentEvent::Duplicate { .. }
        | IncidentEvent::Duplicated { .. }
        | IncidentEvent::Related { .. }
        | IncidentEvent::Reopened { .. }
        | IncidentEvent::Closed
        | IncidentEvent::Linked
        | IncidentEvent::MeetingChanged => ending::react(effects, event, record),
        IncidentEvent::Retitled => opening::rename_room(effects),
        IncidentEvent::WordsErased { facts } => {
            if facts.contains(&1) {
                opening::rename_room(effects);
            }
            updates::correct_copies(effects, facts);
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
