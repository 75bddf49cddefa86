//! Which platforms are configured, and how each is connected.

use std::sync::Arc;

use sitrep_core::{
    port::{Finding, Level, ListenError, Platform, Positions},
    room::PlatformName,
};
use sitrep_discord::DiscordPlatform;
use sitrep_matrix::MatrixPlatform;
use sitrep_prometheus::PrometheusPlatform;

use super::late::{Connecting, LatePlatform};
use crate::{
    config::{self, Config},
    wire,
};

/// Every configured platform, each of which is being connected from now on.
pub(super) fn all(config: &Config) -> Vec<Arc<LatePlatform>> {
    let mut platforms = Vec::new();
    if let Some(section) = config.matrix.clone() {
        let (name, config) = (PlatformName::new(wire::MATRIX), config.clone());
        let connect = move || to_matrix(&config, &section);
        platforms.push(Arc::new(LatePlatform::new(name, sitrep_matrix::CAPABILITIES, connect)));
    }
    if let Some(section) = config.discord.clone() {
        let (name, config) = (PlatformName::new(wire::DISCORD), config.clone());
        let connect = move || to_discord(&config, &section);
        platforms.push(Arc::new(LatePlatform::new(name, sitrep_discord::CAPABILITIES, connect)));
    }
    platforms
}

/// What measures the system, if it is configured. Nothing is connected before something is asked.
pub(crate) fn figures(config: &Config) -> Option<Arc<dyn Platform>> {
    let section = config.health.as_ref()?;
    match PrometheusPlatform::new(wire::prometheus_settings(section), wire::panels(config)) {
        Ok(platform) => Some(Arc::new(platform)),
        Err(sentence) => {
            tracing::error!("The figures of the system can't be asked for: {sentence}");
            None
        }
    }
}

/// Every configured platform, tried once, for an examination without the service; and of each that can't be reached,
/// why.
pub(crate) async fn by_itself(config: &Config) -> (Vec<Arc<dyn Platform>>, Vec<Finding>) {
    let (mut platforms, mut troubles) = (Vec::new(), Vec::new());
    let mut take = |connected: Result<Arc<dyn Platform>, ListenError>| match connected {
        Ok(platform) => platforms.push(platform),
        Err(error) => troubles.push(Finding::told(Level::Problem, &error.to_string())),
    };
    if let Some(section) = &config.matrix {
        let connected = match to_matrix(config, section).await {
            // The first answer of a homeserver is what sets up a new session. Nothing of it is acted on, and what was
            // heard is not committed, so the service hears it again.
            Ok(platform) => platform.listen(&Positions::new()).await.map(|_| platform),
            Err(error) => Err(error),
        };
        take(connected);
    }
    if let Some(section) = &config.discord {
        take(to_discord(config, section).await);
    }
    platforms.extend(figures(config));
    (platforms, troubles)
}

fn to_matrix(config: &Config, section: &config::Matrix) -> Connecting {
    let connecting = MatrixPlatform::connect(wire::matrix_settings(config, section));
    Box::pin(async { Ok(Arc::new(connecting.await?) as Arc<dyn Platform>) })
}

fn to_discord(config: &Config, section: &config::Discord) -> Connecting {
    let settings = wire::discord_settings(config, section);
    Box::pin(async { Ok(Arc::new(DiscordPlatform::connect(settings).await?) as Arc<dyn Platform>) })
}
