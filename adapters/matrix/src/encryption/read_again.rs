//! Trying again to read what had no key.
//!
//! Keys come late: from the sender's device when it learns of ours, from the backup, from another device of ours. The
//! backup and our other devices are asked as soon as something can't be decrypted; here the backup is asked once more
//! and, for a while, whether the key has come. Other people's devices can't be asked: clients answer only to their
//! own.

use std::time::Duration;

use chrono::DateTime;
use matrix_sdk::{
    Room,
    deserialized_responses::{TimelineEvent, TimelineEventKind, UnableToDecryptReason},
    ruma::{EventId, events::room::encrypted::OriginalSyncRoomEncryptedEvent, serde::Raw},
};
use serde_json::Value;
use sitrep_core::{
    person::Person,
    port::Said,
    room::{MessageRef, PlatformName},
};
use tokio::time::{Instant, sleep};

use crate::{account::Account, failure::Failure, inbound_text};

/// How long it is waited for a key that isn't there.
const PATIENCE: Duration = Duration::from_secs(8);

const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What a message says, if it can be decrypted by now. [`Failure::NotYet`] while it has no key.
pub(crate) async fn read_again(account: &Account, message: &MessageRef) -> Result<Said, Failure> {
    let room = account.room(&message.room).await?;
    let id = EventId::parse(&message.id).map_err(|_| Failure::Refused {
        code: "M_INVALID_PARAM".to_owned(),
        words: format!("{} is not an event id", message.id),
    })?;
    let event = room.event(&id, None).await.map_err(|error| Failure::from(error).while_reading())?;
    let event = decrypted(&room, event).await?;
    said(&message.room.platform, &event).ok_or_else(|| Failure::Refused {
        code: "M_NOT_FOUND".to_owned(),
        words: "it says nothing that can be read".to_owned(),
    })
}

/// What an event says, if it is a text of its own and not the new wording of another.
fn said(platform: &PlatformName, event: &TimelineEvent) -> Option<Said> {
    let event: Value = event.raw().deserialize_as_unchecked().ok()?;
    let content = &event["content"];
    let relation = &content["m.relates_to"];
    let is_text = event["type"] == "m.room.message" && content["msgtype"] == "m.text";
    if !is_text || relation["rel_type"] == "m.replace" {
        return None;
    }
    let html = content["formatted_body"].as_str().filter(|_| content["format"] == "org.matrix.custom.html");
    let is_reply = relation["m.in_reply_to"]["event_id"].is_string();
    let text = inbound_text::read(content["body"].as_str()?, html, is_reply);
    let author = Person::new(platform, event["sender"].as_str()?);
    Some(Said {
        author,
        text,
        sent_at: DateTime::from_timestamp_millis(event["origin_server_ts"].as_i64()?)?,
    })
}

/// The event in the clear, as soon as there is a key for it.
async fn decrypted(room: &Room, event: TimelineEvent) -> Result<TimelineEvent, Failure> {
    let mut event = event;
    let until = Instant::now() + PATIENCE;
    let mut has_asked = false;
    loop {
        let TimelineEventKind::UnableToDecrypt { utd_info, .. } = &event.kind else { return Ok(event) };
        if let Some(session) = utd_info.session_id.as_deref().filter(|_| !has_asked) {
            has_asked = true;
            // That it isn't there is the rule.
            let backups = room.client().encryption().backups();
            let _ = backups.download_room_key(room.room_id(), session).await;
        } else if Instant::now() < until {
            sleep(LOOK_EVERY).await;
        } else {
            return Err(Failure::NotYet(why(&utd_info.reason).to_owned()));
        }
        let raw: Raw<OriginalSyncRoomEncryptedEvent> = event.raw().clone().cast_unchecked();
        event = room.decrypt_event(&raw, None).await?;
    }
}

/// Why it can't be read, in words that continue a sentence.
fn why(reason: &UnableToDecryptReason) -> &'static str {
    match reason {
        UnableToDecryptReason::MissingMegolmSession { withheld_code: Some(_) } => {
            "the sender's device keeps its key from sitrep's device"
        }
        UnableToDecryptReason::MissingMegolmSession { withheld_code: None }
        | UnableToDecryptReason::UnknownMegolmMessageIndex => "there is no key to it yet",
        UnableToDecryptReason::Unknown
        | UnableToDecryptReason::MalformedEncryptedEvent
        | UnableToDecryptReason::MegolmDecryptionFailure
        | UnableToDecryptReason::PayloadDeserializationFailure
        | UnableToDecryptReason::MismatchedIdentityKeys
        | UnableToDecryptReason::SenderIdentityNotTrusted(_) => "it can't be decrypted",
    }
}
