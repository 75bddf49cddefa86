//! How often the homeserver has asked us to wait: what can be seen of its limits.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A count, and when the last was.
#[derive(Default)]
pub(crate) struct Waits(Mutex<Option<(u64, Instant)>>);

impl Waits {
    /// It has asked to wait.
    pub(crate) fn note(&self) {
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waits.map_or(0, |(count, _)| count);
        *waits = Some((count + 1, Instant::now()));
    }

    /// How often since the start, and how long ago the last time was.
    pub(crate) fn so_far(&self) -> Option<(u64, Duration)> {
        let waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waits.map(|(count, last)| (count, last.elapsed()))
    }
}
