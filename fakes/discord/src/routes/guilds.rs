//! The guild and its roles.

use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::{happening, render};

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/guilds/{guild_id}", handler: guild },
    Route { method: "GET", path: "/guilds/{guild_id}/roles", handler: roles },
    Route { method: "DELETE", path: "/users/@me/guilds/{guild_id}", handler: leave },
];

fn guild(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let mut guild = render::guild::guild(call.state);
    if call.query.get("with_counts").is_some_and(|with| with == "true") {
        guild["approximate_member_count"] = call.state.guild.members.len().into();
        guild["approximate_presence_count"] = 1.into();
    }
    Ok(Reply::ok(guild))
}

fn roles(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let roles = call.state.guild.roles.values().map(render::user::role);
    Ok(Reply::ok(roles.collect::<Value>()))
}

fn leave(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    happening::guild::remove_bot(call.state);
    Ok(Reply::done())
}
