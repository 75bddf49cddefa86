//! Buttons and lists under a message.

use serde_json::{Value, json};

use super::resolved::{Resolved, Thing};
use super::{meant, refused};
use crate::person::Refused;
use crate::state::State;
use crate::state::message::Message;

const BUTTON: u64 = 2;
/// A list of the program's own, of people, of roles, of both, of channels.
const LISTS: [u64; 5] = [3, 5, 6, 7, 8];
/// The style of a button that is a link.
const LINK: u64 = 5;

/// A message, if this person has it before them.
pub(super) fn shown(state: &State, user: u64, channel: u64, message: u64) -> Result<&Message, Refused> {
    let found = state.messages.get(&channel).and_then(|all| all.get(&message));
    found
        .filter(|message| message.only_for.is_none_or(|only| only == user))
        .ok_or_else(|| refused("there is no such message here"))
}

/// What the bot is told of a button that is pressed.
pub(super) fn press(message: &Message, button: &str) -> Result<Value, Refused> {
    let mut buttons = Vec::new();
    collect(&message.components, &mut buttons, &|it| kind(it) == BUTTON);
    let found = meant(&buttons, button, |it| [it["custom_id"].as_str(), it["label"].as_str()]);
    let found = found.ok_or_else(|| refused(format!("there is no button {button} under that message")))?;
    usable(found, button)?;
    if found["style"].as_u64() == Some(LINK) {
        return Err(refused(format!("{button} opens {}", found["url"].as_str().unwrap_or("a link"))));
    }
    Ok(json!({ "component_type": BUTTON, "custom_id": found["custom_id"], "id": number(found) }))
}

/// What the bot is told of what is chosen from a list.
pub(super) fn select(
    state: &State,
    message: &Message,
    list: &str,
    chosen: &[&str],
) -> Result<Value, Refused> {
    let mut lists = Vec::new();
    collect(&message.components, &mut lists, &|it| LISTS.contains(&kind(it)));
    let found = meant(&lists, list, |it| [it["custom_id"].as_str(), it["placeholder"].as_str()]);
    let found = found.ok_or_else(|| refused(format!("there is no list {list} under that message")))?;
    usable(found, list)?;
    let least = found["min_values"].as_u64().unwrap_or(1);
    let most = found["max_values"].as_u64().unwrap_or(1);
    if !(least..=most).contains(&(chosen.len() as u64)) {
        return Err(refused(format!("{list} takes {least} to {most}")));
    }
    let mut resolved = Resolved::default();
    let mut values = Vec::new();
    for &name in chosen {
        values.push(match kind(found) {
            3 => own(found, name)?,
            5 => resolved.id(state, message.channel, Thing::User, name)?,
            6 => resolved.id(state, message.channel, Thing::Role, name)?,
            7 => resolved.id(state, message.channel, Thing::Mentionable, name)?,
            _ => resolved.id(state, message.channel, Thing::Channel, name)?,
        });
    }
    let mut data = json!({ "component_type": kind(found), "custom_id": found["custom_id"], "values": values, "id": number(found) });
    if let Some(resolved) = resolved.all() {
        data["resolved"] = resolved;
    }
    Ok(data)
}

/// The value of an entry of the program's own list.
fn own(list: &Value, name: &str) -> Result<String, Refused> {
    let entries: Vec<&Value> = list["options"].as_array().into_iter().flatten().collect();
    let found = meant(&entries, name, |it| [it["value"].as_str(), it["label"].as_str()]);
    let value = found.and_then(|it| it["value"].as_str());
    value.map(str::to_owned).ok_or_else(|| refused(format!("{name} is not in the list")))
}

fn usable(component: &Value, name: &str) -> Result<(), Refused> {
    if component["disabled"] == true { Err(refused(format!("{name} is greyed out"))) } else { Ok(()) }
}

fn kind(component: &Value) -> u64 {
    component["type"].as_u64().unwrap_or(0)
}

/// A component's number in its message; 0 if it has none.
fn number(component: &Value) -> u64 {
    component["id"].as_u64().unwrap_or(0)
}

/// Those that are wanted, in rows, sections and containers alike.
fn collect<'a>(components: &'a [Value], found: &mut Vec<&'a Value>, wanted: &dyn Fn(&Value) -> bool) {
    for component in components {
        if wanted(component) {
            found.push(component);
        }
        for key in ["accessory", "component"] {
            if component[key].is_object() {
                collect(std::slice::from_ref(&component[key]), found, wanted);
            }
        }
        collect(component["components"].as_array().map(Vec::as_slice).unwrap_or_default(), found, wanted);
    }
}

/// The fields of a form: where each stands, and the field with the label that people see.
pub(super) fn fields(form: &Value) -> Vec<(&Value, &Value, Option<&str>)> {
    let rows = form["components"].as_array().into_iter().flatten();
    rows.filter_map(|row| {
        let field = if row["component"].is_object() { &row["component"] } else { &row["components"][0] };
        let label = row["label"].as_str().or_else(|| field["label"].as_str());
        field.is_object().then_some((row, field, label))
    })
    .collect()
}
