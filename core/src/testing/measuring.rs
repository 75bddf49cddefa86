//! What measures the system, as dice have it: figures, figures that stop, and questions that fail.

use chrono::{DateTime, Utc};

use super::Faults;
use crate::port::{Panel, Reading, Sample, Series};

/// The distance between two values.
const STEP_SECS: u32 = 600;

/// What a panel shows. The wilder the weather, the less.
pub(super) fn reading(panel: &Panel, from: DateTime<Utc>, until: DateTime<Utc>, faults: &Faults) -> Reading {
    let (title, unit) = (panel.title.clone(), panel.unit.clone());
    if faults.strikes(|weather| weather.transient) {
        let trouble = Some("it took longer than five seconds".to_owned());
        return Reading { title, unit, series: None, trouble };
    }
    let count = (until - from).num_seconds() / i64::from(STEP_SECS) + 1;
    let stops = faults.strikes(|weather| weather.answer_lost);
    let sample = |index: i64| (!stops || index < count / 2).then_some(Sample(12.5));
    let samples = (0..count).map(sample).collect();
    Reading { title, unit, series: Some(Series { from, step_secs: STEP_SECS, samples }), trouble: None }
}
