//! A place to talk: a voice channel in our categories, named as the incident's room, and found again by that name.
//!
//! It is seen by the same people as the room. It goes when the incident is over and nobody is in it any more; no other
//! channel than one of these is ever removed, and none while nobody has said who is in it.

use std::time::Duration;

use serde_json::json;
use serenity::{
    all::{ChannelId, ChannelType, UserId},
    http::Route,
};
use sitrep_core::{
    person::Person,
    port::{Attempt, Outcome, Receipt},
    room::RoomRef,
};

use crate::{
    account::Account,
    appointment::address,
    channels,
    client::Call,
    failure::{Failure, code},
    guild::Guild,
    invite::let_in_quietly,
    open_room::{in_category, user_ids},
    overwrites::{Use, Visibility},
    raw::{RawChannel, kind},
    render::shortened,
    say,
};

/// How often it is looked whether the last one has left.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Sees to it that there is a place to talk.
pub(crate) async fn open(
    account: &Account,
    attempt: &Attempt,
    name: &str,
    people: Option<&[Person]>,
) -> Result<Receipt, Failure> {
    let name = shortened(name, 100);
    let invited = user_ids(account, people.unwrap_or_default());
    let is_known = {
        let guild = account.guild();
        guild.channels.iter().any(|(id, _)| is_it(account, &guild, *id, &name))
    };
    // Whether it was made before, and who is let in, isn't known from here for certain.
    if is_known || !account.doing.is_fresh(attempt) {
        let all = channels::all(account).await?;
        let guild_says = |channel: &&RawChannel| is_it(account, &account.guild(), channel.id, &name);
        if let Some(found) = all.iter().filter(guild_says).min_by_key(|channel| channel.id) {
            complete(account, found, people.is_some(), &invited).await?;
            return Ok(receipt(account, found.id));
        }
    }
    let overwrites = Visibility::of(account).overwrites(Use::Talking, people.is_some(), &invited);
    let body = |category: ChannelId| {
        json!({
            "name": name,
            "type": kind::VOICE,
            "parent_id": category,
            "permission_overwrites": overwrites,
        })
    };
    Ok(receipt(account, in_category(account, body).await?))
}

/// Gives a place that was found what it lacks.
async fn complete(
    account: &Account,
    found: &RawChannel,
    is_private: bool,
    invited: &[UserId],
) -> Result<(), Failure> {
    if !is_private {
        return Ok(());
    }
    if !Visibility::of(account).is_private(&found.permission_overwrites) {
        return Err(Failure::refused("the voice channel that was made for it is open to others now"));
    }
    let_in_quietly(account, found, Use::Talking, invited).await
}

fn is_it(account: &Account, guild: &Guild, id: ChannelId, name: &str) -> bool {
    is_place_of_ours(account, guild, id)
        && guild.channels.get(&id).is_some_and(|channel| channel.name == name)
}

fn is_place_of_ours(account: &Account, guild: &Guild, id: ChannelId) -> bool {
    guild.channels.get(&id).is_some_and(|channel| {
        let is_in_ours =
            channel.parent.is_some_and(|parent| guild.is_our_category(parent, &account.settings.category));
        channel.kind == ChannelType::Voice && is_in_ours
    })
}

fn receipt(account: &Account, id: ChannelId) -> Receipt {
    Receipt::Meeting(RoomRef::new(&account.name, id.to_string()), address(account, id))
}

/// Sees to it that a place to talk is gone, once nobody is in it any more.
pub(crate) async fn close(account: &Account, room: &RoomRef) -> Result<Outcome, Failure> {
    let id = say::channel(account, room, None)?;
    if !account.guild().channels.contains_key(&id)
        && !channels::all(account).await?.iter().any(|it| it.id == id)
    {
        return Ok(Outcome::Done(Receipt::Done));
    }
    let (is_ours, is_occupied) = {
        let guild = account.guild();
        let is_voice = guild.channels.get(&id).is_some_and(|channel| channel.kind == ChannelType::Voice);
        (is_voice, guild.is_occupied(id))
    };
    if !is_ours {
        return Err(Failure::refused("that is no voice channel, and stays"));
    }
    if !account.settings.meetings {
        return Err(Failure::refused(
            "nobody tells sitrep any more who is in it: it stays until it is deleted by hand",
        ));
    }
    // After a start it is not known before the gateway has said it.
    if is_occupied != Some(false) {
        return Ok(Outcome::Partly { left: 1, wait: LOOK_EVERY });
    }
    let call = Call::delete(Route::Channel { channel_id: id }).needs("Manage Channels");
    // To remove it twice is to remove it once.
    match account.client.send(call).await.map_err(Failure::while_reading) {
        Err(failure) if !failure.is(&[code::UNKNOWN_CHANNEL]) => return Err(failure),
        Ok(_) | Err(_) => {}
    }
    account.guild().channels.remove(&id);
    Ok(Outcome::Done(Receipt::Done))
}
