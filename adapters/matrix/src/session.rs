//! From settings to a client that the homeserver knows: log in, or go on with the session that is stored.
//!
//! - A new log-in on an old store fails, because the store's encryption keys belong to one device. So the device is
//!   kept where it still exists, and where it doesn't, the store is set aside.
//! - **The sync token that the SDK saves is removed before a client is built.** The SDK answers a sync whose end
//!   equals its own token with nothing at all, and its token runs ahead of what core has committed. Without it, the
//!   messages between the two come again.
//! - Nothing here writes a password or token anywhere but into the session file.

use std::{io, time::Duration};

use chrono::Utc;
use matrix_sdk::{
    AuthSession, Client, ClientBuilder, SessionMeta, SessionTokens, SqliteStateStore, StateStore as _,
    authentication::matrix::MatrixSession,
    config::RequestConfig,
    ruma::{OwnedUserId, UserId, api::client::discovery::get_supported_versions},
    store::StateStoreDataKey,
};
use tokio::time::timeout;

use crate::{
    failure::Failure,
    session_file::{self, StoredSession},
    settings::{ConnectError, MatrixAuth, MatrixSettings},
};

/// How long the homeserver may take to answer one request.
pub(crate) const CALL_DEADLINE: Duration = Duration::from_secs(20);

/// Longer than one request, for a log-in is several, with pauses that the homeserver asks for.
const LOG_IN_DEADLINE: Duration = Duration::from_secs(60);

const DEVICE_NAME: &str = "sitrep";

/// A client with its session.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) stored: StoredSession,
}

/// Connects, in whichever way the settings and what is stored allow.
pub(crate) async fn open(settings: &MatrixSettings) -> Result<Session, ConnectError> {
    let user = UserId::parse(&settings.user).map_err(|error| {
        let user = &settings.user;
        ConnectError::Fatal(format!(
            "`{user}` is not a Matrix user id ({error}). Write it like @sitrep:example.org."
        ))
    })?;
    session_file::make_private(&settings.state_dir).map_err(|error| unusable(settings, &error))?;
    let stored = session_file::read(&settings.state_dir).map_err(|error| unusable(settings, &error))?;
    let stored = stored.filter(|stored| stored.user_id == settings.user);
    let opening = async {
        match &settings.auth {
            MatrixAuth::Password(password) => match stored {
                Some(stored) => go_on(settings, stored, password).await,
                None => log_in(settings, &user, password, None).await,
            },
            MatrixAuth::AccessToken { token, device_id } => {
                with_token(settings, stored, token, device_id).await
            }
        }
    };
    match timeout(LOG_IN_DEADLINE, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(ConnectError::Transient(format!(
            "The homeserver {} takes too long to log {} in. It is tried again.",
            settings.homeserver, settings.user
        ))),
    }
}

/// A new client on a stored session, without asking the homeserver whether it still holds.
pub(crate) async fn restore(
    settings: &MatrixSettings,
    stored: &StoredSession,
) -> Result<Client, ConnectError> {
    let client = build(settings).await?;
    let user_id = UserId::parse(&stored.user_id).map_err(|error| broken_store(settings, &error))?;
    let session = AuthSession::Matrix(MatrixSession {
        meta: SessionMeta { user_id, device_id: stored.device_id.as_str().into() },
        tokens: SessionTokens { access_token: stored.access_token.clone(), refresh_token: None },
    });
    client.restore_session(session).await.map_err(|error| broken_store(settings, &error))?;
    Ok(client)
}

/// The stored session, or a log-in if the homeserver has ended it.
async fn go_on(
    settings: &MatrixSettings,
    stored: StoredSession,
    password: &str,
) -> Result<Session, ConnectError> {
    let client = restore(settings, &stored).await?;
    match client.whoami().await.map_err(Failure::from) {
        Ok(_) => Ok(Session { client, stored }),
        Err(Failure::LoggedOut { soft }) => {
            tracing::warn!(
                "The homeserver no longer accepts the stored session of {}: logging in again.",
                stored.user_id
            );
            drop(client);
            let user = UserId::parse(&stored.user_id).map_err(|error| broken_store(settings, &error))?;
            log_in(settings, &user, password, soft.then_some(stored)).await
        }
        Err(failure) => Err(unanswered(settings, &failure)),
    }
}

/// Logs in by password: as the device that is `kept`, on its store, or else as a new one, on a new store.
async fn log_in(
    settings: &MatrixSettings,
    user: &UserId,
    password: &str,
    kept: Option<StoredSession>,
) -> Result<Session, ConnectError> {
    if kept.is_none() {
        session_file::set_store_aside(&settings.state_dir).map_err(|error| unusable(settings, &error))?;
    }
    let client = build(settings).await?;
    let mut login =
        client.matrix_auth().login_username(user.as_str(), password).initial_device_display_name(DEVICE_NAME);
    if let Some(kept) = &kept {
        login = login.device_id(&kept.device_id);
    }
    let answer = login.send().await.map_err(|error| refused_log_in(settings, &Failure::from(error)))?;
    same_user(settings, &answer.user_id)?;
    let stored = StoredSession {
        user_id: answer.user_id.to_string(),
        device_id: answer.device_id.to_string(),
        access_token: answer.access_token,
        since: kept.map_or_else(Utc::now, |kept| kept.since),
    };
    session_file::write(&settings.state_dir, &stored).map_err(|error| unusable(settings, &error))?;
    Ok(Session { client, stored })
}

/// A session that somebody else has made.
async fn with_token(
    settings: &MatrixSettings,
    stored: Option<StoredSession>,
    token: &str,
    device_id: &str,
) -> Result<Session, ConnectError> {
    let known = stored.filter(|stored| stored.device_id == device_id);
    if known.is_none() {
        session_file::set_store_aside(&settings.state_dir).map_err(|error| unusable(settings, &error))?;
    }
    let session = StoredSession {
        user_id: settings.user.clone(),
        device_id: device_id.to_owned(),
        access_token: token.to_owned(),
        since: known.map_or_else(Utc::now, |known| known.since),
    };
    let client = restore(settings, &session).await?;
    let answer = match client.whoami().await.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(Failure::LoggedOut { .. }) => {
            let user = &settings.user;
            return Err(ConnectError::Fatal(format!(
                "The homeserver does not accept the access token of {user}. Make a new one and put it, with its \
                 device id, into the configuration."
            )));
        }
        Err(failure) => return Err(unanswered(settings, &failure)),
    };
    same_user(settings, &answer.user_id)?;
    if let Some(actual) = answer.device_id.filter(|actual| actual.as_str() != device_id) {
        return Err(ConnectError::Fatal(format!(
            "The access token belongs to the device {actual}, not to {device_id}. Correct `device_id`."
        )));
    }
    session_file::write(&settings.state_dir, &session).map_err(|error| unusable(settings, &error))?;
    Ok(Session { client, stored: session })
}

/// A client without a session, on the store, on speaking terms with the homeserver. Somebody who gives the address
/// of a server that only says where its homeserver is (`.well-known`) means that one.
async fn build(settings: &MatrixSettings) -> Result<Client, ConnectError> {
    forget_sync_token(settings).await?;
    let homeserver = &settings.homeserver;
    let built = builder(settings).homeserver_url(homeserver).build().await;
    let client = built.map_err(|error| {
        ConnectError::Fatal(format!(
            "No Matrix client could be made for {homeserver} ({error}). Check `homeserver`, which is an address such \
             as https://matrix.example.org, and that {} can be written.",
            settings.state_dir.display()
        ))
    })?;
    let failure = match client.send(get_supported_versions::Request::new()).await.map_err(Failure::from) {
        Ok(_) => return Ok(client),
        Err(failure) => failure,
    };
    if matches!(failure, Failure::Refused { .. } | Failure::Garbled(_))
        && let Ok(client) = builder(settings).server_name_or_homeserver_url(homeserver).build().await
        && client.send(get_supported_versions::Request::new()).await.is_ok()
    {
        tracing::info!("{homeserver} says that its homeserver is {}.", client.homeserver());
        return Ok(client);
    }
    Err(unanswered(settings, &failure))
}

fn builder(settings: &MatrixSettings) -> ClientBuilder {
    let calls = RequestConfig::new().disable_retry().timeout(CALL_DEADLINE);
    Client::builder()
        .sqlite_store(session_file::store_in(&settings.state_dir), None)
        .respect_login_well_known(false)
        .request_config(calls)
        .user_agent("sitrep")
}

/// Removes the token that would make the SDK swallow what core has not committed.
async fn forget_sync_token(settings: &MatrixSettings) -> Result<(), ConnectError> {
    let path = session_file::store_in(&settings.state_dir);
    let store = SqliteStateStore::open(path, None).await.map_err(|error| broken_store(settings, &error))?;
    store.remove_kv_data(StateStoreDataKey::SyncToken).await.map_err(|error| broken_store(settings, &error))
}

fn same_user(settings: &MatrixSettings, actual: &OwnedUserId) -> Result<(), ConnectError> {
    if actual.as_str() == settings.user {
        return Ok(());
    }
    Err(ConnectError::Fatal(format!(
        "The homeserver {} knows this account as {actual}, not as {}. Correct `user` or `homeserver`.",
        settings.homeserver, settings.user
    )))
}

fn refused_log_in(settings: &MatrixSettings, failure: &Failure) -> ConnectError {
    let MatrixSettings { homeserver, user, .. } = settings;
    match failure {
        Failure::Refused { code, .. } if code == "M_FORBIDDEN" => ConnectError::Fatal(format!(
            "The homeserver {homeserver} did not accept the password of {user}. Check both: they must be those of \
             an account on this server."
        )),
        Failure::Refused { code, .. } if code == "M_USER_DEACTIVATED" => {
            ConnectError::Fatal(format!("The account {user} is deactivated. Use another one."))
        }
        Failure::Broken(words) => broken_store(settings, words),
        Failure::Refused { code, words } => ConnectError::Fatal(format!(
            "{user} could not log in at {homeserver}: {words} ({code}). If the server does not log in by password, \
             configure `access_token` and `device_id` instead."
        )),
        Failure::Limited(_)
        | Failure::LoggedOut { .. }
        | Failure::Unreached(_)
        | Failure::Lost(_)
        | Failure::Garbled(_) => unanswered(settings, failure),
    }
}

fn unanswered(settings: &MatrixSettings, failure: &Failure) -> ConnectError {
    let homeserver = &settings.homeserver;
    match failure {
        Failure::Refused { code, .. } => ConnectError::Fatal(format!(
            "{homeserver} is not a Matrix homeserver: asked which versions of Matrix it speaks, it answered {code}. \
             Correct `homeserver`: the address that clients use may differ from the one in user ids."
        )),
        Failure::Garbled(_) => ConnectError::Fatal(format!(
            "{homeserver} is not a Matrix homeserver: what it answers is something else. Correct `homeserver`: the \
             address that clients use may differ from the one in user ids."
        )),
        Failure::Broken(words) => broken_store(settings, words),
        Failure::Limited(_) | Failure::LoggedOut { .. } | Failure::Unreached(_) | Failure::Lost(_) => {
            ConnectError::Transient(format!(
                "Matrix at {homeserver}: {}. It is tried again; if it stays so, check `homeserver` and that the \
                 server runs.",
                failure.words()
            ))
        }
    }
}

fn unusable(settings: &MatrixSettings, error: &io::Error) -> ConnectError {
    let folder = settings.state_dir.display();
    ConnectError::Fatal(format!(
        "The Matrix session in {folder} can't be read or written ({error}). Give sitrep a folder that it owns, with \
         room on the disk."
    ))
}

fn broken_store(settings: &MatrixSettings, error: &dyn std::fmt::Display) -> ConnectError {
    let folder = settings.state_dir.display();
    ConnectError::Fatal(format!(
        "The Matrix store in {folder} can't be used ({error}). If the disk has room, move the folder away and start \
         again: sitrep logs in anew, and nothing that it promised is kept there."
    ))
}
