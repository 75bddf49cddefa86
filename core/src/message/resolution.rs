//! The end of an incident: to the room, and to everybody who was told that it had begun.

use chrono::{DateTime, Utc};

use super::{Message, Span, bold, code, sentence, text};
use crate::{incident::Incident, policy::Policy, time::duration_words};

/// To the room: thanks, and the retrospective with its owner and proposed time.
#[must_use]
pub fn resolved_here(
    incident: &Incident,
    owner: Span,
    at: DateTime<Utc>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
    let lasted = duration_words(now - incident.declared_at);
    let told = match incident.told.len() {
        0 => String::new(),
        _ => " I am telling everybody who followed it.".to_owned(),
    };
    Message::line([
        bold(incident.id.to_string()),
        text(format!(" is resolved after {lasted}. Thank you, everybody.{told}")),
    ])
    .and([
        text("Retrospective: "),
        owner,
        text(format!(" sees to it. Proposed: {}. ", crate::time::absolute(at, policy.timezone))),
        code(format!("{}retro ok", policy.prefix)),
        text(" books that, "),
        code(format!("{}retro tomorrow 14:00", policy.prefix)),
        text(" another time."),
    ])
}

/// To everybody who was told before.
#[must_use]
pub fn resolved(incident: &Incident, words: &str, may_name: bool) -> Message {
    if !may_name {
        return Message::line([bold(incident.id.to_string()), text(" is resolved.")]);
    }
    Message::line([
        bold(incident.id.to_string()),
        text(format!(
            " is resolved: {} Normal operations are restored. What was done:",
            sentence(incident.title_or_gap())
        )),
    ])
    .quote(words)
}
