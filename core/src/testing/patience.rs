//! Whether an engine waits when a platform asks it to.
//!
//! Two things need not wait. A room is tried all the same when people have waited for it for long. And that nothing can
//! be stored is said at once, and once only: nobody would hear of it otherwise.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{Limited, in_words::name_of};
use crate::port::{Action, Outcome, Perform};

/// How long an engine waits for a room that others are limited in making.
const ROOM_WAITED_FOR: Duration = Duration::minutes(5);

/// What one running process was asked, and what all of them did in spite of it.
#[derive(Debug, Default)]
pub(super) struct Patience {
    asked_to_wait: BTreeMap<Limited, DateTime<Utc>>,
    pub(super) lost: Vec<String>,
}

impl Patience {
    /// The process has died: the next one was asked nothing.
    pub(super) fn forget(&mut self) {
        self.asked_to_wait.clear();
    }

    /// The engine learns what became of an attempt.
    pub(super) fn told(&mut self, perform: &Perform, outcome: &Outcome, now: DateTime<Utc>) {
        let Outcome::RetryAfter(wait) = outcome else { return };
        if let Some(limited) = Limited::of(&perform.action).filter(|_| !is_trouble(perform)) {
            let until = now + Duration::from_std(*wait).unwrap_or_default();
            let asked = self.asked_to_wait.entry(limited).or_insert(until);
            *asked = until.max(*asked);
        }
    }

    /// The engine lets something go.
    pub(super) fn watch(&mut self, perform: &Perform, now: DateTime<Utc>) {
        let waits_for_room = matches!(perform.action, Action::OpenRoom { .. })
            && perform.attempt.first_tried + ROOM_WAITED_FOR <= now;
        let asked = Limited::of(&perform.action).and_then(|limited| self.asked_to_wait.get(&limited));
        if let Some(until) = asked.filter(|until| now < **until && !waits_for_room && !is_trouble(perform)) {
            let what = name_of(&perform.action);
            self.lost.push(format!("{what} at {now} although asked to wait until {until}"));
        }
    }
}

fn is_trouble(perform: &Perform) -> bool {
    perform.id.index > u32::MAX / 2
}
