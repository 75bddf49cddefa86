//! What Tab offers: the terminal's own words, slash commands with their options, channels, people, buttons.

use std::sync::{Arc, Mutex, PoisonError};

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::desk::Desk;
use super::words::WORDS;

/// What could be typed.
pub(super) struct Completion {
    desk: Arc<Mutex<Desk>>,
}

impl Completion {
    pub(super) fn new(desk: Arc<Mutex<Desk>>) -> Self {
        Self { desk }
    }

    fn possible(&self, before: &str) -> Vec<String> {
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let state = desk.discord.server().state();
        let commands = state.commands.values().filter_map(|command| command.definition["name"].as_str());
        let first = before.split_whitespace().next().unwrap_or_default();
        match first {
            "" => WORDS
                .iter()
                .map(|(word, ..)| format!("{word} "))
                .chain(commands.map(|name| format!("/{name} ")))
                .collect(),
            "/as" => state.users.values().filter(|user| !user.bot).map(|user| user.name.clone()).collect(),
            "/go" => {
                drop(state);
                desk.person.channels()
            }
            "/slash" | "/offer" if before.split_whitespace().count() == 1 => {
                commands.map(|name| format!("{name} ")).collect()
            }
            _ if first.starts_with('/') => {
                let name = before
                    .trim_start_matches("/slash ")
                    .trim_start_matches("/offer ")
                    .trim_start_matches('/');
                let name = name.split_whitespace().next().unwrap_or_default();
                let command = state.commands.values().find(|command| command.definition["name"] == name);
                let options = command
                    .and_then(|command| command.definition["options"].as_array())
                    .into_iter()
                    .flatten();
                options.filter_map(|option| option["name"].as_str()).map(|name| format!("{name}: ")).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = &line[..pos];
        let start = typed.rfind(' ').map_or(0, |at| at + 1);
        let (before, word) = typed.split_at(start);
        let word = word.to_lowercase();
        let mut all: Vec<String> =
            self.possible(before).into_iter().filter(|it| it.to_lowercase().starts_with(&word)).collect();
        all.sort();
        all.dedup();
        Ok((
            start,
            all.into_iter().map(|it| Pair { display: it.trim_end().to_owned(), replacement: it }).collect(),
        ))
    }
}

impl Hinter for Completion {
    type Hint = String;
}
impl Highlighter for Completion {}
impl Validator for Completion {}
impl Helper for Completion {}
