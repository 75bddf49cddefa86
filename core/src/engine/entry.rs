//! One effect that is not yet done: how far it is, and how long it is worth trying.

use chrono::{DateTime, Duration, Utc};

use crate::{
    command::button,
    effect::{Desired, Effect, Keep, Read},
    port::{Outcome, StoredEffect},
};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::minutes(5);
/// The longest that a platform's request to wait is honoured at a time.
const LONGEST_WAIT: Duration = Duration::minutes(10);
/// How long a room is tried for in vain before the incident runs without one: people are waiting.
const ROOM_TRIED_FOR: Duration = Duration::seconds(90);
/// How long a room is waited for when the platform says when it may be had.
const ROOM_WAITED_FOR: Duration = Duration::minutes(5);
/// How long it is looked for when it may have been made.
const ROOM_DOUBTED_FOR: Duration = Duration::minutes(10);

/// How often a message that can't be decrypted is tried at first, and at last.
const SHORTEST_READING_PAUSE: Duration = Duration::seconds(2);
const LONGEST_READING_PAUSE: Duration = Duration::minutes(10);

/// How far one effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It may go from this moment on.
    Waiting(DateTime<Utc>),
    /// It is being done.
    UnderWay,
    /// What became of it is known and waits for its commit.
    Settled,
}

/// What an outcome means for the effect.
pub(super) enum Verdict {
    /// It is to be decided.
    Over(Outcome),
    /// Some of it is done; the rest goes on after this wait.
    GoesOn(Duration),
    /// The platform asks to wait.
    Limited(Duration),
    /// It is tried again after this pause.
    Again(Duration),
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) stored: StoredEffect,
    pub(super) stage: Stage,
    pub(super) attempts: u32,
    /// How often it has failed since something came of it.
    failures: u32,
    /// Whether it waits because it has failed, rather than because it was asked to.
    pub(super) has_failed: bool,
    /// When it was first tried by this process.
    pub(super) since: Option<DateTime<Utc>>,
    /// Whether an attempt may have worked although its answer was lost.
    in_doubt: bool,
    /// How much of it is still to be done, if that is more than one thing.
    pub(super) left: Option<usize>,
}

/// How long a platform asks to wait, within reason.
pub(super) fn wait_asked_for(wait: std::time::Duration) -> Duration {
    Duration::from_std(wait).unwrap_or(LONGEST_WAIT).clamp(Duration::milliseconds(100), LONGEST_WAIT)
}

impl Entry {
    pub(super) fn new(stored: StoredEffect) -> Self {
        let stage = Stage::Waiting(DateTime::<Utc>::MIN_UTC);
        Self {
            stored,
            stage,
            attempts: 0,
            failures: 0,
            has_failed: false,
            since: None,
            in_doubt: false,
            left: None,
        }
    }

    pub(super) fn is_room(&self) -> bool {
        matches!(self.stored.effect, Effect::Keep(Keep { desired: Desired::Room { .. }, .. }))
    }

    fn is_read(&self) -> bool {
        matches!(self.stored.effect, Effect::Read(_))
    }

    fn is_untold(&self) -> bool {
        matches!(self.stored.effect, Effect::Read(Read { told: false, .. }))
    }

    /// A key that comes usually comes soon: a message is tried often at first, and then less and less.
    fn until_next_reading(&self, now: DateTime<Utc>) -> Duration {
        let age = now - self.stored.created_at;
        (age / 10).clamp(SHORTEST_READING_PAUSE, LONGEST_READING_PAUSE)
    }

    /// Whether a room has been tried for so long that the incident had better run without one. A room that may have
    /// been made is not given up lightly: people may be in it.
    fn is_hopeless(&self, now: DateTime<Utc>) -> bool {
        let patience = if self.in_doubt { ROOM_DOUBTED_FOR } else { ROOM_TRIED_FOR };
        self.is_room() && self.attempts >= 3 && self.since.is_some_and(|since| since + patience <= now)
    }

    /// Whether people can wait for a room until then.
    fn is_worth_waiting(&self, until: DateTime<Utc>) -> bool {
        let patience = if self.in_doubt { ROOM_DOUBTED_FOR } else { ROOM_WAITED_FOR };
        !self.is_room() || self.since.is_none_or(|since| until <= since + patience)
    }

    /// When a room that is held back by the limits of others is tried all the same: people can't wait longer.
    pub(super) fn tried_all_the_same_at(&self) -> Option<DateTime<Utc>> {
        let since = self.since.unwrap_or(self.stored.created_at);
        self.is_room().then(|| since + ROOM_WAITED_FOR)
    }

    /// What became of an attempt.
    pub(super) fn judge(&mut self, outcome: Outcome, now: DateTime<Utc>) -> Verdict {
        self.in_doubt |= matches!(outcome, Outcome::InDoubt(_));
        self.has_failed = false;
        match outcome {
            Outcome::Done(_) | Outcome::Permanent(_) => Verdict::Over(outcome),
            Outcome::Partly { left, wait } => {
                self.left = Some(left);
                self.failures = 0;
                Verdict::GoesOn(Duration::from_std(wait).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
            }
            Outcome::RetryAfter(wait) => {
                let wait = wait_asked_for(wait);
                match self.is_worth_waiting(now + wait) {
                    true => Verdict::Limited(wait),
                    false => {
                        let words = "the server asks to wait for too long".to_owned();
                        Verdict::Over(Outcome::Permanent(words))
                    }
                }
            }
            Outcome::Transient(reason) | Outcome::InDoubt(reason) if self.is_hopeless(now) => {
                Verdict::Over(Outcome::Permanent(reason))
            }
            // The person waits for a word; it is decided what becomes of the next attempts.
            Outcome::Transient(_) if self.is_untold() => Verdict::Over(outcome),
            Outcome::Transient(_) | Outcome::InDoubt(_) if self.is_read() => {
                Verdict::Again(self.until_next_reading(now))
            }
            Outcome::Transient(_) | Outcome::InDoubt(_) => {
                let pause = Duration::seconds(1 << self.failures.min(9));
                self.failures += 1;
                self.has_failed = true;
                let longest = if self.is_room() { Duration::seconds(20) } else { LONGEST_PAUSE };
                Verdict::Again(pause.min(longest))
            }
        }
    }

    /// How many things are still to be done for it.
    pub(super) fn things_left(&self) -> usize {
        match &self.stored.effect {
            // Ten were asked in as the room was made.
            Effect::Keep(Keep { desired: Desired::Members { people }, .. }) => {
                self.left.unwrap_or(people.len().saturating_sub(10))
            }
            Effect::Keep(Keep { desired: Desired::Buttons { keys, .. }, .. }) => button::plain(keys),
            Effect::Say(_) | Effect::Keep(_) | Effect::Direct(_) => 1,
            Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => 0,
        }
    }
}
