//! From the account's sync to batches, none of which is lost or asked for twice.
//!
//! - A sync runs in a task of its own. Dropping the call that waits for it loses nothing: the next call finds it.
//! - **An answer is kept until core asks for what comes after it.** Asked again with the old position, the same
//!   batch is returned. The server is never asked for it again, because the SDK would swallow the repetition: it
//!   answers with nothing at all when a sync ends where its own token already is.
//! - So a client is only ever asked to go on from where it is, or from anywhere while it has not synced yet. When
//!   core wants another position, or when the client failed in the middle of an answer, it gets a new client.
//! - Without a position nothing is acted on: what is there was not meant for us.
//!
//! - A batch waits while it can't be said which room a configured name means and something was said where that may
//!   be: once it was taken for talk in any other room, a command would be lost.
//!
//! Completing an answer is in `gap.rs`, reading events in `inbound.rs`.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use matrix_sdk::{
    Room,
    config::{SyncSettings, SyncToken},
    ruma::{
        OwnedRoomId, UserId,
        api::client::{
            filter::{Filter, FilterDefinition, LazyLoadOptions, RoomEventFilter},
            sync::sync_events,
        },
        uint,
    },
    sync::SyncResponse,
};
use sitrep_core::port::{Batch, ListenError, Position, Positions, RoomKind};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    account::Account,
    budget::Budget,
    failure::Failure,
    gap::Gap,
    in_order::in_order,
    inbound::{Heard, Spot, What},
    settings::{MatrixAuth, MatrixSettings},
    successor,
};

/// The only stream: a sync covers the whole account.
const STREAM: &str = "sync";

/// How long the homeserver may wait for something to happen.
const LONG_POLL: Duration = Duration::from_secs(30);

/// Long poll, answer, and what the SDK does with it.
const SYNC_DEADLINE: Duration = Duration::from_secs(120);

/// How often rooms that could not be entered are tried again.
const SETTLE_EVERY: Duration = Duration::from_secs(60);

/// The same, while a batch waits for one of them.
const SETTLE_URGENTLY_EVERY: Duration = Duration::from_secs(5);

/// What is being heard.
pub(crate) struct Intake {
    account: Arc<Account>,
    stage: Stage,
    reached: Reached,
    settling: JoinSet<()>,
    settled_at: Instant,
}

/// How far the present batch has come. `since` is the position that it follows.
enum Stage {
    Idle,
    /// The homeserver was asked. The task is aborted when this is dropped.
    Asking {
        since: Option<String>,
        asked_at: Instant,
        before: Reached,
        task: JoinSet<Result<SyncResponse, Failure>>,
    },
    /// It has answered; the answer may have gaps.
    Heard {
        since: Option<String>,
        answer: Answer,
    },
    /// The batch was handed over, and is kept until its position comes back.
    Held {
        since: Option<String>,
        batch: Batch,
    },
}

/// What the homeserver answered.
struct Answer {
    next: String,
    gaps: Vec<(OwnedRoomId, Gap)>,
    budget: Budget,
}

/// Where the client is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reached {
    /// It has not synced yet, and has no token.
    Nowhere,
    /// Its token is this one.
    At(String),
    /// It may have saved a token that we never saw.
    Unknown,
}

impl Reached {
    fn can_go_on_from(&self, since: Option<&str>) -> bool {
        match self {
            Self::Nowhere => true,
            Self::At(token) => since == Some(token.as_str()),
            Self::Unknown => false,
        }
    }
}

impl Intake {
    /// Begins with a client that has just been made, in rooms that have just been settled.
    pub(crate) fn new(account: Arc<Account>) -> Self {
        Self {
            account,
            stage: Stage::Idle,
            reached: Reached::Nowhere,
            settling: JoinSet::new(),
            settled_at: Instant::now(),
        }
    }

    /// The next batch after these positions. Cancel-safe: each stage is entered before anything is awaited in it.
    pub(crate) async fn listen(&mut self, after: &Positions) -> Result<Batch, ListenError> {
        let wanted = after.get(STREAM).cloned();
        loop {
            let since = match &self.stage {
                Stage::Idle => None,
                Stage::Asking { since, .. } | Stage::Heard { since, .. } | Stage::Held { since, .. } => {
                    Some(since)
                }
            };
            if since.is_some_and(|since| *since != wanted) {
                self.abandon();
            }
            match &mut self.stage {
                Stage::Idle => self.ask(wanted.clone()).await?,
                Stage::Asking { .. } => self.hear().await?,
                Stage::Heard { .. } => {
                    let batch = self.complete().await?;
                    self.stage = Stage::Held { since: wanted.clone(), batch };
                }
                Stage::Held { batch, .. } => return Ok(batch.clone()),
            }
        }
    }

    /// Leaves the stage that the account is in: its batch is committed, or core wants to hear another one.
    fn abandon(&mut self) {
        if let Stage::Asking { .. } = self.stage {
            // The task may be anywhere in the middle of an answer.
            self.reached = Reached::Unknown;
        }
        self.stage = Stage::Idle;
    }

    /// Asks the homeserver.
    async fn ask(&mut self, since: Option<String>) -> Result<(), ListenError> {
        if self.settled_at.elapsed() > SETTLE_EVERY {
            self.settle();
        }
        if !self.reached.can_go_on_from(since.as_deref()) {
            tracing::debug!("Making a new Matrix client, to go on from an earlier position.");
            self.account.renew_client().await?;
            self.reached = Reached::Nowhere;
        }
        let client = self.account.client();
        let settings = sync_settings(since.as_deref());
        let mut task = JoinSet::new();
        task.spawn(async move {
            match timeout(SYNC_DEADLINE, client.sync_once(settings)).await {
                Ok(answer) => answer.map_err(Failure::from),
                Err(_) => Err(Failure::Broken("a sync does not end".to_owned())),
            }
        });
        let before = std::mem::replace(&mut self.reached, Reached::Unknown);
        self.stage = Stage::Asking { since, asked_at: Instant::now(), before, task };
        Ok(())
    }

    /// Waits for the answer.
    async fn hear(&mut self) -> Result<(), ListenError> {
        let Stage::Asking { since, asked_at, before, task } = &mut self.stage else { return Ok(()) };
        let answer = match task.join_next().await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) | None => Err(Failure::Broken("a sync ended early".to_owned())),
        };
        let (since, asked_at, before) = (since.take(), *asked_at, before.clone());
        self.stage = Stage::Idle;
        match answer {
            Ok(answer) => {
                self.reached = Reached::At(answer.next_batch.clone());
                if !answer.rooms.invited.is_empty() || !answer.rooms.left.is_empty() {
                    self.settle();
                }
                if since.as_ref() == Some(&answer.next_batch) {
                    // Nothing has happened. A server that says so at once, again and again, isn't asked in a rush.
                    if asked_at.elapsed() < Duration::from_secs(1) {
                        sleep(Duration::from_secs(1)).await;
                    }
                    return Ok(());
                }
                let answer = Answer::new(&self.account, since.as_deref(), &answer);
                self.stage = Stage::Heard { since, answer };
                Ok(())
            }
            Err(failure) => {
                // Only a failure of the SDK itself can come after it has begun with an answer. With a session that
                // has ended, the client is made anew, which logs in again.
                self.reached = match failure {
                    Failure::Broken(_) | Failure::LoggedOut { .. } => Reached::Unknown,
                    Failure::Limited(_)
                    | Failure::Refused { .. }
                    | Failure::Unreached(_)
                    | Failure::Intercepted(_)
                    | Failure::NotYet(_)
                    | Failure::Lost(_)
                    | Failure::Garbled(_) => before,
                };
                Err(cannot_listen(&self.account.settings, &failure))
            }
        }
    }

    /// Makes a batch of the answer, asking for what it leaves out.
    async fn complete(&mut self) -> Result<Batch, ListenError> {
        let Stage::Heard { answer, .. } = &mut self.stage else { return Ok(Batch::default()) };
        let account = Arc::clone(&self.account);
        let client = account.client();
        let mut in_rooms = Vec::new();
        let mut in_doubt = None;
        for (id, gap) in &mut answer.gaps {
            let Some(room) = client.get_room(id) else { continue };
            let filled = gap.fill(&room, &mut answer.budget).await;
            filled.map_err(|failure| cannot_listen(&account.settings, &failure))?;
            if gap.heard().any(|heard| heard.what != What::Joined) {
                in_doubt = in_doubt.or_else(|| account.rooms.may_be_configured(&room, &account.me));
            }
            let spot = Spot::of(&account, &room);
            let mut inbounds = Vec::new();
            for heard in gap.heard().filter(|heard| spot.concerns_us(heard)) {
                let heard = follow_upgrade(&account, &room, spot.kind, heard).await;
                inbounds.push(
                    heard.map_err(|failure| cannot_listen(&account.settings, &failure))?.inbound(&spot),
                );
            }
            in_rooms.push(inbounds);
        }
        let token = answer.next.clone();
        if let Some(name) = in_doubt {
            if self.settled_at.elapsed() > SETTLE_URGENTLY_EVERY {
                self.settle();
            }
            return Err(ListenError::Transient(format!(
                "Matrix: which room {name} means can't be looked up, and something was said in a room that it may \
                 be. Nothing is heard until that is known, or until {name} is taken out of the configuration."
            )));
        }
        let position = Position { platform: account.platform.clone(), stream: STREAM.to_owned(), token };
        Ok(Batch { inbounds: in_order(in_rooms), positions: vec![position] })
    }

    /// Enters rooms beside everything else.
    fn settle(&mut self) {
        while self.settling.try_join_next().is_some() {}
        self.settled_at = Instant::now();
        let account = Arc::clone(&self.account);
        self.settling.spawn(async move { account.rooms.settle(&account.client(), &account.settings).await });
    }
}

impl Answer {
    fn new(account: &Account, since: Option<&str>, answer: &SyncResponse) -> Self {
        let mut budget = Budget::default();
        // What was said in a room before we were removed from it counts, and so does the removal.
        let joined = answer.rooms.joined.iter().map(|(id, update)| (id, &update.timeline));
        let rooms: Vec<_> =
            joined.chain(answer.rooms.left.iter().map(|(id, update)| (id, &update.timeline))).collect();
        let gaps = since
            .into_iter()
            .flat_map(|since| rooms.iter().map(move |(id, timeline)| (since, *id, *timeline)));
        let gaps = gaps
            .map(|(since, id, timeline)| (id.clone(), Gap::new(since, timeline, &account.me, &mut budget)))
            .collect();
        Self { next: answer.next_batch.clone(), gaps, budget }
    }
}

/// An upgraded room is followed before core hears of it. Where we may not go, the upgrade has removed us.
async fn follow_upgrade<'h>(
    account: &Account,
    room: &Room,
    kind: RoomKind,
    heard: &'h Heard,
) -> Result<Cow<'h, Heard>, Failure> {
    let What::Upgraded { to } = &heard.what else { return Ok(Cow::Borrowed(heard)) };
    if !matches!(kind, RoomKind::Configured | RoomKind::Own) {
        return Ok(Cow::Borrowed(heard));
    }
    let by = UserId::parse(&heard.sender).ok();
    let client = account.client();
    match successor::follow(&client, &account.rooms.names, room.room_id(), to, by.as_deref()).await {
        Ok(_) => Ok(Cow::Borrowed(heard)),
        Err(failure @ Failure::Refused { .. }) => {
            tracing::warn!(
                "{} was upgraded to {to}, where sitrep may not go: {}.",
                room.room_id(),
                failure.words()
            );
            Ok(Cow::Owned(Heard { what: What::Removed { banned: false }, ..heard.clone() }))
        }
        // It is tried again as rooms are settled, and everybody else must be heard meanwhile.
        Err(failure) if kind == RoomKind::Configured => {
            tracing::warn!(
                "{} was upgraded to {to}, which can't be entered yet: {}.",
                room.room_id(),
                failure.words()
            );
            Ok(Cow::Borrowed(heard))
        }
        // In a room of ours whatever follows is said where the incident was declared.
        Err(failure) => {
            tracing::warn!("{} was upgraded and is lost: {}.", room.room_id(), failure.words());
            Ok(Cow::Owned(Heard { what: What::Removed { banned: false }, ..heard.clone() }))
        }
    }
}

fn cannot_listen(settings: &MatrixSettings, failure: &Failure) -> ListenError {
    match failure {
        Failure::LoggedOut { .. } => match settings.auth {
            MatrixAuth::Password(_) => ListenError::Transient(format!(
                "Matrix has logged {} out. sitrep logs in again with the password.",
                settings.user
            )),
            MatrixAuth::AccessToken { .. } => ListenError::Fatal(format!(
                "Matrix has logged {} out. Put a new access token, with its device id, into the configuration and \
                 restart sitrep.",
                settings.user
            )),
        },
        Failure::Limited(_)
        | Failure::Refused { .. }
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_)
        | Failure::Garbled(_)
        | Failure::Broken(_) => {
            ListenError::Transient(format!("Matrix at {}: {}.", settings.homeserver, failure.words()))
        }
    }
}

fn sync_settings(since: Option<&str>) -> SyncSettings {
    let mut timeline = RoomEventFilter::default();
    let (token, longest) = match since {
        Some(since) => {
            timeline.limit = Some(uint!(50));
            (SyncToken::Specific(since.to_owned()), LONG_POLL)
        }
        None => {
            timeline.limit = Some(uint!(1));
            (SyncToken::NoToken, Duration::ZERO)
        }
    };
    let mut filter = FilterDefinition::default();
    filter.presence = Filter::ignore_all();
    // Typing and receipts would end every long poll.
    filter.room.ephemeral = RoomEventFilter::ignore_all();
    filter.room.timeline = timeline;
    filter.room.state.lazy_load_options = LazyLoadOptions::Enabled { include_redundant_members: false };
    SyncSettings::new()
        .token(token)
        .timeout(longest)
        .filter(sync_events::v3::Filter::FilterDefinition(filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_only_goes_on_from_where_it_is() {
        let at = Reached::At("s2".to_owned());
        let cases = [
            (&Reached::Nowhere, None, true),
            (&Reached::Nowhere, Some("s1"), true),
            (&at, Some("s2"), true),
            (&at, Some("s1"), false),
            (&at, None, false),
            (&Reached::Unknown, Some("s2"), false),
            (&Reached::Unknown, None, false),
        ];
        for (reached, since, expected) in cases {
            assert_eq!(reached.can_go_on_from(since), expected, "{reached:?} {since:?}");
        }
    }
}
