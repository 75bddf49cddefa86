//! From settings to a client that the homeserver knows: log in, or go on with the session that is stored.
//!
//! - A new log-in on an old store fails, because the store's encryption keys belong to one device. So the device is
//!   kept where it still exists, and where it doesn't, the store is set aside.
//! - **First the homeserver must accept who we are, then the store is touched.** A mistyped password or a server in
//!   trouble costs no keys, however often it is tried. So whoever logs in asks with a client that has no store.
//! - **The sync token that the SDK saves is removed before a client is built.** The SDK answers a sync whose end
//!   equals its own token with nothing at all, and its token runs ahead of what core has committed. Without it, the
//!   messages between the two come again.
//! - Nothing here writes a password or token anywhere but into the session file.

use std::time::Duration;

use chrono::{DateTime, Utc};
use matrix_sdk::{
    AuthSession, Client, SessionMeta, SessionTokens,
    authentication::matrix::MatrixSession,
    ruma::{
        OwnedUserId, UserId,
        api::client::{
            session::login,
            uiaa::{MatrixUserIdentifier, UserIdentifier},
        },
    },
};
use sitrep_core::port::ListenError;
use tokio::time::timeout;

use crate::{
    encryption,
    failure::Failure,
    homeserver::{self, broken_store, unanswered, unusable},
    session_file::{self, StoredSession},
    settings::{MatrixAuth, MatrixSettings},
    state_file, tokens,
};

/// Longer than one request, for a log-in is several, with pauses that the homeserver asks for.
const LOG_IN_DEADLINE: Duration = Duration::from_secs(60);

const DEVICE_NAME: &str = "sitrep";

/// A client with its session.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// When the device came to be.
    pub(crate) since: DateTime<Utc>,
    /// Whether its store is what the device used last.
    pub(crate) is_intact: bool,
}

/// Connects, in whichever way the settings and what is stored allow.
pub(crate) async fn open(settings: &MatrixSettings) -> Result<Session, ListenError> {
    let user = UserId::parse(&settings.user).map_err(|error| {
        let user = &settings.user;
        ListenError::Fatal(format!(
            "`{user}` is not a Matrix user id ({error}). Write it like @sitrep:example.org."
        ))
    })?;
    state_file::make_private(&settings.state_dir).map_err(|error| unusable(settings, &error))?;
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
        Err(_) => Err(ListenError::Transient(format!(
            "The homeserver {} takes too long to log {} in. It is tried again.",
            settings.homeserver, settings.user
        ))),
    }
}

/// A new client on a stored session, without asking the homeserver whether it still holds.
async fn restore(settings: &MatrixSettings, stored: &StoredSession) -> Result<Client, ListenError> {
    let client = homeserver::move_in(settings).await?;
    tokens::keep_renewed(settings, &client, stored);
    assume(settings, &client, stored).await?;
    Ok(client)
}

/// Gives a client a session.
async fn assume(
    settings: &MatrixSettings,
    client: &Client,
    stored: &StoredSession,
) -> Result<(), ListenError> {
    let user_id = UserId::parse(&stored.user_id).map_err(|error| broken_store(settings, &error))?;
    let session = AuthSession::Matrix(MatrixSession {
        meta: SessionMeta { user_id, device_id: stored.device_id.as_str().into() },
        tokens: SessionTokens {
            access_token: stored.access_token.clone(),
            refresh_token: stored.refresh_token.clone(),
        },
    });
    client.restore_session(session).await.map_err(|error| broken_store(settings, &error))
}

/// Starts on a session that the homeserver has accepted: on the store of its device, or on a new one.
async fn begin(
    settings: &MatrixSettings,
    stored: StoredSession,
    is_same_device: bool,
) -> Result<Session, ListenError> {
    let unusable = |error| unusable(settings, &error);
    // In this order: killed in between, the next start finds no session or an old one, and asks again.
    if !is_same_device
        && let Some(aside) = session_file::set_store_aside(&settings.state_dir).map_err(unusable)?
    {
        tracing::warn!(
            "sitrep is a new Matrix device. What belonged to the one before is kept in {}: delete it when nobody \
             needs its keys to old messages.",
            aside.display()
        );
    }
    session_file::write(&settings.state_dir, &stored).map_err(unusable)?;
    let client = restore(settings, &stored).await?;
    Ok(Session { client, since: stored.since, is_intact: true })
}

/// The stored session, or a log-in if the homeserver has ended it.
async fn go_on(
    settings: &MatrixSettings,
    stored: StoredSession,
    password: &str,
) -> Result<Session, ListenError> {
    let user = UserId::parse(&stored.user_id).map_err(|error| broken_store(settings, &error))?;
    let client = restore(settings, &stored).await?;
    let kept = match encryption::holds(&client).await {
        Ok(true) => return Ok(Session { client, since: stored.since, is_intact: true }),
        Ok(false) => None,
        Err(Failure::LoggedOut { soft }) => {
            tracing::warn!(
                "The homeserver no longer accepts the stored session of {}: logging in again.",
                stored.user_id
            );
            soft.then_some(stored)
        }
        Err(failure) => return Err(unanswered(settings, &failure)),
    };
    drop(client);
    if let Some(kept) = kept {
        let session = log_in(settings, &user, password, Some(kept)).await?;
        match encryption::holds(&session.client).await {
            Ok(true) => return Ok(session),
            // The device did not survive: this is another one of the same name, made just now.
            Ok(false) => drop(session.client.logout().await),
            Err(failure) => return Err(unanswered(settings, &failure)),
        }
    }
    tracing::warn!(
        "The encryption keys of sitrep's Matrix device are lost, or older than what it has used: sitrep logs in as a \
         new device."
    );
    log_in(settings, &user, password, None).await
}

/// Logs in by password: as the device that is `kept`, on its store, or else as a new one, on a new store.
async fn log_in(
    settings: &MatrixSettings,
    user: &UserId,
    password: &str,
    kept: Option<StoredSession>,
) -> Result<Session, ListenError> {
    let identifier = UserIdentifier::Matrix(MatrixUserIdentifier::new(user.to_string()));
    let password = login::v3::Password::new(identifier, password.to_owned());
    let mut request = login::v3::Request::new(login::v3::LoginInfo::Password(password));
    request.initial_device_display_name = Some(DEVICE_NAME.to_owned());
    request.refresh_token = true;
    request.device_id = kept.as_ref().map(|kept| kept.device_id.as_str().into());
    let answer = homeserver::visit(settings).await?.send(request).await;
    let answer = answer.map_err(|error| refused_log_in(settings, &Failure::from(error)))?;
    same_user(settings, &answer.user_id)?;
    let kept = kept.filter(|kept| kept.device_id == answer.device_id.as_str());
    let is_same_device = kept.is_some();
    let stored = StoredSession {
        user_id: answer.user_id.to_string(),
        device_id: answer.device_id.to_string(),
        access_token: answer.access_token,
        refresh_token: answer.refresh_token,
        since: kept.map_or_else(Utc::now, |kept| kept.since),
    };
    begin(settings, stored, is_same_device).await
}

/// A session that somebody else has made.
async fn with_token(
    settings: &MatrixSettings,
    stored: Option<StoredSession>,
    token: &str,
    device_id: &str,
) -> Result<Session, ListenError> {
    let known = stored.filter(|stored| stored.device_id == device_id);
    let is_same_device = known.is_some();
    let session = StoredSession {
        user_id: settings.user.clone(),
        device_id: device_id.to_owned(),
        access_token: token.to_owned(),
        refresh_token: None,
        since: known.map_or_else(Utc::now, |known| known.since),
    };
    let visitor = homeserver::visit(settings).await?;
    assume(settings, &visitor, &session).await?;
    let answer = match visitor.whoami().await.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(Failure::LoggedOut { .. }) => {
            let user = &settings.user;
            return Err(ListenError::Fatal(format!(
                "The homeserver does not accept the access token of {user}. Make a new one and put it, with its \
                 device id, into the configuration."
            )));
        }
        Err(failure) => return Err(unanswered(settings, &failure)),
    };
    same_user(settings, &answer.user_id)?;
    if let Some(actual) = answer.device_id.filter(|actual| actual.as_str() != device_id) {
        return Err(ListenError::Fatal(format!(
            "The access token belongs to the device {actual}, not to {device_id}. Correct `device_id`."
        )));
    }
    drop(visitor);
    let session = begin(settings, session, is_same_device).await?;
    // Without a password there is no other device to be had: what isn't encrypted goes on all the same.
    let held = encryption::holds(&session.client).await;
    let is_intact = held.map_err(|failure| unanswered(settings, &failure))?;
    Ok(Session { is_intact, ..session })
}

fn same_user(settings: &MatrixSettings, actual: &OwnedUserId) -> Result<(), ListenError> {
    if actual.as_str() == settings.user {
        return Ok(());
    }
    Err(ListenError::Fatal(format!(
        "The homeserver {} knows this account as {actual}, not as {}. Correct `user` or `homeserver`.",
        settings.homeserver, settings.user
    )))
}

fn refused_log_in(settings: &MatrixSettings, failure: &Failure) -> ListenError {
    let MatrixSettings { homeserver, user, .. } = settings;
    match failure {
        Failure::Refused { code, .. } if code == "M_FORBIDDEN" => ListenError::Fatal(format!(
            "The homeserver {homeserver} did not accept the password of {user}. Check both: they must be those of \
             an account on this server."
        )),
        Failure::Refused { code, .. } if code == "M_USER_DEACTIVATED" => {
            ListenError::Fatal(format!("The account {user} is deactivated. Use another one."))
        }
        Failure::Broken(words) => broken_store(settings, words),
        Failure::Refused { code, words } => ListenError::Fatal(format!(
            "{user} could not log in at {homeserver}: {words} ({code}). If the server does not log in by password, \
             configure `access_token` and `device_id` instead."
        )),
        Failure::Limited(_)
        | Failure::LoggedOut { .. }
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_)
        | Failure::Garbled(_) => unanswered(settings, failure),
    }
}
