//! Ids as Discord makes them: the milliseconds since 2015 in the upper bits, so that they sort by age.

use chrono::{DateTime, TimeZone, Utc};

const EPOCH_MS: i64 = 1_420_070_400_000;

/// Gives out ids, each greater than the one before.
#[derive(Debug, Default)]
pub struct Snowflakes {
    last: u64,
}

impl Snowflakes {
    /// The next id at that time.
    pub fn next(&mut self, now: DateTime<Utc>) -> u64 {
        self.last = first_at(now).max(self.last + 1);
        self.last
    }
}

/// The smallest id that something made then could have.
pub fn first_at(time: DateTime<Utc>) -> u64 {
    u64::try_from((time.timestamp_millis() - EPOCH_MS).max(0)).unwrap_or(0) << 22
}

/// When the thing with this id was made.
pub fn made_at(id: u64) -> DateTime<Utc> {
    let ms = i64::try_from(id >> 22).unwrap_or(0) + EPOCH_MS;
    Utc.timestamp_millis_opt(ms).single().unwrap_or(DateTime::UNIX_EPOCH)
}
