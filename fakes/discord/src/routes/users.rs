//! The bot itself, its guilds, and direct channels.

use serde_json::json;

use crate::call::{Call, Outcome, Reply, Route};
use crate::happening;
use crate::refusal::{self, Refusal};
use crate::render::{self, id};
use crate::rules::permissions;

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/users/@me", handler: me },
    Route { method: "GET", path: "/users/@me/guilds", handler: guilds },
    Route { method: "POST", path: "/users/@me/channels", handler: open_direct },
    Route { method: "GET", path: "/users/{user_id}", handler: somebody },
];

fn me(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(render::user::me(call.state)))
}

fn somebody(call: &mut Call<'_>) -> Outcome {
    let user = call.id("user_id")?;
    if !call.state.users.contains_key(&user) {
        return Err(refusal::unknown_user());
    }
    Ok(Reply::ok(render::user::user(call.state, user)))
}

fn guilds(call: &mut Call<'_>) -> Outcome {
    if !call.state.application.in_guild {
        return Ok(Reply::ok(json!([])));
    }
    let guild = &call.state.guild;
    Ok(Reply::ok(json!([{
        "id": id(guild.id),
        "name": guild.name,
        "icon": null,
        "banner": null,
        "owner": false,
        "permissions": permissions::in_guild(call.state, call.bot()).to_string(),
        "features": [],
    }])))
}

fn open_direct(call: &mut Call<'_>) -> Outcome {
    let user = call.body_id("recipient_id");
    let user = user.filter(|user| call.state.users.contains_key(user) && *user != call.bot());
    let invalid = || Refusal::new(400, 50033, "Invalid Recipient(s)");
    let channel = happening::channel::direct(call.state, user.ok_or_else(invalid)?);
    let channel = call.state.channels.get(&channel).ok_or_else(refusal::unknown_channel)?;
    Ok(Reply::ok(render::channel::channel(call.state, channel)))
}
