//! From an effect to what a platform is asked: where it is to be done now, and what exactly.
//!
//! Places are named by role and become rooms here; people of another platform are named as they are known on this one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    command::button,
    effect::{Desired, Effect, Keep, MEASURES, Measure, Place, Purpose, Quote, Read, Say},
    event::Subject,
    incident::{Incident, IncidentId, RoomState},
    message::{Message, Span, isolated},
    policy::Policy,
    port::Action,
    report::{Report, ReportId},
    room::{MessageRef, PlatformName, RoomRef},
    workspace::Workspace,
};

/// What turns places into rooms.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Places<'a> {
    pub(in crate::engine) workspace: &'a Workspace,
    pub(in crate::engine) policy: &'a Policy,
    pub(in crate::engine) incidents: &'a BTreeMap<IncidentId, Incident>,
    pub(in crate::engine) reports: &'a BTreeMap<ReportId, Report>,
}

/// Where an effect's place is now.
pub(super) enum Whereabouts {
    Here(RoomRef),
    NotYet,
    Never,
}

/// When it is no longer worth doing.
pub(super) fn stale_at(effect: &Effect) -> Option<DateTime<Utc>> {
    match effect {
        Effect::Say(say) => Some(say.stale_at),
        Effect::Read(read) => Some(read.stale_at),
        Effect::Quote(quote) => Some(quote.stale_at),
        Effect::Measure(measure) => Some(measure.stale_at),
        Effect::Keep(_) | Effect::Direct(_) => None,
    }
}

/// Where it is to be done.
pub(super) fn whereabouts(effect: &Effect, places: Places<'_>) -> Whereabouts {
    let at_home = |id: &IncidentId| match places.incidents.get(id) {
        None => Whereabouts::Never,
        Some(incident) => match (&incident.room, incident.home()) {
            (_, Some(home)) => Whereabouts::Here(home.clone()),
            (RoomState::Pending, None) => Whereabouts::NotYet,
            (RoomState::Open(_) | RoomState::AtOrigin | RoomState::Nowhere, None) => Whereabouts::Never,
        },
    };
    match effect {
        Effect::Say(Say { place: Place::Room(room), .. }) => Whereabouts::Here(room.clone()),
        Effect::Say(Say { place: Place::Incident(id), .. }) => at_home(id),
        Effect::Say(Say { place: Place::Report(id), .. }) => match places.reports.get(id) {
            Some(Report { line: Some(line), .. }) => Whereabouts::Here(line.room.clone()),
            Some(Report { has_no_line: false, .. }) => Whereabouts::NotYet,
            Some(_) | None => Whereabouts::Never,
        },
        Effect::Say(Say { place: Place::Person(person), .. }) => {
            let direct = places.workspace.direct_room(person);
            direct.map_or(Whereabouts::NotYet, |room| Whereabouts::Here(room.clone()))
        }
        Effect::Say(Say { place: Place::Message(message), .. })
        | Effect::Read(Read { message, .. })
        | Effect::Quote(Quote { message, .. }) => Whereabouts::Here(message.room.clone()),
        // It is asked of no room.
        Effect::Measure(_) => Whereabouts::Here(RoomRef::new(&PlatformName::new(MEASURES), "")),
        // There is none yet: the platform is all that it needs.
        Effect::Direct(person) => Whereabouts::Here(RoomRef::new(&person.platform, "")),
        // The line of a report, and what is on it.
        Effect::Keep(Keep { desired: Desired::Line { line, .. }, .. }) => {
            Whereabouts::Here(line.room.clone())
        }
        Effect::Keep(Keep {
            about: Subject::Report(_), desired: Desired::Buttons { message, .. }, ..
        }) => Whereabouts::Here(message.room.clone()),
        Effect::Keep(Keep { platform, about: Subject::Incident(incident), desired }) => match desired {
            // There is none yet: the platform is all that it needs.
            Desired::Room { .. } | Desired::Meeting { .. } => Whereabouts::Here(RoomRef::new(platform, "")),
            Desired::NoMeeting { room } | Desired::Appointment { room, .. } => {
                Whereabouts::Here(room.clone())
            }
            Desired::Archived { room } | Desired::Restored { room } => Whereabouts::Here(room.clone()),
            Desired::Copy { copy, .. } => Whereabouts::Here(copy.room.clone()),
            Desired::Card { .. }
            | Desired::Pinned { .. }
            | Desired::Buttons { .. }
            | Desired::Line { .. }
            | Desired::Tasks { .. } => at_home(incident),
            // Where it was declared nobody is asked in, and nothing is named, for its sake.
            Desired::Members { .. } | Desired::Named { .. } => match places.incidents.get(incident) {
                Some(Incident { room: RoomState::Open(_) | RoomState::Pending, .. }) => at_home(incident),
                Some(_) | None => Whereabouts::Never,
            },
        },
        Effect::Keep(_) => Whereabouts::Never,
    }
}

/// The line in whose thread something is said about a report.
fn thread(say: &Say, places: Places<'_>) -> Option<MessageRef> {
    let Place::Report(id) = &say.place else { return None };
    places.reports.get(id)?.line.clone().filter(|line| places.policy.has_threads(&line.room.platform))
}

/// What is said, with the number of the report that it is about where no thread says that.
fn words(say: &Say, places: Places<'_>) -> Message {
    let message = localized(&say.message, &say.platform, places);
    match &say.place {
        Place::Report(id) if thread(say, places).is_none() => message.prefixed(format!("{id}: ")),
        Place::Report(_) | Place::Incident(_) | Place::Room(_) | Place::Person(_) | Place::Message(_) => {
            message
        }
    }
}

/// A message for a platform: people of another one are named, and notified, as they are known there.
fn localized(message: &Message, platform: &PlatformName, places: Places<'_>) -> Message {
    message.clone().with_people(|person, notifies| {
        (person.platform != *platform).then(|| match places.policy.elsewhere(person, platform) {
            Some(known) if notifies => Span::Mention(known.clone()),
            Some(known) => Span::Person(known.clone()),
            None => Span::Text(isolated(&places.policy.name_of(person, places.workspace))),
        })
    })
}

/// What is asked of the platform.
pub(super) fn action(effect: &Effect, room: RoomRef, places: Places<'_>) -> Action {
    match effect {
        Effect::Say(say) => Action::Say {
            room,
            answers: say.answers.clone(),
            thread: thread(say, places),
            only_for: say.only_for.clone(),
            purpose: say.purpose,
            message: words(say, places),
            attachment: say.attachment.clone(),
        },
        Effect::Keep(keep) => match &keep.desired {
            Desired::Room { name, topic, invited, private, open_to } => Action::OpenRoom {
                name: name.clone(),
                topic: topic.clone(),
                invited: invited.clone(),
                private: *private,
                open_to: open_to.clone(),
            },
            Desired::Card { card, message } => {
                let content = localized(message, &keep.platform, places);
                Action::Edit { message: card.clone(), purpose: Purpose::Card, content }
            }
            Desired::Tasks { list: posted, message }
            | Desired::Line { line: posted, message }
            | Desired::Copy { copy: posted, message, .. } => {
                let content = localized(message, &keep.platform, places);
                Action::Edit { message: posted.clone(), purpose: Purpose::Notice, content }
            }
            Desired::Archived { room } => Action::Archive { room: room.clone() },
            Desired::Restored { room } => Action::Restore { room: room.clone() },
            Desired::Pinned { card } => Action::Pin { message: card.clone() },
            Desired::Members { people } => Action::Invite { room, people: people.clone() },
            Desired::Named { name, topic } => Action::Name { room, name: name.clone(), topic: topic.clone() },
            Desired::Buttons { message, keys, .. } => Action::Buttons {
                message: message.clone(),
                buttons: button::shown(keys, &places.policy.words),
            },
            Desired::Meeting { name, people, known } => {
                Action::OpenMeeting { name: name.clone(), people: people.clone(), known: known.clone() }
            }
            Desired::NoMeeting { room } => Action::CloseMeeting { room: room.clone() },
            Desired::Appointment { room, appointment } => {
                Action::Appoint { room: room.clone(), appointment: appointment.clone() }
            }
        },
        Effect::Direct(person) => Action::OpenDirect { person: person.clone() },
        Effect::Read(Read { message, .. }) | Effect::Quote(Quote { message, .. }) => {
            Action::Read { message: message.clone() }
        }
        Effect::Measure(Measure { panels, from, until, .. }) => {
            Action::Measure { panels: panels.clone(), from: *from, until: *until }
        }
    }
}
