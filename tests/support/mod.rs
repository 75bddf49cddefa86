//! What the end-to-end tests are written with.
//!
//! - [`synapse`]: a Matrix server of our own, and [`person`]: people on it who speak plain HTTP.
//! - [`encrypted_person`]: people whose client encrypts.
//! - [`discord`]: a Discord of a test's own.
//! - [`prometheus`] and [`alertmanager`]: real ones. [`machine`]: whatever else tells sitrep something over HTTP.
//! - [`sitrep`]: the binary under test, as a service or run to its end; [`surroundings`]: its disk and clock.
//! - [`proxy`]: what may stand between the two, and [`dice`] for what goes wrong by chance.
//! - [`trials`]: how tests are registered, and what happens where there is no Synapse.
//!
//! Everything that can go wrong is a [`Failed`], worded for whoever reads the test's output; `?` turns any
//! printable error into one, and [`Doing`] says what was being done.

#![allow(dead_code, reason = "a vocabulary to write tests with: a word may wait for its first test")]

use std::fmt::Display;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use libtest_mimic::Failed;

pub(crate) mod alertmanager;
pub(crate) mod dice;
pub(crate) mod discord;
pub(crate) mod encrypted_person;
pub(crate) mod evidence;
pub(crate) mod http;
pub(crate) mod machine;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod prometheus;
pub(crate) mod proxy;
pub(crate) mod seen;
pub(crate) mod sitrep;
pub(crate) mod surroundings;
pub(crate) mod synapse;
pub(crate) mod trials;
pub(crate) mod venv;

/// How long a test waits for something that should happen at once. Generous: it is spent only by tests that
/// fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Names what was being done when an error arose.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl Display) -> Result<T, Failed>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Display) -> Result<T, Failed> {
        self.map_err(|error| Failed::from(format!("{what}: {error}")))
    }
}

/// Asks again and again until there is an answer, or `None` once `patience` is over.
pub(crate) fn poll<T>(
    patience: Duration,
    mut probe: impl FnMut() -> Result<Option<T>, Failed>,
) -> Result<Option<T>, Failed> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = probe()? {
            return Ok(Some(answer));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}
