//! The list of what is open.

use super::{
    Message, bold,
    card::{clock_with_zone, in_brief},
    isolated, named, text,
};
use crate::{
    incident::{Incident, glimpse, retrospective::Stage},
    policy::Policy,
};

/// What is open, and what still owes a retrospective.
#[must_use]
pub fn list(incidents: &[&Incident], policy: &Policy) -> Message {
    if incidents.is_empty() {
        return Message::text("Nothing is open.");
    }
    let (open, over): (Vec<&Incident>, Vec<&Incident>) =
        incidents.iter().copied().partition(|incident| incident.status.is_open());
    let mut message = Message::default();
    if !open.is_empty() {
        message = bullets(message.and([text("What is going on:")]), &open, policy);
    }
    if !over.is_empty() {
        message = bullets(message.and([text("What still owes a retrospective:")]), &over, policy);
    }
    message
}

fn bullets(mut message: Message, incidents: &[&Incident], policy: &Policy) -> Message {
    for incident in incidents {
        let who = incident.commander.as_ref().map_or_else(|| text("nobody"), named);
        let private = if incident.private { ", private" } else { "" };
        let owes = match (&incident.updates.promise, &incident.retrospective) {
            (Some(promise), _) => format!(", update due {}", clock_with_zone(promise.due, policy)),
            (None, Some(retrospective)) => match retrospective.stage {
                Stage::Unbooked { .. } => ", retrospective not booked".to_owned(),
                Stage::Booked(_) | Stage::Begun(_) => ", retrospective booked".to_owned(),
                Stage::Declined => String::new(),
            },
            (None, None) => String::new(),
        };
        message = message.bullet([
            bold(in_brief(incident)),
            text(format!(" · {} (", isolated(&glimpse(incident.title_or_gap())))),
            who,
            text(format!(" leads{owes}{private})")),
        ]);
    }
    message
}
