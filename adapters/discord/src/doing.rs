//! What performing remembers while the process lives. Nothing of it has to survive: all of it can be found again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serenity::all::{ChannelId, MessageId, UserId};
use sitrep_core::port::Attempt;

use crate::render::Body;

/// For how long Discord is trusted to remember a nonce ("a few minutes").
const NONCES_LIVE_FOR: TimeDelta = TimeDelta::minutes(2);

/// What is remembered of so many messages.
const REMEMBERED: usize = 500;

/// What performing remembers.
pub(crate) struct Doing {
    started_at: DateTime<Utc>,
    /// Held while a category is looked for or made, so that two rooms don't make the same one.
    pub(crate) making: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Who is on the server, as far as somebody was looked up.
    members: BTreeSet<UserId>,
    /// What became of letting people into a room, under the key of who asked for it: why not, where they were not.
    let_in: BTreeMap<String, BTreeMap<UserId, Option<String>>>,
    /// Who was told that they are asked into a channel.
    told: BTreeMap<ChannelId, BTreeSet<UserId>>,
    /// Who was heard in a channel: they need not be told of it.
    present: BTreeMap<ChannelId, BTreeSet<UserId>>,
    /// What a message of ours says.
    says: BTreeMap<MessageId, Body>,
    /// Under which key a message was said.
    keys: BTreeMap<MessageId, String>,
    /// Categories that Discord says are full, and with how many channels.
    full: BTreeMap<ChannelId, usize>,
    /// Whether a channel may have been made that nobody has told us of.
    is_unsure: bool,
}

impl Doing {
    pub(crate) fn new(started_at: DateTime<Utc>) -> Self {
        Self { started_at, making: tokio::sync::Mutex::default(), known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the first attempt there ever was.
    pub(crate) fn is_fresh(&self, attempt: &Attempt) -> bool {
        attempt.number == 1 && attempt.first_tried >= self.started_at
    }

    /// Whether Discord may have forgotten the nonce of an earlier attempt.
    pub(crate) fn may_be_forgotten(&self, attempt: &Attempt, now: DateTime<Utc>) -> bool {
        !self.is_fresh(attempt) && (now - attempt.first_tried).abs() > NONCES_LIVE_FOR
    }

    /// Whether somebody was seen on the server.
    pub(crate) fn is_member(&self, user: UserId) -> bool {
        self.known().members.contains(&user)
    }

    pub(crate) fn note_member(&self, user: UserId) {
        self.known().members.insert(user);
    }

    /// What an earlier attempt found out about letting somebody in; the inner `None` if they are.
    pub(crate) fn let_in(&self, key: &str, user: UserId) -> Option<Option<String>> {
        self.known().let_in.get(key)?.get(&user).cloned()
    }

    pub(crate) fn note_let_in(&self, key: &str, user: UserId, why_not: Option<String>) {
        let let_in = &mut self.known().let_in;
        let_in.entry(key.to_owned()).or_default().insert(user, why_not);
        while let_in.len() > REMEMBERED {
            let_in.pop_first();
        }
    }

    /// Nothing more is asked for under this key.
    pub(crate) fn forget_let_in(&self, key: &str) {
        self.known().let_in.remove(key);
    }

    /// Who was told that they are asked into a channel; `None` if that has to be looked up.
    pub(crate) fn told(&self, channel: ChannelId) -> Option<BTreeSet<UserId>> {
        self.known().told.get(&channel).cloned()
    }

    /// Who was told, or that it isn't known any more.
    pub(crate) fn set_told(&self, channel: ChannelId, told: Option<BTreeSet<UserId>>) {
        match told {
            Some(told) => self.known().told.insert(channel, told),
            None => self.known().told.remove(&channel),
        };
    }

    /// Somebody was heard in a channel.
    pub(crate) fn note_present(&self, channel: ChannelId, user: UserId) {
        let present = &mut self.known().present;
        present.entry(channel).or_default().insert(user);
        while present.len() > REMEMBERED {
            // The oldest channel.
            present.pop_first();
        }
    }

    /// Whether somebody was heard in a channel since the start.
    pub(crate) fn is_present(&self, channel: ChannelId, user: UserId) -> bool {
        self.known().present.get(&channel).is_some_and(|present| present.contains(&user))
    }

    /// Whether a message says this already.
    pub(crate) fn says(&self, message: MessageId, body: &Body) -> bool {
        self.known().says.get(&message) == Some(body)
    }

    /// What a message says now; `None` if that is in doubt.
    pub(crate) fn set_says(&self, message: MessageId, body: Option<&Body>) {
        let says = &mut self.known().says;
        match body {
            Some(body) => says.insert(message, body.clone()),
            None => says.remove(&message),
        };
        while says.len() > REMEMBERED {
            says.pop_first();
        }
    }

    /// Whether a message is known to have been said under another key.
    pub(crate) fn is_claimed(&self, message: MessageId, key: &str) -> bool {
        self.known().keys.get(&message).is_some_and(|of| of != key)
    }

    pub(crate) fn note_key(&self, message: MessageId, key: &str) {
        let keys = &mut self.known().keys;
        keys.insert(message, key.to_owned());
        while keys.len() > REMEMBERED {
            keys.pop_first();
        }
    }

    /// Whether Discord has said that a category is full, as it was with so many channels.
    pub(crate) fn is_full(&self, category: ChannelId, count: usize) -> bool {
        self.known().full.get(&category).is_some_and(|full| count >= *full)
    }

    pub(crate) fn note_full(&self, category: ChannelId, count: usize) {
        self.known().full.insert(category, count);
    }

    /// Whether a channel may have been made that nobody has told us of.
    pub(crate) fn is_unsure(&self) -> bool {
        self.known().is_unsure
    }

    pub(crate) fn set_unsure(&self, is_unsure: bool) {
        self.known().is_unsure = is_unsure;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_can_have_tried_is_fresh() {
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let doing = Doing::new(start);
        let attempt = |number, secs| Attempt {
            key: "k".to_owned(),
            first_tried: start + TimeDelta::seconds(secs),
            number,
        };
        let cases = [(1, 0, true), (1, 60, true), (2, 60, false), (1, -1, false)];
        for (number, secs, expected) in cases {
            assert_eq!(doing.is_fresh(&attempt(number, secs)), expected, "{number} {secs}");
        }
        let later = start + TimeDelta::minutes(10);
        assert!(!doing.may_be_forgotten(&attempt(1, 0), later), "it waited to be let go");
        assert!(doing.may_be_forgotten(&attempt(2, 0), later));
        assert!(!doing.may_be_forgotten(&attempt(2, 0), start + TimeDelta::minutes(1)));
        assert!(doing.may_be_forgotten(&attempt(1, -300), start));
    }
}
