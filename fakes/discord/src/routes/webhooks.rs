//! What comes after the first answer to an interaction: changes to it, and more messages. All of it by the interaction's
//! token, for a quarter of an hour.

use serde_json::Value;

use super::attached;
use super::message_form::{self, Source};
use crate::call::{Call, Outcome, Reply, Route};
use crate::refusal::{self, Refusal};
use crate::rules::interactions::TOKEN;
use crate::state::Ping;
use crate::state::interaction::Interaction;
use crate::state::message::{EPHEMERAL, LOADING, Message};
use crate::{happening, render};

const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const ONE: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";

pub(super) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/webhooks/{webhook_id}/{webhook_token}", handler: post },
    Route { method: "GET", path: ORIGINAL, handler: get },
    Route { method: "PATCH", path: ORIGINAL, handler: edit },
    Route { method: "DELETE", path: ORIGINAL, handler: remove },
    Route { method: "GET", path: ONE, handler: get },
    Route { method: "PATCH", path: ONE, handler: edit },
    Route { method: "DELETE", path: ONE, handler: remove },
];

/// The interaction of the path's token, once it has its first answer and as long as the token is worth something.
fn interaction(call: &Call<'_>) -> Result<Interaction, Refusal> {
    let token = call.parts.get("webhook_token");
    let interaction = call.state.interactions.values().find(|it| Some(&it.token) == token);
    let interaction = interaction.filter(|_| call.parts.get("webhook_id") == Some(&call.bot().to_string()));
    let interaction = interaction.ok_or_else(refusal::unknown_webhook)?;
    if call.state.now() - interaction.made_at > TOKEN {
        return Err(refusal::invalid_webhook_token());
    }
    if interaction.answer.is_none() {
        return Err(refusal::unknown_webhook());
    }
    Ok(interaction.clone())
}

/// The message of the path.
fn message(call: &Call<'_>, interaction: &Interaction) -> Result<Message, Refusal> {
    let id = if call.parts.contains_key("message_id") {
        let id = call.id("message_id")?;
        Some(id).filter(|id| interaction.original == Some(*id) || interaction.followups.contains(id))
    } else {
        interaction.original
    };
    let message = id.and_then(|id| call.state.messages.get(&interaction.channel)?.get(&id));
    message.cloned().ok_or_else(refusal::unknown_message)
}

fn get(call: &mut Call<'_>) -> Outcome {
    let message = message(call, &interaction(call)?)?;
    Ok(Reply::ok(render::message::message(call.state, &message)))
}

fn post(call: &mut Call<'_>) -> Outcome {
    let interaction = interaction(call)?;
    let body = call.body.clone();
    message_form::check(&body, Source::Interaction).map_err(|refusal| call.breach(refusal))?;
    let ephemeral = body["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
    let mut message = Message {
        channel: interaction.channel,
        author: call.bot(),
        flags: if ephemeral { EPHEMERAL } else { 0 },
        interaction: Some(interaction.id),
        only_for: ephemeral.then_some(interaction.user),
        ..Message::default()
    };
    message_form::fill(&mut message, &body);
    message.attachments = attached::of(call, &message, &body)?;
    message_form::something(&message).map_err(|refusal| call.breach(refusal))?;
    let allowed = body.get("allowed_mentions").filter(|allowed| !allowed.is_null());
    let id = happening::message::post(call.state, message, allowed);
    if let Some(it) = call.state.interactions.get_mut(&interaction.id) {
        it.followups.push(id);
    }
    let posted = call.state.messages.get(&interaction.channel).and_then(|all| all.get(&id));
    Ok(Reply::ok(render::message::message(call.state, posted.ok_or_else(refusal::unknown_message)?)))
}

/// A message that said that an answer is being thought about becomes the answer: it notifies as a new one would.
fn edit(call: &mut Call<'_>) -> Outcome {
    let interaction = interaction(call)?;
    let message = message(call, &interaction)?;
    let body = call.body.clone();
    message_form::check(&body, Source::Interaction).map_err(|refusal| call.breach(refusal))?;
    let mut changed = message.clone();
    message_form::fill(&mut changed, &body);
    let attachments = attached::of(call, &message, &body)?;
    changed.attachments.clone_from(&attachments);
    message_form::something(&changed).map_err(|refusal| call.breach(refusal))?;
    let thinking = message.flags & LOADING != 0;
    let allowed = body.get("allowed_mentions").filter(|allowed| !allowed.is_null());
    let change = |it: &mut Message| {
        message_form::fill(it, &body);
        it.attachments = attachments;
        it.flags &= !LOADING;
    };
    happening::message::edit(call.state, message.channel, message.id, change, allowed);
    if thinking {
        first_shown(call, &message, allowed);
    }
    get(call)
}

fn first_shown(call: &mut Call<'_>, message: &Message, allowed: Option<&Value>) {
    use crate::rules::mentions::{Words, of};
    let Some(shown) = call.state.messages.get(&message.channel).and_then(|all| all.get(&message.id)).cloned()
    else {
        return;
    };
    let (author, channel) = (shown.author, shown.channel);
    let words = Words { author, channel, content: &shown.content, replies_to: None, allowed };
    let mut notified = of(call.state, words).notified;
    notified.retain(|who| shown.only_for.is_none_or(|only| only == *who));
    let (message, channel) = (shown.id, shown.channel);
    call.state.pings.extend(notified.iter().map(|&user| Ping { user, message, channel }));
    if let Some(it) = call.state.messages.get_mut(&channel).and_then(|all| all.get_mut(&message)) {
        it.notified = notified;
        it.edited_at = None;
    }
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let interaction = interaction(call)?;
    let message = message(call, &interaction)?;
    happening::message::remove(call.state, message.channel, message.id);
    Ok(Reply::done())
}
