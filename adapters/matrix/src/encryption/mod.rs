//! Encryption: that others trust our device, that the keys to what was said survive a loss, and which rooms that we
//! make are encrypted.
//!
//! - Clients no longer show what a device says that its owner's *identity* has not signed. So the account gets an
//!   identity (`identity.rs`), and every device of ours is signed by it.
//! - The identity's private keys, and the key to the backup of room keys, lie encrypted on the homeserver. The
//!   *recovery key* opens them (`recovery.rs`): with it, a device that has lost everything is one of ours again.
//! - A store that is an older copy, or not this device's, is noticed at the start (`continuity.rs`), and the account
//!   gets a new device.
//! - **All of it is set up beside serving**, and tried again while it fails: a homeserver that doesn't cooperate costs
//!   nobody an incident. What is not so yet is said in the log, once for each reason.
//!
//! What others need: [`report()`] for those who ask how it stands, [`round_trip()`] to try it out, [`decrypted()`]
//! for what had no key, and [`state_of_a_room()`] for whoever makes a room.

mod continuity;
mod identity;
mod key_file;
mod read_again;
mod recovery;
mod report;
mod room_state;
mod round_trip;
mod trouble;

use std::{sync::Arc, time::Duration};

use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use tokio::time::{sleep, timeout};

pub(crate) use continuity::holds;
pub(crate) use read_again::decrypted;
pub(crate) use report::report;
pub use report::{EncryptionReport, KeyBackup, RecoveryKey, SecretStorage};
pub(crate) use room_state::{RoomUse, state_of_a_room};
pub(crate) use round_trip::round_trip;
use trouble::Trouble;

use crate::account::Account;

/// How often it is looked at again once everything is set up: somebody may have changed the account elsewhere.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// The first pause after a failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// All the requests of one set-up, by a server under load.
const SET_UP_DEADLINE: Duration = Duration::from_secs(180);

/// How often it is looked whether the first sync has made our device known.
const DEVICE_KNOWN_EVERY: Duration = Duration::from_millis(200);

/// What the SDK does by itself. It sets nothing up, because it would only log that it can't.
///
/// Two more things are as the SDK has them by default, and rest on that: room keys go to every device of a room's
/// members, and what anybody's device encrypts is read. Who may command is decided by the account, which the
/// homeserver vouches for; people on devices that nobody has verified must be able to call for help.
pub(crate) fn sdk_settings() -> EncryptionSettings {
    EncryptionSettings {
        auto_enable_cross_signing: false,
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
        auto_enable_backups: false,
    }
}

/// Sets everything up and keeps it so. Runs until it is dropped.
pub(crate) async fn keep(account: Arc<Account>) {
    let mut pause = FIRST_PAUSE;
    let mut said = None;
    loop {
        let trouble = match timeout(SET_UP_DEADLINE, set_up(&account)).await {
            Ok(Ok(())) => None,
            Ok(Err(trouble)) => Some(trouble),
            Err(_) => Some(Trouble::waiting("the homeserver takes too long to answer")),
        };
        let wait = match &trouble {
            None => LOOK_EVERY,
            Some(_) => pause,
        };
        pause = if trouble.is_some() { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
        let sentence = trouble.map(|trouble| trouble.sentence());
        if said != sentence {
            match &sentence {
                Some(sentence) => tracing::warn!("{sentence}"),
                None if said.is_some() => tracing::info!("Encryption is set up now."),
                None => {}
            }
            said.clone_from(&sentence);
        }
        account.note_encryption_trouble(sentence);
        // Nothing to be done about either: it is looked at again, sooner or later.
        let _ = timeout(wait, account.renewed.notified()).await;
    }
}

/// Does what has not been done yet.
async fn set_up(account: &Account) -> Result<(), Trouble> {
    let client = account.client();
    if !account.is_intact() {
        return Err(Trouble::Person(format!(
            "The encryption keys of sitrep's Matrix device {} are lost, in use elsewhere, or older than what it has \
             used: what is encrypted for it can't be read. Make a new access token, which is a new device, and put \
             both into the configuration.",
            client.device_id().map_or("", |device| device.as_str())
        )));
    }
    // The first sync uploads the device's keys. To do so here as well could upload two sets of them.
    while identity::shown(&client).await.map_err(Trouble::Passing)?.device_key.is_none() {
        sleep(DEVICE_KNOWN_EVERY).await;
    }
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    continuity::renew(&client).await.map_err(Trouble::Passing)?;
    let keys = recovery::known_keys(&account.settings)?;
    identity::establish(&account.settings, &client, &keys).await?;
    recovery::establish(&account.settings, &client, &keys).await
}
