//! What the engine sees of a Prometheus.

use std::{future::pending, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use sitrep_core::{
    effect::MEASURES,
    port::{
        Action, Batch, Capabilities, Finding, ListenError, Outcome, Panel, Perform, Platform, Positions,
        Reading, Receipt,
    },
    room::PlatformName,
};

use crate::{PrometheusSettings, answer, request::Asker};

/// How long all of it may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// The distance between two values: half a minute is as fine as a picture on a phone shows an hour.
const STEP_SECS: u32 = 30;
/// The most values that are asked for, however long the time.
const MOST_VALUES: i64 = 400;

/// A Prometheus.
pub struct PrometheusPlatform {
    asker: Asker,
    /// What is looked at by [`Platform::checkup`].
    panels: Vec<Panel>,
}

impl PrometheusPlatform {
    /// Nothing is asked yet. `panels` are those that a checkup tries.
    ///
    /// # Errors
    /// When there is no way to ask at all, in a sentence.
    pub fn new(settings: PrometheusSettings, panels: Vec<Panel>) -> Result<Self, String> {
        Ok(Self { asker: Asker::new(settings)?, panels })
    }

    /// What each panel shows for this time.
    async fn measure(&self, panels: &[Panel], from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Reading> {
        let least = (until - from).num_seconds() / MOST_VALUES + 1;
        let step_secs = STEP_SECS.max(u32::try_from(least).unwrap_or(STEP_SECS));
        let grid = answer::Grid { from, until, step_secs };
        let reading = |panel: &Panel| {
            let (title, unit, query) = (panel.title.clone(), panel.unit.clone(), panel.query.clone());
            async move {
                let found = tokio::time::timeout(DEADLINE, self.asker.ask(&query, grid)).await;
                let found = found.unwrap_or_else(|_| Err("it took longer than five seconds".to_owned()));
                match found.and_then(|bytes| answer::read(&bytes, grid)) {
                    Ok((series, others)) => {
                        let title =
                            if others == 0 { title } else { format!("{title} (1 of {})", others + 1) };
                        Reading { title, unit, series: Some(series), trouble: None }
                    }
                    Err(trouble) => Reading { title, unit, series: None, trouble: Some(trouble) },
                }
            }
        };
        join_all(panels.iter().map(reading)).await
    }
}

#[async_trait]
impl Platform for PrometheusPlatform {
    fn name(&self) -> PlatformName {
        PlatformName::new(MEASURES)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Nobody speaks here.
    async fn listen(&self, _after: &Positions) -> Result<Batch, ListenError> {
        pending().await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        let Action::Measure { panels, from, until } = &perform.action else {
            return Outcome::Permanent("Prometheus only measures".to_owned());
        };
        let readings = self.measure(panels, *from, *until).await;
        let troubles: Vec<&str> = readings.iter().filter_map(|reading| reading.trouble.as_deref()).collect();
        if let Some(first) = troubles.first() {
            tracing::warn!(
                "{} of {} health panels could not be measured: {first}",
                troubles.len(),
                readings.len()
            );
        }
        Outcome::Done(Receipt::Measured(readings))
    }

    /// Each panel is asked for once.
    async fn checkup(&self) -> Vec<Finding> {
        let until = Utc::now();
        let readings = self.measure(&self.panels, until - chrono::Duration::hours(1), until).await;
        readings.iter().map(finding).collect()
    }
}

/// What a doctor says of a panel.
fn finding(reading: &Reading) -> Finding {
    let title = &reading.title;
    match (&reading.trouble, &reading.series) {
        (Some(trouble), _) => Finding::warning(
            format!("Health: {title}: {trouble}"),
            "Correct [health], or see to Prometheus; incidents work, and this line is missing from their figures",
        ),
        (None, Some(series)) if series.values().next().is_some() => {
            Finding::ok(format!("Health: {title} is measured"))
        }
        (None, _) => Finding::warning(
            format!("Health: {title}: Prometheus has no value of the last hour"),
            "Try the query in Prometheus itself: the name of a metric or of a label may be wrong",
        ),
    }
}
