//! A room that is thrown away: made as an incident's is, encrypted, spoken in, read back, left and forgotten.

use matrix_sdk::{
    Client, Room,
    deserialized_responses::TimelineEventKind,
    ruma::{
        OwnedEventId,
        api::client::{
            membership::forget_room,
            room::create_room::{self, v3::RoomPreset},
        },
        events::AnyInitialStateEvent,
        serde::Raw,
    },
};
use serde_json::json;
use sitrep_core::port::Finding;

use super::failed;
use crate::{account::Account, failure::Failure};

const NAME: &str = "sitrep doctor";
const WORDS: &str = "sitrep tries whether it can read what it has encrypted.";

pub(super) async fn check(account: &Account) -> Vec<Finding> {
    let client = account.client();
    let room = match make(&client).await {
        Ok(room) => room,
        Err(failure) => return vec![failed("Rooms: no room can be made", &failure)],
    };
    let mut findings = vec![Finding::ok("Rooms: sitrep can make one")];
    findings.push(match round_trip(&room).await {
        Ok(true) => Finding::ok("Encryption: what sitrep encrypts can be read back"),
        Ok(false) => Finding::problem(
            "Encryption: what sitrep encrypted could not be read back",
            "Restart sitrep; if it stays so, move the folder `matrix` out of its data directory and start again",
        ),
        Err(failure) => failed("Encryption: nothing could be sent and read back", &failure),
    });
    // An account collects no rooms of this kind: they are left even where the check has failed.
    if let Err(failure) = leave(&client, &room).await {
        let what = format!("Rooms: the room {} that was made to try could not be left", room.room_id());
        findings
            .push(Finding::warning(format!("{what}: {}", failure.words()), "Leave it by hand, or let it be"));
    }
    findings
}

async fn make(client: &Client) -> Result<Room, Failure> {
    let mut request = create_room::v3::Request::new();
    request.name = Some(NAME.to_owned());
    request.preset = Some(RoomPreset::PrivateChat);
    let encryption = json!({ "type": "m.room.encryption", "state_key": "", "content": { "algorithm": "m.megolm.v1.aes-sha2" } });
    let encryption: Raw<AnyInitialStateEvent> =
        Raw::new(&encryption).map(Raw::cast_unchecked).map_err(|error| Failure::Broken(error.to_string()))?;
    request.initial_state = vec![encryption];
    Ok(client.create_room(request).await?)
}

/// Whether a message comes back as it was said, and was encrypted on its way.
async fn round_trip(room: &Room) -> Result<bool, Failure> {
    let content = json!({ "msgtype": "m.notice", "body": WORDS, "m.mentions": {} });
    let sent: OwnedEventId = room.send_raw("m.room.message", content).await?.response.event_id;
    let event = room.event(&sent, None).await.map_err(|error| Failure::from(error).while_reading())?;
    let TimelineEventKind::Decrypted(decrypted) = &event.kind else { return Ok(false) };
    let body = decrypted.event.get_field::<serde_json::Value>("content").ok().flatten();
    Ok(body.is_some_and(|content| content["body"] == WORDS))
}

async fn leave(client: &Client, room: &Room) -> Result<(), Failure> {
    room.leave().await?;
    // Not the SDK's own way: it would be surprised by what the next sync still says of the room.
    client.send(forget_room::v3::Request::new(room.room_id().to_owned())).await?;
    Ok(())
}
