//! Commands are carried out and answered exactly once, and talk is left alone.

use std::collections::BTreeMap;

use sitrep_console::{CONFIGURED_ROOMS, Deed, Said};
use sitrep_core::{
    command::{Parsed, parse},
    effect::{Place, Purpose},
    event::{Event, IncidentEvent},
    incident::RoomState,
    testing::STRANGER,
};

use super::{Findings, Invariant, rooms};
use crate::{
    evidence::{Evidence, Fate, incarnation, is_trouble},
    exchanges::{Exchange, Manner},
};

pub(crate) fn check(evidence: &Evidence<'_>, exchanges: &[Exchange<'_>], findings: &mut Findings) {
    for (key, places) in evidence.said_twice() {
        findings.expect(false, Invariant::SaidOnce, || format!("{key} was said at {places:?}"));
    }
    at_most_one_answer_an_incarnation(evidence, findings);
    carried_out_once(evidence, findings);
    each_has_its_answer(evidence, exchanges, findings);
    answers_arrive(evidence, findings);
    let mut dealt_with: BTreeMap<usize, usize> = BTreeMap::new();
    exchanges.iter().for_each(|exchange| *dealt_with.entry(exchange.index).or_default() += 1);
    for (index, person, said) in evidence.heard() {
        let what = || format!("{index}, {person} in {}: {:?}", said.room, said.text);
        let is_talk = |text: &&str| matches!(parse(text, "!"), Parsed::Talk);
        if evidence.texts_of(index).iter().all(is_talk) {
            let is_answered = evidence.said.iter().any(|(_, answer)| answer.answers == Some(index));
            findings
                .expect(!is_answered, Invariant::TalkIgnored, || format!("talk was answered: {}", what()));
        }
        let times = dealt_with.get(&index).copied().unwrap_or(0);
        findings.expect(times <= 1, Invariant::CarriedOutOnce, || format!("{times} times: {}", what()));
        // A stranger is turned away now and then, not every time; what was taken back need not have been heard.
        let is_heard = person != STRANGER
            && !is_talk(&said.text.as_str())
            && !evidence.chat.is_unheard(index)
            && !evidence.chat.is_taken_back(index)
            && is_heard(evidence, person, said);
        findings.expect(!is_heard || times == 1, Invariant::CarriedOutOnce, || format!("never: {}", what()));
    }
    presses(evidence, &dealt_with, findings);
}

/// Whether a command said here must be heard: in a configured or direct room, or in the room of an incident that
/// there is. The rooms of incidents that a restored backup doesn't know are nobody's.
fn is_heard(evidence: &Evidence<'_>, person: &str, said: &Said) -> bool {
    let of_incident = |room: &RoomState| matches!(room, RoomState::Open(room) if room.room == said.room);
    said.room == person
        || CONFIGURED_ROOMS.contains(&said.room.as_str())
        || evidence.run.incidents.values().any(|incident| of_incident(&incident.room))
}

/// Of all that a message ever said one thing at most is done.
fn carried_out_once(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut carried_out: BTreeMap<&str, usize> = BTreeMap::new();
    for mark in evidence.entries().flat_map(|entry| &entry.commit.seen).filter(|mark| mark.carried_out) {
        *carried_out.entry(&mark.key.id).or_default() += 1;
    }
    for (message, times) in carried_out {
        findings.expect(times == 1, Invariant::CarriedOutOnce, || format!("{message}, {times} times"));
    }
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

/// What is dealt with is answered once: where it was decided, or, for a declaration, once there is a room.
fn each_has_its_answer(evidence: &Evidence<'_>, exchanges: &[Exchange<'_>], findings: &mut Findings) {
    for exchange in exchanges {
        let answers = exchange.answers.len();
        // An edit that changes nothing is no news; neither is an edit in a room that is nobody's.
        let may_be_silent = exchange.manner == Manner::Edited
            && (exchange.text.starts_with("!inc")
                || is_unchanged(evidence, exchange)
                || !evidence.run.ledger.abandoned.is_empty());
        // Nobody waits for an answer to what they took back before it was given.
        let may_be_silent = may_be_silent || evidence.chat.is_taken_back(exchange.index);
        findings.expect(answers == 1 || (may_be_silent && answers == 0), Invariant::AnsweredOnce, || {
            format!("{answers} answers to {exchange:?}")
        });
    }
}

/// Whether an update says what its message said before.
fn is_unchanged(evidence: &Evidence<'_>, exchange: &Exchange<'_>) -> bool {
    let Some(Deed::Corrected { message, text }) = evidence.deed(exchange.index).map(|did| &did.deed) else {
        return false;
    };
    let texts = evidence.texts_of(*message);
    text.starts_with("!up") && texts.iter().filter(|other| *other == text).count() > 1
}

/// Every answer that was decided arrives, or is known not to. Nobody waits for one to what they took back.
fn answers_arrive(evidence: &Evidence<'_>, findings: &mut Findings) {
    for (stored, say) in evidence.says().filter(|(_, say)| say.purpose == Purpose::Answer) {
        let fate = evidence.fate(stored, say);
        let asked = say.answers.as_ref().and_then(|message| message.id.parse::<usize>().ok());
        let is_withdrawn = asked.is_some_and(|asked| evidence.chat.is_taken_back(asked));
        // Where we were removed in the same breath, nothing can be said.
        let is_cut_off = fate == Fate::Lost
            && matches!(&say.place, Place::Incident(id) if rooms::has_lost_a_room(evidence, *id));
        let is_fine = is_cut_off || matches!(fate, Fate::Said(_) | Fate::Refused | Fate::Stale);
        findings.expect(is_fine || (is_withdrawn && fate == Fate::Lost), Invariant::AnsweredOnce, || {
            format!("{fate:?}: {:?}, the answer to {asked:?}", say.message)
        });
    }
}

/// What is pressed is done at most once, and is done where it was on the card of an incident that is still going on.
fn presses(evidence: &Evidence<'_>, dealt_with: &BTreeMap<usize, usize>, findings: &mut Findings) {
    for (index, change) in evidence.run.log.iter().enumerate() {
        let Some(did) = change.did() else { continue };
        let Deed::Pressed { message, key } = &did.deed else { continue };
        let times = dealt_with.get(&index).copied().unwrap_or(0);
        findings.expect(times <= 1, Invariant::PressedOnce, || format!("{times} times: {index}, {did:?}"));
        let means_something =
            evidence.chat.signs_on(*message).iter().any(|sign| key.starts_with(sign.as_str()));
        let is_card = evidence.run.incidents.values().any(|incident| {
            incident.is_live() && incident.card.as_ref().is_some_and(|card| card.id == message.to_string())
        });
        let must_be_done = means_something
            && is_card
            && did.person != STRANGER
            && !evidence.chat.is_unheard(index)
            && evidence.run.ledger.abandoned.is_empty();
        findings.expect(!must_be_done || times == 1, Invariant::PressedOnce, || {
            format!("never: {index}, {did:?}")
        });
    }
}

fn at_most_one_answer_an_incarnation(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut answers: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (index, said) in evidence.said.iter().filter(|(_, said)| !is_trouble(&said.text)) {
        if let (Some(message), Some(key)) = (said.answers, &said.key) {
            answers.entry((message, incarnation(key))).or_default().push(*index);
        }
    }
    for ((message, incarnation), answers) in answers {
        // As it was said, and as each edit has it.
        let texts = evidence.texts_of(message);
        // A whole timeline takes several messages where none can carry a file.
        let is_long = texts.iter().any(|text| text.contains("timeline") && text.contains("all"));
        // Whoever reported something hears there what became of it, which `reports.rs` judges.
        let is_report = texts.iter().any(|text| text.contains("!report"));
        findings.expect(
            is_long || is_report || answers.len() <= texts.len(),
            Invariant::AnsweredOnce,
            || format!("{message} was answered at {answers:?} by {incarnation}"),
        );
    }
}
