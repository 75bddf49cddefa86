//! People of the guild.

use serde_json::Value;

use crate::call::{Call, Outcome, Reply, Route};
use crate::{happening, refusal, render};

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/guilds/{guild_id}/members", handler: list },
    Route { method: "GET", path: "/guilds/{guild_id}/members/search", handler: search },
    Route { method: "GET", path: "/guilds/{guild_id}/members/{user_id}", handler: one },
    Route { method: "PATCH", path: "/guilds/{guild_id}/members/@me", handler: change_myself },
];

fn limit(call: &Call<'_>) -> usize {
    call.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(1)
}

/// Needs the switch for members.
fn list(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    if !call.state.application.members {
        return Err(refusal::missing_access());
    }
    let (after, limit) = (call.query_id("after").unwrap_or(0), limit(call));
    let members = call.state.guild.members.keys().filter(|&&user| user > after).take(limit);
    Ok(Reply::ok(members.map(|&user| render::user::member(call.state, user)).collect::<Value>()))
}

/// Whose name or nickname begins like this.
fn search(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let start = call.query.get("query").map(|query| query.to_lowercase()).unwrap_or_default();
    let state = &*call.state;
    let found = state.guild.members.iter().filter(|(user, member)| {
        let known = state.users.get(user);
        let names = [
            known.map(|user| &user.name),
            known.and_then(|it| it.global_name.as_ref()),
            member.nick.as_ref(),
        ];
        names.into_iter().flatten().any(|name| name.to_lowercase().starts_with(&start))
    });
    let found = found.take(limit(call)).map(|(&user, _)| render::user::member(state, user));
    Ok(Reply::ok(found.collect::<Value>()))
}

fn one(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let user = call.id("user_id")?;
    if !call.state.users.contains_key(&user) {
        return Err(refusal::unknown_user());
    }
    if !call.state.guild.members.contains_key(&user) {
        return Err(refusal::unknown_member());
    }
    Ok(Reply::ok(render::user::member(call.state, user)))
}

fn change_myself(call: &mut Call<'_>) -> Outcome {
    call.guild()?;
    let bot = call.bot();
    if let (Some(nick), Some(member)) = (call.body.get("nick"), call.state.guild.members.get_mut(&bot)) {
        member.nick = nick.as_str().map(str::to_owned);
    }
    happening::guild::member_changed(call.state, bot);
    Ok(Reply::ok(render::user::member(call.state, bot)))
}
