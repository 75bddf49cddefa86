//! Secret storage, the backup of room keys, and the recovery key that opens both.
//!
//! - The key comes from the configuration, or from the file where the key is kept that was made here. Where the
//!   account has no secret storage yet, a configured key makes it, and becomes the *phrase* from which its key is
//!   derived: any text will do.
//! - Without one a key is made, once: see `key_file.rs` for what happens when we die meanwhile. It is handed over as
//!   a file, and never stands in a log.
//! - Nothing that exists is replaced. A key that doesn't fit is said, with what to do.
//! - Deriving a key from a phrase is slow on purpose, and the SDK does it in the middle of its requests: see [`slow`].

use std::{future::poll_fn, io};

use matrix_sdk::{
    Client,
    encryption::secret_storage::{SecretStorageError, SecretStore},
};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::{JoinSet, block_in_place},
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
        let (storage, key) = (client.encryption().secret_storage(), key.clone());
        match slow(async move { storage.open_secret_store(&key).await }).await {
            Some(Ok(store)) => return Ok(Some(store)),
            Some(Err(SecretStorageError::SecretStorageKey(_))) => {}
            Some(Err(error)) => return Err(of_storage(error)),
            None => return Err(Trouble::waiting("opening secret storage ended early")),
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

/// Something that computes for long between its requests, as a task of its own. `None` if it was cut short.
///
/// - Other tasks go on elsewhere while it computes.
/// - It ends with whoever awaits it, and with the runtime. On a thread for blocking work it would outlive the runtime's
///   timers, which panic then; and so would a timeout around it that is asked right after it has computed.
async fn slow<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let mut work = Box::pin(work);
    let mut task = JoinSet::new();
    // Where there is one thread there is nowhere else to go on.
    let is_wide = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    task.spawn(poll_fn(move |context| {
        let mut compute = || work.as_mut().poll(context);
        if is_wide { block_in_place(compute) } else { compute() }
    }));
    task.join_next().await?.ok()
}

/// Makes secret storage and the backup.
async fn make(settings: &MatrixSettings, client: &Client) -> Result<(), Trouble> {
    let recovery = client.encryption().recovery();
    if let Some(phrase) = settings.recovery_key.clone() {
        let enabled = slow(async move { recovery.enable().with_passphrase(&phrase).await }).await;
        enabled.ok_or_else(|| Trouble::waiting("making secret storage ended early"))?.map_err(of_recovery)?;
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
            atomic::{AtomicU8, Ordering},
        },
        thread,
        time::Duration,
    };

    use tokio::{
        runtime::Builder,
        time::{sleep, timeout},
    };

    use super::*;

    const ENDED: u8 = 1;
    const PANICKED: u8 = 2;

    /// Says how it ended.
    struct Guard(Arc<AtomicU8>);

    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.store(if thread::panicking() { PANICKED } else { ENDED }, Ordering::SeqCst);
        }
    }

    fn until(flag: &AtomicU8) -> u8 {
        loop {
            match flag.load(Ordering::SeqCst) {
                0 => thread::sleep(Duration::from_millis(1)),
                set => return set,
            }
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
            assert_eq!(runtime.block_on(slow(work)), Some(5));
        }
    }

    #[test]
    fn slow_work_ends_quietly_with_its_runtime() {
        let flag = || Arc::new(AtomicU8::new(0));
        let (began, shut_down, work_ended, whole_ended) = (flag(), flag(), flag(), flag());
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (inside, may_end) = (Arc::clone(&began), Arc::clone(&shut_down));
        let (of_work, of_whole) = (Guard(Arc::clone(&work_ended)), Guard(Arc::clone(&whole_ended)));
        runtime.spawn(async move {
            let _guard = of_whole;
            let work = async move {
                let _guard = of_work;
                sleep(Duration::from_millis(1)).await;
                // It computes while the runtime shuts down.
                inside.store(1, Ordering::SeqCst);
                until(&may_end);
            };
            let _ = timeout(Duration::from_secs(60), slow(work)).await;
            sleep(Duration::from_millis(1)).await;
        });
        until(&began);
        runtime.shutdown_background();
        shut_down.store(1, Ordering::SeqCst);
        assert_eq!((until(&work_ended), until(&whole_ended)), (ENDED, ENDED));
    }
}
