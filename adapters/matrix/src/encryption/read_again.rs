//! Trying again to read what had no key.
//!
//! Keys come late: from the sender's device when it learns of ours, from the backup, from another device of ours. The
//! backup and our other devices are asked as soon as something can't be decrypted; here the backup is asked once more
//! and, for a while, whether the key has come. Other people's devices can't be asked: clients answer only to their
//! own.

use std::time::Duration;

use matrix_sdk::{
    Room,
    deserialized_responses::{TimelineEvent, TimelineEventKind, UnableToDecryptReason},
    ruma::{events::room::encrypted::OriginalSyncRoomEncryptedEvent, serde::Raw},
};
use tokio::time::{Instant, sleep};

use crate::failure::Failure;

/// How long it is waited for a key that isn't there.
const PATIENCE: Duration = Duration::from_secs(8);

const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The event in the clear, as soon as there is a key for it. [`Failure::NotYet`] while there is none.
pub(crate) async fn decrypted(room: &Room, event: TimelineEvent) -> Result<TimelineEvent, Failure> {
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
