//! How sitrep is, asked no more often than is sensible: whoever reaches the server may ask, and asking costs the engine.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sitrep_core::{engine::Status, port::Desk};
use tokio::{sync::Mutex, time::timeout};

/// For how long an answer is good for others who ask.
const GOOD_FOR: Duration = Duration::from_millis(200);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last answer.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    last: Mutex<Option<(Instant, Option<Status>)>>,
}

impl Standing {
    /// How sitrep is; `None` if nobody answers.
    pub(crate) async fn ask(&self, desk: &Arc<dyn Desk>) -> Option<Status> {
        let mut last = self.last.lock().await;
        if let Some((at, status)) = &*last
            && at.elapsed() < GOOD_FOR
        {
            return status.clone();
        }
        let status = timeout(PATIENCE, desk.status()).await.ok().flatten();
        *last = Some((Instant::now(), status.clone()));
        status
    }
}
