//! Access tokens that expire, and the refresh tokens that renew them.
//!
//! The SDK renews a token as soon as the homeserver no longer takes it, and asks us to keep the new ones **before it
//! uses them**: homeservers forget the old refresh token once the new one was used.

use matrix_sdk::Client;

use crate::{
    session_file::{self, StoredSession},
    settings::MatrixSettings,
};

/// Has every renewed token of a session kept.
pub(crate) fn keep_renewed(settings: &MatrixSettings, client: &Client, stored: &StoredSession) {
    let (state_dir, stored) = (settings.state_dir.clone(), stored.clone());
    let keep = move |client: Client| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Some(tokens) = client.session_tokens() else { return Ok(()) };
        let renewed = StoredSession {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            ..stored.clone()
        };
        session_file::write(&state_dir, &renewed).map_err(|error| {
            tracing::error!(
                "A renewed Matrix token could not be kept in {} ({error}): after a restart sitrep may have to log in \
                 anew. Make room on the disk.",
                state_dir.display()
            );
            error.into()
        })
    };
    let reload = |client: Client| -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
        client.session_tokens().ok_or_else(|| "there is no session".into())
    };
    // They can be set once, and the client is new.
    let _ = client.set_session_callbacks(Box::new(reload), Box::new(keep));
}
