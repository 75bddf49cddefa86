//! `!task TEXT`: something to do. Bare, it shows the list; `done`, `undo` and `list` change it.

use std::collections::BTreeSet;

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, TaskEvent},
    incident::{
        Incident, IncidentId,
        task::{MOST_TASKS, Task as Item, task_words},
    },
    message::task,
    person::Person,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "task",
    aliases: &["tasks", "todo"],
    usage: "[@name] TEXT|done N|undo N|list NAME",
    example: "!task tell the bank",
    slots: &[Slot::optional("task", SlotKind::Text), INCIDENT],
    parse: |words| Task::read(words).map(|task| Box::new(task) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Task {
    id: Option<IncidentId>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Show,
    Add { to: Option<String>, words: String },
    Tick(BTreeSet<u32>),
    Untick(BTreeSet<u32>),
    Checklist(String),
}

impl Task {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (first, more) = split_word(rest);
        let what = match first.to_lowercase().as_str() {
            "" => What::Show,
            "done" => What::Tick(numbers(more, "!task done 2")?),
            "undo" => What::Untick(numbers(more, "!task undo 2")?),
            "list" if more.is_empty() => What::Show,
            // A task may well begin so: "list the customers who were charged twice".
            "list" if !more.contains(char::is_whitespace) => What::Checklist(more.to_owned()),
            _ => Self::add(first, more, rest)?,
        };
        Ok(Self { id, what })
    }

    fn add(first: &str, more: &str, all: &str) -> Result<What, Refusal> {
        let (to, words) = match first.starts_with('@') && first.len() > 1 {
            true => (Some(first.to_owned()), more),
            false => (None, all),
        };
        let words = task_words(words);
        if words.is_empty() {
            return Err(Refusal::Missing("missing.task", VERB.example));
        }
        Ok(What::Add { to, words })
    }
}

/// "2", "2 3", "2, 3 and 4".
fn numbers(typed: &str, example: &'static str) -> Result<BTreeSet<u32>, Refusal> {
    let words = typed.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty());
    let words = words.filter(|word| !word.eq_ignore_ascii_case("and"));
    let read = words.map(|word| word.trim_start_matches('#').parse().ok().filter(|number| *number > 0));
    match read.collect::<Option<BTreeSet<u32>>>() {
        Some(numbers) if !numbers.is_empty() => Ok(numbers),
        Some(_) => Err(Refusal::Missing("missing.which_task", example)),
        None => Err(Refusal::Unclear(typed.to_owned(), "missing.task_number", example)),
    }
}

impl Command for Task {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        match &self.what {
            What::Show => {
                let incident = view.incident(VERB.name, self.id, context)?;
                Ok(Decision::discreetly(task::list(incident, context.policy)))
            }
            What::Add { to, words } => {
                let incident = view.open_incident(VERB.name, self.id, context)?;
                add(incident, to.as_deref(), words, context)
            }
            What::Checklist(name) => {
                let incident = view.open_incident(VERB.name, self.id, context)?;
                checklist(incident, name, context)
            }
            What::Tick(numbers) => {
                let incident = view.incident(VERB.name, self.id, context)?;
                change(incident, (numbers, true), context)
            }
            What::Untick(numbers) => {
                let incident = view.incident(VERB.name, self.id, context)?;
                change(incident, (numbers, false), context)
            }
        }
    }
}

fn add(
    incident: &Incident,
    to: Option<&str>,
    words: &str,
    context: &Context<'_>,
) -> Result<Decision, Refusal> {
    let policy = context.policy;
    let person = |typed: &str| {
        let known: Option<Person> = policy.person(typed, context.person, &incident.people);
        known.ok_or_else(|| Refusal::NotAPerson(typed.to_owned()))
    };
    let to = to.map(person).transpose()?;
    let number = next_number(incident);
    if incident.tasks.len() >= MOST_TASKS {
        return Err(Refusal::AlreadySo(policy.say("task.too_many", args![most = MOST_TASKS])));
    }
    let reply = policy.say("task.added", args![number = number, words = words, to = to.as_ref()]);
    let added = Event::Task(TaskEvent::Added { number, to, list: None });
    let mut decision = Decision::default().fact_with_words(incident.id, added, words);
    decision.reply = Some(reply.into());
    Ok(decision)
}

fn next_number(incident: &Incident) -> u32 {
    incident.tasks.iter().map(|task| task.number).max().unwrap_or_default() + 1
}

/// The tasks of a configured list that are not there yet.
fn checklist(incident: &Incident, name: &str, context: &Context<'_>) -> Result<Decision, Refusal> {
    let policy = context.policy;
    let known = policy.checklists.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((name, items)) = known else {
        let names: Vec<&str> = policy.checklists.keys().map(String::as_str).collect();
        let names = (!names.is_empty()).then(|| names.join(", "));
        return Err(Refusal::AlreadySo(policy.say("task.no_such_list", args![name = name, names = names])));
    };
    let facts = from_list(incident, name, items);
    if facts.is_empty() {
        return Err(Refusal::AlreadySo(policy.say("task.list_is_there", args![name = name])));
    }
    let mut decision = Decision::default();
    let count = facts.len();
    for (event, words) in facts {
        decision = decision.fact_with_words(incident.id, event, &words);
    }
    decision.reply = Some(policy.say("task.list_added", args![name = name, count = count]).into());
    Ok(decision)
}

/// What puts a configured list among the tasks of an incident: as much of it as has room and is not there.
pub(crate) fn from_list(incident: &Incident, name: &str, items: &[String]) -> Vec<(Event, String)> {
    let missing = items.iter().filter(|item| !incident.tasks.iter().any(|task| task.words == **item));
    let room = MOST_TASKS.saturating_sub(incident.tasks.len());
    let numbered = (next_number(incident)..).zip(missing.take(room));
    let added = |(number, item): (u32, &String)| {
        let list = Some(name.to_owned());
        (Event::Task(TaskEvent::Added { number, to: None, list }), item.clone())
    };
    numbered.map(added).collect()
}

/// Ticks, or takes ticks off again. All of them or none.
fn change(
    incident: &Incident,
    (numbers, done): (&BTreeSet<u32>, bool),
    context: &Context<'_>,
) -> Result<Decision, Refusal> {
    let policy = context.policy;
    let find = |number: &u32| incident.tasks.iter().find(|task| task.number == *number);
    if let Some(missing) = numbers.iter().find(|number| find(number).is_none()) {
        let args = args![number = *missing, tasks = incident.tasks.len()];
        return Err(Refusal::AlreadySo(policy.say("task.no_such_task", args)));
    }
    let tasks: Vec<&Item> = numbers.iter().filter_map(find).collect();
    let changed: Vec<&Item> = tasks.iter().copied().filter(|task| task.done.is_some() != done).collect();
    let message = match changed.is_empty() {
        true => task::already(&tasks, done, policy),
        false => task::changed(incident, &changed, done, policy),
    };
    let mut decision = Decision::discreetly(message);
    // The list shows it: whoever pressed a sign on it needs no word.
    decision.is_shown = true;
    for Item { number, .. } in changed {
        let number = *number;
        let event = if done { TaskEvent::Ticked { number } } else { TaskEvent::Unticked { number } };
        decision = decision.fact(incident.id, Event::Task(event));
    }
    Ok(decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(to: Option<&str>, words: &str) -> What {
        What::Add { to: to.map(str::to_owned), words: words.to_owned() }
    }

    #[test]
    fn reads_what_is_to_happen() {
        let ticks = |numbers: &[u32]| What::Tick(numbers.iter().copied().collect());
        let cases = [
            ("", What::Show),
            ("list", What::Show),
            ("tell the bank", add(None, "tell the bank")),
            ("tell\n the   bank", add(None, "tell the bank")),
            ("@bob tell the bank", add(Some("@bob"), "tell the bank")),
            ("@ home", add(None, "@ home")),
            ("list payments", What::Checklist("payments".to_owned())),
            ("list the customers", add(None, "list the customers")),
            ("done 2", ticks(&[2])),
            ("DONE 3 2 2", ticks(&[2, 3])),
            ("done 2, 3 and #4", ticks(&[2, 3, 4])),
            ("undo 2", What::Untick([2].into())),
            ("redo the backup", add(None, "redo the backup")),
        ];
        for (words, what) in cases {
            assert_eq!(Task::read(words), Ok(Task { id: None, what }), "{words:?}");
        }
        let numbered = Task { id: Some(IncidentId(3)), what: ticks(&[1]) };
        assert_eq!(Task::read("INC-3 done 1"), Ok(numbered));
    }

    #[test]
    fn refuses_what_could_change_the_wrong_task() {
        for words in ["done", "undo", "done ,", "@bob"] {
            assert!(matches!(Task::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
        for words in ["done two", "done 2 three", "undo 0", "done -1", "done 99999999999"] {
            assert!(matches!(Task::read(words), Err(Refusal::Unclear(..))), "{words:?}");
        }
    }

    #[test]
    fn long_tasks_are_cut() {
        let Ok(Task { what: What::Add { words, .. }, .. }) = Task::read(&"ä".repeat(300)) else {
            panic!("a task")
        };
        assert!(words.chars().count() == 200 && words.ends_with('…'));
    }
}
