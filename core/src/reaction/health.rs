//! What follows from the figures of the system: they are asked for, and shown where the incident lives.
//!
//! Nothing waits for them and nothing is tried again. What was asked for of itself as the incident began, and could not
//! be asked in time, is not worth a word; what somebody asked for is.

use chrono::Duration;

use super::Effects;
use crate::{
    effect::{Effect, Measure, Place, Purpose, Say},
    event::HealthEvent,
    message::{Message, health},
    port::{Attachment, Reading},
};

/// What the figures are about: the last hour.
const SPAN: Duration = Duration::hours(1);
/// How long what begins is worth measuring. After a longer outage other things matter more.
const START_WORTH: Duration = Duration::minutes(5);
/// How long what somebody asked for is worth measuring.
const ASKED_WORTH: Duration = Duration::minutes(15);
/// How long figures are worth showing. Later ones can be asked for.
const SHOWN_WORTH: Duration = Duration::minutes(15);

pub(super) fn react(effects: &mut Effects<'_>, event: &HealthEvent) {
    match event {
        HealthEvent::Asked { at_start } => {
            let now = effects.surroundings.now;
            let worth = if *at_start { START_WORTH } else { ASKED_WORTH };
            effects.list.push(Effect::Measure(Measure {
                incident: effects.incident.id,
                panels: effects.policy().health.clone(),
                from: now - SPAN,
                until: now,
                stale_at: now + worth,
            }));
        }
        HealthEvent::Measured { readings } => show(effects, readings),
        HealthEvent::Unanswered => {
            if effects.incident.measuring.is_some_and(|measuring| !measuring.at_start) {
                let message = health::unanswered(effects.policy());
                effects.say_at_home(Purpose::Notice, message, SHOWN_WORTH);
            }
        }
    }
}

fn show(effects: &mut Effects<'_>, readings: &[Reading]) {
    let (incident, policy) = (effects.incident, effects.policy());
    let message = health::figures(readings, policy);
    let chart = health::chart(incident, readings, policy);
    say(effects, message, chart.map(Attachment::Chart));
}

fn say(effects: &mut Effects<'_>, message: Message, attachment: Option<Attachment>) {
    let incident = effects.incident;
    if incident.room == crate::incident::RoomState::Nowhere {
        return;
    }
    let platform = &incident.origin.message.room.platform;
    let stale_at = effects.surroundings.now + SHOWN_WORTH;
    let say = Say::new(Place::Incident(incident.id), platform, Purpose::Notice, message, stale_at);
    effects.push_say(Say { about: Some(incident.id), attachment: attachment.map(Box::new), ..say });
}
