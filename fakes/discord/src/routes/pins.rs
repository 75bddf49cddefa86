//! Pins, by the older and the newer path.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::{self, Refusal};
use crate::state::message::Message;
use crate::{happening, permission, render};

/// Pins of one channel.
const PINS: usize = 250;

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/channels/{channel_id}/pins", handler: list_of_old },
    Route { method: "PUT", path: "/channels/{channel_id}/pins/{message_id}", handler: pin },
    Route { method: "DELETE", path: "/channels/{channel_id}/pins/{message_id}", handler: unpin },
    Route { method: "GET", path: "/channels/{channel_id}/messages/pins", handler: list },
    Route { method: "PUT", path: "/channels/{channel_id}/messages/pins/{message_id}", handler: pin },
    Route { method: "DELETE", path: "/channels/{channel_id}/messages/pins/{message_id}", handler: unpin },
];

/// The channel's pins, the newest first.
fn pinned(call: &Call<'_>) -> Result<Vec<Message>, Refusal> {
    let channel = call.channel()?;
    if call.may(channel.id) & permission::READ_MESSAGE_HISTORY == 0 {
        return Ok(Vec::new());
    }
    let all = call.state.messages.get(&channel.id).into_iter().flat_map(|all| all.values());
    let mut pinned: Vec<Message> = all.filter(|message| message.pinned_at.is_some()).cloned().collect();
    pinned.sort_by_key(|message| std::cmp::Reverse((message.pinned_at, message.id)));
    Ok(pinned)
}

fn list_of_old(call: &mut Call<'_>) -> Outcome {
    let pinned = pinned(call)?;
    let pinned = pinned.iter().take(50).map(|message| render::message::message(call.state, message));
    Ok(Reply::ok(pinned.collect::<Value>()))
}

fn list(call: &mut Call<'_>) -> Outcome {
    let limit = call.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let before = call.query.get("before").and_then(|before| DateTime::parse_from_rfc3339(before).ok());
    let mut pinned = pinned(call)?;
    pinned.retain(|message| before.is_none_or(|before| message.pinned_at.is_some_and(|at| at < before)));
    let items = pinned.iter().take(limit).map(|message| {
        json!({
            "pinned_at": message.pinned_at.map(render::time),
            "message": render::message::message(call.state, message),
        })
    });
    Ok(Reply::ok(json!({ "items": items.collect::<Vec<_>>(), "has_more": pinned.len() > limit })))
}

fn pin(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    if channel.recipients.is_empty() {
        call.need(channel.id, permission::PIN_MESSAGES)?;
    }
    if message.kind != 0 && message.kind < 19 {
        return Err(refusal::system_message());
    }
    if message.pinned_at.is_none() && pinned(call)?.len() >= PINS {
        return Err(refusal::max_pins());
    }
    let bot = call.bot();
    happening::message::pin(call.state, channel.id, message.id, bot);
    Ok(Reply::done())
}

fn unpin(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    let message = call.message(channel.id)?;
    if channel.recipients.is_empty() {
        call.need(channel.id, permission::PIN_MESSAGES)?;
    }
    happening::message::unpin(call.state, channel.id, message.id);
    Ok(Reply::done())
}
