//! What a room is called: its name and its topic, with the key at the topic's end.
//!
//! Discord lets a channel be named about twice in ten minutes. What is so already isn't asked for, and who has to wait
//! holds up nobody else.

use serde_json::{Map, Value};
use serenity::{all::ChannelId, http::Route};
use sitrep_core::{port::Receipt, room::RoomRef};

use crate::{
    account::Account,
    channels,
    client::Call,
    failure::{Failure, code},
    open_room::{self, slug},
    render::shortened,
    rooms::key_in,
    say,
};

/// Sees to it that a room is called this.
pub(crate) async fn name(
    account: &Account,
    room: &RoomRef,
    name: &str,
    topic: &str,
) -> Result<Receipt, Failure> {
    let id = say::channel(account, room, None)?;
    if !account.guild().channels.contains_key(&id) {
        channels::all(account).await?;
    }
    let changes = changes(account, id, name, topic)?;
    if changes.is_empty() {
        return Ok(Receipt::Done);
    }
    let call =
        Call::patch(Route::Channel { channel_id: id }, Value::Object(changes)).needs("Manage Channels");
    // To name it twice is to name it once.
    let named: Value = account.client.ask(call).await.map_err(Failure::while_reading)?;
    channels::note(account, &named);
    Ok(Receipt::Done)
}

/// What is to be changed.
fn changes(account: &Account, id: ChannelId, name: &str, topic: &str) -> Result<Map<String, Value>, Failure> {
    let guild = account.guild();
    let Some(now) = guild.channels.get(&id) else {
        let words = "the channel is gone".to_owned();
        let refusal =
            crate::failure::Refusal { status: 404, code: code::UNKNOWN_CHANNEL, words, fields: vec![] };
        return Err(Failure::Refused(refusal));
    };
    let mut changes = Map::new();
    let name = if now.is_thread() { shortened(name, 100) } else { slug(name) };
    if now.name != name {
        changes.insert("name".to_owned(), name.into());
    }
    // Threads have no topic. A room without a key was not made by us.
    if let Some((key, topic_now)) = now.topic.as_deref().and_then(|topic| Some((key_in(topic)?, topic))) {
        let topic = open_room::topic(topic, key);
        if topic_now != topic {
            changes.insert("topic".to_owned(), topic.into());
        }
    }
    Ok(changes)
}
