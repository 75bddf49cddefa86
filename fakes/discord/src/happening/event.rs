//! Scheduled events come, change and go.

use crate::intent;
use crate::render;
use crate::state::State;
use crate::state::guild::ScheduledEvent;

/// Adds an event.
pub fn make(state: &mut State, event: ScheduledEvent) {
    let d = render::event::event(state, &event);
    state.events.insert(event.id, event);
    state.emit("GUILD_SCHEDULED_EVENT_CREATE", d, intent::GUILD_SCHEDULED_EVENTS);
}

/// Puts a changed event in the place of what it was.
pub fn change(state: &mut State, event: ScheduledEvent) {
    let d = render::event::event(state, &event);
    state.events.insert(event.id, event);
    state.emit("GUILD_SCHEDULED_EVENT_UPDATE", d, intent::GUILD_SCHEDULED_EVENTS);
}

/// Removes an event.
pub fn remove(state: &mut State, event: u64) {
    if let Some(removed) = state.events.remove(&event) {
        let d = render::event::event(state, &removed);
        state.emit("GUILD_SCHEDULED_EVENT_DELETE", d, intent::GUILD_SCHEDULED_EVENTS);
    }
}
