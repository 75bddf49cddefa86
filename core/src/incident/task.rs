//! What there is to do in an incident.

use crate::person::Person;

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
