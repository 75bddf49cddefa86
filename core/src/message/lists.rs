//! Lists: what is open, and what can be typed.

use super::{Message, bold, card::clock_with_zone, code, text};
use crate::{
    command::Verb,
    incident::{Incident, retrospective::Stage},
    policy::Policy,
};

/// What is open, and what still owes a retrospective.
#[must_use]
pub fn incidents(incidents: &[&Incident], policy: &Policy) -> Message {
    if incidents.is_empty() {
        return Message::text("Nothing is open.");
    }
    let mut message = Message::default();
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
            text(format!(" {} ({}, {}{private}, {who}{owes})", incident.title, incident.severity, incident.status)),
        ]);
    }
    message
}

/// Everything that can be typed, a line a verb.
#[must_use]
pub fn help(verbs: &[Verb], prefix: &str) -> Message {
    let mut message = Message::text("What you can say:");
    for verb in verbs {
        message = message.bullet([code(usage(verb, prefix)), text(format!(" {}", verb.help))]);
    }
    message.and([
        text("In an incident's room no number is needed; elsewhere it follows the verb: "),
        code(format!("{prefix}status INC-12")),
    ])
}

/// One verb, with its example and its other names.
#[must_use]
pub fn help_for(verb: &Verb, prefix: &str) -> Message {
    let example = verb.example.strip_prefix('!').unwrap_or(verb.example);
    let message = Message::line([code(usage(verb, prefix)), text(format!(" {}", verb.help))])
        .and([text("For example: "), code(format!("{prefix}{example}"))]);
    if verb.aliases.is_empty() {
        return message;
    }
    let aliases = verb.aliases.iter().map(|alias| format!("{prefix}{alias}")).collect::<Vec<_>>().join(", ");
    message.and([text(format!("Also: {aliases}"))])
}

fn usage(verb: &Verb, prefix: &str) -> String {
    let space = if verb.usage.is_empty() { "" } else { " " };
    format!("{prefix}{}{space}{}", verb.name, verb.usage)
}
