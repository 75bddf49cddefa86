//! What follows as an incident comes to its end, and as it goes on after all.

use chrono::Duration;

use super::{END_WORTH, Effects, NEWS_WORTH, evidence, opening, people, retrospective};
use crate::{
    command::button,
    effect::{Desired, Place, Pressed, Purpose, Say},
    event::{IncidentEvent, Record},
    incident::{IncidentId, RoomState},
    message::{Message, ending, meeting},
    person::Person,
};

/// How long the question what is lost is worth asking.
const LASTING_ASKED_FOR: Duration = Duration::days(1);

pub(super) fn react(effects: &mut Effects<'_>, event: &IncidentEvent, record: &Record) {
    let incident = effects.incident;
    let words = record.words.as_deref();
    match event {
        IncidentEvent::Mitigated { .. } => {
            let message = ending::mitigated(incident, words, effects.policy());
            effects.tell_home(message.clone());
            tell_all(effects, &message, None, NEWS_WORTH);
        }
        IncidentEvent::Resolved => {
            let message = ending::over(incident, words.unwrap_or_default(), effects.policy());
            end(effects, &message);
            tell_support(effects);
            if let (None, Some(who)) = (&incident.lasting, &record.by) {
                let question = ending::is_anything_lost(incident, who, effects.policy());
                effects.ask_at_home(Pressed::Lasting, question, LASTING_ASKED_FOR);
            }
        }
        // Before the end it is told with the end.
        IncidentEvent::LastingEffects { .. } if incident.status.is_open() => {}
        IncidentEvent::LastingEffects { .. } => {
            let message = ending::completed(incident, effects.policy());
            effects.tell_home(message.clone());
            tell_all(effects, &message, None, END_WORTH);
            tell_support(effects);
            take_question_away(effects);
        }
        IncidentEvent::FalseAlarm => {
            let message = ending::false_alarm(incident, words, effects.policy());
            end(effects, &message);
        }
        IncidentEvent::Duplicate { of } => {
            let message = ending::duplicate(incident, *of, effects.policy());
            end(effects, &message);
        }
        IncidentEvent::Duplicated { by, people, .. } => duplicated(effects, *by, people),
        IncidentEvent::Related { to } => {
            let message = ending::related(incident, *to, effects.policy());
            effects.tell_home(message);
        }
        IncidentEvent::Reopened { retrospective_off, .. } => {
            reopened(effects, words.unwrap_or_default(), *retrospective_off);
        }
        IncidentEvent::Closed => effects.tell_home(ending::closed(incident, effects.policy())),
        IncidentEvent::Linked => {
            effects.tell_home(meeting::linked_elsewhere(words.unwrap_or_default(), effects.policy()));
        }
        IncidentEvent::MeetingChanged => {
            effects.tell_home(meeting::changed(incident.id, words, effects.policy()));
        }
        IncidentEvent::Declared { .. }
        | IncidentEvent::Acknowledged
        | IncidentEvent::SeverityChanged { .. }
        | IncidentEvent::Escalated { .. }
        | IncidentEvent::Retitled
        | IncidentEvent::WordsErased { .. } => {}
    }
}

/// It is over: everybody hears it, there is nothing left to press, and what was made for it goes.
fn end(effects: &mut Effects<'_>, message: &Message) {
    let privately = ending::privately_over(effects.incident.id, effects.policy());
    effects.tell_home(message.clone());
    tell_all(effects, message, Some(&privately), END_WORTH);
    evidence::tell_reporters(effects);
    effects.end_meeting();
    opening::take_buttons_away(effects);
}

/// Another one goes on as this: its people are asked in.
fn duplicated(effects: &mut Effects<'_>, by: IncidentId, asked_in: &[Person]) {
    let message = ending::duplicated(effects.incident, by, asked_in.len(), effects.policy());
    effects.tell_home(message);
    effects.keep_members();
    people::tell_elsewhere(effects, asked_in);
}

/// It goes on: everybody who heard of the end hears it, and what was taken away comes back.
fn reopened(effects: &mut Effects<'_>, why: &str, retrospective_off: bool) {
    let incident = effects.incident;
    let message = ending::reopened(incident, why, retrospective_off, effects.policy());
    let privately = ending::privately_reopened(incident.id, effects.policy());
    effects.tell_home(message.clone());
    tell_all(effects, &message, Some(&privately), END_WORTH);
    if retrospective_off {
        retrospective::keep_appointment(effects, None);
    }
    take_question_away(effects);
    if let Some(card) = incident.card.clone() {
        let keys = button::keys(Pressed::Card);
        effects.keep(Desired::Buttons { message: card, on: Pressed::Card, keys });
    }
    effects.keep_meeting();
}

/// The question what is lost is answered, or asked again later.
fn take_question_away(effects: &mut Effects<'_>) {
    if let Some(message) = effects.incident.signs.get(&Pressed::Lasting).cloned() {
        effects.keep(Desired::Buttons { message, on: Pressed::Lasting, keys: Vec::new() });
    }
}

/// Those who were told that it began, the room where it was declared, and those who follow in private. Where the title may not be said they hear the
/// other sentence, if there is one.
fn tell_all(effects: &mut Effects<'_>, message: &Message, privately: Option<&Message>, worth: Duration) {
    let incident = effects.incident;
    let mut rooms = incident.told.clone();
    // While the room is being made, the answer where it was declared is still to come.
    if incident.room != RoomState::Pending {
        rooms.insert(incident.origin.message.room.clone());
    }
    for room in &rooms {
        let may_be_said = if incident.may_be_named_in(room) { Some(message) } else { privately };
        if let Some(message) = may_be_said {
            effects.tell_rooms([room], message, worth);
        }
    }
    effects.tell_followers_privately(message, worth);
}

/// Support hears what it can send on, if it heard of it before: in words for customers, also where it was typed.
fn tell_support(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    if incident.private {
        return;
    }
    let Some(message) = ending::for_support(incident, effects.policy()) else { return };
    let knows_of_it = |room: &&crate::room::RoomRef| {
        incident.told.contains(*room) || incident.origin.message.room == **room
    };
    let rooms: Vec<_> = effects.policy().support_rooms().filter(knows_of_it).cloned().collect();
    for room in rooms {
        let stale_at = effects.surroundings.now + END_WORTH;
        let place = Place::Room(room.clone());
        effects.push_say(Say::new(place, &room.platform, Purpose::Notice, message.clone(), stale_at));
    }
}
