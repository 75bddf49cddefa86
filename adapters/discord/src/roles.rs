//! Who somebody is on the server, where what they did doesn't say it: in direct messages, and in what is read later.
//!
//! Roles decide who may command, so that nothing is remembered for long.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serenity::all::{GuildId, UserId};

use crate::{
    client::Client,
    failure::{Failure, code},
    inbound::Known,
    server,
};

/// How long an answer of the server's is good for.
const GOOD_FOR: Duration = Duration::from_secs(10);

/// What the server said lately.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    answers: Mutex<BTreeMap<UserId, (Instant, Option<Known>)>>,
}

impl Roles {
    fn answers(&self) -> MutexGuard<'_, BTreeMap<UserId, (Instant, Option<Known>)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the server says of somebody; `None` if they aren't on it.
    pub(crate) async fn of(
        &self,
        client: &Client,
        guild: GuildId,
        user: UserId,
    ) -> Result<Option<Known>, Failure> {
        let now = Instant::now();
        self.answers().retain(|_, (at, _)| now.saturating_duration_since(*at) < GOOD_FOR);
        if let Some((_, known)) = self.answers().get(&user) {
            return Ok(known.clone());
        }
        let known = match server::member(client, guild, user).await {
            Ok(known) => Some(known),
            Err(failure) if failure.is(&[code::UNKNOWN_MEMBER, code::UNKNOWN_USER]) => None,
            Err(failure) => return Err(failure),
        };
        self.answers().insert(user, (Instant::now(), known.clone()));
        Ok(known)
    }

    /// Somebody's roles have changed, or a role has.
    pub(crate) fn forget(&self) {
        self.answers().clear();
    }
}
