//! People join voice channels and leave them.

use crate::intent;
use crate::render;
use crate::rules::permissions;
use crate::state::State;

/// Somebody goes into a channel, out of the one where they were; `None`: out of it only.
pub fn go(state: &mut State, who: u64, channel: Option<u64>) {
    let before = match channel {
        Some(channel) => state.voice.insert(who, channel),
        None => state.voice.remove(&who),
    };
    if before == channel {
        return;
    }
    let bot = state.bot();
    // A channel that is gone was seen by whoever was told that it is.
    let told =
        |channel: u64| !state.channels.contains_key(&channel) || permissions::sees(state, bot, channel);
    if [before, channel].into_iter().flatten().any(told) {
        let d = render::voice::changed(state, who);
        state.emit("VOICE_STATE_UPDATE", d, intent::GUILD_VOICE_STATES);
    }
}

/// A channel is gone, and nobody is in it any more.
pub fn emptied(state: &mut State, channel: u64) {
    let inside: Vec<u64> =
        state.voice.iter().filter(|(_, it)| **it == channel).map(|(who, _)| *who).collect();
    for who in inside {
        go(state, who, None);
    }
}
