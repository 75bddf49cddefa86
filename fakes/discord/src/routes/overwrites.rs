//! Who may do what in one channel.

use crate::call::{Call, Outcome, Reply, Route};
use crate::rules::channel_form;
use crate::{happening, permission, refusal};

pub(super) const ROUTES: &[Route] = &[
    Route { method: "PUT", path: "/channels/{channel_id}/permissions/{overwrite_id}", handler: set },
    Route { method: "DELETE", path: "/channels/{channel_id}/permissions/{overwrite_id}", handler: remove },
];

fn set(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    if channel.thread.is_some() {
        return Err(refusal::wrong_channel_type());
    }
    call.need(channel.id, permission::MANAGE_ROLES)?;
    let id = call.id("overwrite_id")?;
    let overwrite = channel_form::overwrite(call.state, id, &call.body, Some(&channel))?;
    happening::channel::change(call.state, channel.id, |channel| {
        channel.overwrites.retain(|known| known.id != id);
        channel.overwrites.push(overwrite);
    });
    Ok(Reply::done())
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let channel = call.channel()?;
    call.need(channel.id, permission::MANAGE_ROLES)?;
    let id = call.id("overwrite_id")?;
    if channel.overwrite(id).is_none() {
        return Err(refusal::unknown_overwrite());
    }
    happening::channel::change(call.state, channel.id, |channel| {
        channel.overwrites.retain(|known| known.id != id)
    });
    Ok(Reply::done())
}
