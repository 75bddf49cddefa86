//! A room in a thread, where the server has as many channels as Discord allows.
//!
//! - Where everybody may command it is a public thread of the first command room, begun from a message: the message is
//!   said once, by its key, and can have one thread only.
//! - Otherwise it is a private thread, found again by its name, which no other incident has.
//! - A private incident gets none: whoever may manage threads would read it.

use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, GuildId},
    http::Route,
};
use sitrep_core::{
    effect::Purpose,
    message::{Message, bold, text},
    port::Attempt,
};

use crate::{
    account::Account,
    channels,
    client::Call,
    failure::{Failure, code},
    open_room::Plan,
    overwrites::Visibility,
    post::{Post, post},
    raw::{ActiveThreads, RawChannel, kind},
    render::shortened,
};

/// With fewer channels than this nobody has made a thread in place of a room.
const NEARLY_FULL: usize = 450;
/// How long a thread stays in the list while nobody writes: a week, in minutes. One that is no room stays shorter
/// (`guild.rs`).
const STAYS: u32 = 10_080;

/// The thread that was made in place of a room, if one may have been.
pub(crate) async fn find(
    account: &Account,
    attempt: &Attempt,
    plan: &Plan<'_>,
) -> Result<Option<ChannelId>, Failure> {
    let channels = account.guild().channels.values().filter(|channel| !channel.is_thread()).count();
    let was_begun = account.heard(&attempt.key).is_some();
    if plan.is_private || (channels < NEARLY_FULL && !was_begun) {
        return Ok(None);
    }
    named(account, plan.name).await
}

/// Makes the thread.
pub(crate) async fn open(
    account: &Account,
    attempt: &Attempt,
    plan: &Plan<'_>,
) -> Result<ChannelId, Failure> {
    if plan.is_private {
        return Err(Failure::refused(
            "the server has 500 channels, Discord allows no more, and a private incident needs one of its own",
        ));
    }
    let parent = parent(account)?;
    if Visibility::of(account).is_open_to_all() {
        return public(account, attempt, plan, parent).await;
    }
    let body = json!({
        "name": name(plan), "type": kind::PRIVATE_THREAD, "invitable": false, "auto_archive_duration": STAYS,
    });
    let call = Call::post(Route::ChannelThreads { channel_id: parent }, body).needs("Create Private Threads");
    let made: Value = account.client.ask(call).await?;
    channels::note(account, &made).ok_or_else(unreadable)
}

async fn public(
    account: &Account,
    attempt: &Attempt,
    plan: &Plan<'_>,
    parent: ChannelId,
) -> Result<ChannelId, Failure> {
    let message = Message::line([
        bold(plan.name),
        text(" runs in this thread: the server has as many channels as Discord allows."),
    ]);
    let body = account.render(&message, Purpose::Notice);
    let begun = post(account, attempt, &Post::new(parent, &body)).await?;
    let route = Route::ChannelMessageThreads { channel_id: parent, message_id: begun };
    let thread = json!({ "name": name(plan), "auto_archive_duration": STAYS });
    match account.client.ask::<Value>(Call::post(route, thread).needs("Create Public Threads")).await {
        Ok(made) => channels::note(account, &made).ok_or_else(unreadable),
        // A message's thread has its number.
        Err(failure) if failure.is(&[code::HAS_THREAD]) => Ok(ChannelId::new(begun.get())),
        Err(failure) => Err(failure),
    }
}

fn unreadable() -> Failure {
    Failure::Garbled("it doesn't say which thread it is".to_owned())
}

fn name(plan: &Plan<'_>) -> String {
    shortened(plan.name, 100)
}

/// The room in which commands are given.
fn parent(account: &Account) -> Result<ChannelId, Failure> {
    let guild = account.guild();
    let found = account.settings.command_rooms.iter().find_map(|room| guild.configured(room));
    found.ok_or_else(|| {
        Failure::refused(
            "the server has 500 channels, and there is no room for commands to begin a thread in",
        )
    })
}

/// The thread of ours with a name.
async fn named(account: &Account, name: &str) -> Result<Option<ChannelId>, Failure> {
    let route = Route::GuildThreadsActive { guild_id: GuildId::new(account.settings.guild_id) };
    let active: Value = account.client.ask(Call::get(route)).await?;
    let threads: ActiveThreads =
        serde_json::from_value(active.clone()).map_err(|error| Failure::Unreached(error.to_string()))?;
    let name = shortened(name, 100);
    let is_it = |thread: &&RawChannel| {
        thread.owner_id == Some(account.user) && thread.name.as_deref() == Some(name.as_str())
    };
    let found = threads.threads.iter().filter(is_it).map(|thread| thread.id).min();
    let said = active["threads"].as_array().into_iter().flatten();
    for thread in said.filter(|thread| found.is_some_and(|id| thread["id"] == id.to_string())) {
        channels::note(account, thread);
    }
    Ok(found)
}
