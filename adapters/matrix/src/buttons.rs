//! Signs on a message, for people to press: reactions of our own.
//!
//! Clients show a reaction with the number of those who have it, and whoever presses it joins them. A homeserver takes
//! each sign of each sender once, so that a second attempt is refused with `M_DUPLICATE_ANNOTATION` and is done thereby.
//! Reactions are never encrypted: that clients of the encrypted room show them at all is the reason.

use matrix_sdk::ruma::{
    OwnedTransactionId, api::client::message::send_message_event, events::MessageLikeEventType, serde::Raw,
};
use serde_json::json;
use sitrep_core::{
    port::{Attempt, Button, Receipt},
    room::MessageRef,
};

use crate::{account::Account, failure::Failure};

/// Sees to it that a message of ours carries these signs.
pub(crate) async fn put(
    account: &Account,
    attempt: &Attempt,
    message: &MessageRef,
    buttons: &[Button],
) -> Result<Receipt, Failure> {
    let room = account.room(&message.room).await?;
    let client = account.client();
    // A reaction can't ask for words. Those that are there stay there: they do no harm.
    for (number, Button { key, .. }) in buttons.iter().filter(|button| button.is_plain()).enumerate() {
        let relation = json!({ "rel_type": "m.annotation", "event_id": message.id, "key": key });
        let content = Raw::new(&json!({ "m.relates_to": relation }))
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let transaction = OwnedTransactionId::from(format!("{}-{number}", attempt.key));
        let request = send_message_event::v3::Request::new_raw(
            room.room_id().to_owned(),
            transaction,
            MessageLikeEventType::Reaction,
            content.cast_unchecked(),
        );
        match client.send(request).await.map_err(Failure::from) {
            Ok(_) => {}
            Err(failure) if failure.is_refusal("M_DUPLICATE_ANNOTATION") => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(Receipt::Done)
}
