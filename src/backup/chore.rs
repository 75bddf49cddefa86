//! The nightly backup.
//!
//! `tokio-cron-scheduler` only says every minute that a minute has passed: its own idea of a zone is frozen when a
//! job is made, and is wrong after the clocks change. Whether a backup is due follows from the cron expression, in
//! the configured zone, and from the newest backup in the folder; so one that was missed is made up for once.

use std::{str::FromStr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler};

use super::{Backups, retention};
use crate::run::make_private_dir;

/// When backups are made, and how many are kept.
pub(crate) struct NightlyBackup {
    cron: Cron,
    timezone: Tz,
    keep: usize,
}

impl NightlyBackup {
    /// A schedule from a five-field cron expression in a zone.
    ///
    /// # Errors
    /// When the expression can't be read.
    pub(crate) fn new(expression: &str, timezone: Tz, keep: usize) -> Result<Self> {
        let cron = Cron::from_str(expression).with_context(|| format!("{expression} is not a schedule"))?;
        Ok(Self { cron, timezone, keep })
    }

    /// Whether a backup is due: its latest moment has passed since the newest backup, or since `started` if there
    /// is none yet.
    fn is_due(&self, newest: Option<DateTime<Utc>>, started: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let since = newest.unwrap_or(started).with_timezone(&self.timezone);
        self.cron.find_next_occurrence(&since, false).is_ok_and(|next| next <= now)
    }

    async fn make(&self, backups: &Backups, now: DateTime<Utc>) -> Result<()> {
        make_private_dir(&backups.folder)?;
        retention::remove_unfinished(&backups.folder)?;
        let file = backups.folder.join(retention::file_name(now));
        backups.write(&file).await?;
        tracing::info!("backup written: {}", file.display());
        for removed in retention::prune(&backups.folder, self.keep)? {
            tracing::info!("old backup removed: {}", removed.display());
        }
        Ok(())
    }
}

/// Starts the chore. It ends with the scheduler that is given back.
///
/// # Errors
/// When the scheduler can't be started.
pub(crate) async fn start(nightly: NightlyBackup, backups: Arc<Backups>) -> Result<JobScheduler> {
    let (minutes, mut passed) = mpsc::channel::<()>(1);
    let started = Utc::now();
    tokio::spawn(async move {
        while passed.recv().await.is_some() {
            let now = Utc::now();
            let newest = match retention::list(&backups.folder) {
                // One from the future, made while the clock was wrong, must not hold up those that are due.
                Ok(list) => list.into_iter().map(|(at, _)| at).rfind(|at| *at <= now),
                Err(error) => {
                    tracing::error!("the backups can't be listed: {error}");
                    continue;
                }
            };
            if nightly.is_due(newest, started, now)
                && let Err(error) = nightly.make(&backups, now).await
            {
                tracing::error!("no backup was made: {error:#}. It is tried again in a few minutes");
                tokio::time::sleep(Duration::from_secs(300)).await;
            }
        }
    });
    let scheduler = JobScheduler::new_with_channel_size(1024).await?;
    let every_minute = Job::new_async("0 * * * * *", move |_, _| {
        let minutes = minutes.clone();
        // A minute that finds the chore still busy is not needed.
        Box::pin(async move {
            let _ = minutes.try_send(());
        })
    })?;
    scheduler.add(every_minute).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn due_once_a_night_in_the_zone_and_made_up_for_once() {
        let nightly = NightlyBackup::new("0 3 * * *", Tz::Europe__Berlin, 14).expect("a schedule");
        let started = moment("2026-11-22T10:00:00Z");
        let cases = [
            // (newest, now, due)
            (None, "2026-11-22T10:01:00Z", false),
            (None, "2026-11-23T01:59:00Z", false),
            (None, "2026-11-23T02:00:00Z", true),
            (Some("2026-11-23T02:00:05Z"), "2026-11-23T02:01:00Z", false),
            (Some("2026-11-23T02:00:05Z"), "2026-11-24T01:59:00Z", false),
            (Some("2026-11-23T02:00:05Z"), "2026-11-26T12:00:00Z", true),
            // In summer, three o'clock in Berlin is an hour earlier in UTC.
            (Some("2027-06-01T01:00:05Z"), "2027-06-02T01:00:00Z", true),
            (Some("2027-06-01T01:00:05Z"), "2027-06-02T00:59:00Z", false),
        ];
        for (newest, now, due) in cases {
            assert_eq!(nightly.is_due(newest.map(moment), started, moment(now)), due, "{newest:?} at {now}");
        }
    }
}
