//! How far the asking for news has come.
//!
//! One cycle a promise: the commander is asked when it is due, asked again, and then the stakeholders hear that
//! it is overdue; if it stays silent the commander is asked anew, ever less often. Each step starts from when the step before it
//! was really taken, so that after downtime one question is asked, not all that were missed. When each step
//! falls due is computed in `schedule/update_cadence.rs`.

use chrono::{DateTime, Utc};

use crate::event::Promise;

/// The state of the promise of news.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateCycle {
    /// What is promised; `None` when nothing is owed.
    pub promise: Option<Promise>,
    /// The last step taken for this promise.
    pub step: Step,
    /// How many rounds of asking this promise has been through in vain.
    pub missed_rounds: u32,
    /// When the last update was posted.
    pub last_update_at: Option<DateTime<Utc>>,
}

/// How far the asking has come for one promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Nobody was asked yet.
    #[default]
    Waiting,
    /// Somebody wants to be asked at this time, not before.
    Snoozed(DateTime<Utc>),
    /// The commander was asked, at this time.
    Asked(DateTime<Utc>),
    /// The commander was asked again, at this time.
    AskedAgain(DateTime<Utc>),
    /// The stakeholders were told, at this time.
    Missed(DateTime<Utc>),
}

impl UpdateCycle {
    /// Another promise: the asking starts over. The same moment promised with another interval is no new promise.
    pub fn promise(&mut self, promise: Option<Promise>) {
        let is_same = self.promise.is_some_and(|made| promise.is_some_and(|new| new.due == made.due));
        self.promise = promise;
        if is_same {
            return;
        }
        self.step = Step::Waiting;
        self.missed_rounds = 0;
    }
}
