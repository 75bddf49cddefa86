//! What follows from booking a retrospective, and from its time drawing near.

use chrono::{DateTime, Duration, Utc};

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::{Desired, Purpose},
    event::{Ahead, RetrospectiveEvent},
    incident::retrospective::Stage,
    message::retrospective,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &RetrospectiveEvent) {
    let incident = effects.incident;
    let Some(owed) = &incident.retrospective else { return };
    let now = effects.surroundings.now;
    match event {
        RetrospectiveEvent::Proposed { .. } => {}
        RetrospectiveEvent::Booked { at } => {
            let message = retrospective::invitation(incident, *at, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(&incident.told, &message, NEWS_WORTH);
            keep_appointment(effects, Some(*at));
        }
        RetrospectiveEvent::Declined => {
            effects.tell_home(retrospective::declined(incident, effects.policy()));
            keep_appointment(effects, None);
        }
        RetrospectiveEvent::Reminded { ahead } => {
            let (Stage::Booked(at) | Stage::Begun(at)) = owed.stage else { return };
            let message = retrospective::reminder(incident, &owed.owner, at, effects.policy(), now);
            effects.say_at_home(Purpose::Prompt, message, worth(*ahead, at, now));
        }
        RetrospectiveEvent::Lapsed { .. } => {
            let message = retrospective::lapsed(incident, &owed.owner, effects.policy());
            effects.say_at_home(Purpose::Prompt, message, Duration::hours(12));
        }
        RetrospectiveEvent::Nagged { .. } => {
            let message = retrospective::nag(incident, owed, effects.policy(), now);
            effects.say_at_home(Purpose::Prompt, message, Duration::hours(12));
        }
    }
}

/// The platform's calendar says when it is, if it has one. Everybody reads that: of a private incident nothing is in
/// it, and a title only where everybody may command.
pub(super) fn keep_appointment(effects: &mut Effects<'_>, at: Option<DateTime<Utc>>) {
    let incident = effects.incident;
    let platform = &incident.origin.message.room.platform;
    let policy = effects.policy();
    // By the same room whatever became of it since, or what is there already would not be found.
    let room = incident.first_room.as_ref().unwrap_or(&incident.origin.message.room);
    if incident.private || !policy.has_calendar(&room.platform) {
        return;
    }
    let may_name = policy.allows_everybody(platform);
    let room = room.clone();
    let appointment = at.map(|at| retrospective::appointment(incident, at, may_name, effects.policy()));
    effects.keep(Desired::Appointment { room, appointment });
}

/// A reminder is worth giving until the next one, and the last for a while after the beginning.
fn worth(ahead: Ahead, at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    let until = match ahead {
        Ahead::Day => at - Ahead::Hour.lead(),
        Ahead::Hour => at - Ahead::TenMinutes.lead(),
        Ahead::TenMinutes => at,
        Ahead::Now => at + Duration::minutes(45),
    };
    (until - now).max(Duration::minutes(1))
}
