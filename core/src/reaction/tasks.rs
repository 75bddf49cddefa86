//! What follows from the tasks of an incident. The list itself is kept by the engine, like the card.

use super::{Effects, room::put_buttons};
use crate::{command::button, effect::Pressed, event::TaskEvent};

pub(super) fn react(effects: &mut Effects<'_>, event: &TaskEvent) {
    let incident = effects.incident;
    match event {
        TaskEvent::Added { number, .. } => {
            let has_a_sign = usize::try_from(*number).is_ok_and(|number| number <= button::MOST_TASK_SIGNS);
            if let Some(list) = incident.signs.get(&Pressed::Tasks).filter(|_| has_a_sign) {
                put_buttons(effects, Pressed::Tasks, list);
            }
        }
        TaskEvent::Ticked { .. } | TaskEvent::Unticked { .. } => {}
    }
}
