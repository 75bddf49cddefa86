//! Trying encryption out: something is said in a room of its own, and read back.
//!
//! The room is private, nobody is asked in, and it is left and forgotten whatever happens. That what comes back was
//! encrypted is checked as well as that it says the same.

use std::time::{Duration, Instant};

use matrix_sdk::{
    Client, Room,
    deserialized_responses::TimelineEventKind,
    room::MessagesOptions,
    ruma::{
        api::client::{
            membership::forget_room,
            room::create_room::{self, v3::RoomPreset},
        },
        events::AnyInitialStateEvent,
        serde::Raw,
    },
};
use serde_json::{Value, json};

use super::{RoomUse, state_of_a_room};
use crate::{account::Account, failure::Failure, settings::Encrypt};

const WORDS: &str = "sitrep tries out its encryption";

/// Says something encrypted and reads it back. Gives how long the two took.
pub(crate) async fn round_trip(account: &Account) -> Result<Duration, Failure> {
    let client = account.client();
    let room = make_room(&client).await?;
    let tried = try_out(&room).await;
    // Nobody else is in it: once it is left, it is nobody's.
    let left = room.leave().await.map_err(Failure::from);
    let took = tried?;
    left?;
    // Not the SDK's own way: it would be surprised by what the next sync still says of the room.
    client.send(forget_room::v3::Request::new(room.room_id().to_owned())).await?;
    Ok(took)
}

async fn make_room(client: &Client) -> Result<Room, Failure> {
    let mut request = create_room::v3::Request::new();
    request.name = Some(WORDS.to_owned());
    request.preset = Some(RoomPreset::PrivateChat);
    let (kind, content) = state_of_a_room(Encrypt::Always, RoomUse::Private)
        .ok_or_else(|| Failure::Broken("no room is ever encrypted".to_owned()))?;
    let event = json!({ "type": kind, "state_key": "", "content": content });
    let event: Raw<AnyInitialStateEvent> =
        Raw::new(&event).map_err(|error| Failure::Broken(error.to_string()))?.cast_unchecked();
    request.initial_state = vec![event];
    Ok(client.create_room(request).await?)
}

async fn try_out(room: &Room) -> Result<Duration, Failure> {
    let began = Instant::now();
    let content = json!({ "msgtype": "m.notice", "body": WORDS, "m.mentions": {} });
    let sent = room.send_raw("m.room.message", content).await?.response.event_id;
    let page = room
        .messages(MessagesOptions::backward())
        .await
        .map_err(|error| Failure::from(error).while_reading())?;
    let took = began.elapsed();
    let event = page.chunk.iter().find(|event| event.event_id().as_deref() == Some(&*sent));
    let event = event.ok_or_else(|| Failure::NotYet("what was said does not come back".to_owned()))?;
    match &event.kind {
        TimelineEventKind::Decrypted(decrypted) => {
            let said: Value = decrypted.event.deserialize_as_unchecked().unwrap_or_default();
            match said["content"]["body"] == WORDS {
                true => Ok(took),
                false => Err(Failure::NotYet("what comes back says something else".to_owned())),
            }
        }
        TimelineEventKind::UnableToDecrypt { .. } => {
            Err(Failure::NotYet("what was said can't be read back".to_owned()))
        }
        TimelineEventKind::PlainText { .. } => {
            Err(Failure::NotYet("what was said came back without encryption".to_owned()))
        }
    }
}
