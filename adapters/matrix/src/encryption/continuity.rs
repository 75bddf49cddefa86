//! Whether the SDK's store is what this device used last, or an older copy of it, or not its own at all.
//!
//! Keys to encrypted talk are used up one by one. A device that goes on from a restored copy of its store says things
//! that others take for a replay, and can't read what was said to keys that it no longer has; one whose store was lost
//! is another device under the same name, which others distrust. Neither can be mended, so that it must be noticed:
//!
//! - The homeserver must show the device's key as the store has it.
//! - The store and the account's data on the homeserver carry the same *mark*, renewed at every start and every hour.
//!   A copy has an older one. A renewal that was cut short leaves two marks in the store, and the second may have
//!   reached the homeserver or not: either will do.

use matrix_sdk::{
    Client,
    ruma::{TransactionId, events::GlobalAccountDataEventType, serde::Raw},
};
use serde::{Deserialize, Serialize};

use super::identity::{self, Shown};
use crate::failure::Failure;

/// Where the store has its marks.
const KEY: &[u8] = b"sitrep.marks";

/// The mark on the homeserver.
#[derive(Serialize, Deserialize)]
struct Mark {
    mark: String,
}

/// Whether the store is what this device used last.
pub(crate) async fn holds(client: &Client) -> Result<bool, Failure> {
    let shown = identity::shown(client).await?;
    let ours = client.encryption().ed25519_key().await;
    // Before and after: another client on this store may be renewing them just now.
    let mut known = marks(client).await?;
    let theirs = theirs(client).await?;
    known.extend(marks(client).await?);
    Ok(agree(&shown, ours.as_deref(), &known, theirs.as_deref()))
}

fn agree(shown: &Shown, ours: Option<&str>, marks: &[String], theirs: Option<&str>) -> bool {
    match &shown.device_key {
        Some(key) if Some(key.as_str()) != ours => return false,
        // It was there once.
        None if !marks.is_empty() => return false,
        Some(_) | None => {}
    }
    theirs.is_none_or(|theirs| marks.iter().any(|mark| mark == theirs))
}

/// Puts a new mark on both sides.
pub(super) async fn renew(client: &Client) -> Result<(), Failure> {
    let mut marks = marks(client).await?;
    let fresh = match marks.as_slice() {
        // One that was cut short is brought to its end.
        [_, .., last] => last.clone(),
        [] | [_] => TransactionId::new().to_string(),
    };
    if marks.last() != Some(&fresh) {
        marks.push(fresh.clone());
        keep(client, &marks).await?;
    }
    let content =
        Raw::new(&Mark { mark: fresh.clone() }).map_err(|error| Failure::Broken(error.to_string()))?;
    client.account().set_account_data_raw(place(client)?, content.cast_unchecked()).await?;
    keep(client, &[fresh]).await
}

async fn marks(client: &Client) -> Result<Vec<String>, Failure> {
    let kept = client.state_store().get_custom_value(KEY).await;
    let kept = kept.map_err(|error| Failure::Broken(error.to_string()))?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

async fn keep(client: &Client, marks: &[String]) -> Result<(), Failure> {
    let bytes = serde_json::to_vec(marks).map_err(|error| Failure::Broken(error.to_string()))?;
    let kept = client.state_store().set_custom_value_no_read(KEY, bytes).await;
    kept.map_err(|error| Failure::Broken(error.to_string()))
}

async fn theirs(client: &Client) -> Result<Option<String>, Failure> {
    let found = client.account().fetch_account_data(place(client)?).await;
    let found = found.map_err(|error| Failure::from(error).while_reading())?;
    Ok(found.and_then(|raw| raw.deserialize_as_unchecked::<Mark>().ok()).map(|mark| mark.mark))
}

/// Each device has its own.
fn place(client: &Client) -> Result<GlobalAccountDataEventType, Failure> {
    let device = client.device_id().ok_or_else(|| Failure::Broken("it has no session".to_owned()))?;
    Ok(format!("org.sitrep.store.{device}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_strangers_are_noticed() {
        let shown = |key: Option<&str>| Shown { device_key: key.map(str::to_owned), ..Shown::default() };
        let marks = |marks: &[&str]| marks.iter().map(|mark| (*mark).to_owned()).collect::<Vec<_>>();
        let cases = [
            // The first start, killed before and after the device was made known.
            (None, &[][..], None, true),
            (Some("ours"), &[], None, true),
            (Some("ours"), &["a"], None, true),
            // A restart, also after a renewal that was cut short.
            (Some("ours"), &["a"], Some("a"), true),
            (Some("ours"), &["a", "b"], Some("a"), true),
            (Some("ours"), &["a", "b"], Some("b"), true),
            // A restored copy.
            (Some("ours"), &["a"], Some("b"), false),
            // A lost store.
            (Some("other"), &[], Some("a"), false),
            (Some("other"), &[], None, false),
            // The server has forgotten the device, or another one has come in its place.
            (None, &["a"], Some("a"), false),
            (None, &["a"], None, false),
        ];
        for (key, ours, theirs, expected) in cases {
            let agreed = agree(&shown(key), Some("ours"), &marks(ours), theirs);
            assert_eq!(agreed, expected, "{key:?} {ours:?} {theirs:?}");
        }
    }
}
