//! How much may be asked how fast.
//!
//! - Each kind of request has a bucket for each channel, guild or webhook, which the headers of every answer describe.
//!   The numbers are those that Discord was seen to send, where they are known.
//! - Fifty requests a second in all. Interactions and webhooks are outside of that.
//! - Who goes on after too many answers 401, 403 and 429 is banned for an hour: ten thousand in ten minutes on the real
//!   Discord. Here it is a breach, and far fewer are enough.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::refusal::{Refusal, Scope};

const GLOBAL_PER_SECOND: usize = 50;
const LEDGER_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// How many answers of 401, 403 and 429 in ten minutes are a breach, unless a test says otherwise.
pub const LEDGER_BOUND: usize = 60;

/// What was asked lately.
#[derive(Debug)]
pub struct Limits {
    /// Whether buckets and the limit of all requests are kept to.
    pub enforced: bool,
    /// How many answers of 401, 403 and 429 in ten minutes are a breach.
    pub ledger_bound: usize,
    buckets: BTreeMap<String, Window>,
    all: VecDeque<DateTime<Utc>>,
    ledger: VecDeque<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: DateTime<Utc>,
    used: u32,
}

/// What the headers of an answer say about its bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: String,
    limit: u32,
    remaining: u32,
    ends: DateTime<Utc>,
    after: TimeDelta,
}

impl Bucket {
    /// The headers.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let ms = |ms: i64| format!("{}.{:03}", ms / 1000, ms % 1000);
        vec![
            ("x-ratelimit-bucket", self.name.clone()),
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", ms(self.ends.timestamp_millis())),
            ("x-ratelimit-reset-after", ms(self.after.num_milliseconds().max(0))),
        ]
    }
}

impl Default for Limits {
    fn default() -> Self {
        let (buckets, all, ledger) = (BTreeMap::new(), VecDeque::new(), VecDeque::new());
        Self { enforced: true, ledger_bound: LEDGER_BOUND, buckets, all, ledger }
    }
}

impl Limits {
    /// Counts a request towards the fifty a second of all requests.
    pub fn take_global(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        while self.all.front().is_some_and(|&at| now - at >= TimeDelta::seconds(1)) {
            self.all.pop_front();
        }
        if self.enforced && self.all.len() >= GLOBAL_PER_SECOND {
            return Err(Refusal::limited(Scope::Global, Duration::from_secs(1)));
        }
        self.all.push_back(now);
        Ok(())
    }

    /// Counts a request towards its bucket: `major` is the channel, guild or webhook that it is about.
    pub fn take(
        &mut self,
        route: (&str, &str),
        major: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Bucket>, Refusal> {
        let Some((limit, length)) = size(route) else { return Ok(None) };
        let name = format!("{:016x}", hash(&format!("{} {}", route.0, route.1)));
        let length = TimeDelta::milliseconds(length);
        let fresh = Window { ends: now + length, used: 0 };
        let window = self.buckets.entry(format!("{name}:{major}")).or_insert(fresh);
        if window.ends <= now {
            *window = fresh;
        }
        let after = window.ends - now;
        if self.enforced && window.used >= limit {
            let wait = after.to_std().unwrap_or_default();
            let mut refusal = Refusal::limited(Scope::User, wait);
            refusal.headers.extend(Bucket { name, limit, remaining: 0, ends: window.ends, after }.headers());
            return Err(refusal);
        }
        window.used += 1;
        Ok(Some(Bucket {
            name,
            limit,
            remaining: limit.saturating_sub(window.used),
            ends: window.ends,
            after,
        }))
    }

    /// Writes an answer of 401, 403 or 429 down. Whether that was the one too many.
    pub fn refused(&mut self, now: DateTime<Utc>) -> bool {
        while self.ledger.front().is_some_and(|&at| now - at > LEDGER_WINDOW) {
            self.ledger.pop_front();
        }
        self.ledger.push_back(now);
        self.ledger.len() == self.ledger_bound
    }
}

/// How many requests of that kind in how many milliseconds.
fn size((method, path): (&str, &str)) -> Option<(u32, i64)> {
    let size = match (method, path) {
        ("POST", "/interactions/{interaction_id}/{interaction_token}/callback") => return None,
        (
            "GET" | "POST" | "PATCH",
            "/channels/{channel_id}/messages" | "/channels/{channel_id}/messages/{message_id}",
        ) => (5, 5000),
        ("DELETE", "/channels/{channel_id}/messages/{message_id}") => (5, 1000),
        (_, path) if path.contains("/reactions/") => (1, 250),
        (_, path) if path.contains("/pins/") => (5, 4000),
        (_, path) if path.starts_with("/webhooks/") => (5, 2000),
        ("PATCH", "/channels/{channel_id}") => (5, 15_000),
        ("PUT", path) if path.ends_with("/commands") => (5, 20_000),
        (_, _) => (10, 10_000),
    };
    Some(size)
}

/// FNV-1a: a bucket's name means nothing, but is the same each time.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
