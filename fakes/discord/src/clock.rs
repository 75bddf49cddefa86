//! The clock of this Discord: real time plus an offset that a test moves forward.
//!
//! Everything that has a length of time here (an interaction's three seconds, its token's quarter of an hour, how long
//! a nonce is remembered, when a message is too old to be edited freely) is measured on it, so that no test has to
//! wait. It never goes back.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

/// A clock that can be moved forward. Its clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    offset: Arc<watch::Sender<TimeDelta>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { offset: Arc::new(watch::Sender::new(TimeDelta::zero())) }
    }
}

impl Clock {
    /// What time it is here.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.offset.borrow()
    }

    /// Lets that much time pass at once.
    pub fn advance(&self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
        self.offset.send_modify(|offset| *offset = offset.checked_add(&by).unwrap_or(*offset));
    }

    /// Waits until it is that time here, whether by waiting or by [`Clock::advance`].
    pub async fn reached(&self, at: DateTime<Utc>) {
        let mut moved = self.offset.subscribe();
        loop {
            let Ok(left) = (at - self.now()).to_std() else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = moved.changed() => {}
            }
        }
    }
}
