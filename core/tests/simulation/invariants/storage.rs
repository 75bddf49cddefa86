//! The store keeps what it acknowledged, memory agrees with it, and in the end everything is still.

use std::collections::BTreeMap;

use sitrep_core::{
    event::Subject,
    incident::{Incident, IncidentId},
    testing::STRANGER,
};

use super::{Findings, Invariant};
use crate::evidence::Evidence;

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    let run = evidence.run;
    findings.expect(run.settled.is_ok(), Invariant::Settles, || format!("{:?}", run.settled));
    for change in &run.log[run.log_before_restart..] {
        // A new process doesn't know that it has turned somebody away within the hour.
        let asked = change.said().and_then(|said| run.log.get(said.answers?)?.said());
        let turns_away_press = change.said().is_some_and(|said| {
            said.person.is_none() && said.text.starts_with(&format!("{STRANGER}: You are not on my list"))
        });
        let turns_away =
            turns_away_press || asked.is_some_and(|said| said.person.as_deref() == Some(STRANGER));
        findings.expect(turns_away, Invariant::Settles, || format!("a restart in peace led to {change:?}"));
    }
    for damage in &run.ledger.damage {
        findings.expect(false, Invariant::StoreAgrees, || damage.clone());
    }
    let facts = evidence.entries().flat_map(|entry| &entry.commit.facts);
    let mut committed: BTreeMap<IncidentId, u64> = BTreeMap::new();
    for fact in facts {
        if let Subject::Incident(id) = fact.subject {
            *committed.entry(id).or_default() += 1;
        }
    }
    let stored: BTreeMap<IncidentId, u64> =
        run.incidents.iter().map(|(id, incident)| (*id, incident.facts)).collect();
    findings.expect(committed == stored, Invariant::StoreAgrees, || {
        format!("facts committed {committed:?}, stored {stored:?}")
    });
    for (when, memory) in [("at the end", &run.in_memory), ("after a restart", &run.after_restart)] {
        for incident in memory {
            let stored = run.incidents.get(&incident.id);
            findings.expect(stored == Some(incident), Invariant::StoreAgrees, || {
                format!("{when}, in memory {incident:?}, stored {stored:?}")
            });
        }
        let remembered: Vec<IncidentId> = memory.iter().map(|incident| incident.id).collect();
        for incident in run.incidents.values().filter(|incident: &&Incident| incident.is_live()) {
            findings.expect(remembered.contains(&incident.id), Invariant::StoreAgrees, || {
                format!("{} owes something and is forgotten {when}", incident.id)
            });
        }
    }
}
