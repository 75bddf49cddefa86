//! News, the asking for news, and the word that there is none.

use chrono::{DateTime, Utc};

use super::{Message, catalogue::Arg, mention};
use crate::{args, event::Promise, incident::Incident, incident::glimpse, person::Person, policy::Policy};

/// To whoever posted the update.
#[must_use]
pub fn sent(
    incident: &Incident,
    rooms: usize,
    promise: Option<Promise>,
    (policy, was_cut): (&Policy, bool),
) -> Message {
    let next = promise.map(|promise| policy.clock(promise.due));
    policy.say("update.sent", args![rooms = rooms, id = incident.id, next = next, was_cut = was_cut])
}

/// To everybody who follows.
#[must_use]
pub fn news(incident: &Incident, words: &str, by: &Person, policy: &Policy) -> Message {
    let args = args![
        standing = policy.in_brief(incident),
        title = glimpse(incident.title_or_gap()),
        by = by,
        words = Arg::quote(words),
        next = incident.updates.promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("update.news", args)
}

/// To whoever promised another time.
#[must_use]
pub fn promised(incident: &Incident, promise: Promise, policy: &Policy, now: DateTime<Utc>) -> Message {
    let at = policy.moment(promise.due, now);
    policy.say("update.promised", args![id = incident.id, at = at])
}

/// To whoever wants to be asked later.
#[must_use]
pub fn snoozed(incident: &Incident, until: DateTime<Utc>, promise: Promise, policy: &Policy) -> Message {
    let (until, due) = (policy.clock(until), policy.clock(promise.due));
    policy.say("update.snoozed", args![id = incident.id, until = until, due = due])
}

/// To everybody who follows: the next update comes at another time.
#[must_use]
pub fn promise_changed(incident: &Incident, promise: Promise, policy: &Policy) -> Message {
    let at = policy.clock(promise.due);
    policy.say("update.promise_changed", args![id = incident.id, title = glimpse(&incident.title), at = at])
}

/// To the commander: the update is due.
#[must_use]
pub fn prompt(incident: &Incident, again: bool, policy: &Policy) -> Message {
    let args = args![
        commander = mention(incident.answerable()),
        again = again,
        id = incident.id,
        nobody_leads = incident.commander.is_none(),
    ];
    policy.say("update.prompt", args)
}

/// To the stakeholders: the update is overdue.
#[must_use]
pub fn overdue(incident: &Incident, late: i64, policy: &Policy) -> Message {
    // After half a day a clock time alone could mean another day.
    let long_ago = late >= 12 * 60;
    let due = incident
        .updates
        .promise
        .map(|promise| if long_ago { policy.absolute(promise.due) } else { policy.clock(promise.due) });
    let reporter = incident.commander.is_none().then_some(&incident.reporter);
    let args = args![
        id = incident.id,
        title = glimpse(&incident.title),
        due = due,
        late = policy.minutes(late),
        reporter = reporter,
    ];
    policy.say("update.overdue", args)
}

/// To the room: the stakeholders know.
#[must_use]
pub fn told_overdue(incident: &Incident, late: i64, rooms: usize, policy: &Policy) -> Message {
    let args = args![
        commander = mention(incident.answerable()),
        id = incident.id,
        late = policy.minutes(late),
        told = rooms > 0,
    ];
    policy.say("update.told_overdue", args)
}
