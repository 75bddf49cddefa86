//! What there is to do in an incident.

use super::words::{clean, cut};
use crate::person::Person;

/// The most tasks that an incident has.
pub const MOST_TASKS: usize = 30;
/// The longest task, in characters.
pub const LONGEST_TASK: usize = 200;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number within the incident, from 1.
    pub number: u32,
    /// The fact that holds its words.
    pub fact: u64,
    /// What is to be done; empty once erased.
    pub words: String,
    /// Who is to do it.
    pub to: Option<Person>,
    /// Who did it, once it is done; `None` inside for sitrep itself.
    pub done: Option<Option<Person>>,
}

/// The words of a task as they were typed: one line, at most 200 characters.
#[must_use]
pub fn task_words(typed: &str) -> String {
    cut(clean(typed).split_whitespace().collect::<Vec<_>>().join(" "), LONGEST_TASK)
}
