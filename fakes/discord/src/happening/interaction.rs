//! Somebody uses a command, a button or a form.

use serde_json::Value;

use crate::render;
use crate::state::State;
use crate::state::interaction::{Interaction, InteractionKind};

/// What somebody did, before it has an id.
#[derive(Clone, Debug)]
pub struct Done {
    /// What.
    pub kind: InteractionKind,
    /// Who.
    pub user: u64,
    /// Where.
    pub channel: u64,
    /// What exactly.
    pub data: Value,
    /// The message whose button it was.
    pub message: Option<u64>,
}

/// Delivers it to the bot. Interactions need no intent.
pub fn begin(state: &mut State, done: Done) -> u64 {
    let id = state.next_id();
    let interaction = Interaction {
        id,
        token: format!("interaction-token-{id}-of-a-fake-that-opens-nothing-elsewhere"),
        kind: done.kind,
        user: done.user,
        channel: done.channel,
        data: done.data,
        message: done.message,
        made_at: state.now(),
        answer: None,
        original: None,
        followups: Vec::new(),
    };
    let d = render::interaction::interaction(state, &interaction);
    state.interactions.insert(id, interaction);
    state.emit("INTERACTION_CREATE", d, 0);
    id
}
