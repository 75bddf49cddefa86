//! What a message's form must keep to beyond the description, and what becomes of it.
//!
//! The documentation's limits on embeds, buttons and mentions are here; those on the lengths of single fields are in
//! the description.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::description::{Breach, without_nulls};
use crate::refusal::{self, Refusal};
use crate::state::message::{EPHEMERAL, Message, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS};

/// Characters in all embeds of a message together.
const EMBEDS_TOGETHER: usize = 6000;
/// Rows under a message.
const ROWS: usize = 5;
/// The button that opens an address.
const LINK: u64 = 5;

/// Where a message's form comes from: that decides which flags it may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// A message of the bot's own.
    Bot,
    /// An answer to an interaction.
    Interaction,
}

/// Goes on if the form keeps to the documentation.
pub(super) fn check(body: &Value, source: Source) -> Result<(), Refusal> {
    let mut breaches = embeds(body);
    breaches.extend(components(body));
    breaches.extend(mentions(body));
    let may =
        SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | if source == Source::Interaction { EPHEMERAL } else { 0 };
    if body["flags"].as_u64().unwrap_or(0) & !may != 0 {
        breaches.push(Breach::at(&["flags"], "BASE_TYPE_CHOICES", "these flags can't be set here"));
    }
    if body["enforce_nonce"] == true && body["nonce"].is_null() {
        breaches.push(Breach::at(&["nonce"], "BASE_TYPE_REQUIRED", "This field is required"));
    }
    if breaches.is_empty() { Ok(()) } else { Err(Refusal::form(&breaches)) }
}

fn embeds(body: &Value) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut together = 0;
    for (at, embed) in body["embeds"].as_array().into_iter().flatten().enumerate() {
        let at = at.to_string();
        let mut texts =
            vec![&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
        for (field_at, field) in embed["fields"].as_array().into_iter().flatten().enumerate() {
            for key in ["name", "value"] {
                texts.push(&field[key]);
                if field[key].as_str().is_none_or(|text| text.trim().is_empty()) {
                    let path = ["embeds", &at, "fields", &field_at.to_string(), key];
                    breaches.push(Breach::at(&path, "BASE_TYPE_REQUIRED", "This field is required"));
                }
            }
        }
        let length: usize =
            texts.iter().filter_map(|text| text.as_str()).map(|text| text.chars().count()).sum();
        together += length;
        if length == 0 && ["image", "thumbnail", "video"].iter().all(|key| embed[key].is_null()) {
            breaches.push(Breach::at(&["embeds", &at], "BASE_TYPE_REQUIRED", "An embed must not be empty"));
        }
    }
    if together > EMBEDS_TOGETHER {
        let message = "Embed size exceeds maximum size of 6000";
        breaches.push(Breach::at(&["embeds"], "MAX_EMBED_SIZE_EXCEEDED", message));
    }
    breaches
}

fn components(body: &Value) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut ids = BTreeSet::new();
    let rows = body["components"].as_array().into_iter().flatten();
    for (row_at, row) in rows.enumerate() {
        let row_at = row_at.to_string();
        if row["type"] != 1 || row_at == ROWS.to_string() {
            let path = ["components", &row_at];
            breaches.push(Breach::at(
                &path,
                "BASE_TYPE_BAD_LENGTH",
                "Only five rows, without the newer components",
            ));
        }
        let inside = row["components"].as_array().into_iter().flatten();
        for (at, component) in inside.enumerate() {
            let at = at.to_string();
            let mut wrong = |key: &str, code, message: &str| {
                breaches.push(Breach::at(&["components", &row_at, "components", &at, key], code, message));
            };
            let custom_id = component["custom_id"].as_str();
            if component["type"] == 2 {
                let link = component["style"] == LINK;
                match (link, custom_id.is_some(), component["url"].is_string()) {
                    (true, false, true) | (false, true, false) => {}
                    (true, _, _) => {
                        wrong("url", "BUTTON_COMPONENT_INVALID_URL", "A link has a url and no custom id")
                    }
                    (false, _, _) => {
                        wrong("custom_id", "BASE_TYPE_REQUIRED", "A custom id and no url required")
                    }
                }
                if component["label"].as_str().is_none_or(str::is_empty) && component["emoji"].is_null() {
                    wrong("label", "BASE_TYPE_REQUIRED", "A label or an emoji is required");
                }
            }
            if custom_id.is_some_and(|custom_id| !ids.insert(custom_id)) {
                wrong(
                    "custom_id",
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                );
            }
        }
    }
    breaches
}

fn mentions(body: &Value) -> Vec<Breach> {
    let allowed = &body["allowed_mentions"];
    let parses =
        |what: &str| allowed["parse"].as_array().is_some_and(|parse| parse.iter().any(|it| it == what));
    let both = |key: &str| parses(key) && allowed[key].as_array().is_some_and(|list| !list.is_empty());
    let both = ["users", "roles"].into_iter().filter(|key| both(key));
    let message = "parse and a list of the same kind exclude one another";
    both.map(|key| {
        Breach::at(&["allowed_mentions", key], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    })
    .collect()
}

/// Puts into a message what the form says, and leaves the rest as it is.
pub(super) fn fill(message: &mut Message, body: &Value) {
    if body.get("content").is_some() {
        body["content"].as_str().unwrap_or_default().trim().clone_into(&mut message.content);
    }
    if body.get("embeds").is_some() {
        message.embeds = body["embeds"].as_array().into_iter().flatten().map(embed).collect();
    }
    if body.get("components").is_some() {
        let mut next = 0;
        let rows = body["components"].as_array().into_iter().flatten();
        message.components = rows.map(|row| component(row, &mut next)).collect();
    }
    if let Some(flags) = body["flags"].as_u64() {
        let settable = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS;
        message.flags = message.flags & !settable | flags & settable;
    }
    match &body["nonce"] {
        Value::String(nonce) => message.nonce = Some(nonce.clone()),
        Value::Number(nonce) => message.nonce = Some(nonce.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
    }
}

/// Goes on if there is something in it.
pub(super) fn something(message: &Message) -> Result<(), Refusal> {
    if is_empty(message) {
        return Err(refusal::empty_message());
    }
    Ok(())
}

fn is_empty(message: &Message) -> bool {
    message.content.is_empty()
        && message.embeds.is_empty()
        && message.components.is_empty()
        && message.attachments.is_empty()
}

/// An embed as Discord gives it back.
fn embed(sent: &Value) -> Value {
    let mut embed = sent.as_object().map(plain).unwrap_or_default();
    embed.insert("type".to_owned(), json!("rich"));
    for field in embed.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        if field.get("inline").is_none() {
            field["inline"] = json!(false);
        }
    }
    Value::Object(embed)
}

/// An object without nulls, at any depth, and with its texts trimmed.
fn plain(object: &Map<String, Value>) -> Map<String, Value> {
    let object = without_nulls(object);
    let deep = |value: Value| match value {
        Value::Object(object) => Value::Object(plain(&object)),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_object().map_or_else(|| item.clone(), |object| Value::Object(plain(object))))
            .collect(),
        Value::String(text) => json!(text.trim()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    };
    object.into_iter().map(|(key, value)| (key, deep(value))).collect()
}

/// A component as Discord gives it back: each has a number.
fn component(sent: &Value, next: &mut u64) -> Value {
    *next += 1;
    let mut component = sent.as_object().map(without_nulls).unwrap_or_default();
    component.entry("id").or_insert(json!(*next));
    if component.get("type").is_some_and(|kind| matches!(kind.as_u64(), Some(3 | 5..=8))) {
        component.entry("min_values").or_insert(json!(1));
        component.entry("max_values").or_insert(json!(1));
    }
    if let Some(inside) = sent["components"].as_array() {
        let inside: Vec<_> = inside.iter().map(|it| self::component(it, next)).collect();
        component.insert("components".to_owned(), json!(inside));
    }
    Value::Object(component)
}
