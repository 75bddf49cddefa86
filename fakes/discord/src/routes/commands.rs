//! Slash commands, the guild's and those for everywhere.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::call::{Call, Outcome, Reply, Route};
use crate::description::{Breach, without_nulls};
use crate::refusal::{self, Refusal};
use crate::render;
use crate::state::guild::Command;

/// Slash commands of one guild, and of all.
const COMMANDS: usize = 100;
/// New ones in one day.
const CREATES_A_DAY: usize = 200;

const OF_GUILD: &str = "/applications/{application_id}/guilds/{guild_id}/commands";
const OF_GUILD_ONE: &str = "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}";
const OF_ALL: &str = "/applications/{application_id}/commands";
const OF_ALL_ONE: &str = "/applications/{application_id}/commands/{command_id}";

pub(super) const ROUTES: &[Route] = &[
    Route { method: "GET", path: OF_GUILD, handler: list },
    Route { method: "PUT", path: OF_GUILD, handler: overwrite },
    Route { method: "POST", path: OF_GUILD, handler: make },
    Route { method: "GET", path: OF_GUILD_ONE, handler: one },
    Route { method: "PATCH", path: OF_GUILD_ONE, handler: change },
    Route { method: "DELETE", path: OF_GUILD_ONE, handler: remove },
    Route { method: "GET", path: OF_ALL, handler: list },
    Route { method: "PUT", path: OF_ALL, handler: overwrite },
    Route { method: "POST", path: OF_ALL, handler: make },
    Route { method: "GET", path: OF_ALL_ONE, handler: one },
    Route { method: "PATCH", path: OF_ALL_ONE, handler: change },
    Route { method: "DELETE", path: OF_ALL_ONE, handler: remove },
];

/// Whether the commands of the path are the guild's, if they may be asked for at all.
fn guild_only(call: &Call<'_>) -> Result<bool, Refusal> {
    if call.id("application_id")? != call.state.application.id {
        return Err(Refusal::new(
            403,
            20012,
            "You are not authorized to perform this action on this application",
        ));
    }
    let guild_only = call.parts.contains_key("guild_id");
    if guild_only {
        call.guild()?;
    }
    Ok(guild_only)
}

fn mine<'a>(call: &'a Call<'_>, guild_only: bool) -> impl Iterator<Item = &'a Command> {
    call.state.commands.values().filter(move |command| command.guild_only == guild_only)
}

fn list(call: &mut Call<'_>) -> Outcome {
    let guild_only = guild_only(call)?;
    let all = mine(call, guild_only).map(|command| render::command::command(call.state, command));
    Ok(Reply::ok(all.collect::<Value>()))
}

fn known(call: &Call<'_>) -> Result<Command, Refusal> {
    let guild_only = guild_only(call)?;
    let id = call.id("command_id")?;
    mine(call, guild_only).find(|command| command.id == id).cloned().ok_or_else(refusal::unknown_command)
}

fn one(call: &mut Call<'_>) -> Outcome {
    let command = known(call)?;
    Ok(Reply::ok(render::command::command(call.state, &command)))
}

/// Which of the bot's commands a definition is about: its name and its type.
fn name(definition: &Value) -> (String, u64) {
    (definition["name"].as_str().unwrap_or_default().to_owned(), definition["type"].as_u64().unwrap_or(1))
}

/// All of them at once: those that aren't among these are gone. One with a name that is known is no new one.
fn overwrite(call: &mut Call<'_>) -> Outcome {
    let guild_only = guild_only(call)?;
    let definitions: Vec<Value> = call.body.as_array().cloned().unwrap_or_default();
    let breaches: Vec<Breach> =
        definitions.iter().enumerate().flat_map(|(at, one)| check(one, &[&at.to_string()])).collect();
    if !breaches.is_empty() {
        return Err(call.breach(Refusal::form(&breaches)));
    }
    let names: BTreeSet<_> = definitions.iter().map(name).collect();
    if names.len() < definitions.len() {
        let message = "Application command names must be unique";
        let refusal = Refusal::field(&["name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        return Err(call.breach(refusal));
    }
    let old: Vec<Command> = mine(call, guild_only).cloned().collect();
    let is_new = |definition: &&Value| !old.iter().any(|known| name(&known.definition) == name(definition));
    let new = definitions.iter().filter(is_new).count();
    fits(call, definitions.len(), new)?;
    call.state.commands.retain(|_, command| command.guild_only != guild_only);
    for definition in definitions {
        let known =
            old.iter().find(|known| name(&known.definition) == name(&definition)).map(|known| known.id);
        put(call, definition, guild_only, known);
    }
    list(call)
}

fn fits(call: &mut Call<'_>, all: usize, new: usize) -> Result<(), Refusal> {
    if all > COMMANDS {
        return Err(refusal::max_commands());
    }
    let now = call.state.now();
    call.state.command_creates.retain(|&at| now - at < TimeDelta::days(1));
    if call.state.command_creates.len() + new > CREATES_A_DAY {
        return Err(refusal::max_command_creates());
    }
    call.state.command_creates.extend(std::iter::repeat_n(now, new));
    Ok(())
}

fn put(call: &mut Call<'_>, definition: Value, guild_only: bool, known: Option<u64>) -> Command {
    let version = call.state.next_id();
    let definition = json!(definition.as_object().map(without_nulls).unwrap_or_default());
    let command = Command { id: known.unwrap_or(version), guild_only, definition, version };
    call.state.commands.insert(command.id, command.clone());
    command
}

fn make(call: &mut Call<'_>) -> Outcome {
    let guild_only = guild_only(call)?;
    let definition = call.body.clone();
    let breaches = check(&definition, &[]);
    if !breaches.is_empty() {
        return Err(call.breach(Refusal::form(&breaches)));
    }
    let known = mine(call, guild_only).find(|it| name(&it.definition) == name(&definition)).map(|it| it.id);
    let all = mine(call, guild_only).count();
    if known.is_none() {
        fits(call, all + 1, 1)?;
    }
    let command = put(call, definition, guild_only, known);
    let body = render::command::command(call.state, &command);
    Ok(if known.is_none() { Reply::created(body) } else { Reply::ok(body) })
}

fn change(call: &mut Call<'_>) -> Outcome {
    let mut command = known(call)?;
    for (key, value) in call.body.as_object().cloned().unwrap_or_default() {
        command.definition[key] = value;
    }
    let breaches = check(&command.definition, &[]);
    if !breaches.is_empty() {
        return Err(call.breach(Refusal::form(&breaches)));
    }
    let command = put(call, command.definition.clone(), command.guild_only, Some(command.id));
    Ok(Reply::ok(render::command::command(call.state, &command)))
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let command = known(call)?;
    call.state.commands.remove(&command.id);
    Ok(Reply::done())
}

/// What is wrong with a definition beyond what the description says: names, and the order and the choices of options.
fn check(definition: &Value, path: &[&str]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut wrong = |more: &[&str], code, message: &str| {
        let path: Vec<&str> = path.iter().chain(more).copied().collect();
        breaches.push(Breach::at(&path, code, message));
    };
    let slash = definition["type"].as_u64().unwrap_or(1) == 1;
    if slash && !plain_name(definition["name"].as_str().unwrap_or_default()) {
        wrong(&["name"], "STRING_TYPE_REGEX", "String value did not match validation regex.");
    }
    if slash && definition["description"].as_str().is_none_or(str::is_empty) {
        wrong(&["description"], "BASE_TYPE_REQUIRED", "This field is required");
    }
    let (mut optional_seen, mut names) = (false, BTreeSet::new());
    for (at, option) in definition["options"].as_array().into_iter().flatten().enumerate() {
        let at = at.to_string();
        let name = option["name"].as_str().unwrap_or_default();
        if !plain_name(name) || !names.insert(name) {
            wrong(
                &["options", &at, "name"],
                "STRING_TYPE_REGEX",
                "String value did not match validation regex.",
            );
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            wrong(&["options", &at], "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required && option["type"].as_u64() > Some(2);
        let choices = option["choices"].as_array().is_some_and(|choices| !choices.is_empty());
        if option["autocomplete"] == true && choices {
            wrong(
                &["options", &at, "choices"],
                "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID",
                "Choices or autocompletion",
            );
        }
    }
    breaches
}

/// `^[-_'\p{L}\p{N}]{1,32}$`, in small letters.
fn plain_name(name: &str) -> bool {
    let length = name.chars().count();
    let plain = |sign: char| matches!(sign, '-' | '_' | '\'') || sign.is_alphanumeric();
    (1..=32).contains(&length) && name.chars().all(plain) && name.to_lowercase() == name
}
