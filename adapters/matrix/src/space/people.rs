//! Asking people into a space of our own: those of `[people]` who may command, and whoever was asked into an incident.
//!
//! Homeservers limit how often anybody is asked anywhere, by us and in all. An incident's invitations must never wait
//! for one of these, so they are made one a minute, and only when none was made for incidents for a while.

use std::time::Duration;

use matrix_sdk::ruma::{
    OwnedUserId,
    api::client::membership::invite_user::{
        self,
        v3::{InvitationRecipient, InviteUserId},
    },
};

use super::Home;
use crate::{
    account::Account,
    failure::Failure,
    invite::{is_settled, members},
};

/// Synapse gives everybody another invitation every five and a half minutes.
const QUIET_FOR: Duration = Duration::from_secs(10 * 60);

/// Asks one person in, if that is the time for it.
pub(super) async fn ask_one_in(account: &Account, home: &Home) {
    let (waiting, busy_at) = {
        let known = account.space.known();
        (known.people.clone(), known.busy_at)
    };
    if waiting.is_empty() || busy_at.is_some_and(|at| at.elapsed() < QUIET_FOR) {
        return;
    }
    // What the homeserver doesn't say now is asked again in a minute.
    let Ok(members) = members(&account.client(), &home.id).await else { return };
    let is_done = |user: &OwnedUserId| {
        *user == account.me || members.get(user.as_str()).is_some_and(|membership| is_settled(membership))
    };
    account.space.known().people.retain(|user| !is_done(user));
    let Some(user) = waiting.into_iter().find(|user| !is_done(user)) else { return };
    let recipient = InvitationRecipient::from(InviteUserId::new(user.clone()));
    let request = invite_user::v3::Request::new(home.id.clone(), recipient);
    match account.client().send(request).await.map_err(Failure::from) {
        Ok(_) => {}
        Err(failure @ Failure::Refused { .. }) => {
            tracing::warn!("{user} can't be asked into the space: {}.", failure.words());
        }
        Err(_) => return,
    }
    account.space.known().people.remove(&user);
}
