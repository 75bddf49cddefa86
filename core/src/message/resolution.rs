//! The end of an incident: to the room, and to everybody who was told that it had begun.

use chrono::{DateTime, Utc};

use super::{Message, Span, catalogue::Arg, sentence};
use crate::{args, incident::Incident, policy::Policy};

/// To the room: thanks, and the retrospective with its owner and proposed time.
#[must_use]
pub fn resolved_here(
    incident: &Incident,
    owner: Span,
    at: DateTime<Utc>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Message {
    let args = args![
        id = incident.id,
        lasted = policy.lasting(now - incident.declared_at),
        told = !incident.told.is_empty(),
        owner = owner,
        at = policy.absolute(at),
    ];
    policy.say("resolution.here", args)
}

/// To everybody who was told before.
#[must_use]
pub fn resolved(incident: &Incident, words: &str, may_name: bool, policy: &Policy) -> Message {
    if !may_name {
        return policy.say("resolution.privately", args![id = incident.id]);
    }
    let title = sentence(incident.title_or_gap());
    policy.say("resolution.resolved", args![id = incident.id, title = title, words = Arg::quote(words)])
}
