//! How encryption stands: what there is to say about it to whoever asks.

use matrix_sdk::Client;

use super::{identity, recovery, trouble::Trouble};
use crate::{account::Account, failure::Failure};

/// How encryption stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionReport {
    /// The homeserver shows our device signed by the account's identity.
    pub cross_signed: bool,
    /// Where the private keys are kept.
    pub secret_storage: SecretStorage,
    /// Whether room keys are backed up.
    pub backup: KeyBackup,
    /// Whether sitrep knows what opens the two.
    pub recovery_key: RecoveryKey,
    /// What sitrep is waiting for or needs a person for, in sentences.
    pub trouble: Option<String>,
}

/// Where the private keys are kept for a device that has lost everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretStorage {
    /// Nowhere.
    Missing,
    /// On the homeserver, encrypted.
    Kept,
}

/// The backup of room keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyBackup {
    /// There is none.
    Missing,
    /// There is one that we can't write to.
    Closed,
    /// Keys are written to it.
    Working,
}

/// What opens secret storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryKey {
    /// No key is known.
    Unknown,
    /// None of the known keys fits.
    Wrong,
    /// It was tried and opens.
    Opens,
}

/// Asks how encryption stands. Changes nothing.
pub(crate) async fn report(account: &Account) -> Result<EncryptionReport, Failure> {
    let client = account.client();
    let shown = identity::shown(&client).await?;
    // Resumes the backup, in a client that has just been made.
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    let is_kept = client.encryption().secret_storage().is_enabled().await.map_err(reading)?;
    Ok(EncryptionReport {
        cross_signed: shown.is_signed,
        secret_storage: if is_kept { SecretStorage::Kept } else { SecretStorage::Missing },
        backup: backup(&client).await?,
        recovery_key: recovery_key(account, &client, is_kept).await?,
        trouble: account.encryption_trouble(),
    })
}

fn reading(error: matrix_sdk::Error) -> Failure {
    Failure::from(error).while_reading()
}

async fn backup(client: &Client) -> Result<KeyBackup, Failure> {
    let backups = client.encryption().backups();
    Ok(match backups.fetch_exists_on_server().await.map_err(reading)? {
        false => KeyBackup::Missing,
        true if backups.are_enabled().await => KeyBackup::Working,
        true => KeyBackup::Closed,
    })
}

async fn recovery_key(account: &Account, client: &Client, is_kept: bool) -> Result<RecoveryKey, Failure> {
    let failure = |trouble| match trouble {
        Trouble::Passing(failure) => failure.while_reading(),
        Trouble::Person(sentences) => Failure::NotYet(sentences),
    };
    let keys = recovery::known_keys(&account.settings).map_err(failure)?;
    if keys.is_empty() || !is_kept {
        return Ok(RecoveryKey::Unknown);
    }
    let opened = recovery::open(client, &keys).await.map_err(failure)?;
    Ok(if opened.is_some() { RecoveryKey::Opens } else { RecoveryKey::Wrong })
}
