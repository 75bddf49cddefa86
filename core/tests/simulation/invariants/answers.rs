//! Commands are carried out and answered exactly once, and talk is left alone.

use std::collections::BTreeMap;

use sitrep_console::{CONFIGURED_ROOMS, Said};
use sitrep_core::{
    command::{Parsed, parse},
    effect::Purpose,
    event::{Event, IncidentEvent},
    incident::RoomState,
    testing::STRANGER,
};

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Fate, incarnation, is_trouble};

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    for (key, places) in evidence.said_twice() {
        findings.expect(false, Invariant::SaidOnce, || format!("{key} was said at {places:?}"));
    }
    at_most_one_answer_an_incarnation(evidence, findings);
    declared_once(evidence, findings);
    let decided = decided(evidence);
    let answers = answers(evidence);
    for (index, person, said) in evidence.heard() {
        let what = || format!("{index}, {person} in {}: {:?}", said.room, said.text);
        if matches!(parse(&said.text, "!"), Parsed::Talk) {
            let is_answered = evidence.said.iter().any(|(_, answer)| answer.answers == Some(index));
            findings
                .expect(!is_answered, Invariant::TalkIgnored, || format!("talk was answered: {}", what()));
            continue;
        }
        let times = decided.get(&index).copied().unwrap_or(0);
        findings.expect(times <= 1, Invariant::CarriedOutOnce, || format!("{times} times: {}", what()));
        if times == 0 {
            // A stranger is turned away now and then, not every time.
            let is_heard = person != STRANGER && is_heard(evidence, person, said);
            findings.expect(!is_heard, Invariant::CarriedOutOnce, || format!("never: {}", what()));
            continue;
        }
        match answers.get(&index).map(Vec::as_slice) {
            Some([fate]) => {
                let is_fine = matches!(fate, Fate::Said(_) | Fate::Refused | Fate::Stale);
                findings.expect(is_fine, Invariant::AnsweredOnce, || format!("{fate:?}: {}", what()));
            }
            Some([]) | None => {
                findings.expect(false, Invariant::AnsweredOnce, || format!("never: {}", what()))
            }
            Some(fates) => {
                findings.expect(false, Invariant::AnsweredOnce, || format!("{fates:?}: {}", what()))
            }
        }
    }
}

/// Whether a command said here must be heard: in a configured or direct room, or in the room of an incident that
/// there is. The rooms of incidents that a restored backup doesn't know are nobody's.
fn is_heard(evidence: &Evidence<'_>, person: &str, said: &Said) -> bool {
    let of_incident = |room: &RoomState| matches!(room, RoomState::Open(room) if room.room == said.room);
    said.room == person
        || CONFIGURED_ROOMS.contains(&said.room.as_str())
        || evidence.run.incidents.values().any(|incident| of_incident(&incident.room))
}

/// How often each message was dealt with, in the commits that count.
fn decided(evidence: &Evidence<'_>) -> BTreeMap<usize, usize> {
    let mut decided = BTreeMap::new();
    for seen in evidence.entries().flat_map(|entry| &entry.commit.seen) {
        *decided.entry(seen.key.id.parse().unwrap_or(usize::MAX)).or_default() += 1;
    }
    decided
}

/// What became of the answers to each message.
fn answers(evidence: &Evidence<'_>) -> BTreeMap<usize, Vec<Fate>> {
    let mut answers: BTreeMap<usize, Vec<Fate>> = BTreeMap::new();
    for (stored, say) in evidence.says() {
        let Some(message) = say.answers.as_ref().filter(|_| say.purpose == Purpose::Answer) else { continue };
        let fates = answers.entry(message.id.parse().unwrap_or(usize::MAX)).or_default();
        fates.push(evidence.fate(stored, say));
    }
    answers
}

fn at_most_one_answer_an_incarnation(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut answers: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (index, said) in evidence.said.iter().filter(|(_, said)| !is_trouble(&said.text)) {
        if let (Some(message), Some(key)) = (said.answers, &said.key) {
            answers.entry((message, incarnation(key))).or_default().push(*index);
        }
    }
    for ((message, incarnation), answers) in answers {
        findings.expect(answers.len() == 1, Invariant::AnsweredOnce, || {
            format!("{message} was answered at {answers:?} by {incarnation}")
        });
    }
}

fn declared_once(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut declared: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in evidence.entries().flat_map(|entry| &entry.commit.facts) {
        if let Event::Incident(IncidentEvent::Declared { origin, .. }) = &fact.record.event {
            *declared.entry(&origin.message.id).or_default() += 1;
        }
    }
    for (message, times) in declared {
        findings.expect(times == 1, Invariant::CarriedOutOnce, || {
            format!("{message} declared {times} incidents")
        });
    }
}
