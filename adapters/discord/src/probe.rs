//! Whether the gateway brings what REST knows of.
//!
//! - **A message is missed if it was there at a first look and is still not heard a few seconds later**, however much is
//!   said in the channel meanwhile: a gateway that only lags is not deaf.
//! - The number of a channel's last message may be that of one that is no more. So the channel is asked for what is later
//!   than what was heard before anything is concluded from that.
//! - Rooms of our own that were not heard of, and rooms that are gone without a word, count like messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serenity::all::{ChannelId, GuildId, MessageId};
use sitrep_core::port::RoomKind;
use tokio::time::sleep;

use crate::{
    account::Account,
    guild::{Channel, Guild},
    rooms::key_in,
    server,
};

/// How long what REST knows may take to be heard.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// What REST knows of, and the gateway didn't say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Missed {
    /// Messages: the last one of each channel.
    messages: BTreeMap<ChannelId, MessageId>,
    /// Rooms that came or went.
    rooms: BTreeSet<ChannelId>,
}

/// Whether REST knows of something in a room that matters, and the gateway doesn't bring it.
pub(crate) async fn is_deaf(account: &Account) -> bool {
    let Some(first) = look(account).await else { return false };
    if first == Missed::default() {
        return false;
    }
    sleep(HEARD_WITHIN).await;
    for (channel, message) in first.messages {
        let heard = account.guild().channels.get(&channel).map(|channel| channel.last_message);
        let Some(heard) = heard.filter(|heard| *heard < Some(message)) else { continue };
        let after = heard.map_or(channel.get(), MessageId::get);
        if server::is_anything_after(&account.client, channel, after).await {
            return true;
        }
    }
    if first.rooms.is_empty() {
        return false;
    }
    look(account).await.is_some_and(|second| !first.rooms.is_disjoint(&second.rooms))
}

async fn look(account: &Account) -> Option<Missed> {
    let server = GuildId::new(account.settings.guild_id);
    let there = server::channels(&account.client, server).await.ok()?;
    Some(missed(account, &account.guild(), &there))
}

fn missed(account: &Account, guild: &Guild, there: &BTreeMap<ChannelId, Channel>) -> Missed {
    let matters =
        |id: ChannelId| account.spot(guild, id).kind != RoomKind::Other && guild.is_open(id, account.user);
    let mut missed = Missed::default();
    for (id, channel) in there {
        match guild.channels.get(id) {
            Some(heard) => {
                let last = channel.last_message.filter(|last| Some(*last) > heard.last_message);
                let last = last.filter(|_| (channel.is_text() || channel.is_thread()) && matters(*id));
                missed.messages.extend(last.map(|last| (*id, last)));
            }
            None if channel.topic.as_deref().and_then(key_in).is_some() => {
                missed.rooms.insert(*id);
            }
            None => {}
        }
    }
    let here = guild.channels.iter().filter(|(_, channel)| !channel.is_thread()).map(|(id, _)| *id);
    missed.rooms.extend(here.filter(|id| !there.contains_key(id) && matters(*id)));
    missed
}
