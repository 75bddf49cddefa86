//! One platform heard: batch after batch, each handed over and waited for before the next is asked for.

use std::{sync::Arc, time::Duration};

use sitrep_core::{
    port::{Batch, ListenError, Platform, Position, Positions},
    room::PlatformName,
};
use tokio::sync::{mpsc, oneshot};

use super::late::LatePlatform;

/// The longest pause after a lost connection.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a listener reports.
pub(super) enum Heard {
    /// A platform is connected.
    Connected(PlatformName),
    /// A platform can't be connected now, and why.
    Missing(PlatformName, String),
    /// A batch, and whom to tell when it is committed.
    Batch(Batch, oneshot::Sender<()>),
    /// Nothing will ever be heard again, and what to do about it.
    Refused(String),
}

/// Hears a platform until the driver is gone or the platform refuses for good.
pub(super) async fn listen(platform: Arc<LatePlatform>, mut after: Positions, heard: mpsc::Sender<Heard>) {
    if !arrives(&platform, &heard).await {
        return;
    }
    let mut pause = Duration::from_secs(1);
    loop {
        match platform.listen(&after).await {
            Ok(batch) => {
                if pause > Duration::from_secs(1) {
                    tracing::info!("{} can be heard again", platform.name().as_str());
                    pause = Duration::from_secs(1);
                }
                let positions = batch.positions.clone();
                let (committed, waiting) = oneshot::channel();
                if heard.send(Heard::Batch(batch, committed)).await.is_err() || waiting.await.is_err() {
                    return;
                }
                after.extend(positions.into_iter().map(|Position { stream, token, .. }| (stream, token)));
            }
            Err(ListenError::Transient(sentence)) => {
                tracing::warn!("{sentence} Trying again in {} s.", pause.as_secs());
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(ListenError::Fatal(sentence)) => {
                let _ = heard.send(Heard::Refused(sentence)).await;
                return;
            }
        }
    }
}

/// Waits for the connection, and reports how that goes. Whether there is one at the end of it.
async fn arrives(platform: &LatePlatform, heard: &mpsc::Sender<Heard>) -> bool {
    if let Err(sentence) = platform.arrives().await {
        let _ = heard.send(Heard::Missing(platform.name(), sentence)).await;
    }
    let (arrived, is_there) = match platform.connected().await {
        Ok(_) => (Heard::Connected(platform.name()), true),
        Err(error) => (Heard::Refused(error.to_string()), false),
    };
    heard.send(arrived).await.is_ok() && is_there
}
