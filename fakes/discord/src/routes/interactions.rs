//! The first answer to an interaction.

use serde_json::{Value, json};

use super::attached;
use super::message_form::{self, Source};
use crate::call::{Call, Outcome, Reply, Route};
use crate::description::Breach;
use crate::happening;
use crate::refusal::{self, Refusal};
use crate::render::{self, id};
use crate::rules::interactions::FIRST_ANSWER;
use crate::state::interaction::{FirstAnswer, Interaction, InteractionKind};
use crate::state::message::{COMMAND_ANSWER, EPHEMERAL, LOADING, Message, REPLY};

pub(super) const ROUTES: &[Route] = &[Route {
    method: "POST",
    path: "/interactions/{interaction_id}/{interaction_token}/callback",
    handler: answer,
}];

fn answer(call: &mut Call<'_>) -> Outcome {
    let interaction = call.state.interactions.get(&call.id("interaction_id")?).cloned();
    let interaction = interaction.filter(|it| call.parts.get("interaction_token") == Some(&it.token));
    let interaction = interaction.ok_or_else(refusal::unknown_interaction)?;
    let now = call.state.now();
    if interaction.answer.is_some() {
        return Err(refusal::already_acknowledged());
    }
    if now - interaction.made_at > FIRST_ANSWER {
        return Err(refusal::unknown_interaction());
    }
    let kind = u8::try_from(call.body["type"].as_u64().unwrap_or(0)).unwrap_or(0);
    let data = call.body.get("data").cloned().unwrap_or(Value::Null);
    check(&interaction, kind, &data).map_err(|refusal| call.breach(refusal))?;
    let original = match kind {
        4 | 5 => Some(message(call, &interaction, kind, &data)?),
        6 => interaction.message,
        7 => {
            if let Some(pressed) = interaction.message {
                let allowed = data.get("allowed_mentions").filter(|allowed| !allowed.is_null());
                let change = |it: &mut Message| message_form::fill(it, &data);
                happening::message::edit(call.state, interaction.channel, pressed, change, allowed);
            }
            interaction.message
        }
        _ => None,
    };
    if let Some(it) = call.state.interactions.get_mut(&interaction.id) {
        it.answer = Some(FirstAnswer { kind, data, at: now });
        it.original = original;
    }
    if call.query.get("with_response").is_some_and(|with| with == "true") {
        return Ok(Reply::ok(with_response(call, &interaction, kind, original)));
    }
    Ok(Reply::done())
}

/// Whether this kind of answer fits, and is as it must be.
fn check(interaction: &Interaction, kind: u8, data: &Value) -> Result<(), Refusal> {
    let fits = match kind {
        4 | 5 => interaction.kind != InteractionKind::Autocomplete,
        6 | 7 => interaction.message.is_some() && interaction.kind != InteractionKind::Autocomplete,
        8 => interaction.kind == InteractionKind::Autocomplete,
        9 => matches!(interaction.kind, InteractionKind::Command | InteractionKind::Component),
        _ => false,
    };
    if !fits {
        return Err(Refusal::field(
            &["type"],
            "BASE_TYPE_CHOICES",
            "this kind of answer doesn't fit the interaction",
        ));
    }
    match kind {
        4 | 7 => {
            message_form::check(data, Source::Interaction)?;
            let mut message = Message::default();
            message_form::fill(&mut message, data);
            if kind == 4 { message_form::something(&message) } else { Ok(()) }
        }
        9 => form(data),
        _ => Ok(()),
    }
}

/// A form's fields must have names of their own, and be labelled.
fn form(data: &Value) -> Result<(), Refusal> {
    let mut names = std::collections::BTreeSet::new();
    let mut breaches = Vec::new();
    for (at, row) in data["components"].as_array().into_iter().flatten().enumerate() {
        let fields: Vec<&Value> = match row["components"].as_array() {
            Some(fields) => fields.iter().collect(),
            None => vec![&row["component"]],
        };
        let at = at.to_string();
        if row["type"] == 1 && fields.len() != 1 {
            breaches.push(Breach::at(&["components", &at], "BASE_TYPE_BAD_LENGTH", "One field a row"));
        }
        for field in fields.into_iter().filter(|field| field.is_object()) {
            if !names.insert(field["custom_id"].as_str().unwrap_or_default()) {
                let message = "Component custom id cannot be duplicated";
                breaches.push(Breach::at(&["components", &at], "COMPONENT_CUSTOM_ID_DUPLICATED", message));
            }
            if row["type"] == 1 && field["label"].as_str().is_none_or(str::is_empty) {
                breaches.push(Breach::at(
                    &["components", &at, "label"],
                    "BASE_TYPE_REQUIRED",
                    "This field is required",
                ));
            }
        }
    }
    if breaches.is_empty() { Ok(()) } else { Err(Refusal::form(&breaches)) }
}

/// Posts the message that answers, or the one that says that an answer is being thought about.
fn message(call: &mut Call<'_>, interaction: &Interaction, kind: u8, data: &Value) -> Result<u64, Refusal> {
    let ephemeral = data["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
    let mut message = Message {
        channel: interaction.channel,
        author: call.bot(),
        kind: if interaction.kind == InteractionKind::Command { COMMAND_ANSWER } else { 0 },
        interaction: Some(interaction.id),
        only_for: ephemeral.then_some(interaction.user),
        ..Message::default()
    };
    if interaction.message.is_some() {
        (message.kind, message.reply_to) = (REPLY, interaction.message);
    }
    if kind == 4 {
        message_form::fill(&mut message, data);
        message.attachments = attached::of(call, &message, data)?;
    } else {
        message.flags |= LOADING;
    }
    if ephemeral {
        message.flags |= EPHEMERAL;
    }
    // What it answers is not notified by being answered.
    let silent = json!({ "parse": [] });
    let allowed = data.get("allowed_mentions").filter(|allowed| !allowed.is_null());
    let allowed = if kind == 5 { Some(&silent) } else { allowed };
    Ok(happening::message::post(call.state, message, allowed))
}

fn with_response(call: &Call<'_>, interaction: &Interaction, kind: u8, original: Option<u64>) -> Value {
    let message = original.and_then(|it| call.state.messages.get(&interaction.channel)?.get(&it));
    let mut response =
        json!({ "interaction": { "id": id(interaction.id), "type": interaction.kind.number() } });
    if let (Some(message), 4 | 7) = (message, kind) {
        response["interaction"]["response_message_id"] = json!(id(message.id));
        response["resource"] =
            json!({ "type": kind, "message": render::message::message(call.state, message) });
    }
    response
}
