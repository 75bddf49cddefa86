//! Putting a room out of the way, and bringing it back.
//!
//! - **One request closes and moves a channel, so that it is open to nobody else in between**; what it is to be follows
//!   from what it is, so that twice is once. Who could do what is written down first (`archive_file.rs`).
//! - Archived rooms have categories of their own, made if missing, fifty channels each.
//! - Where people have set something that we can't set, each overwrite is set for itself, as far as we can; then it moves.
//! - A thread has no overwrites and no category: it is archived and locked.

use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, TargetId},
    http::Route,
};
use sitrep_core::{
    port::{Receipt, RoomKind},
    room::RoomRef,
};

use crate::{
    account::Account,
    category::{self, Shelf},
    channels,
    client::Call,
    failure::{Failure, code},
    overwrites::Visibility,
    raw::{RawChannel, RawOverwrite},
    say,
    silence::Silence,
};

/// How many categories are tried for one room.
const CATEGORIES: u32 = 4;

/// Sees to it that nobody but us writes in a room, and that it is out of the way.
pub(crate) async fn archive(account: &Account, room: &RoomRef) -> Result<Receipt, Failure> {
    let channel = say::channel(account, room, None)?;
    let now = match look(account, channel).await? {
        Found::Channel(now) => now,
        Found::Thread => return thread(account, channel, true).await,
        Found::Other => return Ok(Receipt::Done),
    };
    let silence = Visibility::of(account).silence();
    let fallen = silence.fallen(&now.permission_overwrites);
    if fallen != now.permission_overwrites {
        let known = account.archived.before(channel);
        let before = before(&silence, &now.permission_overwrites, &fallen, known.as_deref());
        account.archived.keep(channel, &before);
    }
    change(account, &now, &fallen, Shelf::Archive).await
}

/// Sees to it that a room is as it was.
pub(crate) async fn restore(account: &Account, room: &RoomRef) -> Result<Receipt, Failure> {
    let channel = say::channel(account, room, None)?;
    let now = match look(account, channel).await? {
        Found::Channel(now) => now,
        Found::Thread => return thread(account, channel, false).await,
        Found::Other => return Ok(Receipt::Done),
    };
    let before = account.archived.before(channel);
    let is_put_away = category::is_on(account, now.parent_id, Shelf::Archive);
    if before.is_none() && !is_put_away {
        return Ok(Receipt::Done);
    }
    let lifted = Visibility::of(account).silence().lifted(&now.permission_overwrites, before.as_deref());
    let done = change(account, &now, &lifted, Shelf::Rooms).await?;
    account.archived.forget(channel);
    Ok(done)
}

/// What a channel was before it falls silent: as it is now, but for what an earlier attempt has silenced.
fn before(
    silence: &Silence,
    now: &[RawOverwrite],
    fallen: &[RawOverwrite],
    known: Option<&[RawOverwrite]>,
) -> Vec<RawOverwrite> {
    let Some(known) = known else { return now.to_vec() };
    let was = |it: &RawOverwrite| {
        let known = known.iter().find(|known| (known.id, known.kind) == (it.id, it.kind));
        match known {
            _ if !fallen.contains(it) => Some(it.clone()),
            Some(known) => Some(known.clone()),
            None if silence.is_added(it) => None,
            None => Some(it.clone()),
        }
    };
    now.iter().filter_map(was).collect()
}

/// What a room is.
enum Found {
    Channel(RawChannel),
    Thread,
    /// None that we made: who writes in it is theirs to say.
    Other,
}

async fn look(account: &Account, id: ChannelId) -> Result<Found, Failure> {
    let is_thread = || account.guild().channels.get(&id).is_some_and(|channel| channel.is_thread());
    if is_thread() {
        return Ok(if is_own(account, id) { Found::Thread } else { Found::Other });
    }
    let Some(now) = channels::one(account, id).await? else {
        // A thread that sleeps is in no list.
        let asleep: Value = account.client.ask(Call::get(Route::Channel { channel_id: id })).await?;
        channels::note(account, &asleep);
        return Ok(if is_thread() && is_own(account, id) { Found::Thread } else { Found::Other });
    };
    Ok(if is_own(account, id) { Found::Channel(now) } else { Found::Other })
}

fn is_own(account: &Account, id: ChannelId) -> bool {
    account.rooms().kind_of(&account.guild(), id) == RoomKind::Own
}

/// Has a channel have these overwrites, and be among these categories.
async fn change(
    account: &Account,
    now: &RawChannel,
    wanted: &[RawOverwrite],
    shelf: Shelf,
) -> Result<Receipt, Failure> {
    for _ in 0..CATEGORIES {
        let parent = match shelf {
            // People may have put it elsewhere.
            Shelf::Rooms if !category::is_on(account, now.parent_id, Shelf::Archive) => None,
            Shelf::Rooms | Shelf::Archive if category::is_on(account, now.parent_id, shelf) => None,
            Shelf::Rooms | Shelf::Archive => match category::with_room_on(account, shelf).await {
                Err(failure) if failure.is(&[code::CHANNELS_FULL]) => None,
                category => Some(category?),
            },
        };
        let mut body = json!({});
        if let Some(parent) = parent {
            body["parent_id"] = json!(parent);
        }
        if wanted != now.permission_overwrites.as_slice() {
            body["permission_overwrites"] = wanted.iter().map(RawOverwrite::json).collect();
        }
        if body == json!({}) {
            return Ok(Receipt::Done);
        }
        match (patch(account, now.id, body).await, parent) {
            (Err(failure), Some(parent)) if failure.blames("parent_id") => {
                category::refused(account, parent).await?;
            }
            (Err(failure), parent) if failure.is(&[code::NO_PERMISSION]) => {
                return one_by_one(account, now, wanted, parent).await;
            }
            (done, _) => return done.map(|()| Receipt::Done),
        }
    }
    Err(Failure::Unreached("no category has room".to_owned()))
}

async fn patch(account: &Account, channel_id: ChannelId, body: Value) -> Result<(), Failure> {
    let needs = Visibility::of(account).needed_to_make();
    let call = Call::patch(Route::Channel { channel_id }, body).needs(needs);
    // It will be the same the next time.
    let changed: Value = account.client.ask(call).await.map_err(Failure::while_reading)?;
    channels::note(account, &changed);
    Ok(())
}

/// Each overwrite for itself, without those that are not ours to set. Closing goes before moving.
async fn one_by_one(
    account: &Account,
    now: &RawChannel,
    wanted: &[RawOverwrite],
    parent: Option<ChannelId>,
) -> Result<Receipt, Failure> {
    let channel_id = now.id;
    let gone = now.permission_overwrites.iter().filter(|it| !wanted.iter().any(|other| other.id == it.id));
    let changed = wanted.iter().filter(|it| !now.permission_overwrites.contains(it));
    let (mut set, mut refused) = (0, None);
    for (it, is_there) in changed.map(|it| (it, true)).chain(gone.map(|it| (it, false))) {
        let route = Route::ChannelPermission { channel_id, target_id: TargetId::new(it.id) };
        let call = if is_there { Call::put(route, Some(it.json())) } else { Call::delete(route) };
        match account.client.send(call.needs("Manage Roles")).await.map_err(Failure::while_reading) {
            Ok(_) => set += 1,
            Err(failure) if failure.is(&[code::NO_PERMISSION]) => refused = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    if let (0, Some(failure)) = (set, refused.as_ref()) {
        return Err(failure.clone());
    }
    if let Some(failure) = refused {
        tracing::warn!(
            "Who may write in the channel {channel_id} could not be changed for all: {}.",
            failure.words()
        );
    }
    if let Some(parent) = parent {
        patch(account, channel_id, json!({ "parent_id": parent })).await?;
    }
    Ok(Receipt::Done)
}

/// A thread is archived and locked, or brought back. Without the right to lock it, it is archived: whoever writes in it
/// brings it back.
async fn thread(account: &Account, channel_id: ChannelId, is_archived: bool) -> Result<Receipt, Failure> {
    let whole = json!({ "archived": is_archived, "locked": is_archived });
    let mut done = patch_thread(account, channel_id, &whole).await;
    if is_archived && done.as_ref().is_err_and(|failure| failure.is(&[code::THREAD_ARCHIVED])) {
        // It sleeps, and what sleeps can only be woken; unless it was archived by us.
        let now: Value = account.client.ask(Call::get(Route::Channel { channel_id })).await?;
        if now["thread_metadata"]["locked"] == true {
            return Ok(Receipt::Done);
        }
        patch_thread(account, channel_id, &json!({ "archived": false })).await?;
        done = patch_thread(account, channel_id, &whole).await;
    }
    match done {
        Err(failure) if failure.is(&[code::NO_PERMISSION]) => {
            patch_thread(account, channel_id, &json!({ "archived": is_archived })).await?;
        }
        done => done?,
    }
    Ok(Receipt::Done)
}

async fn patch_thread(account: &Account, channel_id: ChannelId, body: &Value) -> Result<(), Failure> {
    let call = Call::patch(Route::Channel { channel_id }, body.clone()).needs("Manage Threads");
    account.client.send(call).await.map(drop).map_err(Failure::while_reading)
}
