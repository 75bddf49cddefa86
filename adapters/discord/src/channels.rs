//! The server's channels, asked for whole: what the gateway has told may be old.
//!
//! All at once costs one call, whose limit is not that of any channel, and shows the overwrites as they are.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, GuildChannel, GuildId},
    http::Route,
};
use sitrep_core::port::RoomKind;

use crate::{
    account::Account, client::Call, failure::Failure, guild::Channel, overwrites::Visibility, raw::RawChannel,
};

/// How long the answer to a new channel is waited for: longer than for anything else, because one that is made after all
/// is found only by looking.
const MAKING: Duration = Duration::from_secs(40);

/// Asks for every channel; what is known of the server is brought up to date.
pub(crate) async fn all(account: &Account) -> Result<Vec<RawChannel>, Failure> {
    let answer: Vec<Value> = account.client.ask(Call::get(route(account))).await?;
    let channels: Vec<RawChannel> =
        answer.iter().filter_map(|channel| RawChannel::deserialize(channel).ok()).collect();
    for channel in &answer {
        note(account, channel);
    }
    forget(account, &channels);
    account.doing.set_unsure(false);
    Ok(channels)
}

/// Forgets the channels that are not there any more. That a room is gone is for hearing to say, which must know that there
/// was one; threads are not among what was asked for.
fn forget(account: &Account, there: &[RawChannel]) {
    let mut guild = account.guild();
    let rooms = account.rooms();
    let is_gone = |id: &ChannelId, channel: &Channel| {
        !channel.is_thread() && !there.iter().any(|channel| channel.id == *id)
    };
    let gone: Vec<ChannelId> = guild
        .channels
        .iter()
        .filter(|(id, channel)| is_gone(id, channel) && rooms.kind_of(&guild, **id) == RoomKind::Other)
        .map(|(id, _)| *id)
        .collect();
    guild.channels.retain(|id, _| !gone.contains(id));
}

/// One channel, as it is now.
pub(crate) async fn one(account: &Account, id: ChannelId) -> Result<Option<RawChannel>, Failure> {
    Ok(all(account).await?.into_iter().find(|channel| channel.id == id))
}

/// Makes a channel.
pub(crate) async fn make(account: &Account, body: Value) -> Result<ChannelId, Failure> {
    let needs = Visibility::of(account).needed_to_make();
    let made: Result<Value, Failure> =
        account.client.ask(Call::post(route(account), body).needs(needs).within(MAKING)).await;
    let made = match made {
        Ok(made) => made,
        Err(failure) => {
            if matches!(failure, Failure::Lost(_) | Failure::Garbled(_)) {
                account.doing.set_unsure(true);
            }
            return Err(failure);
        }
    };
    note(account, &made).ok_or_else(|| {
        account.doing.set_unsure(true);
        Failure::Garbled("it doesn't say which channel it is".to_owned())
    })
}

/// Takes over what Discord says of a channel or thread, and gives its number.
pub(crate) fn note(account: &Account, said: &Value) -> Option<ChannelId> {
    let id = RawChannel::deserialize(said).ok()?.id;
    let mut whole = said.clone();
    // serenity takes no channel without it, and some answers leave it out.
    whole.as_object_mut()?.entry("guild_id").or_insert(json!(account.settings.guild_id.to_string()));
    if let Ok(channel) = GuildChannel::deserialize(&whole) {
        account.guild().put_channel(&channel);
    }
    Some(id)
}

fn route(account: &Account) -> Route<'static> {
    Route::GuildChannels { guild_id: GuildId::new(account.settings.guild_id) }
}
