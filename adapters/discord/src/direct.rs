//! The channel in which we are alone with somebody. Discord has one a person, and gives the same one every time.

use serde::Deserialize;
use serde_json::json;
use serenity::{
    all::{ChannelId, MessageId},
    http::Route,
};
use sitrep_core::{person::Person, port::Receipt, room::RoomRef};

use crate::{account::Account, client::Call, failure::Failure};

#[derive(Deserialize)]
struct Opened {
    id: ChannelId,
    last_message_id: Option<MessageId>,
}

/// Sees to it that there is a channel in which we are alone with somebody.
pub(crate) async fn open(account: &Account, person: &Person) -> Result<Receipt, Failure> {
    let user = account.user_id(person).ok_or_else(|| Failure::refused("they have no Discord account"))?;
    let call = Call::post(Route::UserMeDmChannels, json!({ "recipient_id": user }));
    // Nothing is in doubt if the answer is lost: it will be the same.
    let Opened { id, last_message_id } = account.client.ask(call).await.map_err(Failure::while_reading)?;
    // What was said there before was not for us to hear.
    account.note_direct(id, last_message_id.map_or(id.get(), MessageId::get));
    Ok(Receipt::Room(RoomRef::new(&account.name, id.to_string())))
}
