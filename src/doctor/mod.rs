//! `sitrep doctor`: whether an incident would work now, found out against the real servers.
//!
//! - The checks of a platform are its adapter's: `Platform::checkup`. Here are those of the machine and of the meeting
//!   server.
//! - While the service runs it examines itself, asked through the control socket: the store and the session on the
//!   platform belong to one process. Otherwise the doctor connects as the service would. Both run [`examine`].

mod clock;
mod disk;
mod meeting;
mod web;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sitrep_core::port::{Finding, Level, Platform};
use sitrep_redb::RedbStore;

use crate::config::Config;

/// Everything of a running service that can be examined.
pub(crate) struct Clinic {
    config: Config,
    store: RedbStore,
    connected: OnceLock<Vec<Arc<dyn Platform>>>,
    /// Why there is no connection yet.
    trouble: Mutex<Option<String>>,
}

impl Clinic {
    pub(crate) fn new(config: &Config, store: RedbStore) -> Self {
        Self { config: config.clone(), store, connected: OnceLock::new(), trouble: Mutex::default() }
    }

    /// All platforms are connected.
    pub(crate) fn connected(&self, platforms: &[Arc<dyn Platform>]) {
        let _ = self.connected.set(platforms.to_vec());
    }

    /// A platform can't be connected yet.
    pub(crate) fn trouble(&self, sentence: &str) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(sentence.to_owned());
    }

    /// Examines the service.
    pub(crate) async fn examine(&self) -> Vec<Finding> {
        let connected = match self.connected.get() {
            Some(platforms) => Ok(platforms.as_slice()),
            None => {
                let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Err(trouble
                    .unwrap_or_else(|| "The service is still connecting. Ask again in a minute.".to_owned()))
            }
        };
        examine(&self.config, &self.store, connected).await
    }
}

/// Examines everything. `connected` is the sentence that says why not, if there is no connection.
pub(crate) async fn examine(
    config: &Config,
    store: &RedbStore,
    connected: Result<&[Arc<dyn Platform>], String>,
) -> Vec<Finding> {
    let on_platforms = async {
        match connected {
            Ok(platforms) => {
                let mut findings = Vec::new();
                for platform in platforms {
                    findings.extend(platform.checkup().await);
                }
                findings
            }
            Err(sentence) => vec![Finding::told(Level::Problem, &sentence)],
        }
    };
    let (disk, clock, meeting, platforms) = tokio::join!(
        disk::check(&config.data_dir, store),
        clock::check(config.matrix.as_ref().map(|matrix| matrix.homeserver.as_str())),
        meeting::check(&config.meeting),
        on_platforms,
    );
    [disk, clock, meeting, platforms].into_iter().flatten().collect()
}
