//! A place to talk: a voice channel in our categories, named as the incident's room, and found again by that name until
//! core has its number. From then on people may rename and move it.
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

/// After so long it is tried again to remove one that Discord doesn't let us remove.
const TRY_AGAIN: Duration = Duration::from_secs(10 * 60);

/// How often it is looked whether the last one has left.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The place that is to be there.
pub(crate) struct Plan<'a> {
    pub(crate) name: &'a str,
    pub(crate) people: Option<&'a [Person]>,
    /// The one that was made before.
    pub(crate) known: Option<&'a RoomRef>,
}

/// Sees to it that there is a place to talk.
pub(crate) async fn open(account: &Account, attempt: &Attempt, plan: &Plan<'_>) -> Result<Receipt, Failure> {
    let Plan { people, .. } = *plan;
    let name = shortened(plan.name, 100);
    let known = plan.known.and_then(|room| say::channel(account, room, None).ok());
    let invited = user_ids(account, people.unwrap_or_default());
    let is_known = {
        let guild = account.guild();
        guild.channels.iter().any(|(id, _)| is_it(account, &guild, *id, &name))
    };
    // Whether it was made before, and who is let in, isn't known from here for certain.
    if is_known || known.is_some() || !account.doing.is_fresh(attempt) {
        let all = channels::all(account).await?;
        let is_known = |it: &&RawChannel| Some(it.id) == known && is_voice(&account.guild(), it.id);
        let guild_says = |channel: &&RawChannel| is_it(account, &account.guild(), channel.id, &name);
        let found = all.iter().find(is_known);
        let found = found.or_else(|| all.iter().filter(guild_says).min_by_key(|channel| channel.id));
        if let Some(found) = found {
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

fn is_voice(guild: &Guild, id: ChannelId) -> bool {
    guild.channels.get(&id).is_some_and(|channel| channel.kind == ChannelType::Voice)
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
        (is_voice(&guild, id), guild.is_occupied(id))
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
        // Somebody may give the permission back; nobody waits for it.
        Err(Failure::Refused(refusal)) if refusal.status == 403 => {
            tracing::warn!("The voice channel {id} stays for now, because {}.", refusal.words);
            return Ok(Outcome::Partly { left: 1, wait: TRY_AGAIN });
        }
        Err(failure) if !failure.is(&[code::UNKNOWN_CHANNEL]) => return Err(failure),
        Ok(_) | Err(_) => {}
    }
    account.guild().channels.remove(&id);
    Ok(Outcome::Done(Receipt::Done))
}
