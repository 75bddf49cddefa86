//! What was taken back: nowhere in the store, and in nothing that sitrep says afterwards.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use sitrep_console::{Change, Deed};
use sitrep_core::{
    event::{Event, IncidentEvent, ReportEvent, Subject},
    testing::{PRIVATE_WORD, PUBLIC_WORD},
};

use super::{Findings, Invariant, privacy::words_in};
use crate::evidence::Evidence;

/// What was handed over before may still arrive.
const ON_ITS_WAY: Duration = Duration::seconds(10);
/// How long what was said is known by its message, whatever becomes of its incident.
const KNOWN_FOR: Duration = Duration::days(13);

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    nothing_is_stored(evidence, findings);
    nothing_is_said(evidence, findings);
}

/// The words that can be recognised in a text.
fn marked(text: &str) -> BTreeSet<String> {
    words_in(text, PRIVATE_WORD).into_iter().chain(words_in(text, PUBLIC_WORD)).collect()
}

/// Messages that were taken back where sitrep was, while they were still known.
fn taken_back<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = usize> + use<'a> {
    evidence.run.log.iter().enumerate().filter_map(|(index, change)| {
        let did = change.did()?;
        let Deed::TookBack { message } = did.deed else { return None };
        let said_at = evidence.run.log.get(message)?.said()?.at;
        (!evidence.chat.is_unheard(index) && did.at < said_at + KNOWN_FOR).then_some(message)
    })
}

fn nothing_is_stored(evidence: &Evidence<'_>, findings: &mut Findings) {
    let gone: BTreeSet<String> = taken_back(evidence).map(|message| message.to_string()).collect();
    for (id, records) in &evidence.run.histories {
        for record in records {
            let is_gone = record.message.as_ref().is_some_and(|message| gone.contains(message));
            findings.expect(!is_gone || record.words.is_none(), Invariant::TakenBack, || {
                format!("{id} still holds {record:?}")
            });
        }
    }
}

/// When each word was erased for good.
fn erased(evidence: &Evidence<'_>) -> BTreeMap<String, DateTime<Utc>> {
    let mut words: BTreeMap<(Subject, u64), BTreeSet<String>> = BTreeMap::new();
    let mut erased = BTreeMap::new();
    for entry in evidence.entries() {
        for fact in &entry.commit.facts {
            if let Some(text) = &fact.record.words {
                words.insert((fact.subject, fact.number), marked(text));
            }
            if let Event::Incident(IncidentEvent::WordsErased { facts })
            | Event::Report(ReportEvent::WordsErased { facts }) = &fact.record.event
            {
                let gone = facts.iter().filter_map(|number| words.get(&(fact.subject, *number))).flatten();
                erased.extend(gone.map(|word| (word.clone(), entry.at)));
            }
        }
    }
    erased
}

fn nothing_is_said(evidence: &Evidence<'_>, findings: &mut Findings) {
    let erased = erased(evidence);
    // Not before this moment; edits and rooms have none of their own.
    let mut now = DateTime::<Utc>::MIN_UTC;
    for (index, change) in evidence.run.log.iter().enumerate() {
        now = change.said().map(|said| said.at).or(change.did().map(|did| did.at)).unwrap_or(now);
        let said = match change {
            Change::Said(said) if said.person.is_none() => &said.text,
            Change::Edited { text, .. } => text,
            Change::Retitled { topic, .. } | Change::RoomMade { topic, .. } => topic,
            Change::Said(_)
            | Change::Did(_)
            | Change::Pinned { .. }
            | Change::Signed { .. }
            | Change::Archived { .. }
            | Change::Joined { .. } => continue,
        };
        for word in marked(said) {
            let is_over = erased.get(&word).is_some_and(|at| *at + ON_ITS_WAY < now);
            findings.expect(!is_over, Invariant::TakenBack, || format!("{index} says {said:?} at {now}"));
        }
    }
}
