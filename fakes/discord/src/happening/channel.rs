//! Channels come, change and go.

use crate::intent;
use crate::render;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};

/// Adds a channel to the guild.
pub fn make(state: &mut State, channel: Channel) -> u64 {
    let id = channel.id;
    let d = render::channel::channel(state, &channel);
    let direct = channel.kind == ChannelKind::Direct;
    state.channels.insert(id, channel);
    if !direct {
        state.emit("CHANNEL_CREATE", d, intent::GUILDS);
    }
    id
}

/// Changes a channel.
pub fn change(state: &mut State, channel: u64, change: impl FnOnce(&mut Channel)) {
    let Some(known) = state.channels.get_mut(&channel) else { return };
    change(known);
    let known = known.clone();
    let d = render::channel::channel(state, &known);
    let t = if known.thread.is_some() { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" };
    state.emit(t, d, intent::GUILDS);
}

/// Removes a channel with everything in it. What was in a category stays, in none; threads go with their channel.
pub fn remove(state: &mut State, channel: u64) {
    let Some(removed) = state.channels.remove(&channel) else { return };
    state.messages.remove(&channel);
    super::voice::emptied(state, channel);
    let d = render::channel::channel(state, &removed);
    let below: Vec<u64> =
        state.channels.values().filter(|it| it.parent == Some(channel)).map(|it| it.id).collect();
    if removed.thread.is_some() {
        state.emit("THREAD_DELETE", super::thread::gone(state, &removed), intent::GUILDS);
        return;
    }
    for below in below {
        if removed.kind == ChannelKind::Category {
            self::change(state, below, |channel| channel.parent = None);
        } else {
            state.channels.remove(&below);
            state.messages.remove(&below);
        }
    }
    if removed.kind != ChannelKind::Direct {
        state.emit("CHANNEL_DELETE", d, intent::GUILDS);
    }
}

/// The direct channel between the bot and somebody, made if there is none.
pub fn direct(state: &mut State, user: u64) -> u64 {
    let found = state.channels.values().find(|channel| channel.recipients == [user]);
    if let Some(found) = found {
        return found.id;
    }
    let mut channel = Channel::new(state.next_id(), ChannelKind::Direct, "");
    channel.recipients = vec![user];
    make(state, channel)
}
