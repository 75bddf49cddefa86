//! Secret storage, the backup of room keys, and the recovery key that opens both.
//!
//! - The key comes from the configuration, or from the file where the key is kept that was made here. Where the
//!   account has no secret storage yet, a configured key makes it, and becomes the *phrase* from which its key is
//!   derived: any text will do.
//! - Without one a key is made, once: see `key_file.rs` for what happens when we die meanwhile. It is handed over as
//!   a file, and never stands in a log.
//! - Nothing that exists is replaced. A key that doesn't fit is said, with what to do.
//! - Deriving a key from a phrase is slow on purpose, and the SDK does it in the middle of its requests: see [`slow`].

use std::{future::poll_fn, io, pin::pin};

use matrix_sdk::{
    Client,
    encryption::secret_storage::{SecretStorageError, SecretStore},
};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::{block_in_place, yield_now},
};

use super::{
    key_file,
    trouble::{Trouble, of_recovery, of_storage},
};
use crate::settings::MatrixSettings;

/// The keys that may open secret storage, the most likely first.
pub(super) fn known_keys(settings: &MatrixSettings) -> Result<Vec<String>, Trouble> {
    let kept = key_file::read(&settings.state_dir).map_err(|error| unwritable(settings, &error))?;
    Ok(settings.recovery_key.iter().cloned().chain(kept).collect())
}

/// Opens secret storage with the first of the keys that does; none if no key fits.
pub(super) async fn open(client: &Client, keys: &[String]) -> Result<Option<SecretStore>, Trouble> {
    for key in keys {
        let storage = client.encryption().secret_storage();
        match slow(storage.open_secret_store(key)).await {
            Ok(store) => return Ok(Some(store)),
            Err(SecretStorageError::SecretStorageKey(_)) => {}
            Err(error) => return Err(of_storage(error)),
        }
    }
    Ok(None)
}

/// Takes the secrets from secret storage: the identity's keys, which then sign this device, and the backup's.
pub(super) async fn recover(
    settings: &MatrixSettings,
    client: &Client,
    keys: &[String],
) -> Result<SecretStore, Trouble> {
    let Some(store) = open(client, keys).await? else { return Err(no_key(settings, keys)) };
    store.import_secrets().await.map_err(of_storage)?;
    Ok(store)
}

/// Sees to it that there is secret storage that opens, and a backup of room keys.
pub(super) async fn establish(
    settings: &MatrixSettings,
    client: &Client,
    keys: &[String],
) -> Result<(), Trouble> {
    if !client.encryption().secret_storage().is_enabled().await? {
        return make(settings, client).await;
    }
    match open(client, keys).await? {
        Some(store) => back_up(client, &store).await,
        // It was made here, and we died before it could be kept.
        None if key_file::has_begun(&settings.state_dir).map_err(|error| unwritable(settings, &error))? => {
            let made = client.encryption().recovery().reset_key().await.map_err(of_recovery)?;
            hand_over(settings, &made)
        }
        None => Err(no_key(settings, keys)),
    }
}

/// Something that is awaited and computes for long in between. Other tasks go on elsewhere meanwhile.
///
/// It stays in the task that awaits it, and ends with that. On a thread of its own it would outlive the runtime, whose
/// timers panic once it shuts down.
async fn slow<T>(work: impl Future<Output = T>) -> T {
    // Where there is one thread there is nowhere else to go on.
    if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
        return work.await;
    }
    let mut work = pin!(work);
    let done = poll_fn(|context| block_in_place(|| work.as_mut().poll(context))).await;
    // The runtime may have begun to shut down: what follows must not begin in the same breath.
    yield_now().await;
    done
}

/// Makes secret storage and the backup.
async fn make(settings: &MatrixSettings, client: &Client) -> Result<(), Trouble> {
    let recovery = client.encryption().recovery();
    if let Some(phrase) = &settings.recovery_key {
        slow(recovery.enable().with_passphrase(phrase).into_future()).await.map_err(of_recovery)?;
        tracing::info!("The keys of {} are kept under the configured recovery key.", settings.user);
        return Ok(());
    }
    key_file::begin(&settings.state_dir).map_err(|error| unwritable(settings, &error))?;
    let made = recovery.enable().await.map_err(of_recovery)?;
    hand_over(settings, &made)
}

/// Keeps a key that was made, and says where, once.
fn hand_over(settings: &MatrixSettings, key: &str) -> Result<(), Trouble> {
    key_file::keep(&settings.state_dir, key).map_err(|error| unwritable(settings, &error))?;
    tracing::info!(
        "sitrep has made a recovery key for {} and keeps it in {}. Copy that file to where it survives a loss of this \
         machine: with it and the login, sitrep comes back to its encrypted rooms.",
        settings.user,
        key_file::path_in(&settings.state_dir).display()
    );
    Ok(())
}

/// Sees to it that room keys are backed up.
async fn back_up(client: &Client, store: &SecretStore) -> Result<(), Trouble> {
    let backups = client.encryption().backups();
    if backups.are_enabled().await {
        return Ok(());
    }
    if backups.fetch_exists_on_server().await? {
        return store.import_secrets().await.map_err(of_storage);
    }
    client.encryption().recovery().enable_backup().await.map_err(of_recovery)?;
    store.export_secrets().await.map_err(of_storage)
}

fn no_key(settings: &MatrixSettings, keys: &[String]) -> Trouble {
    let user = &settings.user;
    let what = match (&settings.recovery_key, keys) {
        (Some(_), _) => format!("The configured recovery key is not the one of {user}"),
        (None, []) => format!("{user} has a recovery key that sitrep does not know"),
        (None, _) => format!("The recovery key that sitrep keeps is no longer the one of {user}"),
    };
    Trouble::Person(format!(
        "{what}: after a loss sitrep would not come back to its encrypted rooms, and a new device of it is not \
         trusted. Put the right key into `[matrix] recovery_key_file`. If nobody has it, log in as that account with \
         Element and reset its identity in Settings, Encryption, which shows a new one."
    ))
}

pub(super) fn unwritable(settings: &MatrixSettings, error: &io::Error) -> Trouble {
    Trouble::Person(format!(
        "The recovery key in {} can't be read or written ({error}). Give sitrep a folder that it owns, with room on \
         the disk.",
        settings.state_dir.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    use tokio::{runtime::Builder, time::sleep};

    use super::*;

    /// Says when it is dropped.
    struct Dropped(Arc<AtomicBool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn slow_work_gives_what_it_gives_wherever_it_runs() {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = builder.enable_all().build().unwrap();
            let work = async {
                sleep(Duration::from_millis(1)).await;
                5
            };
            assert_eq!(runtime.block_on(slow(work)), 5);
        }
    }

    #[test]
    fn slow_work_ends_with_its_runtime_and_nothing_follows_it() {
        let flag = || Arc::new(AtomicBool::new(false));
        let (began, shut_down, went_on, ended) = (flag(), flag(), flag(), flag());
        let until = |flag: &AtomicBool| {
            while !flag.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (inside, allowed, further) = (Arc::clone(&began), Arc::clone(&shut_down), Arc::clone(&went_on));
        let guard = Dropped(Arc::clone(&ended));
        runtime.spawn(async move {
            let _guard = guard;
            // It computes while the runtime shuts down.
            let work = async {
                inside.store(true, Ordering::SeqCst);
                until(&allowed);
            };
            slow(work).await;
            further.store(true, Ordering::SeqCst);
        });
        until(&began);
        runtime.shutdown_background();
        shut_down.store(true, Ordering::SeqCst);
        until(&ended);
        assert!(!went_on.load(Ordering::SeqCst), "whatever asks for a timer then panics");
    }
}
