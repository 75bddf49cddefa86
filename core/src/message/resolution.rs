//! The end of an incident, to its room. What everybody else hears is in `ending.rs`.

use chrono::{DateTime, Utc};

use super::{Message, Span, bold, code, text};
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
