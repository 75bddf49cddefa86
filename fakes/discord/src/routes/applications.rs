//! The bot's application, and where its gateway is.

use serde_json::{Value, json};

use crate::call::{Call, Outcome, Reply, Route};
use crate::render::{self, id};

/// The switch for members is on, for a bot in few guilds.
const MEMBERS_LIMITED: u64 = 1 << 15;
/// The switch for reading messages is on, for a bot in few guilds.
const MESSAGE_CONTENT_LIMITED: u64 = 1 << 19;

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/gateway", handler: gateway },
    Route { method: "GET", path: "/gateway/bot", handler: gateway_for_bots },
    Route { method: "GET", path: "/applications/@me", handler: me },
    Route { method: "GET", path: "/oauth2/applications/@me", handler: me },
];

fn gateway(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(json!({ "url": call.gateway.url() })))
}

fn gateway_for_bots(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(call.gateway.for_bots(call.state)))
}

fn me(call: &mut Call<'_>) -> Outcome {
    let application = &call.state.application;
    let flags = if application.message_content { MESSAGE_CONTENT_LIMITED } else { 0 }
        | if application.members { MEMBERS_LIMITED } else { 0 };
    let owner = render::user::user(call.state, call.state.guild.owner);
    Ok(Reply::ok(json!({
        "id": id(application.id),
        "name": call.state.users.get(&application.id).map(|bot| bot.name.clone()),
        "icon": null,
        "description": "",
        "type": null,
        "bot": render::user::user(call.state, application.id),
        "bot_public": false,
        "bot_require_code_grant": false,
        "integration_types_config": {},
        "verify_key": "0".repeat(64),
        "flags": flags,
        "flags_new": flags.to_string(),
        "eligible_oauth2_scopes": [],
        "max_participants": null,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": null,
        "role_connections_verification_url": null,
        "owner": owner,
        "approximate_guild_count": usize::from(application.in_guild),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": Value::Null,
        "event_webhooks_types": [],
    })))
}
