//! Asks a Prometheus for the figures of the system.
//!
//! To the engine it is a platform of which only one thing is ever asked, and that is answered in any case: a query that
//! fails is a sentence in its own reading, and nothing is tried again. Whoever wants newer figures asks for them.
//!
//! - All panels are asked side by side, and all of them are answered within five seconds.
//! - A Prometheus is not trusted with more than that: an answer may be a mebibyte, a redirection to another server is
//!   not followed, and what it says of itself is cut to a line.
//! - The token goes to the configured server and nowhere else, and no log.
//!
//! `request.rs` speaks HTTP, `answer.rs` reads what comes back.
#![warn(missing_docs)]

mod answer;
mod platform;
mod request;

#[cfg(test)]
mod tests;

pub use platform::PrometheusPlatform;

use std::fmt::{Debug, Formatter, Result};

/// Where figures come from.
#[derive(Clone, PartialEq, Eq)]
pub struct PrometheusSettings {
    /// The address below which `/api/v1/query_range` is, without a slash at its end.
    pub address: String,
    /// What a proxy in front of it asks for.
    pub token: Option<String>,
}

impl Debug for PrometheusSettings {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let token = self.token.as_ref().map(|_| "***");
        formatter
            .debug_struct("PrometheusSettings")
            .field("address", &self.address)
            .field("token", &token)
            .finish()
    }
}
