//! Interactions that wait for an answer: a slash command, a button, a form.
//!
//! - The first answer has to come within three seconds. A timer of each ticket's own sees to that, whatever else goes on:
//!   after two seconds it says that an answer will come, to that person alone.
//! - A token is good for fifteen minutes. Tokens are kept in a file too (`ticket_file.rs`), so that what was asked before
//!   a crash is answered where it was asked.
//! - Whoever holds a ticket's lock is the only one who answers it.
//!
//! How an answer is given is in `answer.rs`. Tokens are never logged.

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serenity::{
    all::{ApplicationId, ChannelId, InteractionId, MessageId, UserId},
    http::Route,
};
use tokio::time::sleep;

use crate::{
    client::{Call, Client},
    failure::{Failure, code},
    inbound::moment_of,
    ticket_file::TicketFile,
};

/// What the id of a message begins with that is an interaction.
const PREFIX: &str = "interaction:";

/// How long a token is good for, with a margin (Discord: 15 minutes).
const GOOD_FOR: TimeDelta = TimeDelta::seconds(14 * 60 + 45);

/// After so long without an answer it is said that one will come (Discord waits for three seconds).
const DEFERRED_AFTER: Duration = Duration::from_secs(2);

/// What fails for a moment is tried once more after this.
const DEFERRED_AGAIN_AFTER: Duration = Duration::from_millis(300);

/// How long a first answer may take on its way.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// The flag of a message that is shown to one person alone.
pub(crate) const EPHEMERAL: u64 = 1 << 6;

/// How the rest of sitrep names an interaction.
pub(crate) fn message_id(interaction: InteractionId) -> String {
    format!("{PREFIX}{interaction}")
}

/// The interaction that a message id names, if it names one.
pub(crate) fn interaction_of(message_id: &str) -> Option<InteractionId> {
    let id = message_id.strip_prefix(PREFIX)?.parse().ok().filter(|id| *id != 0)?;
    Some(InteractionId::new(id))
}

/// An interaction, as it was received.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) id: InteractionId,
    pub(crate) token: String,
    /// The channel or thread that it came from.
    pub(crate) channel: ChannelId,
    pub(crate) user: UserId,
    /// Whether nobody else is there.
    pub(crate) is_direct: bool,
    pub(crate) received_at: DateTime<Utc>,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Ticket")
            .field("id", &self.id)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Ticket {
    /// Whether its token may still be good.
    pub(crate) fn is_good(&self, now: DateTime<Utc>) -> bool {
        now - self.received_at < GOOD_FOR
    }
}

/// What was said to an interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing, as far as is known.
    Fresh,
    /// That an answer will come.
    Deferred,
    /// The answer with this key: a message of its own, unless it is for one person alone.
    Answered { key: String, message: Option<MessageId> },
    /// Discord takes no answer to it any more.
    Over,
}

/// An interaction and what was said to it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) ticket: Ticket,
    /// Held while something is said to it.
    pub(crate) state: Arc<tokio::sync::Mutex<State>>,
    /// The last answer after the first one.
    pub(crate) followed_by: Mutex<Option<String>>,
    /// Whether an earlier process received it.
    is_inherited: bool,
}

impl Entry {
    fn new(ticket: Ticket, state: State, is_inherited: bool) -> Arc<Self> {
        let state = Arc::new(tokio::sync::Mutex::new(state));
        Arc::new(Self { ticket, state, followed_by: Mutex::default(), is_inherited })
    }

    /// Gives the first answer.
    pub(crate) async fn respond(&self, client: &Client, body: serde_json::Value) -> Result<Vec<u8>, Failure> {
        let Ticket { id, token, .. } = &self.ticket;
        let route = Route::InteractionResponse { interaction_id: *id, token };
        client.send(Call::post(route, body).with("with_response", true).within(FIRST_ANSWER)).await
    }

    /// Says that an answer will come, if nothing was said.
    pub(crate) async fn defer(&self, client: &Client) {
        let mut state = self.state.lock().await;
        if *state != State::Fresh {
            return;
        }
        let body = json!({ "type": 5, "data": { "flags": EPHEMERAL } });
        let mut deferred = self.respond(client, body.clone()).await;
        if deferred.as_ref().is_err_and(may_pass) {
            sleep(DEFERRED_AGAIN_AFTER).await;
            deferred = self.respond(client, body).await;
        }
        match deferred {
            Ok(_) => *state = State::Deferred,
            // By what, is looked up when there is an answer: it may be the answer itself, and only its receipt was lost.
            Err(failure) if failure.is(&[code::ANSWERED_BEFORE]) => {}
            Err(failure) if is_over(&failure) => *state = State::Over,
            // The answer itself finds out.
            Err(failure) => tracing::debug!("An interaction could not be deferred: {}.", failure.words()),
        }
    }
}

/// How long an interaction may wait from now on until it is deferred: it may have been on its way for a while.
fn deferred_in(interaction: InteractionId, now: DateTime<Utc>) -> Duration {
    let age = (now - moment_of(interaction.get())).to_std().unwrap_or_default();
    DEFERRED_AFTER.saturating_sub(age)
}

/// Whether what failed may succeed a moment later.
fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::Limited { .. } | Failure::Unreached(_) | Failure::Lost(_) => true,
        Failure::Intercepted(status) => *status >= 500,
        Failure::Refused(refusal) => refusal.status >= 500,
        Failure::LoggedOut | Failure::Garbled(_) | Failure::Broken(_) => false,
    }
}

/// Whether Discord takes no answer to an interaction any more.
pub(crate) fn is_over(failure: &Failure) -> bool {
    let is_unknown = [code::UNKNOWN_INTERACTION, code::UNKNOWN_WEBHOOK, code::TOKEN_EXPIRED];
    failure.is(&is_unknown) || matches!(failure, Failure::Refused(refusal) if refusal.status == 401)
}

/// The interactions that are not answered yet, or may still be edited.
#[derive(Debug)]
pub(crate) struct Tickets {
    entries: Mutex<BTreeMap<InteractionId, Arc<Entry>>>,
    file: TicketFile,
}

impl Tickets {
    /// Those of before that are still good. What can't be read is left behind: the answers go into the channels.
    pub(crate) fn load(state_dir: &Path, now: DateTime<Utc>) -> Self {
        let (file, kept) = TicketFile::open(state_dir, now);
        let entries = kept.into_iter().map(|(ticket, state)| (ticket.id, Entry::new(ticket, state, true)));
        Self { entries: Mutex::new(entries.collect()), file }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<InteractionId, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An interaction was received. Before it is passed on, so that it can be answered after a crash. Must be called from
    /// within the runtime.
    pub(crate) fn register(&self, client: &Arc<Client>, ticket: Ticket) {
        let (id, now) = (ticket.id, ticket.received_at);
        let entry = Entry::new(ticket, State::Fresh, false);
        {
            let mut entries = self.entries();
            if entries.contains_key(&id) {
                return;
            }
            entries.retain(|_, entry| entry.ticket.is_good(now));
            entries.insert(id, Arc::clone(&entry));
        }
        self.file.keep(&entry.ticket);
        let client = Arc::clone(client);
        tokio::spawn(async move {
            sleep(deferred_in(entry.ticket.id, Utc::now())).await;
            entry.defer(&client).await;
        });
    }

    /// The interaction that a message id names, if it can still be answered.
    pub(crate) fn find(&self, message_id: &str, now: DateTime<Utc>) -> Option<Arc<Entry>> {
        let id = interaction_of(message_id)?;
        self.entries().get(&id).filter(|entry| entry.ticket.is_good(now)).cloned()
    }

    /// Those that an earlier process received.
    pub(crate) fn inherited(&self) -> Vec<Arc<Entry>> {
        self.entries().values().filter(|entry| entry.is_inherited).cloned().collect()
    }

    /// It was answered.
    pub(crate) fn answered(&self, entry: &Entry, key: &str, message: Option<MessageId>) {
        self.file.answered(entry.ticket.id, key, message);
    }
}

/// The route to what was first said to an interaction.
pub(crate) fn original<'a>(application: ApplicationId, ticket: &'a Ticket) -> Route<'a> {
    Route::WebhookOriginalInteractionResponse { application_id: application, token: &ticket.token }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn ticket(id: u64, received_at: DateTime<Utc>) -> Ticket {
        Ticket {
            id: InteractionId::new(id),
            token: format!("secret-{id}"),
            channel: ChannelId::new(5),
            user: UserId::new(6),
            is_direct: false,
            received_at,
        }
    }

    #[test]
    fn interactions_are_named_apart_from_messages() {
        let id = InteractionId::new(77);
        assert_eq!(message_id(id), "interaction:77");
        assert_eq!(interaction_of("interaction:77"), Some(id));
        for other in ["77", "interaction:", "interaction:0", "interaction:x", ""] {
            assert_eq!(interaction_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_on_its_way_for_long_is_deferred_sooner() {
        let id =
            InteractionId::new(crate::inbound::number_at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)));
        let made = moment_of(id.get());
        let cases = [(-500, 2_000), (0, 2_000), (700, 1_300), (2_000, 0), (9_000, 0)];
        for (age, left) in cases {
            let due = deferred_in(id, made + TimeDelta::milliseconds(age));
            assert_eq!(due, Duration::from_millis(left), "{age}");
        }
    }

    #[test]
    fn tokens_are_not_shown() {
        let now = DateTime::UNIX_EPOCH;
        let shown = format!("{:?}", Entry::new(ticket(1, now), State::Fresh, false));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn what_was_asked_before_a_crash_is_known_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let tickets = Tickets::load(dir.path(), now);
        for id in [1, 2] {
            tickets.file.keep(&ticket(id, now));
        }
        tickets.file.keep(&ticket(3, now - TimeDelta::minutes(20)));
        let reloaded = Tickets::load(dir.path(), now);
        assert_eq!(
            reloaded.find("interaction:1", now).map(|entry| entry.ticket.clone()),
            Some(ticket(1, now))
        );
        assert!(reloaded.find("interaction:3", now).is_none(), "its token is no good any more");
        assert!(reloaded.find("interaction:1", now + TimeDelta::minutes(15)).is_none());
        let second = reloaded.find("interaction:2", now).unwrap();
        reloaded.answered(&second, "key-1", Some(MessageId::new(9)));
        let again = Tickets::load(dir.path(), now);
        let answered = State::Answered { key: "key-1".to_owned(), message: Some(MessageId::new(9)) };
        assert_eq!(*again.find("interaction:2", now).unwrap().state.try_lock().unwrap(), answered);
        assert_eq!(*again.find("interaction:1", now).unwrap().state.try_lock().unwrap(), State::Fresh);
    }
}
