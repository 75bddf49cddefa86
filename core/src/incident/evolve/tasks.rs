//! What happens to the tasks of an incident, applied.

use crate::{
    effect::Pressed,
    event::{Record, TaskEvent},
    incident::{Incident, task::Task},
};

pub(super) fn evolve(incident: &mut Incident, event: &TaskEvent, record: &Record) {
    if incident.signs.contains_key(&Pressed::Tasks) {
        incident.tasks_changed += 1;
    }
    match event {
        TaskEvent::Added { number, to, .. } => incident.tasks.push(Task {
            number: *number,
            fact: incident.facts,
            words: record.words.clone().unwrap_or_default(),
            to: to.clone(),
            done: None,
        }),
        TaskEvent::Ticked { number } => {
            let ticked = incident.tasks.iter_mut().find(|task| task.number == *number);
            if let Some(task) = ticked {
                task.done = Some(record.by.clone());
            }
        }
        TaskEvent::Unticked { number } => {
            let unticked = incident.tasks.iter_mut().find(|task| task.number == *number);
            if let Some(task) = unticked {
                task.done = None;
            }
        }
    }
}
