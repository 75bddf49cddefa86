//! Slash commands, buttons and forms: what a program must answer.

use serde_json::{Value, json};

use super::{Person, Refused, refused};
use crate::happening::{self, interaction::Done};
use crate::pending::{AnswerKind, Pending};
use crate::permission as bit;
use crate::render::{self, id};
use crate::state::State;
use crate::state::guild::Command;
use crate::state::interaction::InteractionKind;
use crate::state::message::Message;

/// The kind of option that holds a person.
const USER: u64 = 6;
/// The kind of component that is a button.
const BUTTON: u64 = 2;

impl Person {
    /// Uses a slash command, with these options.
    pub fn slash(&self, channel: &str, command: &str, options: &[(&str, Value)]) -> Result<Pending, Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        self.need(&state, channel, bit::USE_APPLICATION_COMMANDS, "use commands")?;
        let known = known(&state, command)?.clone();
        let declared = known.definition["options"].as_array().cloned().unwrap_or_default();
        for option in declared.iter().filter(|option| option["required"] == true) {
            if !options.iter().any(|(name, _)| option["name"] == **name) {
                return refused(format!("/{command} needs {}", option["name"]));
            }
        }
        let mut sent = Vec::new();
        for (name, value) in options {
            let option = declared.iter().find(|option| option["name"] == **name);
            let Some(option) = option else { return refused(format!("/{command} has no option {name}")) };
            fits(option, value)?;
            sent.push(json!({ "name": name, "type": option["type"], "value": value }));
        }
        let data = data(&state, &known, sent);
        Ok(self.begin(&mut state, InteractionKind::Command, (channel, None), data))
    }

    /// Types a slash command up to the option `focused`, whose value is the last of these: what is offered for it comes
    /// as the answer's choices.
    pub fn completing(
        &self,
        channel: &str,
        command: &str,
        options: &[(&str, &str)],
        focused: &str,
    ) -> Result<Pending, Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        self.need(&state, channel, bit::USE_APPLICATION_COMMANDS, "use commands")?;
        let known = known(&state, command)?.clone();
        let declared = known.definition["options"].as_array().cloned().unwrap_or_default();
        let option = declared.iter().find(|option| option["name"] == *focused);
        if !option.is_some_and(|option| option["autocomplete"] == true) {
            return refused(format!("nothing is offered for {focused} of /{command}"));
        }
        let typed = |option: &&Value| {
            options.iter().find(|(name, _)| option["name"] == **name).map(|(_, typed)| *typed)
        };
        let sent = declared.iter().filter(|option| typed(option).is_some() || option["name"] == *focused);
        let sent = sent.map(|option| {
            let mut sent =
                json!({ "name": option["name"], "type": option["type"], "value": typed(&option).unwrap_or_default() });
            if option["name"] == *focused {
                sent["focused"] = json!(true);
            }
            sent
        });
        let sent = sent.collect();
        let data = data(&state, &known, sent);
        Ok(self.begin(&mut state, InteractionKind::Autocomplete, (channel, None), data))
    }

    /// Types a slash command up to the option `focused`, and waits for what is offered: names and values.
    pub fn complete(
        &self,
        channel: &str,
        command: &str,
        options: &[(&str, &str)],
        focused: &str,
    ) -> Result<Vec<(String, Value)>, Refused> {
        let pending = self.completing(channel, command, options, focused)?;
        // The client waits no longer than Discord does.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(3);
        while std::time::Instant::now() < until {
            if let Some(answer) = pending.answer() {
                let choices = answer.data["choices"].as_array().cloned().unwrap_or_default();
                let named =
                    |it: &Value| (it["name"].as_str().unwrap_or_default().to_owned(), it["value"].clone());
                return Ok(choices.iter().map(named).collect());
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        refused("loading options failed")
    }

    /// Presses the first button whose custom id, or else whose label, contains this.
    pub fn press(&self, channel: &str, message: u64, button: &str) -> Result<Pending, Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        let pressed = self.message(&state, channel, message)?;
        let all: Vec<Value> = components(pressed).cloned().collect();
        let has = |key: &str| {
            let buttons = all.iter().filter(|it| it["type"] == BUTTON && it["custom_id"].is_string());
            buttons.into_iter().find(|it| it[key].as_str().is_some_and(|text| text.contains(button))).cloned()
        };
        let Some(found) = has("custom_id").or_else(|| has("label")) else {
            return refused(format!("there is no button {button} under message {message}"));
        };
        if found["disabled"] == true {
            return refused(format!("the button {button} is switched off"));
        }
        let data = json!({ "component_type": BUTTON, "custom_id": found["custom_id"], "id": found["id"] });
        Ok(self.begin(&mut state, InteractionKind::Component, (channel, Some(message)), data))
    }

    /// Chooses from the first select under a message.
    pub fn choose(&self, channel: &str, message: u64, values: &[&str]) -> Result<Pending, Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        let pressed = self.message(&state, channel, message)?;
        let select = components(pressed).find(|it| matches!(it["type"].as_u64(), Some(3 | 5..=8))).cloned();
        let Some(select) = select else {
            return refused(format!("there is nothing to choose under {message}"));
        };
        let mut data = json!({
            "component_type": select["type"], "custom_id": select["custom_id"], "id": select["id"], "values": values,
        });
        data["resolved"] = resolved(&state, values.iter().copied());
        Ok(self.begin(&mut state, InteractionKind::Component, (channel, Some(message)), data))
    }

    /// Fills in the form that was the answer, and sends it. Fields go by custom id; what isn't said stays as it was.
    pub fn fill(&self, shown: &Pending, values: &[(&str, &str)]) -> Result<Pending, Refused> {
        let form =
            shown.answer().filter(|answer| answer.kind == AnswerKind::Modal && shown.person.id == self.id);
        let Some(form) = form else { return refused("there is no form to fill in") };
        let fields: Vec<&Value> = fields(&form.data);
        if let Some((name, _)) =
            values.iter().find(|(name, _)| !fields.iter().any(|it| it["custom_id"] == **name))
        {
            return refused(format!("the form has no field {name}"));
        }
        let mut rows = Vec::new();
        for (at, field) in (0_u64..).zip(fields) {
            let value = values.iter().find(|(name, _)| field["custom_id"] == **name).map(|(_, value)| *value);
            let value = value.or(field["value"].as_str()).unwrap_or_default();
            fits_field(field, value)?;
            let field =
                json!({ "type": 4, "id": 2 * at + 2, "custom_id": field["custom_id"], "value": value });
            rows.push(json!({ "type": 1, "id": 2 * at + 1, "components": [field] }));
        }
        let mut state = self.server.state();
        let Some(first) = state.interactions.get(&shown.id).cloned() else {
            return refused("the form is gone");
        };
        let data = json!({ "custom_id": form.data["custom_id"], "components": rows });
        Ok(self.begin(&mut state, InteractionKind::Modal, (first.channel, first.message), data))
    }

    fn begin(
        &self,
        state: &mut State,
        kind: InteractionKind,
        (channel, message): (u64, Option<u64>),
        data: Value,
    ) -> Pending {
        let id = happening::interaction::begin(state, Done { kind, user: self.id, channel, data, message });
        Pending { server: self.server.clone(), person: self.clone(), id }
    }
}

fn known<'a>(state: &'a State, name: &str) -> Result<&'a Command, Refused> {
    if !state.application.in_guild {
        return refused("the bot isn't in the guild");
    }
    let mut named = state.commands.values().filter(|it| it.definition["name"] == *name);
    match named.next() {
        Some(known) => Ok(known),
        None => refused(format!("there is no command /{name}")),
    }
}

/// Everything that can be pressed or chosen under a message.
fn components(message: &Message) -> impl Iterator<Item = &Value> {
    message.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten())
}

/// A form's fields, whichever way they are wrapped.
fn fields(form: &Value) -> Vec<&Value> {
    let rows = form["components"].as_array().into_iter().flatten();
    rows.flat_map(|row| match row["components"].as_array() {
        Some(fields) => fields.iter().collect(),
        None => vec![&row["component"]],
    })
    .filter(|field| field["type"] == 4)
    .collect()
}

fn fits_field(field: &Value, value: &str) -> Result<(), Refused> {
    let length = value.chars().count();
    let required = field["required"] != false;
    let least = field["min_length"].as_u64().unwrap_or(u64::from(required));
    let most = field["max_length"].as_u64().unwrap_or(4000);
    let empty = length == 0 && !required;
    if empty || (least..=most).contains(&(length as u64)) {
        return Ok(());
    }
    refused(format!("{} takes {least} to {most} characters", field["custom_id"]))
}

fn fits(option: &Value, value: &Value) -> Result<(), Refused> {
    let right = match option["type"].as_u64() {
        Some(4) => value.is_i64(),
        Some(5) => value.is_boolean(),
        Some(10) => value.is_number(),
        _ => value.is_string(),
    };
    let choices = option["choices"].as_array().filter(|choices| !choices.is_empty());
    let chosen = choices.is_none_or(|choices| choices.iter().any(|choice| choice["value"] == *value));
    if right && chosen { Ok(()) } else { refused(format!("{value} is nothing for {}", option["name"])) }
}

fn data(state: &State, command: &Command, options: Vec<Value>) -> Value {
    let mut data = json!({ "id": id(command.id), "name": command.definition["name"], "type": 1 });
    let people = options.iter().filter(|it| it["type"] == USER).filter_map(|it| it["value"].as_str());
    let resolved = resolved(state, people);
    if resolved.as_object().is_some_and(|resolved| !resolved.is_empty()) {
        data["resolved"] = resolved;
    }
    if command.guild_only {
        data["guild_id"] = json!(id(state.guild.id));
    }
    if !options.is_empty() {
        data["options"] = json!(options);
    }
    data
}

/// The people with these ids, as an interaction brings them along.
fn resolved<'a>(state: &State, ids: impl Iterator<Item = &'a str>) -> Value {
    let mut resolved = json!({});
    for (text, user) in ids.filter_map(|text| Some((text, text.parse::<u64>().ok()?))) {
        if state.users.contains_key(&user) {
            resolved["users"][text] = render::user::user(state, user);
            let mut member = render::user::partial_member(state, user);
            member["permissions"] = json!(crate::rules::permissions::in_guild(state, user).to_string());
            resolved["members"][text] = member;
        }
    }
    resolved
}
