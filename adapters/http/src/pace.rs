//! How much somebody may send.

use std::num::NonZeroU32;

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

/// So many a minute: all of them at once after a quiet minute, and evenly afterwards.
pub(crate) struct Pace {
    limiter: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Pace {
    /// At least one a minute.
    pub(crate) fn per_minute(number: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        Self { limiter: RateLimiter::direct(quota), clock: DefaultClock::default() }
    }

    /// Counts one.
    ///
    /// # Errors
    /// After how many seconds there is room for one more, if there is none now.
    pub(crate) fn count(&self) -> Result<(), u64> {
        self.limiter.check().map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_allowed_is_told_when_to_come_back() {
        let pace = Pace::per_minute(3);
        for _ in 0..3 {
            assert_eq!(pace.count(), Ok(()));
        }
        assert_eq!(pace.count(), Err(20));
    }
}
