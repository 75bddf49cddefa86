//! The guild, as HTTP answers with it and as GUILD_CREATE tells of it.

use serde_json::{Value, json};

use super::{channel, event, id, time, user, voice};
use crate::rules::permissions;
use crate::state::State;

/// The guild with its roles, without channels and people.
pub fn guild(state: &State) -> Value {
    let guild = &state.guild;
    json!({
        "id": id(guild.id),
        "name": guild.name,
        "icon": null,
        "description": null,
        "home_header": null,
        "splash": null,
        "discovery_splash": null,
        "features": [],
        "banner": null,
        "owner_id": id(guild.owner),
        "application_id": null,
        "region": "deprecated",
        "afk_channel_id": null,
        "afk_timeout": 300,
        "system_channel_id": null,
        "system_channel_flags": 0,
        "widget_enabled": false,
        "widget_channel_id": null,
        "verification_level": 0,
        "roles": guild.roles.values().map(user::role).collect::<Vec<_>>(),
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": null,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": null,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": null,
        "safety_alerts_channel_id": null,
        "public_updates_channel_id": null,
        "premium_progress_bar_enabled": false,
        "nsfw": false,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": null,
    })
}

/// What a bot is told of the guild when it connects: everything.
pub fn whole(state: &State) -> Value {
    let mut value = guild(state);
    let bot = state.bot();
    let of_guild = state.channels.values().filter(|channel| channel.recipients.is_empty());
    let (threads, channels): (Vec<_>, Vec<_>) = of_guild.partition(|channel| channel.thread.is_some());
    value["joined_at"] = json!(state.guild.members.get(&bot).map(|member| time(member.joined_at)));
    value["large"] = json!(false);
    value["unavailable"] = json!(false);
    value["member_count"] = json!(state.guild.members.len());
    value["voice_states"] = state.voice.iter().map(|(&who, &channel)| voice::here(who, channel)).collect();
    // Itself, and whoever is talking; all others need their intent.
    let others = state.voice.keys().copied().filter(|&who| who != bot);
    value["members"] = std::iter::once(bot).chain(others).map(|who| user::member(state, who)).collect();
    value["channels"] = channels.into_iter().map(|it| channel::channel(state, it)).collect();
    value["threads"] = threads
        .into_iter()
        .filter(|it| {
            it.thread.as_ref().is_some_and(|thread| !thread.archived) && permissions::sees(state, bot, it.id)
        })
        .map(|it| channel::channel(state, it))
        .collect();
    value["presences"] = json!([]);
    value["stage_instances"] = json!([]);
    value["soundboard_sounds"] = json!([]);
    value["guild_scheduled_events"] = state.events.values().map(|it| event::event(state, it)).collect();
    value
}

/// The guild, as long as nothing is known of it.
pub fn unavailable(state: &State) -> Value {
    json!({ "id": id(state.guild.id), "unavailable": true })
}
