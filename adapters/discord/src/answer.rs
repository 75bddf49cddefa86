//! Answering an interaction.
//!
//! - Not answered yet: the first answer, shown to all or to one person.
//! - Deferred, which was shown to that person alone: what is for them takes its place; what is for all is posted in the
//!   channel, and what stood in its place is taken away.
//! - Answered before by something else: what is for all is posted, what is for one person follows the answer.
//! - Too late: it is said in the channel.
//! - What has a file with it is deferred first: nobody knows how long that takes. So is what is said in a thread elsewhere.
//!
//! **An answer that may have been given** is found out about by looking at it: Discord refuses a second first answer,
//! shows the first, and to change it twice is to change it once.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use chrono::Utc;
use serde_json::json;
use serenity::{all::MessageId, http::Route};
use sitrep_core::args;
use tokio::{sync::OwnedMutexGuard, time::sleep};

use crate::{
    account::Account,
    client::Call,
    failure::{Failure, code},
    history::says,
    raw::{Callback, Posted},
    render::Body,
    tickets::{EPHEMERAL, Entry, State, is_over, original},
    upload::Upload,
};

/// After a start, whatever is answered at all is answered within this, but for rooms that are hard to get.
const ANSWERS_COME_WITHIN: Duration = Duration::from_secs(20);

/// The flag of a message that says that an answer will come.
const LOADING: u64 = 1 << 7;

/// What is to be answered.
pub(crate) struct Answer<'a> {
    pub(crate) key: &'a str,
    pub(crate) body: &'a Body,
    pub(crate) upload: Option<&'a Upload>,
    pub(crate) only_for_them: bool,
    /// Whether all are to see it in another place than where it was asked.
    pub(crate) is_elsewhere: bool,
}

/// What became of it.
pub(crate) enum Given {
    /// It is shown to that person alone.
    Shown,
    /// It is this message.
    Said(MessageId),
    /// It is to be said in the channel.
    Not(Held),
}

/// An interaction whose answer is being said in the channel.
pub(crate) struct Held {
    entry: Arc<Entry>,
    state: OwnedMutexGuard<State>,
    /// Whether something stands in the answer's place that is to be taken away.
    is_deferred: bool,
}

/// Answers an interaction, if it is to be answered there.
pub(crate) async fn give(
    account: &Account,
    entry: &Arc<Entry>,
    answer: &Answer<'_>,
) -> Result<Given, Failure> {
    if answer.upload.is_some() || answer.is_elsewhere {
        // Discord waits three seconds for a first answer, and a file may take longer.
        entry.defer(&account.client).await;
    }
    let mut state = Arc::clone(&entry.state).lock_owned().await;
    let not = |state, is_deferred| Given::Not(Held { entry: Arc::clone(entry), state, is_deferred });
    match state.clone() {
        State::Over => return Ok(not(state, false)),
        State::Answered { key, message } if key == answer.key => {
            return Ok(message.map_or(Given::Shown, Given::Said));
        }
        State::Answered { .. } if answer.only_for_them => return follow(account, entry, answer, state).await,
        State::Answered { .. } => return Ok(not(state, false)),
        State::Fresh if answer.is_elsewhere => {}
        // Nobody could be told that an answer will come, or that was said and nobody knows.
        State::Fresh if answer.upload.is_some() => match look(account, entry).await {
            Err(failure) if is_over(&failure) => {
                return Err(Failure::Unreached("it can't be said that an answer will come".to_owned()));
            }
            looked => drop(looked?),
        },
        State::Fresh => match first(account, entry, answer).await {
            Ok(message) => {
                *state = State::Answered { key: answer.key.to_owned(), message };
                account.tickets.answered(entry, answer.key, message);
                return Ok(message.map_or(Given::Shown, Given::Said));
            }
            Err(failure) if failure.is(&[code::ANSWERED_BEFORE]) => {}
            Err(failure) if is_over(&failure) => {
                *state = State::Over;
                return Ok(not(state, false));
            }
            Err(failure) => return Err(failure),
        },
        State::Deferred => {}
    }
    later(account, entry, answer, state).await
}

/// The first answer. Gives its number if it is for all.
async fn first(account: &Account, entry: &Entry, answer: &Answer<'_>) -> Result<Option<MessageId>, Failure> {
    let mut data = answer.body.json();
    if answer.only_for_them {
        data["flags"] = (answer.body.flags() | EPHEMERAL).into();
    }
    let answered = entry.respond(&account.client, json!({ "type": 4, "data": data })).await?;
    if answer.only_for_them {
        return Ok(None);
    }
    let callback: Option<Callback> = serde_json::from_slice(&answered).ok();
    let message = callback.and_then(|callback| callback.resource?.message).map(|message| message.id);
    match message {
        Some(message) => Ok(Some(message)),
        // It was given, and which message it is can be asked.
        None => Ok(Some(look(account, entry).await?.ok_or_else(unreadable)?.id)),
    }
}

fn unreadable() -> Failure {
    Failure::Garbled("it doesn't say which message it is".to_owned())
}

/// What stands in the place of the answer; `None` if it was taken away.
async fn look(account: &Account, entry: &Entry) -> Result<Option<Posted>, Failure> {
    let call = Call::get(original(account.application, &entry.ticket));
    match account.client.ask(call).await {
        Ok(posted) => Ok(Some(posted)),
        Err(failure) if failure.is(&[code::UNKNOWN_MESSAGE]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// An answer to an interaction that something was said to.
async fn later(
    account: &Account,
    entry: &Arc<Entry>,
    answer: &Answer<'_>,
    mut state: OwnedMutexGuard<State>,
) -> Result<Given, Failure> {
    let not = |state, is_deferred| Given::Not(Held { entry: Arc::clone(entry), state, is_deferred });
    if answer.only_for_them {
        let call = Call::patch(original(account.application, &entry.ticket), answer.body.json());
        let call = call.attaching(answer.upload);
        return match account.client.send(call).await {
            Ok(_) => {
                *state = State::Answered { key: answer.key.to_owned(), message: None };
                account.tickets.answered(entry, answer.key, None);
                Ok(Given::Shown)
            }
            Err(failure) if is_over(&failure) || failure.is(&[code::UNKNOWN_MESSAGE]) => {
                *state = State::Over;
                Ok(not(state, false))
            }
            Err(failure) => Err(failure),
        };
    }
    if *state == State::Deferred {
        return Ok(not(state, true));
    }
    match look(account, entry).await {
        Ok(Some(posted)) if posted.flags.unwrap_or_default() & EPHEMERAL != 0 => Ok(not(state, true)),
        Ok(Some(posted)) if says(&posted, answer.body) => {
            *state = State::Answered { key: answer.key.to_owned(), message: Some(posted.id) };
            account.tickets.answered(entry, answer.key, Some(posted.id));
            Ok(Given::Said(posted.id))
        }
        Ok(Some(_) | None) => Ok(not(state, false)),
        Err(failure) if is_over(&failure) => {
            *state = State::Over;
            Ok(not(state, false))
        }
        Err(failure) => Err(failure),
    }
}

/// A second answer for that person alone. It can't be found again, so that one whose fate is unknown isn't repeated.
async fn follow(
    account: &Account,
    entry: &Arc<Entry>,
    answer: &Answer<'_>,
    state: OwnedMutexGuard<State>,
) -> Result<Given, Failure> {
    let last = || entry.followed_by.lock().unwrap_or_else(PoisonError::into_inner);
    if last().as_deref() == Some(answer.key) {
        return Ok(Given::Shown);
    }
    let mut data = answer.body.json();
    data["flags"] = (answer.body.flags() | EPHEMERAL).into();
    let route =
        Route::WebhookFollowupMessages { application_id: account.application, token: &entry.ticket.token };
    let outcome = account.client.send(Call::post(route, data).attaching(answer.upload)).await;
    match outcome {
        Ok(_) | Err(Failure::Lost(_) | Failure::Garbled(_)) => {
            *last() = Some(answer.key.to_owned());
            Ok(Given::Shown)
        }
        Err(failure) if is_over(&failure) => {
            Ok(Given::Not(Held { entry: Arc::clone(entry), state, is_deferred: false }))
        }
        Err(failure) => Err(failure),
    }
}

/// Tells those who wait for an answer to what an earlier process may have lost: it said that one will come, and ended
/// before what was asked was on disk. Waits first, for the answers that are still to come.
pub(crate) async fn apologise(account: Arc<Account>) {
    sleep(ANSWERS_COME_WITHIN).await;
    for entry in account.tickets.inherited() {
        let state = entry.state.lock().await;
        if *state != State::Fresh || !entry.ticket.is_good(Utc::now()) {
            continue;
        }
        // What was answered by a process that had no time to say so stays as it is.
        let is_waiting = match look(&account, &entry).await {
            Ok(posted) => posted.is_some_and(|posted| posted.flags.unwrap_or_default() & LOADING != 0),
            Err(_) => false,
        };
        if !is_waiting {
            continue;
        }
        let body =
            Body { content: account.settings.words.phrase("adapter.restarted", args![]), ..Body::default() };
        let call = Call::patch(original(account.application, &entry.ticket), body.json());
        if let Err(failure) = account.client.send(call).await {
            tracing::debug!("An interaction stays without an answer: {}.", failure.words());
        }
    }
}

/// The answer was said in the channel: nothing stands in its place any more.
pub(crate) async fn finish(account: &Account, mut held: Held, key: &str, message: MessageId) {
    let ticket = &held.entry.ticket;
    if held.is_deferred {
        let taken_away = account.client.send(Call::delete(original(account.application, ticket))).await;
        if let Err(failure) = taken_away {
            tracing::debug!("A deferred answer could not be taken away: {}.", failure.words());
        }
    }
    if matches!(*held.state, State::Fresh | State::Deferred) && ticket.is_good(Utc::now()) {
        *held.state = State::Answered { key: key.to_owned(), message: Some(message) };
        account.tickets.answered(&held.entry, key, Some(message));
    }
}
