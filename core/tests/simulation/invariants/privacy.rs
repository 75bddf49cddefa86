//! Private stays private, and only those who may command cause anything.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_console::Change;
use sitrep_core::{
    event::{Event, IncidentEvent, PeopleEvent, RoleEvent, RoomEvent, Subject},
    incident::IncidentId,
    port::NumberedRecord,
    testing::{PRIVATE_WORD, STRANGER},
};

use super::{Findings, Invariant};
use crate::evidence::Evidence;

/// An incident as it was declared once; after a restored backup its number may be given out anew.
struct Declared {
    private: bool,
    /// Where its words may be said.
    rooms: BTreeSet<String>,
}

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    let ledger = &evidence.run.ledger;
    let mut entries: Vec<_> = ledger.abandoned.iter().chain(&ledger.entries).collect();
    entries.sort_by_key(|entry| entry.at);
    let facts: Vec<&NumberedRecord> = entries.iter().flat_map(|entry| &entry.commit.facts).collect();
    for fact in &facts {
        let by = fact.record.by.as_ref().map(|person| person.handle.as_str());
        findings.expect(by != Some(STRANGER), Invariant::OnlyTheAllowed, || format!("{fact:?}"));
    }
    let (declared, words) = private_words(&facts);
    for (index, room, text) in sitreps_words(evidence) {
        for word in words_in(&text, PRIVATE_WORD) {
            let owners: Vec<&Declared> =
                words.get(&word).into_iter().flatten().filter_map(|owner| declared.get(*owner)).collect();
            let may_be_said = owners.iter().any(|owner| !owner.private || owner.rooms.contains(&room))
                || (owners.is_empty() && is_echo(evidence, index, &word));
            findings.expect(may_be_said, Invariant::PrivateStaysPrivate, || {
                format!("{index}, in {room}: {text:?}")
            });
        }
    }
}

/// Every incident that was ever declared, and whose each private word is.
fn private_words(facts: &[&NumberedRecord]) -> (Vec<Declared>, BTreeMap<String, BTreeSet<usize>>) {
    let mut declared: Vec<Declared> = Vec::new();
    let mut words: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut numbers: BTreeMap<IncidentId, usize> = BTreeMap::new();
    for fact in facts {
        let Subject::Incident(id) = fact.subject else { continue };
        if let Event::Incident(IncidentEvent::Declared { private, origin, .. }) = &fact.record.event {
            let room = origin.message.room.room.clone();
            let rooms = if origin.direct { BTreeSet::from([room]) } else { BTreeSet::new() };
            numbers.insert(id, declared.len());
            declared.push(Declared { private: *private, rooms });
        }
        let Some(owner) = numbers.get(&id).copied() else { continue };
        declared[owner].rooms.extend(rooms_opened_by(fact));
        for word in fact.record.words.iter().flat_map(|text| words_in(text, PRIVATE_WORD)) {
            words.entry(word).or_default().insert(owner);
        }
    }
    (declared, words)
}

/// The rooms in which an incident may be named since a fact: its own, and the direct rooms of its people.
fn rooms_opened_by(fact: &NumberedRecord) -> Vec<String> {
    let handles =
        |people: &[sitrep_core::person::Person]| people.iter().map(|person| person.handle.clone()).collect();
    match &fact.record.event {
        Event::Room(RoomEvent::Opened { room }) => vec![room.room.clone()],
        Event::Incident(
            IncidentEvent::Declared { invited, .. } | IncidentEvent::SeverityChanged { invited, .. },
        ) => handles(invited),
        Event::Incident(IncidentEvent::Acknowledged) => {
            fact.record.by.as_ref().map(|person| person.handle.clone()).into_iter().collect()
        }
        Event::Role(
            RoleEvent::Assigned { to, .. }
            | RoleEvent::HandoffOffered { to }
            | RoleEvent::HandedOff { to, .. },
        ) => vec![to.handle.clone()],
        Event::Incident(IncidentEvent::Escalated { to, .. }) => handles(to),
        Event::People(PeopleEvent::Invited { people, .. }) => handles(people),
        Event::People(PeopleEvent::Joined) => {
            fact.record.by.as_ref().map(|person| person.handle.clone()).into_iter().collect()
        }
        Event::Incident(_)
        | Event::Role(_)
        | Event::People(_)
        | Event::Task(_)
        | Event::Timeline(_)
        | Event::Health(_)
        | Event::Rota(_)
        | Event::Evidence(_)
        | Event::Report(_)
        | Event::Change(_)
        | Event::Workspace(_)
        | Event::Room(_)
        | Event::Update(_)
        | Event::Retrospective(_) => Vec::new(),
    }
}

/// Everything that sitrep put before people: messages, edits, and the names and topics of public rooms.
fn sitreps_words(evidence: &Evidence<'_>) -> Vec<(usize, String, String)> {
    let said_at = |index: usize| evidence.run.log.get(index).and_then(Change::said);
    let place = |index: usize| said_at(index).map(|said| said.room.clone()).unwrap_or_default();
    let shown = |(index, change): (usize, &Change)| match change {
        Change::Said(said) if said.person.is_none() => Some((index, said.room.clone(), said.text.clone())),
        Change::Edited { message, text } => Some((index, place(*message), text.clone())),
        Change::RoomMade { room, topic, private: false, .. } => {
            Some((index, "everywhere".to_owned(), format!("{room} {topic}")))
        }
        Change::Retitled { room, topic } if evidence.chat.room(room).is_some_and(|room| !room.private) => {
            Some((index, "everywhere".to_owned(), format!("{room} {topic}")))
        }
        Change::Said(_)
        | Change::Did(_)
        | Change::Pinned { .. }
        | Change::Signed { .. }
        | Change::Retitled { .. }
        | Change::Archived { .. }
        | Change::RoomMade { .. }
        | Change::Joined { .. } => None,
    };
    evidence.run.log.iter().enumerate().filter_map(shown).collect()
}

/// Whether an answer only repeats a word of what it answers, which became nobody's.
fn is_echo(evidence: &Evidence<'_>, index: usize, word: &str) -> bool {
    let Some(Change::Said(said)) = evidence.run.log.get(index) else { return false };
    said.answers.is_some_and(|asked| evidence.texts_of(asked).iter().any(|text| text.contains(word)))
}

/// The words in a text that begin like this and end in a number.
pub(super) fn words_in(text: &str, beginning: &str) -> Vec<String> {
    let after = |(start, _): (usize, &str)| {
        let number = &text[start + beginning.len()..];
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        format!("{beginning}{}", &number[..end])
    };
    text.match_indices(beginning).map(after).collect()
}
