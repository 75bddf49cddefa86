//! Who is in a thread.

use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::{self, Refusal};
use crate::state::channel::Channel;
use crate::{happening, permission, render};

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/channels/{channel_id}/thread-members", handler: list },
    Route { method: "GET", path: "/channels/{channel_id}/thread-members/{user_id}", handler: one },
    Route { method: "PUT", path: "/channels/{channel_id}/thread-members/{user_id}", handler: add },
    Route { method: "DELETE", path: "/channels/{channel_id}/thread-members/{user_id}", handler: remove },
    Route { method: "PUT", path: "/channels/{channel_id}/thread-members/@me", handler: join },
    Route { method: "DELETE", path: "/channels/{channel_id}/thread-members/@me", handler: leave },
];

fn thread(call: &Call<'_>) -> Result<Channel, Refusal> {
    let channel = call.channel()?;
    if channel.thread.is_some() { Ok(channel) } else { Err(refusal::wrong_channel_type()) }
}

fn awake(thread: &Channel) -> Result<(), Refusal> {
    let archived = thread.thread.as_ref().is_some_and(|thread| thread.archived);
    if archived { Err(refusal::thread_archived()) } else { Ok(()) }
}

fn list(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    let members = channel.thread.as_ref().into_iter().flat_map(|thread| thread.members.keys());
    let members = members.map(|&user| render::channel::thread_member(&channel, user));
    Ok(Reply::ok(members.collect::<Value>()))
}

fn one(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    let user = call.id("user_id")?;
    if channel.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&user)) {
        return Ok(Reply::ok(render::channel::thread_member(&channel, user)));
    }
    Err(refusal::unknown_member())
}

fn add(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    awake(&channel)?;
    let user = call.id("user_id")?;
    if !call.state.guild.members.contains_key(&user) {
        return Err(refusal::unknown_member());
    }
    let (bot, of_thread) = (call.bot(), channel.thread.as_ref());
    let manages = call.may(channel.id) & permission::MANAGE_THREADS != 0;
    let may = of_thread
        .is_some_and(|it| manages || it.invitable && it.members.contains_key(&bot) || it.owner == bot);
    if !may {
        return Err(refusal::missing_permissions());
    }
    call.need(channel.id, permission::SEND_MESSAGES_IN_THREADS)?;
    happening::thread::join(call.state, channel.id, &[user]);
    Ok(Reply::done())
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    awake(&channel)?;
    let user = call.id("user_id")?;
    let own_private = channel.thread.as_ref().is_some_and(|thread| thread.owner == call.bot())
        && channel.kind == crate::state::channel::ChannelKind::PrivateThread;
    if !own_private {
        call.need(channel.id, permission::MANAGE_THREADS)?;
    }
    happening::thread::leave(call.state, channel.id, user);
    Ok(Reply::done())
}

fn join(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    awake(&channel)?;
    let bot = call.bot();
    happening::thread::join(call.state, channel.id, &[bot]);
    Ok(Reply::done())
}

fn leave(call: &mut Call<'_>) -> Outcome {
    let channel = thread(call)?;
    awake(&channel)?;
    let bot = call.bot();
    happening::thread::leave(call.state, channel.id, bot);
    Ok(Reply::done())
}
