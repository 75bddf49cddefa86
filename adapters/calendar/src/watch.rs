//! Watching a calendar: what it says is handed in whenever it has changed.

use std::{path::Path, sync::Arc, time::Duration};

use chrono::Utc;
use sitrep_core::port::{Desk, Shift, Signal};

use crate::{CalendarSettings, shifts::shared, source::Reader};

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(300);
/// How soon it is tried again to hand in what was not taken.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Hands in who is on duty according to a calendar, for ever. Trouble is logged once, until it is over.
pub async fn watch(settings: CalendarSettings, desk: Arc<dyn Desk>) {
    Watcher::new(settings, desk).watch((LOOK_EVERY, AGAIN_AFTER)).await;
}

/// Reads a calendar once, for whoever wants to know whether it can be read; how many shifts are in view.
///
/// # Errors
/// A sentence without the address.
pub async fn read_once(settings: CalendarSettings) -> Result<usize, String> {
    let text = Reader::new(settings.source).read().await?.unwrap_or_default();
    let timezone = settings.timezone;
    let working = tokio::task::spawn_blocking(move || shared(&text, timezone, Utc::now()));
    let shifts = working.await.unwrap_or_else(|_| Err("it could not be read".to_owned()))?;
    Ok(shifts.len())
}

pub(crate) struct Watcher {
    settings: CalendarSettings,
    desk: Arc<dyn Desk>,
    reader: Reader,
    /// The last good copy.
    text: Option<String>,
    /// What was taken last.
    told: Option<Arc<[Shift]>>,
    /// What was logged last, as long as it is so.
    trouble: Option<String>,
}

impl Watcher {
    pub(crate) fn new(settings: CalendarSettings, desk: Arc<dyn Desk>) -> Self {
        let reader = Reader::new(settings.source.clone());
        Self { settings, desk, reader, text: None, told: None, trouble: None }
    }

    pub(crate) async fn watch(mut self, (every, again): (Duration, Duration)) {
        loop {
            let is_taken = self.look().await;
            tokio::time::sleep(if is_taken { every } else { again }).await;
        }
    }

    /// Reads it and hands in what is new; whether all of it was taken.
    async fn look(&mut self) -> bool {
        let read = self.reader.read().await;
        let is_new = match read {
            Ok(Some(text)) => self.accept(text).await,
            Ok(None) => Ok(false),
            Err(trouble) => Err(trouble),
        };
        let mut kept = None;
        if is_new.is_err() && self.text.is_none() {
            kept = tokio::fs::read_to_string(&self.settings.keep_in).await.ok();
        }
        self.log(is_new.as_ref().err(), kept.is_some());
        if matches!(is_new, Ok(true))
            && let Some(text) = &self.text
        {
            keep(&self.settings.keep_in, text).await;
        }
        self.text = self.text.take().or(kept);
        self.hand_in().await
    }

    /// Takes a text for the last good copy, if it is good.
    async fn accept(&mut self, text: String) -> Result<bool, String> {
        match self.shifts_in(text.clone()).await {
            Ok(_) => {
                self.text = Some(text);
                Ok(true)
            }
            Err(trouble) => {
                self.reader.forget();
                Err(trouble)
            }
        }
    }

    /// As time passes, other shifts come into view, changed or not.
    async fn hand_in(&mut self) -> bool {
        let Some(text) = self.text.clone() else { return true };
        let Ok(shifts) = self.shifts_in(text).await else { return true };
        if self.told.as_ref() == Some(&shifts) {
            return true;
        }
        let signal = Signal::Shifts { team: self.settings.team.clone(), shifts: Arc::clone(&shifts) };
        let is_taken = self.desk.take(vec![signal]).await.is_ok();
        if is_taken {
            self.told = Some(shifts);
        }
        is_taken
    }

    async fn shifts_in(&self, text: String) -> Result<Arc<[Shift]>, String> {
        let timezone = self.settings.timezone;
        let working = tokio::task::spawn_blocking(move || shared(&text, timezone, Utc::now()));
        working.await.unwrap_or_else(|_| Err("it could not be read".to_owned()))
    }

    fn log(&mut self, trouble: Option<&String>, has_kept: bool) {
        let team = &self.settings.team;
        match trouble {
            Some(trouble) if self.trouble.is_none() => {
                let meanwhile = if has_kept || self.text.is_some() {
                    "until then the last good copy says who is on duty"
                } else {
                    "until then nobody is on duty by it"
                };
                tracing::warn!(
                    "the calendar of who is on duty for {team} is not there: {trouble}; I try again, and {meanwhile}"
                );
            }
            Some(_) => {}
            None if self.trouble.is_some() => {
                tracing::info!("the calendar of who is on duty for {team} is there again");
            }
            None => {}
        }
        self.trouble = trouble.cloned();
    }
}

/// Keeps the last good copy, in whole or not at all. People are named in it, so only we may read it.
async fn keep(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let written = async {
        let mut file = options.open(&beside).await?;
        tokio::io::AsyncWriteExt::write_all(&mut file, text.as_bytes()).await?;
        file.sync_all().await?;
        tokio::fs::rename(&beside, path).await
    };
    if let Err(error) = written.await {
        tracing::warn!("the copy of a calendar can't be kept in {}: {error}", path.display());
    }
}
