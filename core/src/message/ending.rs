//! How an incident comes to its end: mitigated, resolved, closed for another reason, and reopened.

use chrono::{DateTime, Utc};

use super::{Message, Span, catalogue::Arg, mention, sentence};
use crate::{
    args,
    event::{Audience, Promise},
    incident::{
        Incident, IncidentId, RoomState, Status,
        ending::{Ending, Parts},
        glimpse,
        retrospective::Stage,
    },
    person::Person,
    policy::Policy,
};

/// To whoever said that the harm has stopped.
#[must_use]
pub fn mitigated_here(incident: &Incident, promise: Option<Promise>, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        told = !incident.told.is_empty(),
        next = promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("ending.mitigated_here", args)
}

/// To everybody who was told that it had begun.
#[must_use]
pub fn mitigated(incident: &Incident, words: Option<&str>, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        title = glimpse(&incident.title),
        words = words.map(Arg::quote),
        next = incident.updates.promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("ending.mitigated", args)
}

/// To everybody who was told before: it is over, what was done, and what is left of it.
#[must_use]
pub fn over(incident: &Incident, words: &str, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        title = sentence(&policy.title_of(incident)),
        words = Arg::quote(words),
        lasting = left_of(incident, policy),
    ];
    policy.say("ending.over", args)
}

/// What is lost or lingers, or that it is not known.
fn left_of(incident: &Incident, policy: &Policy) -> Message {
    match &incident.lasting {
        Some(known) if known.none => policy.say("ending.nothing_lasts", args![]),
        Some(known) => lasting(&known.parts(), policy),
        None => policy.say("ending.not_known", args![]),
    }
}

/// What is lost or lingers, as somebody said it.
#[must_use]
pub fn lasting(said: &Parts, policy: &Policy) -> Message {
    if said.say_nothing_lasts() {
        return policy.say("ending.nothing_lasts", args![]);
    }
    policy.say("ending.lasting", args![lost = said.lost.as_deref(), lingers = said.lingers.as_deref()])
}

/// Where the title may not be said: it is over.
#[must_use]
pub fn privately_over(id: IncidentId, policy: &Policy) -> Message {
    policy.say("ending.privately_over", args![id = id])
}

/// Where the title may not be said: it is open again.
#[must_use]
pub fn privately_reopened(id: IncidentId, policy: &Policy) -> Message {
    policy.say("ending.privately_reopened", args![id = id])
}

/// To whoever resolved it without a word about what is lost.
#[must_use]
pub fn is_anything_lost(incident: &Incident, who: &Person, policy: &Policy) -> Message {
    policy.say("ending.is_anything_lost", args![who = mention(who), id = incident.id])
}

/// To whoever said afterwards what is lost.
#[must_use]
pub fn completed_here(incident: &Incident, policy: &Policy) -> Message {
    policy.say("ending.completed_here", args![id = incident.id, told = !incident.told.is_empty()])
}

/// To everybody who was told the end: what is left of it is known now.
#[must_use]
pub fn completed(incident: &Incident, policy: &Policy) -> Message {
    let args =
        args![id = incident.id, title = glimpse(&incident.title), lasting = left_of(incident, policy),];
    policy.say("ending.completed", args)
}

/// To whoever says again what is known.
#[must_use]
pub fn lasting_already(incident: &Incident, policy: &Policy) -> Message {
    policy.say("ending.lasting_already", args![id = incident.id, lasting = left_of(incident, policy)])
}

/// To support: what can be sent on to those who were affected.
#[must_use]
pub fn for_support(incident: &Incident, policy: &Policy) -> Option<Message> {
    let (since, until) = (incident.declared_at, incident.resolved_at?);
    let day = |at: DateTime<Utc>| at.with_timezone(&policy.timezone).date_naive();
    let same_day = day(since) == day(until);
    let known = incident.lasting.as_ref();
    let parts = known.filter(|known| !known.none).map(|known| known.parts()).unwrap_or_default();
    let told = incident
        .news
        .iter()
        .rev()
        .find(|update| update.audience == Audience::Public && !update.words.is_empty());
    let args = args![
        id = incident.id,
        title = sentence(&policy.title_of(incident)),
        since = policy.absolute(since),
        until = if same_day { policy.clock(until) } else { policy.absolute(until) },
        news = told.map(|update| &update.words),
        nothing = known.is_some_and(|known| known.none),
        unknown = known.is_none(),
        lost = parts.lost.as_deref(),
        lingers = parts.lingers.as_deref(),
    ];
    Some(policy.say("ending.for_support", args))
}

/// To whoever said that it was none.
#[must_use]
pub fn false_alarm_here(incident: &Incident, policy: &Policy) -> Message {
    policy.say("ending.false_alarm_here", args![id = incident.id, told = !incident.told.is_empty()])
}

/// To everybody who was told that it had begun: it was none.
#[must_use]
pub fn false_alarm(incident: &Incident, words: Option<&str>, policy: &Policy) -> Message {
    let args = args![id = incident.id, title = glimpse(&incident.title), words = words.map(Arg::quote)];
    policy.say("ending.false_alarm", args)
}

/// To whoever said that it is the same as another one.
#[must_use]
pub fn duplicate_here(incident: &Incident, other: &Incident, hears_of_it: bool, policy: &Policy) -> Message {
    let room = match &other.room {
        RoomState::Open(room) => Some(Span::Room(room.clone(), other.room_title())),
        RoomState::Pending | RoomState::AtOrigin | RoomState::Nowhere => None,
    };
    let args = args![
        id = incident.id,
        other = other.id,
        title = glimpse(&other.title),
        room = room,
        hears_of_it = hears_of_it,
    ];
    policy.say("ending.duplicate_here", args)
}

/// To everybody who was told that it had begun: it goes on as another one.
#[must_use]
pub fn duplicate(incident: &Incident, of: IncidentId, policy: &Policy) -> Message {
    let args = args![id = incident.id, title = glimpse(&incident.title), of = of];
    policy.say("ending.duplicate", args)
}

/// In the room of the one that goes on.
#[must_use]
pub fn duplicated(incident: &Incident, by: IncidentId, asked_in: usize, policy: &Policy) -> Message {
    policy.say("ending.duplicated", args![id = incident.id, by = by, asked_in = asked_in])
}

/// One that is over can't be what another one goes on as.
#[must_use]
pub fn of_one_that_is_over(incident: &Incident, other: &Incident, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        other = other.id,
        status = policy.status_word(other.status),
        reopen = Arg::typed(format!("!reopen {} WHY", other.id)),
    ];
    policy.say("ending.of_one_that_is_over", args)
}

/// To whoever said that two incidents have to do with each other.
#[must_use]
pub fn related_here(incident: &Incident, other: &Incident, hears_of_it: bool, policy: &Policy) -> Message {
    let args =
        args![id = incident.id, other = other.id, title = glimpse(&other.title), hears_of_it = hears_of_it,];
    policy.say("ending.related_here", args)
}

/// In an incident's room, when that was said elsewhere.
#[must_use]
pub fn related(incident: &Incident, to: IncidentId, policy: &Policy) -> Message {
    policy.say("ending.related", args![id = incident.id, other = to])
}

/// It can't be closed before it is over.
#[must_use]
pub fn not_over_yet(incident: &Incident, policy: &Policy) -> Message {
    policy.say("ending.not_over_yet", args![id = incident.id])
}

/// It can't be closed before its retrospective.
#[must_use]
pub fn owes_a_retrospective(incident: &Incident, policy: &Policy) -> Message {
    let booked = match incident.retrospective.as_ref().map(|retrospective| retrospective.stage) {
        Some(Stage::Booked(at)) => Some(policy.absolute(at)),
        Some(Stage::Unbooked { .. } | Stage::Begun(_) | Stage::Declined) | None => None,
    };
    policy.say("ending.owes_a_retrospective", args![id = incident.id, booked = booked])
}

/// Nothing more is owed.
#[must_use]
pub fn closed(incident: &Incident, policy: &Policy) -> Message {
    policy.say("ending.closed", args![id = incident.id])
}

/// To whoever said that it goes on.
#[must_use]
pub fn reopened_here(
    incident: &Incident,
    promise: Option<Promise>,
    retrospective_off: bool,
    policy: &Policy,
) -> Message {
    let args = args![
        id = incident.id,
        told = !incident.told.is_empty(),
        next = promise.map(|promise| policy.clock(promise.due)),
        retrospective_off = retrospective_off,
    ];
    policy.say("ending.reopened_here", args)
}

/// To everybody who was told that it was over.
#[must_use]
pub fn reopened(incident: &Incident, why: &str, retrospective_off: bool, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        title = glimpse(&incident.title),
        words = Arg::quote(why),
        next = incident.updates.promise.map(|promise| policy.clock(promise.due)),
        retrospective_off = retrospective_off,
    ];
    policy.say("ending.reopened", args)
}

/// Why there is nothing to change: how it ended, and what to do if it hasn't.
#[must_use]
pub fn how(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let id = incident.id;
    let at = incident.resolved_at.map(|at| policy.moment(at, now));
    let reopen = Arg::typed(format!("!reopen {id} WHY"));
    match (incident.ending, incident.status) {
        (Some(Ending::FalseAlarm), _) => {
            policy.say("ending.how_false_alarm", args![id = id, at = at, reopen = reopen])
        }
        (Some(Ending::DuplicateOf(of)), _) => {
            let other = Arg::typed(format!("!status {of}"));
            policy.say("ending.how_duplicate", args![id = id, of = of, other = other, reopen = reopen])
        }
        (None, Status::Resolved) => {
            policy.say("ending.how_resolved", args![id = id, at = at, reopen = reopen])
        }
        (None, Status::Closed | Status::Declared | Status::Acknowledged | Status::Mitigated) => {
            policy.say("ending.how_closed", args![id = id, at = at, reopen = reopen])
        }
    }
}

/// In the room, as nobody writes there any more.
#[must_use]
pub fn archived(incident: &Incident, policy: &Policy) -> Message {
    let reopen = Arg::typed(format!("!reopen {} WHY", incident.id));
    policy.say("ending.archived", args![id = incident.id, reopen = reopen])
}

/// What the card and the status say of it: how it ended, what is left, what else there is.
#[must_use]
pub fn on_card(incident: &Incident, policy: &Policy) -> Message {
    let mut card = Message::default();
    match incident.ending {
        Some(Ending::FalseAlarm) => card.lines.extend(policy.say("ending.card_false_alarm", args![]).lines),
        Some(Ending::DuplicateOf(of)) => {
            card = card.then(policy.say("ending.card_duplicate", args![of = of]));
        }
        None if incident.status == Status::Resolved || incident.lasting.is_some() => {
            card = card.then(left_of(incident, policy));
        }
        None => {}
    }
    let elsewhere = match incident.ending {
        Some(Ending::DuplicateOf(of)) => Some(of),
        Some(Ending::FalseAlarm) | None => None,
    };
    let related: Vec<String> =
        incident.related.iter().filter(|id| Some(**id) != elsewhere).map(ToString::to_string).collect();
    if !related.is_empty() {
        card = card.then(policy.say("ending.card_related", args![related = related.join(", ")]));
    }
    if let Some(links) = super::meeting::latest_links(incident, policy) {
        card = card.then(links);
    }
    card
}
