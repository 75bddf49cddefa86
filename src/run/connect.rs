//! Connecting to the configured platforms, with patience where patience can help.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, bail};
use sitrep_core::port::Platform;
use sitrep_matrix::{ConnectError, MatrixPlatform};

use crate::{config::Config, doctor::Clinic, wire};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Every configured platform, connected.
///
/// # Errors
/// When one refuses for good; the sentence says what to do.
pub(super) async fn all(config: &Config, clinic: &Clinic) -> Result<Vec<Arc<dyn Platform>>> {
    let mut platforms: Vec<Arc<dyn Platform>> = Vec::new();
    if let Some(section) = &config.matrix {
        let mut pause = Duration::from_secs(1);
        let platform = loop {
            match MatrixPlatform::connect(wire::matrix_settings(config, section)).await {
                Ok(platform) => break platform,
                Err(ConnectError::Fatal(sentence)) => bail!("{sentence}"),
                Err(ConnectError::Transient(sentence)) => {
                    tracing::warn!("{sentence} Trying again in {} s.", pause.as_secs());
                    clinic.trouble(&sentence);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        };
        platforms.push(Arc::new(platform));
    }
    Ok(platforms)
}
