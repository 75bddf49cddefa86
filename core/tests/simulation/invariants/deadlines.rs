//! Deadlines: each is fired once, not early, or ended for a reason; and silence is asked about once.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    event::{Event, IncidentEvent, Subject, UpdateEvent},
    incident::{Incident, IncidentId},
    policy::Policy,
    port::{Commit, DueKey, Reason},
    schedule,
};

use super::{Findings, Invariant};
use crate::evidence::Evidence;

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    let left = replay(evidence, findings);
    let stored: BTreeMap<DueKey, DateTime<Utc>> =
        evidence.run.opened.dues.iter().map(|due| (due.key, due.at)).collect();
    findings
        .expect(left == stored, Invariant::Deadlines, || format!("{left:?} were set, {stored:?} are stored"));
    for (key, at) in &stored {
        findings.expect(*at > evidence.run.now, Invariant::Deadlines, || format!("{key:?} was due at {at}"));
    }
    let called_for =
        evidence.run.incidents.values().flat_map(|incident| deadlines_of(incident, &evidence.run.policy));
    let called_for: BTreeMap<DueKey, DateTime<Utc>> = called_for.collect();
    // Those of reports are compared with them; of the rota, changes and signs of life there is one each.
    let of_incidents: BTreeMap<DueKey, DateTime<Utc>> =
        stored.into_iter().filter(|(key, _)| matches!(key.subject, Subject::Incident(_))).collect();
    let stored = of_incidents;
    findings.expect(called_for == stored, Invariant::Deadlines, || {
        format!("{called_for:?} are called for, {stored:?} are stored")
    });
    asked_once(evidence, findings);
}

fn deadlines_of(
    incident: &Incident,
    policy: &Policy,
) -> impl Iterator<Item = (DueKey, DateTime<Utc>)> + use<> {
    let subject = Subject::Incident(incident.id);
    schedule::deadlines(incident, policy).into_iter().map(move |(kind, at)| (DueKey { subject, kind }, at))
}

/// Follows every deadline from commit to commit. Gives back those that are left.
fn replay(evidence: &Evidence<'_>, findings: &mut Findings) -> BTreeMap<DueKey, DateTime<Utc>> {
    let mut dues: BTreeMap<DueKey, DateTime<Utc>> = BTreeMap::new();
    for entry in evidence.entries() {
        let decided_at = decided_at(&entry.commit).unwrap_or(entry.at);
        for ended in &entry.commit.dues_ended {
            let (key, at) = (ended.due.key, ended.due.at);
            let was = dues.remove(&key);
            findings.expect(was == Some(at), Invariant::Deadlines, || {
                format!("commit {} ends {key:?} at {at}, which was {was:?}", entry.commit.sequence)
            });
            findings.expect(ended.reason != Reason::Fired || at <= decided_at, Invariant::Deadlines, || {
                format!("{key:?} was fired at {decided_at}, early for {at}")
            });
        }
        for due in &entry.commit.dues_set {
            let was = dues.insert(due.key, due.at);
            // Each sign of life moves the one of the next.
            let is_moved = matches!(due.key.subject, Subject::Heartbeat(_));
            findings.expect(was.is_none() || is_moved, Invariant::Deadlines, || {
                format!("commit {} replaces {:?} at {was:?} without a word", entry.commit.sequence, due.key)
            });
        }
    }
    dues
}

fn decided_at(commit: &Commit) -> Option<DateTime<Utc>> {
    commit.facts.iter().map(|fact| fact.record.at).max()
}

/// Between two questions about one promise lies the time that there was to answer the first.
fn asked_once(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut asked: BTreeMap<IncidentId, (DateTime<Utc>, Duration)> = BTreeMap::new();
    let mut intervals: BTreeMap<IncidentId, i64> = BTreeMap::new();
    for fact in evidence.entries().flat_map(|entry| &entry.commit.facts) {
        let Subject::Incident(id) = fact.subject else { continue };
        let promise = match &fact.record.event {
            Event::Incident(
                IncidentEvent::Declared { promise, .. }
                | IncidentEvent::SeverityChanged { promise, .. }
                | IncidentEvent::Mitigated { promise }
                | IncidentEvent::Reopened { promise, .. },
            )
            | Event::Update(UpdateEvent::Posted { promise, .. }) => *promise,
            Event::Update(UpdateEvent::Promised { promise }) => Some(*promise),
            Event::Update(UpdateEvent::Prompted { .. } | UpdateEvent::Missed { .. }) => {
                let at = fact.record.at;
                if let Some((last, patience)) = asked.get(&id) {
                    findings.expect(at - *last >= *patience, Invariant::AskedOnce, || {
                        format!("{id} was asked at {last} and again at {at}")
                    });
                }
                let quarter = Duration::milliseconds(intervals.get(&id).copied().unwrap_or(0) * 250);
                let is_missed = matches!(fact.record.event, Event::Update(UpdateEvent::Missed { .. }));
                asked.insert(id, (at, if is_missed { quarter * 4 } else { quarter }));
                continue;
            }
            Event::Update(UpdateEvent::Snoozed { until }) => {
                asked.insert(id, (fact.record.at, *until - fact.record.at));
                continue;
            }
            Event::Incident(_)
            | Event::Update(UpdateEvent::Edited { .. } | UpdateEvent::Asked)
            | Event::Workspace(_)
            | Event::Room(_)
            | Event::Role(_)
            | Event::People(_)
            | Event::Task(_)
            | Event::Timeline(_)
            | Event::Health(_)
            | Event::Rota(_)
            | Event::Evidence(_)
            | Event::Report(_)
            | Event::Change(_)
            | Event::Retrospective(_) => continue,
        };
        asked.remove(&id);
        intervals.insert(id, promise.map_or(0, |promise| promise.interval_secs));
    }
}
