//! The list of what is open.

use super::{Message, bold, card::clock_with_zone, text};
use crate::{
    incident::{Incident, retrospective::Stage},
    policy::Policy,
};

/// What is open, and what still owes a retrospective.
#[must_use]
pub fn list(incidents: &[&Incident], policy: &Policy) -> Message {
    if incidents.is_empty() {
        return Message::text("Nothing is open.");
    }
    let mut message = Message::text("What is going on:");
    for incident in incidents {
        let who = incident.commander.as_ref().map_or("nobody leads", |person| person.short_name());
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
            bold(incident.id.to_string()),
            text(format!(
                " {} ({}, {}{private}, {who}{owes})",
                incident.title_or_gap(),
                incident.severity,
                incident.status
            )),
        ]);
    }
    message
}
