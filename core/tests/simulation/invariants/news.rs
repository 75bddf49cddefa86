//! What was told: never stale, and to the end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use sitrep_core::{
    effect::{Effect, Place, Purpose},
    incident::{Incident, IncidentId, Status},
};

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Fate, plain};

/// What was on its way as a process died may still arrive.
const ON_ITS_WAY: Duration = Duration::seconds(10);

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    for (index, said) in &evidence.said {
        let stored = said.key.as_deref().and_then(|key| evidence.effects.get(key));
        let Some(Effect::Say(say)) = stored.map(|stored| &stored.effect) else { continue };
        findings.expect(said.at <= say.stale_at + ON_ITS_WAY, Invariant::NothingStale, || {
            format!("{index} was said at {}, worth saying until {}: {:?}", said.at, say.stale_at, said.text)
        });
    }
    told_the_end(evidence, findings);
}

/// Where it was said, or was to be: what is said in an incident's own place is said where it was declared if it is no
/// longer in its room.
fn place_of<'a>(evidence: &Evidence<'a>, id: IncidentId, place: &'a Place, fate: Fate) -> Option<&'a str> {
    match (place, fate) {
        (Place::Room(room), _) => Some(&room.room),
        (Place::Incident(_), Fate::Said(index)) => Some(&evidence.run.log.get(index)?.said()?.room),
        (Place::Incident(_), _) => Some(&evidence.run.incidents.get(&id)?.origin.message.room.room),
        (Place::Person(_) | Place::Message(_) | Place::Report(_), _) => None,
    }
}

/// Whether a message says that an incident is over.
fn says_the_end(text: &str, id: IncidentId) -> bool {
    let Some(rest) = text.strip_prefix(&id.to_string()) else { return false };
    let rest = rest.lines().next().unwrap_or_default();
    let ends = [" is resolved", " is over.", " was a false alarm", " is the same as", " goes on as"];
    ends.iter().any(|end| rest.contains(end))
}

/// Every room outside that heard of an incident hears its end, if the platform lets it.
fn told_the_end(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut told: BTreeMap<IncidentId, BTreeSet<&str>> = BTreeMap::new();
    let mut ends: BTreeMap<(IncidentId, &str), Fate> = BTreeMap::new();
    for (stored, say) in evidence.says() {
        let Some(id) = say.about else { continue };
        let fate = evidence.fate(stored, say);
        let Some(room) = place_of(evidence, id, &say.place, fate) else { continue };
        if says_the_end(&plain(&say.message), id) {
            // Where it was resolved the end is the answer, and an answer goes stale.
            let is_answer = say.purpose == Purpose::Answer;
            let fate = if is_answer && fate == Fate::Stale { Fate::Refused } else { fate };
            // Where it would have been said is a guess, and says nothing about what was said there.
            let is_guess = matches!(say.place, Place::Incident(_)) && !matches!(fate, Fate::Said(_));
            if is_guess {
                ends.entry((id, room)).or_insert(fate);
            } else {
                ends.insert((id, room), fate);
            }
        } else if matches!(say.place, Place::Room(_))
            && say.purpose == Purpose::Notice
            && matches!(fate, Fate::Said(_))
        {
            told.entry(id).or_default().insert(room);
        }
    }
    let has_ended = |incident: &&Incident| incident.status == Status::Resolved || incident.ending.is_some();
    for incident in evidence.run.incidents.values().filter(has_ended) {
        let id = incident.id;
        for room in told.get(&id).into_iter().flatten() {
            let end = ends.get(&(id, *room));
            findings.expect(
                matches!(end, Some(Fate::Said(_) | Fate::Refused)),
                Invariant::ToldTheEnd,
                || format!("{room} was told of {id}, and of its end: {end:?}"),
            );
        }
    }
}
