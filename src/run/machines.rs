//! The HTTP server and the calendars, beside the chat.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow};
use sitrep_core::port::Desk;
use sitrep_http::HttpServer;
use tokio::task::JoinSet;

use super::make_private_dir;
use crate::{config::Config, wire};

/// How long the last answers may take, once everything else has ended.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// What hears machines, ready to begin.
pub(super) struct Machines {
    server: Option<HttpServer>,
    calendars: Vec<sitrep_calendar::CalendarSettings>,
}

impl Machines {
    /// Takes the address and reads the certificates.
    ///
    /// # Errors
    /// When it can't listen: whoever configured it counts on it.
    pub(super) fn prepare(config: &Config) -> Result<Self> {
        let server = match wire::http_settings(config) {
            Some(settings) => Some(HttpServer::bind(settings).map_err(|sentence| anyhow!(sentence))?),
            None => None,
        };
        let calendars = wire::calendars(config);
        if !calendars.is_empty() {
            make_private_dir(&wire::calendar_dir(config)).context("calendars can't be kept")?;
        }
        for note in config.notes() {
            tracing::warn!("{note}");
        }
        Ok(Self { server, calendars })
    }

    /// Begins. What it hears is handed in at the desk until it is told to end.
    pub(super) fn start(
        self,
        desk: &Arc<dyn Desk>,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Running {
        let (mut server, mut calendars) = (JoinSet::new(), JoinSet::new());
        for calendar in self.calendars {
            calendars.spawn(sitrep_calendar::watch(calendar, Arc::clone(desk)));
        }
        if let Some(listening) = self.server {
            let desk = Arc::clone(desk);
            server.spawn(async move {
                if let Err(sentence) = listening.serve(desk, until).await {
                    tracing::error!("{sentence}");
                }
            });
        }
        Running { server, _calendars: calendars }
    }
}

/// What hears machines, at work. It ends when this is dropped.
pub(super) struct Running {
    server: JoinSet<()>,
    _calendars: JoinSet<()>,
}

impl Running {
    /// Waits until those who were told that it ends have their answers.
    pub(super) async fn finish(mut self) {
        let _ = tokio::time::timeout(ANSWERS_WITHIN, self.server.join_next()).await;
    }
}
