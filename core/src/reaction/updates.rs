//! What follows from news, from the promise of news, and from silence.

use chrono::Duration;

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::Purpose,
    event::{Record, UpdateEvent},
    message::update,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &UpdateEvent, record: &Record) {
    let incident = effects.incident;
    match event {
        UpdateEvent::Posted { to, .. } => {
            let by = record.by.as_ref().unwrap_or(&incident.reporter);
            let words = record.words.as_deref().unwrap_or_default();
            let message = update::news(incident, words, by, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(to, &message, NEWS_WORTH);
            effects.tell_followers_privately(&message, NEWS_WORTH);
        }
        UpdateEvent::Promised { promise } => {
            let message = update::promise_changed(incident, *promise, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(&incident.told, &message, NEWS_WORTH);
        }
        UpdateEvent::Snoozed { .. } | UpdateEvent::Edited { .. } | UpdateEvent::Asked => {}
        UpdateEvent::Prompted { again, .. } => {
            let message = update::prompt(incident, *again, effects.policy());
            // A prompt that arrives when the next one is due would only confuse.
            effects.say_at_home(Purpose::Prompt, message, patience(effects));
        }
        UpdateEvent::Missed { minutes, .. } => {
            let message = update::overdue(incident, *minutes, effects.policy());
            effects.tell_rooms(&incident.told, &message, patience(effects) * 2);
            let rooms = incident.told.len();
            let message = update::told_overdue(incident, *minutes, rooms, effects.policy());
            effects.say_at_home(Purpose::Prompt, message, patience(effects));
        }
    }
}

/// How long a prompt is worth delivering: until the step after it.
fn patience(effects: &Effects<'_>) -> Duration {
    let secs = effects.incident.updates.promise.map_or(900, |promise| promise.interval_secs);
    Duration::milliseconds(secs * 250).max(Duration::seconds(30))
}
