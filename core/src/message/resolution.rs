//! The end of an incident, to its room. What everybody else hears is in `ending.rs`.

use chrono::{DateTime, Utc};

use super::{Message, Span};
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
