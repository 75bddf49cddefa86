//! One room an incident, one card a room.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_console::{Change, Deed};
use sitrep_core::{
    effect::{Desired, Effect, Keep, Purpose},
    event::{Event, Record, RoomEvent, Subject},
    incident::{Incident, IncidentId, RoomState},
    message::card,
};

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Fate, plain};

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    rooms(evidence, findings);
    let cards = cards_said(evidence);
    for incident in evidence.run.incidents.values() {
        one_card(evidence, incident, &cards, findings);
    }
}

fn rooms(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut names = BTreeSet::new();
    let mut made: BTreeMap<IncidentId, Vec<&str>> = BTreeMap::new();
    for change in &evidence.run.log {
        let Change::RoomMade { room, address, .. } = change else { continue };
        findings.expect(names.insert(room), Invariant::OneRoom, || format!("{room} was made twice"));
        let Some(stored) = evidence.effects.get(address.as_str()) else { continue };
        if let (Some(id), true) = (stored.effect.about(), evidence.current.contains(address.as_str())) {
            made.entry(id).or_default().push(room);
        }
    }
    for (id, rooms) in &made {
        findings.expect(rooms.len() == 1, Invariant::OneRoom, || format!("{id} has {rooms:?}"));
    }
    for incident in evidence.run.incidents.values() {
        let made = made.get(&incident.id).and_then(|rooms| rooms.first().copied());
        match &incident.room {
            RoomState::Open(room) => {
                findings.expect(made == Some(&room.room), Invariant::OneRoom, || {
                    format!("{} is in {}, and {made:?} was made for it", incident.id, room.room)
                });
            }
            RoomState::Pending => {
                findings.expect(false, Invariant::OneRoom, || {
                    format!("{} waits for its room for ever", incident.id)
                });
            }
            RoomState::AtOrigin | RoomState::Nowhere => {}
        }
    }
}

/// What became of every card.
fn cards_said(evidence: &Evidence<'_>) -> BTreeMap<IncidentId, Vec<Fate>> {
    let mut cards: BTreeMap<IncidentId, Vec<Fate>> = BTreeMap::new();
    for (stored, say) in evidence.says().filter(|(_, say)| say.purpose == Purpose::Card) {
        if let Some(id) = say.about {
            cards.entry(id).or_default().push(evidence.fate(stored, say));
        }
    }
    cards
}

fn one_card(
    evidence: &Evidence<'_>,
    incident: &Incident,
    cards: &BTreeMap<IncidentId, Vec<Fate>>,
    findings: &mut Findings,
) {
    let id = incident.id;
    let fates = cards.get(&id).map_or(&[][..], Vec::as_slice);
    // Of what is over it is not even put on record that we were removed from its room.
    let is_removed = matches!(&incident.room, RoomState::Open(room) if is_lost(evidence, &room.room));
    if has_lost_a_room(evidence, id) || is_removed {
        return;
    }
    if incident.room == RoomState::Nowhere {
        return findings
            .expect(fates.is_empty(), Invariant::OneCard, || format!("{id} has a card and no room"));
    }
    findings.expect(fates.len() == 1, Invariant::OneCard, || format!("{id} has the cards {fates:?}"));
    let Some(Fate::Said(index)) = fates.first() else { return };
    findings.expect(
        incident.card.as_ref().is_some_and(|card| card.id == index.to_string()),
        Invariant::OneCard,
        || format!("the card of {id} is at {index}, not {:?}", incident.card),
    );
    let edited = evidence.run.log.iter().rev().find_map(|change| match change {
        Change::Edited { message, text } if message == index => Some(text.clone()),
        Change::Said(_)
        | Change::Did(_)
        | Change::Edited { .. }
        | Change::Signed { .. }
        | Change::Retitled { .. }
        | Change::Archived { .. }
        | Change::Pinned { .. }
        | Change::RoomMade { .. }
        | Change::Joined { .. } => None,
    });
    let said = evidence.said.iter().find(|(said, _)| said == index).map(|(_, said)| said.text.clone());
    let (shown, expected) =
        (edited.or(said).unwrap_or_default(), plain(&card::card(incident, &evidence.run.policy)));
    // What came after a backup was said all the same: it stands there until something changes. And in a room of others
    // from which we were removed nothing can be changed.
    let is_right = shown == expected
        || is_of_abandoned(evidence, id, &shown)
        || (incident.room == RoomState::AtOrigin && is_lost(evidence, &incident.origin.message.room.room));
    findings.expect(is_right, Invariant::OneCard, || {
        format!("the card of {id} says {shown:?} instead of {expected:?}")
    });
    let pins = evidence
        .run
        .log
        .iter()
        .filter(|change| matches!(change, Change::Pinned { message } if message == index));
    let (pins, refused) = (pins.count(), pin_refused(evidence, id));
    // In a room that belongs to others nothing is pinned.
    let wanted = usize::from(matches!(incident.room, RoomState::Open(_)));
    findings.expect(pins == wanted || (refused && pins == 0), Invariant::OneCard, || {
        format!("the card of {id} was pinned {pins} times")
    });
}

/// Whether we were removed from a room.
fn is_lost(evidence: &Evidence<'_>, room: &str) -> bool {
    let removed = |change: &Change| matches!(change, Change::Did(did) if did.deed == Deed::RemovedSitrep && did.room == room);
    evidence.run.log.iter().any(removed)
}

/// Whether a card says what it was to say in a time that a restored backup knows nothing of.
fn is_of_abandoned(evidence: &Evidence<'_>, id: IncidentId, shown: &str) -> bool {
    let abandoned = evidence.run.ledger.abandoned.iter().flat_map(|entry| &entry.commit.effects_added);
    abandoned.into_iter().any(|stored| {
        matches!(&stored.effect, Effect::Keep(Keep { about, desired: Desired::Card { message, .. }, .. })
            if *about == Subject::Incident(id) && plain(message) == shown)
    })
}

/// Whether an incident was ever without its room.
pub(super) fn has_lost_a_room(evidence: &Evidence<'_>, id: IncidentId) -> bool {
    evidence.run.histories.get(&id).is_some_and(|history| history.iter().any(was_lost))
}

/// Whether sitrep was removed from its room at some time. Cards went with it.
fn was_lost(record: &Record) -> bool {
    matches!(record.event, Event::Room(RoomEvent::Lost { .. }))
}

fn pin_refused(evidence: &Evidence<'_>, id: IncidentId) -> bool {
    evidence.run.refused.iter().any(|key| {
        let effect = evidence.effects.get(key.as_str()).map(|stored| &stored.effect);
        matches!(effect, Some(Effect::Keep(Keep { about, desired: Desired::Pinned { .. }, .. })) if *about == Subject::Incident(id))
    })
}
