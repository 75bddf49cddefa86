//! A slash command as it is typed, held against how it was registered.

use serde_json::{Value, json};

use super::refused;
use super::resolved::{Resolved, Thing};
use crate::permission;
use crate::person::Refused;
use crate::render::id;
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::ChannelKind;
use crate::state::guild::Command;

/// What text may be long, where the command does not say less.
const LONGEST_TEXT: u64 = 6000;

/// A command with options.
pub(super) struct Typed<'a> {
    /// Its name, and those of its subcommands.
    pub(super) command: &'a str,
    /// What was filled in.
    pub(super) options: &'a [(&'a str, Value)],
    /// The option that is being typed, if it isn't sent yet.
    pub(super) focused: Option<&'a str>,
}

impl Typed<'_> {
    /// What the bot is told of it.
    pub(super) fn data(&self, state: &State, user: u64, channel: u64) -> Result<Value, Refused> {
        let mut words = self.command.trim_start_matches('/').split_whitespace();
        let command = registered(state, user, channel, words.next().unwrap_or_default())?;
        let mut level = &command.definition;
        let mut path = Vec::new();
        for word in words {
            level = options(level)
                .find(|option| matches!(kind(option), 1 | 2) && option["name"] == word)
                .ok_or_else(|| refused(format!("/{} has no {word}", self.command)))?;
            path.push(level);
        }
        if options(level).any(|option| matches!(kind(option), 1 | 2)) {
            return Err(refused(format!("/{} is not complete: it has subcommands", self.command)));
        }
        let mut resolved = Resolved::default();
        let mut filled = self.filled(state, channel, level, &mut resolved)?;
        for part in path.iter().rev() {
            filled = vec![json!({ "name": part["name"], "type": part["type"], "options": filled })];
        }
        let mut data = json!({ "id": id(command.id), "name": command.definition["name"], "type": 1 });
        if !filled.is_empty() {
            data["options"] = json!(filled);
        }
        if let Some(resolved) = resolved.all() {
            data["resolved"] = resolved;
        }
        if command.guild_only {
            data["guild_id"] = json!(id(state.guild.id));
        }
        Ok(data)
    }

    /// The options with their values, each checked.
    fn filled(
        &self,
        state: &State,
        channel: u64,
        level: &Value,
        resolved: &mut Resolved,
    ) -> Result<Vec<Value>, Refused> {
        let mut filled: Vec<Value> = Vec::new();
        for (name, value) in self.options {
            let option = options(level)
                .find(|option| option["name"] == *name)
                .ok_or_else(|| refused(format!("/{} has no option {name}", self.command)))?;
            if filled.iter().any(|filled| filled["name"] == *name) {
                return Err(refused(format!("{name} is there twice")));
            }
            let mut one = json!({ "name": name, "type": option["type"] });
            if self.focused == Some(name) {
                one["focused"] = json!(true);
                one["value"] = json!(text(value));
            } else {
                one["value"] = value_of(state, channel, option, value, resolved)?;
            }
            filled.push(one);
        }
        match self.focused {
            Some(focused) => self.focus(level, focused, filled),
            None => self.nothing_missing(level, filled),
        }
    }

    fn focus(&self, level: &Value, focused: &str, mut filled: Vec<Value>) -> Result<Vec<Value>, Refused> {
        let option = options(level)
            .find(|option| option["name"] == focused)
            .ok_or_else(|| refused(format!("/{} has no option {focused}", self.command)))?;
        if option["autocomplete"] != true {
            return Err(refused(format!("nothing is offered for {focused}")));
        }
        if !filled.iter().any(|filled| filled["name"] == focused) {
            filled.push(json!({ "name": focused, "type": option["type"], "value": "", "focused": true }));
        }
        Ok(filled)
    }

    fn nothing_missing(&self, level: &Value, filled: Vec<Value>) -> Result<Vec<Value>, Refused> {
        let missing = options(level)
            .filter(|option| option["required"] == true)
            .find(|option| !filled.iter().any(|filled| filled["name"] == option["name"]));
        match missing {
            Some(option) => {
                Err(refused(format!("/{} needs {}", self.command, option["name"].as_str().unwrap_or("more"))))
            }
            None => Ok(filled),
        }
    }
}

/// The command of that name, if this person sees it here.
fn registered<'a>(state: &'a State, user: u64, channel: u64, name: &str) -> Result<&'a Command, Refused> {
    let direct = state.channels.get(&channel).is_some_and(|channel| channel.kind == ChannelKind::Direct);
    let command = state
        .commands
        .values()
        .filter(|command| state.application.in_guild || !command.guild_only)
        .filter(|command| matches!(command.definition["type"].as_u64(), None | Some(1)))
        .find(|command| command.definition["name"] == name && (!direct || works_directly(command)))
        .ok_or_else(|| refused(format!("there is no command /{name} here")))?;
    let needed = command.definition["default_member_permissions"]
        .as_str()
        .map(|bits| bits.parse::<u64>().unwrap_or(0));
    let has = permissions::in_channel(state, user, channel);
    let may = match needed {
        None => true,
        Some(0) => has & permission::ADMINISTRATOR != 0,
        Some(bits) => has & bits == bits,
    };
    if direct || may { Ok(command) } else { Err(refused(format!("you may not use /{name}"))) }
}

/// Whether a command is offered in direct channels: those of a guild never are.
fn works_directly(command: &Command) -> bool {
    let contexts = command.definition["contexts"].as_array();
    !command.guild_only
        && command.definition["dm_permission"] != false
        && contexts.is_none_or(|contexts| contexts.iter().any(|context| context == 1))
}

fn options(level: &Value) -> impl Iterator<Item = &Value> {
    level["options"].as_array().into_iter().flatten()
}

fn kind(option: &Value) -> u64 {
    option["type"].as_u64().unwrap_or(0)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as it is sent, if this option takes it.
fn value_of(
    state: &State,
    channel: u64,
    option: &Value,
    value: &Value,
    resolved: &mut Resolved,
) -> Result<Value, Refused> {
    let said = text(value);
    let name = option["name"].as_str().unwrap_or_default();
    let mut named = |thing| resolved.id(state, channel, thing, &said).map(Value::from);
    if let Some(choices) = option["choices"].as_array().filter(|choices| !choices.is_empty()) {
        let chosen =
            choices.iter().find(|choice| text(&choice["value"]) == said || choice["name"] == said.as_str());
        let chosen = chosen.map(|choice| choice["value"].clone());
        return chosen.ok_or_else(|| refused(format!("{said} is none of the choices for {name}")));
    }
    match kind(option) {
        3 if !value.is_string() => Err(refused(format!("{name} takes text, not {said}"))),
        3 => {
            let long = said.chars().count() as u64;
            let least = option["min_length"].as_u64().unwrap_or(1).max(1);
            let most = option["max_length"].as_u64().unwrap_or(LONGEST_TEXT);
            if (least..=most).contains(&long) {
                Ok(Value::from(said))
            } else {
                Err(refused(format!("{name} takes {least} to {most} characters")))
            }
        }
        4 => within(option, name, &said, said.parse::<i64>().ok().map(|it| (it as f64, Value::from(it)))),
        5 => said.parse::<bool>().map(Value::from).map_err(|_| refused(format!("{name} is true or false"))),
        6 => named(Thing::User),
        7 => named(Thing::Channel),
        8 => named(Thing::Role),
        9 => named(Thing::Mentionable),
        10 => within(option, name, &said, said.parse::<f64>().ok().map(|it| (it, Value::from(it)))),
        _ => Err(refused(format!("{name} takes something that this Discord doesn't have"))),
    }
}

/// A number, if it lies where the option wants it.
fn within(option: &Value, name: &str, said: &str, number: Option<(f64, Value)>) -> Result<Value, Refused> {
    let (number, value) = number.ok_or_else(|| refused(format!("{name} takes a number, not {said}")))?;
    let least = option["min_value"].as_f64().unwrap_or(f64::MIN);
    let most = option["max_value"].as_f64().unwrap_or(f64::MAX);
    if (least..=most).contains(&number) {
        Ok(value)
    } else {
        Err(refused(format!("{said} is too much or too little for {name}")))
    }
}
