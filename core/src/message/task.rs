//! The list of tasks, and what is said as it changes.

use super::{Line, Message, Span, text};
use crate::{
    args,
    incident::{Incident, task::Task},
    policy::Policy,
};

/// The list as it stands.
#[must_use]
pub fn list(incident: &Incident, policy: &Policy) -> Message {
    if incident.tasks.is_empty() {
        return policy.say("task.none", args![id = incident.id]);
    }
    let done = incident.tasks.iter().filter(|task| task.done.is_some()).count();
    let args = args![id = incident.id, done = done, all = incident.tasks.len()];
    let mut message = policy.say("task.title", args);
    message.lines.extend(lines(incident, policy));
    if incident.tasks.len() > done && incident.status.is_open() {
        message.lines.extend(policy.say("task.how", args![]).lines);
    }
    message
}

/// The tasks, a line each.
#[must_use]
pub fn lines(incident: &Incident, policy: &Policy) -> Vec<Line> {
    incident.tasks.iter().map(|task| Line::Bullet(line(task, policy))).collect()
}

fn line(task: &Task, policy: &Policy) -> Vec<Span> {
    let by = task.done.as_ref().and_then(Option::as_ref);
    let args = args![
        done = task.done.is_some(),
        number = task.number,
        words = words(task, policy),
        to = task.to.as_ref().filter(|_| task.done.is_none()),
        by = by,
    ];
    policy.spans("task.line", args)
}

fn words(task: &Task, policy: &Policy) -> String {
    if task.words.is_empty() { policy.phrase("task.taken_back", args![]) } else { task.words.clone() }
}

/// The list was posted further down.
#[must_use]
pub fn moved(incident: &Incident, policy: &Policy) -> Message {
    policy.say("task.moved", args![id = incident.id])
}

/// Tasks were ticked, or are not done after all.
#[must_use]
pub fn changed(incident: &Incident, tasks: &[&Task], done: bool, policy: &Policy) -> Message {
    let before = incident.tasks.iter().filter(|task| task.done.is_none()).count();
    let left = if done { before.saturating_sub(tasks.len()) } else { before + tasks.len() };
    policy.say("task.changed", args![done = done, tasks = named(tasks, policy), left = left])
}

/// They stand as they are wanted.
#[must_use]
pub fn already(tasks: &[&Task], done: bool, policy: &Policy) -> Message {
    policy.say("task.already", args![done = done, tasks = named(tasks, policy), several = tasks.len() > 1])
}

/// "2 (tell the bank), 3 (tell the press)".
fn named(tasks: &[&Task], policy: &Policy) -> Vec<Span> {
    let mut spans = Vec::new();
    for task in tasks {
        if !spans.is_empty() {
            spans.push(text(", "));
        }
        let words = words(task, policy);
        spans.extend(policy.spans("task.named", args![number = task.number, words = words]));
    }
    spans
}
