//! Where the HTTP server and the calendars hand in what machines tell, and where it is asked how things stand.

use std::time::Duration;

use async_trait::async_trait;
use sitrep_core::{
    engine::Status,
    port::{Desk, NotTaken, Signal},
};
use tokio::sync::{mpsc, oneshot};

/// How many requests wait to be heard at once: more would not be kept up with.
const WAITING: usize = 1024;
/// How long it is waited for the word how things stand.
const STATUS_WITHIN: Duration = Duration::from_secs(3);

/// What is asked of the driver.
pub(super) enum Asked {
    /// To take what machines told; and whom to tell once it is durable.
    Take(Vec<Signal>, oneshot::Sender<()>),
    /// How things stand.
    Status(oneshot::Sender<Status>),
}

/// The desk, and where the driver hears what was handed in there.
pub(super) fn desk() -> (ServiceDesk, mpsc::Receiver<Asked>) {
    let (ask, asked) = mpsc::channel(WAITING);
    (ServiceDesk { ask }, asked)
}

pub(super) struct ServiceDesk {
    ask: mpsc::Sender<Asked>,
}

#[async_trait]
impl Desk for ServiceDesk {
    async fn take(&self, signals: Vec<Signal>) -> Result<(), NotTaken> {
        let (taken, is_taken) = oneshot::channel();
        self.ask.try_send(Asked::Take(signals, taken)).map_err(|_| NotTaken::Busy)?;
        is_taken.await.map_err(|_| NotTaken::NotStored)
    }

    async fn status(&self) -> Option<Status> {
        let (tell, told) = oneshot::channel();
        self.ask.try_send(Asked::Status(tell)).ok()?;
        tokio::time::timeout(STATUS_WITHIN, told).await.ok()?.ok()
    }
}
