//! Scheduled events.

use serde_json::{Value, json};

use super::{id, time, user};
use crate::state::State;
use crate::state::guild::ScheduledEvent;

/// A scheduled event.
pub fn event(state: &State, event: &ScheduledEvent) -> Value {
    json!({
        "id": id(event.id),
        "guild_id": id(state.guild.id),
        "channel_id": event.channel.map(id),
        "creator_id": id(event.creator),
        "creator": user::user(state, event.creator),
        "name": event.name,
        "description": event.description,
        "image": null,
        "scheduled_start_time": time(event.starts_at),
        "scheduled_end_time": event.ends_at.map(time),
        "privacy_level": 2,
        "status": event.status,
        "entity_type": event.entity_type,
        "entity_id": null,
        "entity_metadata": event.location.as_ref().map(|location| json!({ "location": location })),
        "recurrence_rule": null,
        "guild_scheduled_event_exceptions": [],
    })
}
