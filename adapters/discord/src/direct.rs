//! The channel in which we are alone with somebody. Discord has one a person, and gives the same one every time.

use serde_json::json;
use serenity::{all::ChannelId, http::Route};
use sitrep_core::{person::Person, port::Receipt, room::RoomRef};

use crate::{account::Account, client::Call, failure::Failure, raw::RawChannel};

/// Sees to it that there is a channel in which we are alone with somebody.
pub(crate) async fn open(account: &Account, person: &Person) -> Result<Receipt, Failure> {
    let user = account.user_id(person).ok_or_else(|| Failure::refused("they have no Discord account"))?;
    let call = Call::post(Route::UserMeDmChannels, json!({ "recipient_id": user }));
    // Nothing is in doubt if the answer is lost: it will be the same.
    let opened: RawChannel = account.client.ask(call).await.map_err(Failure::while_reading)?;
    let id: ChannelId = opened.id;
    account.guild().directs.insert(id);
    Ok(Receipt::Room(RoomRef::new(&account.name, id.to_string())))
}
