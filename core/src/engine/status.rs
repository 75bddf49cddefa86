//! How things stand, for whoever watches over sitrep itself.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::Engine;
use crate::{incident, port::StoredEffect};

/// How things stand. Numbers only: nothing in it names an incident or a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Open incidents by the word for their status, as they are stored: `declared`, `acknowledged`, `mitigated`, and those
    /// whose retrospective is ahead: `resolved`, `closed`.
    pub incidents: BTreeMap<&'static str, u64>,
    /// Reports that nobody has acknowledged or decided.
    pub reports_waiting: u64,
    /// Deadlines to come.
    pub deadlines: u64,
    /// Deadlines whose time has come by more than a second, and that are not dealt with.
    pub deadlines_late: u64,
    /// What is still to be done on each platform.
    pub outbox: BTreeMap<String, Outgoing>,
    /// Commands carried out since the start, by their verb.
    pub commands: BTreeMap<&'static str, u64>,
    /// Commands refused since the start.
    pub refusals: u64,
    /// Alerts taken since the start, by source.
    pub alerts: BTreeMap<String, u64>,
    /// Which platforms are connected.
    pub platforms: BTreeMap<String, bool>,
    /// Whether it serves: as much as is needed is connected, and what is decided becomes durable.
    pub is_ready: bool,
}

/// What is still to be done on a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// How many things.
    pub depth: u64,
    /// For how long the oldest of them has waited, in seconds.
    pub oldest_secs: u64,
}

/// What is counted since the start.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) commands: BTreeMap<&'static str, u64>,
    pub(super) refusals: u64,
    pub(super) alerts: BTreeMap<String, u64>,
}

impl Counts {
    /// Adds what was counted in a round.
    pub(super) fn add(&mut self, round: &Self) {
        for (verb, count) in &round.commands {
            *self.commands.entry(verb).or_default() += count;
        }
        for (source, count) in &round.alerts {
            *self.alerts.entry(source.clone()).or_default() += count;
        }
        self.refusals += round.refusals;
    }
}

/// A deadline that is dealt with a second after its time is none that was missed.
const LATE_AFTER: Duration = Duration::seconds(1);

impl Engine {
    /// How things stand, as far as the engine knows: which platforms are connected, others know.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> Status {
        let mut status = Status {
            deadlines: u64::try_from(self.dues.len()).unwrap_or(u64::MAX),
            deadlines_late: u64::try_from(self.dues.count_before(now - LATE_AFTER)).unwrap_or(u64::MAX),
            commands: self.counts.commands.clone(),
            refusals: self.counts.refusals,
            alerts: self.counts.alerts.clone(),
            reports_waiting: u64::try_from(
                self.stored.reports.values().filter(|report| report.is_waiting()).count(),
            )
            .unwrap_or(u64::MAX),
            is_ready: self.started && self.in_flight.as_ref().is_none_or(|commit| commit.failures == 0),
            ..Status::default()
        };
        for incident in self.stored.incidents.values().filter(|incident| incident.is_live()) {
            *status.incidents.entry(word(incident.status)).or_default() += 1;
        }
        for StoredEffect { effect, created_at, .. } in self.outbox.all() {
            let outgoing = status.outbox.entry(effect.lane().platform.as_str().to_owned()).or_default();
            outgoing.depth += 1;
            let waited = u64::try_from((now - *created_at).num_seconds()).unwrap_or(0);
            outgoing.oldest_secs = outgoing.oldest_secs.max(waited);
        }
        status
    }
}

fn word(status: incident::Status) -> &'static str {
    match status {
        incident::Status::Declared => "declared",
        incident::Status::Acknowledged => "acknowledged",
        incident::Status::Mitigated => "mitigated",
        incident::Status::Resolved => "resolved",
        incident::Status::Closed => "closed",
    }
}
