//! Pinning a message. To pin it twice is to pin it once.

use serenity::{
    all::{ChannelId, MessageId},
    http::Route,
};
use sitrep_core::{port::Receipt, room::MessageRef};

use crate::{account::Account, client::Call, failure::Failure, say};

/// The permission that it takes, since February 2026; before, that was Manage Messages.
const NEEDS: &str = "Pin Messages";

/// Sees to it that a message is pinned in its room.
pub(crate) async fn pin(account: &Account, message: &MessageRef) -> Result<Receipt, Failure> {
    let (channel_id, message_id) = place(account, message)?;
    let route = Route::ChannelPin { channel_id, message_id };
    account.client.send(Call::put(route, None).needs(NEEDS)).await?;
    Ok(Receipt::Done)
}

/// Sees to it that a message is pinned no more.
pub(crate) async fn unpin(
    account: &Account,
    channel_id: ChannelId,
    message_id: MessageId,
) -> Result<(), Failure> {
    let route = Route::ChannelPin { channel_id, message_id };
    account.client.send(Call::delete(route).needs(NEEDS)).await.map(drop)
}

/// The channel and the number of a message.
pub(crate) fn place(account: &Account, message: &MessageRef) -> Result<(ChannelId, MessageId), Failure> {
    let channel = say::channel(account, &message.room, message.thread.as_deref())?;
    let id = message.id.parse().ok().filter(|id| *id != 0).map(MessageId::new);
    Ok((channel, id.ok_or_else(|| Failure::refused("there is no such message"))?))
}
