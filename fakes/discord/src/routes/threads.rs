//! New threads, and those that were archived.

use serde_json::json;

use crate::call::{Call, Outcome, Reply, Route};
use crate::happening::thread::NewThread;
use crate::refusal::{self, Refusal};
use crate::rules::permissions;
use crate::state::channel::{Channel, ChannelKind};
use crate::state::message::HAS_THREAD;
use crate::{happening, permission, render};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/channels/{channel_id}/messages/{message_id}/threads",
        handler: on_message,
    },
    Route { method: "POST", path: "/channels/{channel_id}/threads", handler: bare },
    Route { method: "GET", path: "/channels/{channel_id}/threads/archived/public", handler: archived_public },
    Route {
        method: "GET",
        path: "/channels/{channel_id}/threads/archived/private",
        handler: archived_private,
    },
];

fn place(call: &Call<'_>) -> Result<Channel, Refusal> {
    let channel = call.channel()?;
    if channel.kind == ChannelKind::Text { Ok(channel) } else { Err(refusal::wrong_channel_type()) }
}

fn on_message(call: &mut Call<'_>) -> Outcome {
    let channel = place(call)?;
    let message = call.message(channel.id)?;
    call.need(channel.id, permission::CREATE_PUBLIC_THREADS)?;
    // A message that had one doesn't get another, also if it was deleted.
    if message.flags & HAS_THREAD != 0 || call.state.channels.contains_key(&message.id) {
        return Err(refusal::thread_exists());
    }
    start(call, channel.id, Some(message.id), false)
}

fn bare(call: &mut Call<'_>) -> Outcome {
    let channel = place(call)?;
    // Without a type it is a private one.
    let private = call.body["type"].as_u64().unwrap_or(12) == 12;
    let needed = if private { permission::CREATE_PRIVATE_THREADS } else { permission::CREATE_PUBLIC_THREADS };
    call.need(channel.id, needed)?;
    start(call, channel.id, None, private)
}

fn start(call: &mut Call<'_>, parent: u64, message: Option<u64>, private: bool) -> Outcome {
    let new = NewThread {
        parent,
        message,
        name: call.body["name"].as_str().unwrap_or_default().trim().to_owned(),
        private,
        invitable: call.body["invitable"].as_bool().unwrap_or(true),
        auto_archive_minutes: call.body["auto_archive_duration"].as_u64().unwrap_or(4320),
    };
    let bot = call.bot();
    let thread = happening::thread::start(call.state, new, bot);
    let thread = call.state.channels.get(&thread).ok_or_else(refusal::unknown_channel)?;
    Ok(Reply::created(render::channel::channel(call.state, thread)))
}

fn archived_public(call: &mut Call<'_>) -> Outcome {
    archived(call, ChannelKind::PublicThread)
}

fn archived_private(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    call.need(channel.id, permission::MANAGE_THREADS)?;
    archived(call, ChannelKind::PrivateThread)
}

fn archived(call: &mut Call<'_>, kind: ChannelKind) -> Outcome {
    let channel = call.channel()?;
    call.need(channel.id, permission::READ_MESSAGE_HISTORY)?;
    let (state, bot) = (&*call.state, call.bot());
    let threads = state.channels.values().filter(|it| it.parent == Some(channel.id) && it.kind == kind);
    let threads = threads.filter(|it| it.thread.as_ref().is_some_and(|thread| thread.archived));
    let threads: Vec<_> = threads.filter(|it| permissions::sees(state, bot, it.id)).collect();
    let own = threads
        .iter()
        .filter(|it| it.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&bot)));
    Ok(Reply::ok(json!({
        "threads": threads.iter().map(|it| render::channel::channel(state, it)).collect::<Vec<_>>(),
        "members": own.map(|it| render::channel::thread_member(it, bot)).collect::<Vec<_>>(),
        "has_more": false,
    })))
}
