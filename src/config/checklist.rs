//! `[checklist]`: what is to be done in an incident, thought of before there is one.
//!
//! - The list called `default` is there in every incident from the beginning, the others when they are asked for.
//! - Names are typed in chat, as in `!task list db`.

use std::collections::BTreeMap;

use sitrep_core::incident::task::{LONGEST_TASK, MOST_TASKS, task_words};

use super::diagnose::Wrong;
use super::near_miss::did_you_mean;
use super::people::own_name;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape =
    Shape { own_names: Some("[\"Tell the support team\", \"Stop releases\"]"), ..Shape::new("checklist") };

/// Lists of tasks by their names.
pub(crate) type Checklists = BTreeMap<String, Vec<String>>;

pub(super) fn read(section: &Section<'_>) -> Checklists {
    let mut lists = Checklists::new();
    for (name, place) in section.names() {
        if let Err(wrong) = own_name(name) {
            section.report_at(place, wrong);
        }
        if section.is_empty_list(name) {
            let message = format!("the checklist `{name}` has nothing on it");
            section.report(name, Wrong::new(message, "write down what is to be done, or remove it"));
        }
        let mut items = section.parsed_list(name, item).unwrap_or_default();
        let mut seen = std::collections::BTreeSet::new();
        items.retain(|item| seen.insert(item.clone()));
        if items.len() > MOST_TASKS {
            let message = format!("the checklist `{name}` has {} tasks", items.len());
            section.report(name, Wrong::new(message, format!("an incident has at most {MOST_TASKS}")));
        }
        lists.insert(name.to_owned(), items);
    }
    lists
}

/// Reads the name of a list.
pub(super) fn known(name: &str, lists: &Checklists) -> Result<String, Wrong> {
    if lists.contains_key(name) {
        return Ok(name.to_owned());
    }
    let help = did_you_mean(name, lists.keys().map(String::as_str))
        .unwrap_or_else(|| format!("add {name} to [checklist]"));
    Err(Wrong::new(format!("there is no checklist `{name}`"), help))
}

fn item(text: &str) -> Result<String, Wrong> {
    let words = task_words(text);
    if words.is_empty() {
        return Err(Wrong::new("there is nothing to do", "say in a few words what is to be done"));
    }
    let length = text.trim().chars().count();
    if length > LONGEST_TASK {
        let message = format!("the task is {length} characters long");
        return Err(Wrong::new(message, format!("at most {LONGEST_TASK}: details belong behind a link")));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::{item, known};

    #[test]
    fn tasks_and_lists() {
        assert_eq!(item("  Tell the\n bank ").as_deref(), Ok("Tell the bank"));
        assert_eq!(item(" ").expect_err("nothing").message, "there is nothing to do");
        assert_eq!(item(&"x".repeat(201)).expect_err("long").message, "the task is 201 characters long");
        let lists = [("database".to_owned(), Vec::new())].into();
        assert_eq!(known("database", &lists).as_deref(), Ok("database"));
        assert_eq!(known("databse", &lists).expect_err("a slip").help, "did you mean `database`?");
        assert_eq!(known("web", &lists).expect_err("unknown").help, "add web to [checklist]");
    }
}
