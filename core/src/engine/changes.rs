//! What was changed lately: deployments and the like, kept as suspects.
//!
//! Those of the hours before a declaration are put on its timeline, and so is what is changed while it goes on. They are
//! stored by day, and forgotten two days later: nobody asks for them then.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    command::Live,
    event::{ChangeEvent, Event, EvidenceEvent, Record, Subject},
    incident::{Incident, IncidentId},
    port::Change,
    schedule::DueKind,
};

/// How long before a declaration a change is of interest.
const SUSPECT_FOR: Duration = Duration::hours(3);
/// How many suspects a timeline begins with.
const MOST_SUSPECTS: usize = 20;
/// How many changes of one day are kept.
const MOST_A_DAY: usize = 500;
/// How long after its beginning a day is forgotten, in days.
const FORGOTTEN_AFTER_DAYS: u64 = 2;

/// Something that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    source: String,
    at: DateTime<Utc>,
    link: Option<String>,
    services: Vec<String>,
    words: String,
}

/// What was changed on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    made: Vec<Made>,
    pub(super) is_forgotten: bool,
    pub(super) facts: u64,
}

impl Changes {
    pub(super) fn evolve(&mut self, record: &Record) {
        self.facts += 1;
        let Event::Change(event) = &record.event else { return };
        match event {
            ChangeEvent::Made { source, at, link, services } => {
                let words = record.words.clone().unwrap_or_default();
                let (source, at, link) = (source.clone(), *at, link.clone());
                self.made.push(Made { source, at, link, services: services.clone(), words });
            }
            ChangeEvent::Forgotten => self.is_forgotten = true,
        }
    }

    /// What must fall due for a day.
    pub(super) fn deadlines(&self, day: u64) -> BTreeMap<DueKind, DateTime<Utc>> {
        let begins = |day: u64| DateTime::from_timestamp(i64::try_from(day).ok()?.checked_mul(86_400)?, 0);
        let at = begins(day + FORGOTTEN_AFTER_DAYS).filter(|_| !self.is_forgotten);
        at.map(|at| (DueKind::ChangesForgotten, at)).into_iter().collect()
    }
}

/// The days since 1970.
fn day_of(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp().div_euclid(86_400)).unwrap_or(0)
}

impl Engine {
    pub(super) fn changes_of(&self, day: u64) -> Changes {
        self.stored.changes.get(&day).cloned().unwrap_or_default()
    }

    /// Something was changed: it is kept, and told where an incident goes on that it may be about.
    pub(super) fn decide_change(&self, draft: &mut Draft, change: &Change, now: DateTime<Utc>) {
        // What is told of the past is kept with today: it is today that somebody may ask for it.
        let day = day_of(now);
        let known = draft.changes.get(&day).or_else(|| self.stored.changes.get(&day));
        let at = change.at.min(now);
        let is_known =
            |made: &Made| made.at == at && made.source == change.source && made.words == change.title;
        if known.is_some_and(|changes| changes.made.len() >= MOST_A_DAY || changes.made.iter().any(is_known))
        {
            return;
        }
        let rule = self.policy.alert_rule(&change.source, &change.labels);
        let services = self.policy.services_of(&change.labels, rule.service.as_deref(), &change.title);
        let made = ChangeEvent::Made {
            source: change.source.clone(),
            at,
            link: change.link.clone(),
            services: services.clone(),
        };
        let fact = (Subject::Changes(day), Event::Change(made), Some(change.title.clone()));
        self.record(draft, fact, Cause::default(), now);
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let may_be_why =
            |incident: &&Incident| incident.status.is_open() && touches(&services, &incident.services);
        let ids: Vec<IncidentId> = live.iter().filter(may_be_why).map(|incident| incident.id).collect();
        let (source, link, words) = (&change.source, &change.link, &change.title);
        let made = Made { source: source.clone(), at, link: link.clone(), services, words: words.clone() };
        for id in ids {
            self.suspect(draft, id, &made, now);
        }
    }

    /// What was changed in the hours before is on the timeline of an incident from its beginning.
    pub(super) fn suspect_changes(&self, draft: &mut Draft, id: IncidentId, now: DateTime<Utc>) {
        let Some(services) = self.incident(draft, id).map(|incident| incident.services.clone()) else {
            return;
        };
        let mut days: BTreeMap<u64, &Changes> =
            self.stored.changes.iter().map(|(day, of)| (*day, of)).collect();
        days.extend(draft.changes.iter().map(|(day, of)| (*day, of)));
        let is_suspect = |made: &&Made| now - SUSPECT_FOR <= made.at && touches(&made.services, &services);
        let mut suspects: Vec<Made> =
            days.values().flat_map(|changes| &changes.made).filter(is_suspect).cloned().collect();
        suspects.sort_by_key(|made| made.at);
        let first = suspects.len().saturating_sub(MOST_SUSPECTS);
        for made in &suspects[first..] {
            self.suspect(draft, id, made, now);
        }
    }

    fn suspect(&self, draft: &mut Draft, id: IncidentId, made: &Made, now: DateTime<Utc>) {
        let noticed = EvidenceEvent::ChangeNoticed {
            source: made.source.clone(),
            at: made.at,
            link: made.link.clone(),
        };
        let fact = (Subject::Incident(id), Event::Evidence(noticed), Some(made.words.clone()));
        self.record(draft, fact, Cause::default(), now);
    }
}

/// Whether a change may be about an incident: unless both say what they are about, and it is not the same.
fn touches(changed: &[String], affected: &[String]) -> bool {
    changed.is_empty() || affected.is_empty() || changed.iter().any(|name| affected.contains(name))
}
