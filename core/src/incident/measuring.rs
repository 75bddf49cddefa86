//! The figures of the system, as far as they were asked for.

use chrono::{DateTime, Duration, Utc};

/// For how long an answer is waited for before anybody may ask anew. Nothing that measures takes so long.
const WAITED_FOR: Duration = Duration::minutes(1);

/// When the figures of the system were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measuring {
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Whether because it began, and not because somebody wanted them.
    pub at_start: bool,
    /// Whether the answer is still to come.
    pub is_under_way: bool,
}

impl Measuring {
    /// Whether the answer will be there in a moment.
    #[must_use]
    pub fn is_expected(&self, now: DateTime<Utc>) -> bool {
        self.is_under_way && now < self.asked_at + WAITED_FOR
    }
}
