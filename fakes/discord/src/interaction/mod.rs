//! What people do that a program must answer: commands, buttons, lists, forms, half typed words.
//!
//! - The client checks before it sends anything, as Discord's does: a command that isn't registered, an option that it
//!   doesn't have, a required one that is missing, a button that is greyed out. What is refused here never reaches the bot.
//! - An interaction is told to sessions that exist when it happens, also if they have to be resumed first. A session that
//!   begins later never hears of it.
//! - Three seconds for the first answer, a quarter of an hour for everything after it: `rules/interactions.rs`. What was
//!   heard and not answered in time is a violation (`overdue.rs`).

mod command;
mod component;
mod form;
pub(crate) mod overdue;
mod resolved;

use std::time::Duration;

use serde_json::Value;

use crate::happening::interaction::{Done, begin};
use crate::pending::Pending;
use crate::permission;
use crate::person::{Person, Refused};
use crate::state::State;
use crate::state::interaction::InteractionKind;
use command::Typed;

impl Person {
    /// Uses a slash command. A subcommand goes after a space, people, roles and channels go by name or id.
    pub fn slash(&self, channel: &str, command: &str, options: &[(&str, Value)]) -> Result<Pending, Refused> {
        let typed = Typed { command, options, focused: None };
        self.begin(channel, |state, channel| {
            Ok((InteractionKind::Command, typed.data(state, self.id, channel)?, None))
        })
    }

    /// Types a slash command up to the option `focused`: what is offered for it comes as the answer's choices.
    pub fn completing(
        &self,
        channel: &str,
        command: &str,
        options: &[(&str, &str)],
        focused: &str,
    ) -> Result<Pending, Refused> {
        let options: Vec<_> = options.iter().map(|(name, typed)| (*name, Value::from(*typed))).collect();
        let typed = Typed { command, options: &options, focused: Some(focused) };
        self.begin(channel, |state, channel| {
            Ok((InteractionKind::Autocomplete, typed.data(state, self.id, channel)?, None))
        })
    }

    /// The same, and waits for what is offered: names and values.
    pub fn complete(
        &self,
        channel: &str,
        command: &str,
        options: &[(&str, &str)],
        focused: &str,
    ) -> Result<Vec<(String, Value)>, Refused> {
        let pending = self.completing(channel, command, options, focused)?;
        while !pending.failed() {
            if let Some(answer) = pending.answer() {
                let choices = answer.data["choices"].as_array().into_iter().flatten();
                let named =
                    |it: &Value| (it["name"].as_str().unwrap_or_default().to_owned(), it["value"].clone());
                return Ok(choices.map(named).collect());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(refused("Loading options failed"))
    }

    /// Presses the button whose custom id or label is this, or else the first that contains it.
    pub fn press(&self, channel: &str, message: u64, button: &str) -> Result<Pending, Refused> {
        self.begin(channel, |state, channel| {
            let data = component::press(component::shown(state, self.id, channel, message)?, button)?;
            Ok((InteractionKind::Component, data, Some(message)))
        })
    }

    /// Chooses from the list whose custom id or placeholder is this, or else the first that contains it. What is chosen
    /// goes by label or value; people, roles and channels by name or id.
    pub fn select(
        &self,
        channel: &str,
        message: u64,
        list: &str,
        chosen: &[&str],
    ) -> Result<Pending, Refused> {
        self.begin(channel, |state, channel| {
            let shown = component::shown(state, self.id, channel, message)?;
            let data = component::select(state, shown, list, chosen)?;
            Ok((InteractionKind::Component, data, Some(message)))
        })
    }

    /// Fills in the form that was the answer, and sends it. Fields go by custom id or label, or by a part of it.
    pub fn fill(&self, shown: &Pending, values: &[(&str, &str)]) -> Result<Pending, Refused> {
        let channel = {
            let state = self.server.state();
            let shown = state.interactions.get(&shown.id).ok_or_else(|| refused("that was long ago"))?;
            shown.channel.to_string()
        };
        self.begin(&channel, |state, _| {
            let shown = &state.interactions[&shown.id];
            if shown.user != self.id {
                return Err(refused("the form is shown to somebody else"));
            }
            Ok((InteractionKind::Modal, form::filled(shown, values)?, shown.message))
        })
    }

    fn begin(
        &self,
        channel: &str,
        what: impl FnOnce(&State, u64) -> Result<(InteractionKind, Value, Option<u64>), Refused>,
    ) -> Result<Pending, Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        self.need(&state, channel, permission::USE_APPLICATION_COMMANDS, "use applications")?;
        let (kind, data, message) = what(&state, channel)?;
        let id = begin(&mut state, Done { kind, user: self.id, channel, data, message });
        Ok(Pending { server: self.server.clone(), person: self.clone(), id })
    }
}

/// The fields of a form: custom id, label, what stands in it already.
pub(crate) fn fields_of(form: &Value) -> Vec<(String, String, String)> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let fields = component::fields(form).into_iter();
    fields
        .map(|(_, field, label)| {
            (text(field["custom_id"].as_str()), text(label), text(field["value"].as_str()))
        })
        .collect()
}

fn refused(why: impl Into<String>) -> Refused {
    Refused(why.into())
}

/// The one of these whose id or label is what somebody said, or ends with it after a colon, or else the first in which it
/// occurs. Upper and lower case are the same.
fn meant<'a, T>(all: &[&'a T], said: &str, names: impl Fn(&T) -> [Option<&str>; 2]) -> Option<&'a T> {
    let said = said.to_lowercase();
    let by = |matches: &dyn Fn(&str) -> bool| {
        all.iter()
            .copied()
            .find(|it| names(it).into_iter().flatten().any(|name| matches(&name.to_lowercase())))
    };
    by(&|name| name == said)
        .or_else(|| by(&|name| name.rsplit_once(':').is_some_and(|(_, last)| last == said)))
        .or_else(|| by(&|name| name.contains(&said)))
}
