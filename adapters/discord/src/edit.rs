//! Changing what a message of ours says.
//!
//! - Doing it twice with the same words changes nothing, and what says it already isn't asked for: Discord counts
//!   changes to messages that are older than an hour.
//! - **A card that can't be changed any more is posted anew**, once, by the attempt's key: where Discord lets old
//!   messages be changed only now and then, or somebody has deleted it. The old one is pinned no longer.
//! - An answer that was shown to one person is changed where it is, as long as that is possible.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serenity::{
    all::{ChannelId, MessageId},
    http::Route,
};
use sitrep_core::{
    effect::Purpose,
    message::Message,
    port::{Attempt, Receipt},
    room::MessageRef,
};

use crate::{
    account::Account,
    client::Call,
    failure::{Failure, code},
    history::{self, Wanted, made_at},
    pin,
    post::{Post, post},
    render::Body,
    thread,
    tickets::{interaction_of, is_over, original},
};

/// Messages older than this are changed only now and then.
const OLD: TimeDelta = TimeDelta::minutes(59);

/// A limit that lasts longer than this is about old messages.
const LONG: Duration = Duration::from_secs(60);

/// After so long it is tried again to change an old message that is no card.
const OLD_MESSAGES: Duration = Duration::from_secs(10 * 60);

/// Makes a message say something else.
pub(crate) async fn edit(
    account: &Account,
    attempt: &Attempt,
    (message, purpose): (&MessageRef, Purpose),
    content: &Message,
) -> Result<Receipt, Failure> {
    let body = account.render(content, purpose);
    if interaction_of(&message.id).is_some() {
        return change_answer(account, &message.id, &body).await;
    }
    let (channel, id) = pin::place(account, message)?;
    if account.doing.says(id, &body) {
        return Ok(Receipt::Done);
    }
    if purpose == Purpose::Card
        && !account.doing.is_fresh(attempt)
        && let Some(new) = reposted(account, attempt, (channel, id), &body).await?
    {
        return Ok(replaced(account, message, (channel, id), new).await);
    }
    let mut changed = change(account, channel, id, &body).await;
    if message.thread.is_some() && changed.as_ref().is_err_and(|failure| failure.is(&[code::THREAD_ARCHIVED]))
    {
        // Nothing in a thread that sleeps can be changed.
        thread::wake(account, channel).await?;
        changed = change(account, channel, id, &body).await;
    }
    account.doing.set_says(id, changed.is_ok().then_some(&body));
    match changed {
        Ok(()) => Ok(Receipt::Done),
        Err(failure) if purpose == Purpose::Card && is_lost(&failure, id) => {
            let new = post(account, attempt, &Post::new(channel, &body)).await?;
            Ok(replaced(account, message, (channel, id), new).await)
        }
        Err(failure) if failure.is(&[code::OLD_EDITS]) => {
            Err(Failure::Limited { wait: OLD_MESSAGES, wide: false })
        }
        Err(failure) => Err(failure),
    }
}

async fn change(
    account: &Account,
    channel_id: ChannelId,
    message_id: MessageId,
    body: &Body,
) -> Result<(), Failure> {
    let call = Call::patch(Route::ChannelMessage { channel_id, message_id }, body.json());
    account.client.send(call).await.map(drop).map_err(Failure::while_reading)
}

async fn change_answer(account: &Account, id: &str, body: &Body) -> Result<Receipt, Failure> {
    let Some(entry) = account.tickets.find(id, Utc::now()) else { return Ok(Receipt::Done) };
    let call = Call::patch(original(account.application, &entry.ticket), body.json());
    match account.client.send(call).await.map_err(Failure::while_reading) {
        Ok(_) => Ok(Receipt::Done),
        Err(failure) if is_over(&failure) || failure.is(&[code::UNKNOWN_MESSAGE]) => Ok(Receipt::Done),
        Err(failure) => Err(failure),
    }
}

/// Whether a card is to be posted anew.
fn is_lost(failure: &Failure, id: MessageId) -> bool {
    let is_old = Utc::now() - made_at(id.get()) > OLD;
    // A bucket that is empty fills again in seconds.
    let is_limited = matches!(failure, Failure::Limited { wide: false, wait } if *wait > LONG);
    failure.is(&[code::OLD_EDITS, code::UNKNOWN_MESSAGE]) || (is_old && is_limited)
}

/// The card that an earlier attempt has posted anew.
async fn reposted(
    account: &Account,
    attempt: &Attempt,
    (channel, old): (ChannelId, MessageId),
    body: &Body,
) -> Result<Option<MessageId>, Failure> {
    if let Some((_, heard)) = account.heard(&attempt.key) {
        return Ok(Some(heard));
    }
    let wanted = Wanted { body, answers: None, interaction: None };
    let found = history::search(account, channel, attempt, &wanted).await?;
    Ok(found.filter(|found| *found > old))
}

/// The new card is there: the old one makes room.
async fn replaced(
    account: &Account,
    message: &MessageRef,
    (channel, old): (ChannelId, MessageId),
    new: MessageId,
) -> Receipt {
    if let Err(failure) = pin::unpin(account, channel, old).await
        && !failure.is(&[code::UNKNOWN_MESSAGE])
    {
        tracing::warn!("The old card stays pinned, because {}.", failure.words());
    }
    Receipt::Message(MessageRef { id: new.to_string(), ..message.clone() })
}
