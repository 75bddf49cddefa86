//! How channels may look: their names, their overwrites, how many there may be.

use serde_json::Value;

use super::permissions;
use crate::permission as bit;
use crate::refusal::{self, Refusal};
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind, Overwrite};

/// Channels of a guild, categories among them, threads not.
pub const IN_GUILD: usize = 500;
/// Channels of a category.
pub const IN_CATEGORY: usize = 50;

/// A text channel's name as Discord writes it: in small letters, without spaces and most signs. Others keep theirs.
pub fn name(kind: ChannelKind, name: &str) -> String {
    if kind != ChannelKind::Text {
        return name.trim().to_owned();
    }
    let mut out = String::new();
    for sign in name.trim().to_lowercase().chars() {
        match sign {
            ' ' | '\t' | '\n' => out.push('-'),
            _ if sign.is_ascii_punctuation() && !matches!(sign, '-' | '_') => {}
            _ => out.push(sign),
        }
    }
    while out.contains("--") {
        out = out.replace("--", "-");
    }
    out
}

/// Whether another channel fits into the guild.
pub fn fits_guild(state: &State) -> Result<(), Refusal> {
    let channels = state.channels.values().filter(|it| it.thread.is_none() && it.kind != ChannelKind::Direct);
    if channels.count() >= IN_GUILD { Err(refusal::max_channels()) } else { Ok(()) }
}

/// Whether another channel fits into a category, and whether it is one.
pub fn fits_category(state: &State, category: u64) -> Result<(), Refusal> {
    let refused = |code, message: &str| Err(Refusal::field(&["parent_id"], code, message));
    match state.channels.get(&category).map(|category| category.kind) {
        Some(ChannelKind::Category) => {}
        Some(_) => return refused("CHANNEL_PARENT_INVALID_TYPE", "Not a category"),
        None => return refused("CHANNEL_PARENT_INVALID", "Category does not exist"),
    }
    let inside = state.channels.values().filter(|it| it.parent == Some(category)).count();
    if inside >= IN_CATEGORY {
        return refused("CHANNEL_PARENT_MAX_CHANNELS", "Maximum number of channels in category reached (50)");
    }
    Ok(())
}

/// Overwrites as they were sent, if the bot may set them.
///
/// It can give and take only what it has in the guild or, for a channel that there is, in its category; in a channel
/// where an overwrite lets it change overwrites, everything. To hand on the right to change overwrites takes an
/// administrator, or such an overwrite.
pub fn overwrites(state: &State, sent: &Value, channel: Option<&Channel>) -> Result<Vec<Overwrite>, Refusal> {
    let mut all = Vec::new();
    for one in sent.as_array().into_iter().flatten() {
        let Some(id) = one["id"].as_str().and_then(|id| id.parse().ok()) else { continue };
        all.push(overwrite(state, id, one, channel)?);
    }
    Ok(all)
}

/// One overwrite as it was sent, if the bot may set it.
pub fn overwrite(
    state: &State,
    id: u64,
    sent: &Value,
    channel: Option<&Channel>,
) -> Result<Overwrite, Refusal> {
    let bits = |key: &str| sent[key].as_str().and_then(|bits| bits.parse().ok()).unwrap_or(0);
    let overwrite = Overwrite { id, member: sent["type"] == 1, allow: bits("allow"), deny: bits("deny") };
    let bot = state.bot();
    let category = channel.and_then(|channel| channel.parent);
    let has =
        permissions::in_guild(state, bot) | category.map_or(0, |it| permissions::in_channel(state, bot, it));
    let wanted = overwrite.allow | overwrite.deny;
    let hands_on = wanted & bit::MANAGE_ROLES != 0 && has & bit::ADMINISTRATOR == 0;
    let rules_here = channel.is_some_and(|channel| rules(state, bot, channel));
    if (wanted & !has != 0 || hands_on) && !rules_here {
        return Err(refusal::missing_permissions());
    }
    let known =
        if overwrite.member { state.users.contains_key(&id) } else { state.guild.roles.contains_key(&id) };
    if !known {
        return Err(if overwrite.member { refusal::unknown_user() } else { refusal::unknown_role() });
    }
    Ok(overwrite)
}

/// Whether an overwrite of this very channel lets somebody change overwrites.
fn rules(state: &State, user: u64, channel: &Channel) -> bool {
    let roles = state.guild.members.get(&user).map(|member| member.roles.as_slice()).unwrap_or_default();
    let mut mine = channel.overwrites.iter().filter(|it| it.id == user || roles.contains(&it.id));
    mine.any(|overwrite| overwrite.allow & bit::MANAGE_ROLES != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_channels_name_is_made_plain() {
        assert_eq!(name(ChannelKind::Text, "Checkout is (really) down!"), "checkout-is-really-down");
        assert_eq!(name(ChannelKind::Category, "Incidents 2"), "Incidents 2");
    }
}
