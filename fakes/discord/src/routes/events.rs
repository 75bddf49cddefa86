//! Scheduled events.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::{self, Refusal};
use crate::state::guild::ScheduledEvent;
use crate::{happening, permission, render};

/// Events that are to come or under way.
const OPEN: usize = 100;
/// Elsewhere.
const EXTERNAL: u8 = 3;

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/guilds/{guild_id}/scheduled-events", handler: list },
    Route { method: "POST", path: "/guilds/{guild_id}/scheduled-events", handler: make },
    Route {
        method: "GET",
        path: "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}",
        handler: one,
    },
    Route {
        method: "PATCH",
        path: "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}",
        handler: change,
    },
    Route {
        method: "DELETE",
        path: "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}",
        handler: remove,
    },
];

fn list(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let open = call.state.events.values().filter(|event| event.status < 3);
    Ok(Reply::ok(open.map(|event| render::event::event(call.state, event)).collect::<Value>()))
}

fn known(call: &Call<'_>) -> Result<ScheduledEvent, Refusal> {
    call.guild()?;
    let event = call.state.events.get(&call.id("guild_scheduled_event_id")?);
    event.cloned().ok_or_else(refusal::unknown_event)
}

fn one(call: &mut Call<'_>) -> Outcome {
    let event = known(call)?;
    Ok(Reply::ok(render::event::event(call.state, &event)))
}

fn make(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    call.need_in_guild(permission::CREATE_EVENTS)?;
    let body = &call.body;
    let event = ScheduledEvent {
        id: 0,
        creator: call.bot(),
        name: String::new(),
        description: None,
        channel: None,
        location: None,
        entity_type: u8::try_from(body["entity_type"].as_u64().unwrap_or(0)).unwrap_or(0),
        starts_at: call.state.now(),
        ends_at: None,
        status: 1,
    };
    let mut event = filled(event, body);
    checked(call, &event)?;
    if call.state.events.values().filter(|event| event.status < 3).count() >= OPEN {
        return Err(refusal::max_events());
    }
    event.id = call.state.next_id();
    let made = render::event::event(call.state, &event);
    happening::event::make(call.state, event);
    Ok(Reply::ok(made))
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc())
}

fn filled(mut event: ScheduledEvent, body: &Value) -> ScheduledEvent {
    if let Some(name) = body["name"].as_str() {
        name.trim().clone_into(&mut event.name);
    }
    if body.get("description").is_some() {
        event.description = body["description"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    }
    if let Some(location) = body["entity_metadata"]["location"].as_str() {
        event.location = Some(location.to_owned());
    }
    if let Some(channel) = body["channel_id"].as_str() {
        event.channel = channel.parse().ok();
    }
    event.starts_at = time(&body["scheduled_start_time"]).unwrap_or(event.starts_at);
    event.ends_at = time(&body["scheduled_end_time"]).or(event.ends_at);
    if let Some(status) = body["status"].as_u64() {
        event.status = u8::try_from(status).unwrap_or(event.status);
    }
    event
}

fn checked(call: &mut Call<'_>, event: &ScheduledEvent) -> Result<(), Refusal> {
    let required = |key| Refusal::field(&[key], "BASE_TYPE_REQUIRED", "This field is required");
    let external = event.entity_type == EXTERNAL;
    let wrong = if event.name.is_empty() {
        Some(required("name"))
    } else if external && event.location.as_ref().is_none_or(|location| location.trim().is_empty()) {
        Some(required("entity_metadata"))
    } else if external && event.ends_at.is_none() {
        Some(required("scheduled_end_time"))
    } else if external && event.channel.is_some() || !external && event.channel.is_none() {
        Some(required("channel_id"))
    } else if event.ends_at.is_some_and(|end| end <= event.starts_at) {
        Some(Refusal::field(
            &["scheduled_end_time"],
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot end before it starts",
        ))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return Err(call.breach(wrong));
    }
    let starting = call.body.get("scheduled_start_time").is_some();
    if starting && event.status == 1 && event.starts_at <= call.state.now() {
        // A question of the moment, not of the form: no breach.
        let message = "Cannot schedule event in the past.";
        return Err(Refusal::field(
            &["scheduled_start_time"],
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            message,
        ));
    }
    Ok(())
}

fn may_change(call: &Call<'_>, event: &ScheduledEvent) -> Result<(), Refusal> {
    let own = event.creator == call.bot();
    if own && call.need_in_guild(permission::CREATE_EVENTS).is_ok() {
        return Ok(());
    }
    call.need_in_guild(permission::MANAGE_EVENTS)
}

fn change(call: &mut Call<'_>) -> Outcome {
    let event = known(call)?;
    may_change(call, &event)?;
    let before = event.status;
    let event = filled(event, &call.body);
    checked(call, &event)?;
    // Scheduled to under way or called off, under way to over; nothing else.
    if event.status != before && !matches!((before, event.status), (1, 2 | 4) | (2, 3)) {
        let message = "Invalid Guild Scheduled Event status transition";
        return Err(Refusal::field(&["status"], "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION", message));
    }
    happening::event::change(call.state, event.clone());
    Ok(Reply::ok(render::event::event(call.state, &event)))
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let event = known(call)?;
    may_change(call, &event)?;
    happening::event::remove(call.state, event.id);
    Ok(Reply::done())
}
