//! Looking for a key in a room's history: whether something was said that may have been said.
//!
//! Only our own messages are asked for, backwards to the moment before which the key did not exist.

use chrono::TimeDelta;
use matrix_sdk::{
    Room,
    deserialized_responses::TimelineEvent,
    room::MessagesOptions,
    ruma::{UserId, uint},
};
use serde::Deserialize;
use serde_json::Value;
use sitrep_core::port::Attempt;

use crate::{content_key::CONTENT_KEY, failure::Failure};

/// Pages of a hundred messages of our own: far more than are sent in any room while one message waits.
const PAGES: usize = 20;

/// By how much the homeserver's clock may be behind ours.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(10);

#[derive(Deserialize)]
struct Sent {
    event_id: String,
    origin_server_ts: i64,
    #[serde(default)]
    content: Value,
}

/// The event that we sent under the attempt's key, if there is one.
pub(crate) async fn find(room: &Room, me: &UserId, attempt: &Attempt) -> Result<Option<String>, Failure> {
    let earliest = (attempt.first_tried - CLOCK_DIFFERENCE).timestamp_millis();
    let mut from: Option<String> = None;
    for _ in 0..PAGES {
        let mut options = MessagesOptions::backward().from(from.as_deref());
        options.limit = uint!(100);
        options.filter.senders = Some(vec![me.to_owned()]);
        options.filter.types = Some(vec!["m.room.message".to_owned(), "m.room.encrypted".to_owned()]);
        let page = room.messages(options).await.map_err(|error| Failure::from(error).while_reading())?;
        for sent in page.chunk.iter().filter_map(read) {
            if sent.content[CONTENT_KEY] == attempt.key.as_str() {
                return Ok(Some(sent.event_id));
            }
            if sent.origin_server_ts < earliest {
                return Ok(None);
            }
        }
        if page.end.is_none() || page.end == from {
            return Ok(None);
        }
        from = page.end;
    }
    Ok(None)
}

fn read(event: &TimelineEvent) -> Option<Sent> {
    event.raw().deserialize_as_unchecked().ok()
}
