//! What follows from news, from the promise of news, and from silence.

use chrono::Duration;

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::{Desired, Effect, Keep, Purpose},
    event::{Record, Subject, UpdateEvent},
    incident::news::{Copy, Update},
    message::update,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &UpdateEvent, record: &Record) {
    let incident = effects.incident;
    match event {
        UpdateEvent::Posted { to, .. } => {
            let Some(given) = incident.update(incident.facts) else { return };
            let message = update::news(incident, given, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(to, &message, NEWS_WORTH);
            effects.tell_followers_privately(&message, NEWS_WORTH);
        }
        UpdateEvent::Edited { fact } => correct_copies(effects, &[*fact]),
        UpdateEvent::Promised { promise } => {
            let message = update::promise_changed(incident, *promise, effects.policy());
            effects.tell_home(message.clone());
            effects.tell_rooms(&incident.told, &message, NEWS_WORTH);
        }
        UpdateEvent::Snoozed { .. } => {}
        UpdateEvent::Asked => {
            let Some(by) = &record.by else { return };
            let surroundings = (effects.policy(), effects.surroundings.now);
            let words = record.words.as_deref().unwrap_or_default();
            let message = update::wanted(incident, by, words, surroundings);
            effects.say_at_home(Purpose::Prompt, message, patience(effects));
        }
        UpdateEvent::Prompted { again, .. } => {
            let message = update::prompt(incident, *again, effects.policy(), effects.surroundings.now);
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

/// What was delivered of the words of these facts says what they are now.
pub(super) fn correct_copies(effects: &mut Effects<'_>, facts: &[u64]) {
    for (number, copy) in effects.incident.copies_of(facts) {
        correct(effects, number, copy);
    }
}

fn correct(effects: &mut Effects<'_>, number: u32, copy: &Copy) {
    let incident = effects.incident;
    let Some(update) = incident.update(copy.fact) else { return };
    let message = update::news(incident, update, effects.policy());
    let desired = Desired::Copy { number, copy: copy.message.clone(), message };
    // Copies are on every platform.
    let platform = copy.message.room.platform.clone();
    effects.list.push(Effect::Keep(Keep { platform, about: Subject::Incident(incident.id), desired }));
}

/// A copy was delivered that may have been on its way with other words than are known by now: those that a platform was
/// asked to say may be older than those that are stored, and nothing tells which it said.
pub(super) fn copy_delivered(effects: &mut Effects<'_>, fact: u64) {
    let incident = effects.incident;
    let last = incident.copies_of(std::slice::from_ref(&fact)).last();
    if let Some((number, copy)) = last.filter(|_| incident.update(fact).is_some_and(Update::is_revised)) {
        correct(effects, number, copy);
    }
}

/// How long a prompt is worth delivering: until the step after it.
fn patience(effects: &Effects<'_>) -> Duration {
    let secs = effects.incident.updates.promise.map_or(900, |promise| promise.interval_secs);
    Duration::milliseconds(secs * 250).max(Duration::seconds(30))
}
