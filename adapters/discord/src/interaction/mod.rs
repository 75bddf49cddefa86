//! Slash commands, buttons, lists and forms, as they arrive.
//!
//! - **There is one grammar.** A slash command becomes the line that could have been typed; a button becomes its verb
//!   or sign on the message that carries it; a form becomes the words for that.
//! - Discord shows whoever does it that an answer is awaited, and waits three seconds for it. What core must decide gets
//!   a ticket before anything else (`tickets.rs`). What needs no decision is answered here: a button that asks for words
//!   with its form, and half a word with what it may become.
//! - Who it was comes from Discord, and roles with it. What is done on another server is nobody's business here.

use std::sync::Arc;

use serde_json::{Value, json};
use serenity::{
    all::{
        ChannelId, CommandInteraction, ComponentInteraction, ComponentInteractionDataKind, GuildId,
        Interaction, InteractionId, Member, ModalInteraction, User,
    },
    http::Route,
};
use sitrep_core::{args, port::Content};

use crate::{
    account::Account,
    buttons,
    client::Call,
    commands,
    inbound::{Deed, Known, moment_of},
    inbound_text::{self, Listener},
    intake::Intake,
    streams::Item,
    tickets::{self, EPHEMERAL, State, Ticket},
};

/// Who did what where, whichever kind of interaction it is.
struct Source<'a> {
    id: InteractionId,
    token: &'a str,
    guild: Option<GuildId>,
    channel: ChannelId,
    user: &'a User,
    member: Option<&'a Member>,
}

macro_rules! source_of {
    ($interaction:expr) => {
        Source {
            id: $interaction.id,
            token: &$interaction.token,
            guild: $interaction.guild_id,
            channel: $interaction.channel_id,
            user: &$interaction.user,
            member: $interaction.member.as_deref_member(),
        }
    };
}

mod complete;
mod form;

/// The member behind an interaction, which serenity keeps in a box or not.
trait AsMember {
    fn as_deref_member(&self) -> Option<&Member>;
}

impl AsMember for Option<Box<Member>> {
    fn as_deref_member(&self) -> Option<&Member> {
        self.as_deref()
    }
}

impl AsMember for Option<Member> {
    fn as_deref_member(&self) -> Option<&Member> {
        self.as_ref()
    }
}

impl Source<'_> {
    /// Whether it was done on our server, or where we are alone with somebody.
    fn is_for_us(&self, intake: &Intake) -> bool {
        self.guild.is_none_or(|guild| guild.get() == intake.account.settings.guild_id)
    }

    fn known(&self) -> Known {
        let called = self.user.global_name.clone().unwrap_or_else(|| self.user.name.clone());
        match self.member {
            Some(member) => Known {
                called: Some(member.nick.clone().unwrap_or(called)),
                roles: Some(member.roles.clone()),
            },
            None => Known { called: Some(called), roles: None },
        }
    }

    /// Keeps the token, before anybody hears of what was done with it.
    fn register(&self, intake: &Intake) {
        let _runtime = intake.runtime.enter();
        let ticket = Ticket {
            id: self.id,
            token: self.token.to_owned(),
            channel: self.channel,
            user: self.user.id,
            is_direct: self.guild.is_none(),
            received_at: chrono::Utc::now(),
        };
        intake.account.doing.note_present(self.channel, self.user.id);
        intake.account.tickets.register(&intake.account.client, ticket);
    }

    /// Passes it on to core.
    fn pass_on(&self, intake: &Arc<Intake>, content: Content) {
        self.register(intake);
        let account = &intake.account;
        if self.guild.is_none() {
            account.note_direct(self.channel, self.id.get());
        }
        let spot = account.spot(&account.guild(), self.channel);
        let deed = Deed {
            id: tickets::message_id(self.id),
            spot,
            who: self.user.id,
            known: self.known(),
            content,
            awaits_answer: true,
            sent_at: moment_of(self.id.get()),
        };
        intake.put(Item { channel: self.channel, order: self.id.get(), message: None, deed: Some(deed) });
    }

    /// Answers at once, with something that needs no decision.
    fn answer(&self, intake: &Intake, body: Value) {
        let client = Arc::clone(&intake.account.client);
        let (id, token) = (self.id, self.token.to_owned());
        intake.runtime.spawn(async move {
            let route = Route::InteractionResponse { interaction_id: id, token: &token };
            if let Err(failure) = client.send(Call::post(route, body)).await {
                tracing::debug!("An interaction could not be answered at once: {}.", failure.words());
            }
        });
    }

    /// Says something to that person alone.
    fn tell(&self, intake: &Intake, words: &str) {
        let mentions = json!({ "parse": [] });
        let data = json!({ "content": words, "flags": EPHEMERAL, "allowed_mentions": mentions });
        self.answer(intake, json!({ "type": 4, "data": data }));
    }
}

/// Answers somebody who is not on the server: whatever they want, it isn't theirs to have. Must be called from within
/// the runtime.
pub(crate) fn turn_away(account: &Arc<Account>, message_id: &str) {
    let Some(entry) = account.tickets.find(message_id, chrono::Utc::now()) else { return };
    let account = Arc::clone(account);
    tokio::spawn(async move {
        let words = account.settings.words.phrase("adapter.not_a_member", args![]);
        let data = json!({ "content": words, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } });
        let mut state = entry.state.lock().await;
        let said = match *state {
            State::Fresh => entry.respond(&account.client, json!({ "type": 4, "data": data })).await,
            State::Deferred => {
                let original = tickets::original(account.application, &entry.ticket);
                account.client.send(Call::patch(original, json!({ "content": words }))).await
            }
            State::Answered { .. } | State::Over => return,
        };
        match said {
            Ok(_) => *state = State::Over,
            Err(failure) => tracing::debug!("An interaction stays without an answer: {}.", failure.words()),
        }
    });
}

/// An interaction.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "serenity may add more, and a ping comes to web servers only"
)]
pub(crate) fn receive(intake: &Arc<Intake>, interaction: &Interaction) {
    match interaction {
        Interaction::Command(command) => slash(intake, command),
        Interaction::Autocomplete(command) => complete::complete(intake, command),
        Interaction::Component(pressed) => press(intake, pressed),
        Interaction::Modal(filled) => fill(intake, filled),
        _ => {}
    }
}

fn slash(intake: &Arc<Intake>, command: &CommandInteraction) {
    let source = source_of!(command);
    if !source.is_for_us(intake) {
        return;
    }
    let settings = &intake.account.settings;
    match commands::line(&command.data, &settings.prefix, &settings.words) {
        Ok(line) => {
            let me = intake.account.user;
            let listener = Listener { me, prefix: &settings.prefix, here: source.channel };
            let line = inbound_text::read(&line, &intake.account.guild(), &listener);
            source.pass_on(intake, Content::Said(line));
        }
        Err(words) => source.tell(intake, &words),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other list is ours")]
fn press(intake: &Arc<Intake>, pressed: &ComponentInteraction) {
    let source = source_of!(pressed);
    let key = buttons::key_of(&pressed.data.custom_id).filter(|_| source.is_for_us(intake));
    let Some(key) = key.map(str::to_owned) else { return };
    let message = pressed.message.id.to_string();
    let picked = match &pressed.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().cloned(),
        _ => None,
    };
    match (picked, sitrep_core::command::form(&key, &intake.account.settings.words)) {
        (Some(text), _) => source.pass_on(intake, Content::Filled { message, key, text }),
        (None, Some(form)) => source.answer(intake, form::ask(&key, &message, &form)),
        (None, None) => source.pass_on(intake, Content::Reacted { message, key }),
    }
}

fn fill(intake: &Arc<Intake>, filled: &ModalInteraction) {
    let source = source_of!(filled);
    let Some((key, message)) = form::asked(&filled.data.custom_id).filter(|_| source.is_for_us(intake))
    else {
        return;
    };
    let text = form::words(filled);
    let (message, key) = (message.to_owned(), key.to_owned());
    source.pass_on(intake, Content::Filled { message, key, text });
}
