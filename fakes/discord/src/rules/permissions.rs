//! Who may do what where.
//!
//! A person has the bits of `@everyone` and of all their roles. A channel's overwrites then change them: first that for
//! `@everyone`, then all of the person's roles together, then that for the person. A channel in a category has
//! overwrites of its own (copied when it is made); a thread has those of its channel. The owner and administrators may
//! everything. Who can't see a channel can do nothing in it, and who can't write in it can't do what comes with
//! writing.

use crate::permission as bit;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};

/// What somebody may do in the guild as a whole.
pub fn in_guild(state: &State, user: u64) -> u64 {
    let Some(member) = state.guild.members.get(&user) else { return 0 };
    if state.guild.owner == user {
        return bit::ALL;
    }
    let everyone = std::iter::once(&state.guild.id);
    let roles = everyone.chain(&member.roles).filter_map(|role| state.guild.roles.get(role));
    let bits = roles.fold(0, |bits, role| bits | role.permissions);
    if bits & bit::ADMINISTRATOR != 0 { bit::ALL } else { bits }
}

/// What somebody may do in a channel, thread or direct channel.
pub fn in_channel(state: &State, user: u64, channel: u64) -> u64 {
    let Some(channel) = state.channels.get(&channel) else { return 0 };
    if channel.kind == ChannelKind::Direct {
        let inside = channel.recipients.contains(&user) || user == state.bot();
        return if inside { bit::OF_EVERYBODY } else { 0 };
    }
    let base = in_guild(state, user);
    if base == bit::ALL {
        return base;
    }
    let ruling = match channel.thread {
        Some(_) => channel.parent.and_then(|parent| state.channels.get(&parent)).unwrap_or(channel),
        None => channel,
    };
    let writing = if channel.thread.is_some() { bit::SEND_MESSAGES_IN_THREADS } else { bit::SEND_MESSAGES };
    implied(overwritten(state, user, base, ruling), writing)
}

fn overwritten(state: &State, user: u64, base: u64, channel: &Channel) -> u64 {
    let mut bits = base;
    if let Some(everyone) = channel.overwrite(state.guild.id) {
        bits = bits & !everyone.deny | everyone.allow;
    }
    let roles = state.guild.members.get(&user).map(|member| member.roles.as_slice()).unwrap_or_default();
    let (mut allow, mut deny) = (0, 0);
    for overwrite in roles.iter().filter_map(|&role| channel.overwrite(role)) {
        allow |= overwrite.allow;
        deny |= overwrite.deny;
    }
    bits = bits & !deny | allow;
    if let Some(own) = channel.overwrite(user).filter(|own| own.member) {
        bits = bits & !own.deny | own.allow;
    }
    bits
}

/// What is left when what a bit rests on isn't there: seeing, and `writing`.
fn implied(bits: u64, writing: u64) -> u64 {
    if bits & bit::VIEW_CHANNEL == 0 {
        return 0;
    }
    if bits & writing == 0 {
        return bits & !(bit::MENTION_EVERYONE | bit::EMBED_LINKS | bit::ATTACH_FILES);
    }
    bits
}

/// Whether somebody sees a channel and may know what is said in it.
pub fn sees(state: &State, user: u64, channel: u64) -> bool {
    let Some(known) = state.channels.get(&channel) else { return false };
    let bits = in_channel(state, user, channel);
    if bits & bit::VIEW_CHANNEL == 0 {
        return false;
    }
    match &known.thread {
        Some(thread) if known.kind == ChannelKind::PrivateThread => {
            thread.members.contains_key(&user) || bits & bit::MANAGE_THREADS != 0
        }
        Some(_) | None => true,
    }
}
