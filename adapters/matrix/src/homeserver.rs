//! Finding the homeserver behind an address, and a client that is on speaking terms with it.
//!
//! Somebody who gives the address of a server that only says where its homeserver is (`.well-known`) means that one.

use std::{io, path::Path, time::Duration};

use matrix_sdk::{
    Client, ClientBuilder, SqliteStateStore, StateStore as _, config::RequestConfig,
    ruma::api::client::discovery::get_supported_versions, store::StateStoreDataKey,
};

use crate::{encryption, failure::Failure, session_file, settings::MatrixSettings};
use sitrep_core::port::ListenError;

/// How long the homeserver may take to answer one request.
pub(crate) const CALL_DEADLINE: Duration = Duration::from_secs(20);

/// A client without a session that keeps nothing on disk: for asking who somebody is.
pub(crate) async fn visit(settings: &MatrixSettings) -> Result<Client, ListenError> {
    reach(settings, None).await
}

/// A client without a session, on the store.
pub(crate) async fn move_in(settings: &MatrixSettings) -> Result<Client, ListenError> {
    forget_sync_token(settings).await?;
    reach(settings, Some(&session_file::store_in(&settings.state_dir))).await
}

async fn reach(settings: &MatrixSettings, store: Option<&Path>) -> Result<Client, ListenError> {
    let homeserver = &settings.homeserver;
    let built = builder(store).homeserver_url(homeserver).build().await;
    let client = built.map_err(|error| {
        ListenError::Fatal(format!(
            "No Matrix client could be made for {homeserver} ({error}). Check `homeserver`, which is an address such \
             as https://matrix.example.org, and that {} can be written.",
            settings.state_dir.display()
        ))
    })?;
    let failure = match client.send(get_supported_versions::Request::new()).await.map_err(Failure::from) {
        Ok(_) => return Ok(client),
        Err(failure) => failure,
    };
    drop(client);
    if matches!(failure, Failure::Refused { .. } | Failure::Intercepted(_) | Failure::Garbled(_))
        && let Ok(client) = builder(store).server_name_or_homeserver_url(homeserver).build().await
        && client.send(get_supported_versions::Request::new()).await.is_ok()
    {
        tracing::info!("{homeserver} says that its homeserver is {}.", client.homeserver());
        return Ok(client);
    }
    Err(unanswered(settings, &failure))
}

fn builder(store: Option<&Path>) -> ClientBuilder {
    let calls = RequestConfig::new().disable_retry().timeout(CALL_DEADLINE);
    let builder =
        Client::builder().respect_login_well_known(false).request_config(calls).user_agent("sitrep");
    let builder = builder.handle_refresh_tokens().with_encryption_settings(encryption::sdk_settings());
    match store {
        Some(path) => builder.sqlite_store(path, None),
        None => builder,
    }
}

/// Removes the token that would make the SDK swallow what core has not committed.
async fn forget_sync_token(settings: &MatrixSettings) -> Result<(), ListenError> {
    let path = session_file::store_in(&settings.state_dir);
    let store = SqliteStateStore::open(path, None).await.map_err(|error| broken_store(settings, &error))?;
    store.remove_kv_data(StateStoreDataKey::SyncToken).await.map_err(|error| broken_store(settings, &error))
}

/// Why there is no connection, from what went wrong when the homeserver was asked.
pub(crate) fn unanswered(settings: &MatrixSettings, failure: &Failure) -> ListenError {
    let homeserver = &settings.homeserver;
    match failure {
        Failure::Refused { code, .. } => ListenError::Fatal(format!(
            "{homeserver} is not a Matrix homeserver: asked which versions of Matrix it speaks, it answered {code}. \
             Correct `homeserver`: the address that clients use may differ from the one in user ids."
        )),
        Failure::Garbled(_) => ListenError::Fatal(format!(
            "{homeserver} is not a Matrix homeserver: what it answers is something else. Correct `homeserver`: the \
             address that clients use may differ from the one in user ids."
        )),
        Failure::Broken(words) => broken_store(settings, words),
        Failure::Limited(_)
        | Failure::LoggedOut { .. }
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_) => ListenError::Transient(format!(
            "Matrix at {homeserver}: {}. It is tried again; if it stays so, check `homeserver` and that the \
                 server runs.",
            failure.words()
        )),
    }
}

/// Our files can't be used.
pub(crate) fn unusable(settings: &MatrixSettings, error: &io::Error) -> ListenError {
    let folder = settings.state_dir.display();
    ListenError::Fatal(format!(
        "The Matrix session in {folder} can't be read or written ({error}). Give sitrep a folder that it owns, with \
         room on the disk."
    ))
}

/// The SDK's store can't be used.
pub(crate) fn broken_store(settings: &MatrixSettings, error: &dyn std::fmt::Display) -> ListenError {
    let folder = settings.state_dir.display();
    ListenError::Fatal(format!(
        "The Matrix store in {folder} can't be used ({error}). If the disk has room, move the folder away and start \
         again: sitrep logs in anew, and nothing that it promised is kept there."
    ))
}
