//! What follows from booking a retrospective, and from its time drawing near.

use chrono::Duration;

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::Purpose,
    event::{Ahead, RetrospectiveEvent},
    incident::retrospective::Stage,
    message::retrospective,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &RetrospectiveEvent) {
    let incident = effects.incident;
    let Some(owed) = &incident.retrospective else { return };
    match event {
        RetrospectiveEvent::Proposed { .. } => {}
        RetrospectiveEvent::Booked { at } => {
            let message = retrospective::invitation(incident, *at, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(&incident.told, &message, NEWS_WORTH);
        }
        RetrospectiveEvent::Declined => effects.tell_home(retrospective::declined(incident)),
        RetrospectiveEvent::Reminded { ahead } => {
            let (Stage::Booked(at) | Stage::Begun(at)) = owed.stage else { return };
            let message = retrospective::reminder(incident, &owed.owner, *ahead, at, effects.policy());
            effects.say_at_home(Purpose::Prompt, message, worth(*ahead));
        }
        RetrospectiveEvent::Nagged { .. } => {
            let now = effects.surroundings.now;
            let message = retrospective::nag(incident, owed, effects.policy(), now);
            effects.say_at_home(Purpose::Prompt, message, Duration::hours(12));
        }
    }
}

/// A reminder is worth giving until the next one.
fn worth(ahead: Ahead) -> Duration {
    match ahead {
        Ahead::Day => Duration::hours(22),
        Ahead::Hour => Duration::minutes(45),
        Ahead::TenMinutes => Duration::minutes(9),
        Ahead::Now => Duration::minutes(30),
    }
}
