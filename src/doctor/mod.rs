//! `sitrep doctor`: whether an incident would work now, found out against the real servers.
//!
//! - The checks of a platform are its adapter's: `Platform::checkup`. Here are those of the machine, of the meeting
//!   server, and of what machines tell.
//! - While the service runs it examines itself, asked through the control socket: the store and the session on the
//!   platform belong to one process. Otherwise the doctor connects as the service would. Both run [`examine`].

mod clock;
mod disk;
mod machines;
mod meeting;
mod web;

use std::sync::{Arc, OnceLock};

use sitrep_core::port::{Finding, Platform};
use sitrep_redb::RedbStore;

use crate::config::Config;

/// Everything of a running service that can be examined.
pub(crate) struct Clinic {
    config: Config,
    store: RedbStore,
    platforms: OnceLock<Vec<Arc<dyn Platform>>>,
}

impl Clinic {
    pub(crate) fn new(config: &Config, store: RedbStore) -> Self {
        Self { config: config.clone(), store, platforms: OnceLock::new() }
    }

    /// These are the platforms that the service speaks to, or tries to.
    pub(crate) fn serves(&self, platforms: Vec<Arc<dyn Platform>>) {
        let _ = self.platforms.set(platforms);
    }

    /// Examines the service.
    pub(crate) async fn examine(&self) -> Vec<Finding> {
        let platforms = self.platforms.get().map(Vec::as_slice).unwrap_or_default();
        examine((&self.config, true), &self.store, platforms).await
    }
}

/// Examines everything: the machine, and what these platforms say of themselves; and whether it is the service that does.
pub(crate) async fn examine(
    (config, is_serving): (&Config, bool),
    store: &RedbStore,
    platforms: &[Arc<dyn Platform>],
) -> Vec<Finding> {
    let on_platforms = async {
        let mut findings = Vec::new();
        for platform in platforms {
            findings.extend(platform.checkup().await);
        }
        findings
    };
    let (disk, clock, meeting, calendars, platforms) = tokio::join!(
        disk::check(&config.data_dir, store),
        clock::check(config.matrix.as_ref().map(|matrix| matrix.homeserver.as_str())),
        meeting::check(&config.meeting),
        machines::calendars(config),
        on_platforms,
    );
    let address = machines::address(config, is_serving).into_iter().collect();
    [disk, clock, meeting, address, calendars, platforms].into_iter().flatten().collect()
}
