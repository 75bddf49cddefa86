//! News, the asking for news, and the word that there is none.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, catalogue::Arg, text};
use crate::{
    args,
    event::{Audience, Promise},
    incident::{Incident, glimpse, news::Update},
    person::Person,
    policy::Policy,
    time::minutes_late,
};

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

/// To everybody who follows: the update as it stands now, with how things stood as it was given. Every copy of it says
/// this, wherever it is and however often it was corrected.
#[must_use]
pub fn news(incident: &Incident, update: &Update, policy: &Policy) -> Message {
    let standing = [policy.severity_word(update.severity), policy.status_word(update.status)].join(" · ");
    let words = match update.is_taken_back() {
        true => policy.phrase("update.taken_back", args![]),
        false => update.words.clone(),
    };
    let args = args![
        standing = format!("{} · {standing}", incident.id),
        title = glimpse(&policy.title_of(incident)),
        by = &update.by,
        corrected = update.corrected_at.map(|at| policy.clock(at)),
        words = Arg::quote(&words),
        next = update.promise.map(|promise| policy.clock(promise.due)),
    ];
    match update.audience {
        Audience::Inside => policy.say("update.news", args),
        Audience::Public => policy.say("update.news_for_customers", args),
    }
}

/// To whoever corrected an update.
#[must_use]
pub fn corrected(incident: &Incident, copies: usize, was_cut: bool, policy: &Policy) -> Message {
    policy.say("update.corrected", args![id = incident.id, copies = copies, was_cut = was_cut])
}

/// To whoever wants to tell customers about a private incident.
#[must_use]
pub fn not_for_customers(incident: &Incident, policy: &Policy) -> Message {
    policy.say("update.not_for_customers", args![id = incident.id])
}

/// "Next update due: 11:13 CET", or by how much it is overdue; `None` if none is owed.
#[must_use]
pub fn next_line(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Option<Vec<Span>> {
    let (due, late) = when(incident, policy, now)?;
    Some(match late {
        Some(late) => policy.spans("card.update_overdue", args![due = due, late = late]),
        None => policy.spans("card.next_update", args![due = due]),
    })
}

/// "update due 11:13 CET", or "update overdue by 12 minutes"; `None` if none is owed.
#[must_use]
pub fn next_in_brief(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Option<String> {
    let (due, late) = when(incident, policy, now)?;
    Some(policy.phrase("update.next_in_brief", args![due = due, late = late]))
}

/// When an update is due, and how late it is, if it is.
fn when(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Option<(String, Option<String>)> {
    let promise = incident.updates.promise?;
    let late = minutes_late(promise.due, now);
    Some((due_since(promise, late, policy), (late > 0).then(|| policy.minutes(late))))
}

/// After half a day a clock time alone could mean another day.
fn due_since(promise: Promise, late: i64, policy: &Policy) -> String {
    if late >= 12 * 60 { policy.absolute(promise.due) } else { policy.clock(promise.due) }
}

/// The next update in a sentence, whether one is owed or not.
fn next_or_none(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Vec<Span> {
    next_line(incident, policy, now).map_or_else(
        || policy.spans("update.owes_none", args![severity = policy.severity_word(incident.severity)]),
        |mut line| {
            let ends = line.last().is_some_and(|last| last.words().ends_with('.'));
            line.extend((!ends).then(|| text(".")));
            line
        },
    )
}

/// To whoever asked for news.
#[must_use]
pub fn asked(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let next = next_or_none(incident, policy, now);
    policy.say(
        "update.asked",
        args![who = policy.asked_for_news(incident, false), id = incident.id, next = next],
    )
}

/// To whoever asked for news a moment after somebody else did.
#[must_use]
pub fn asked_already(incident: &Incident, at: DateTime<Utc>, policy: &Policy, now: DateTime<Utc>) -> Message {
    let next = next_or_none(incident, policy, now);
    let minutes = Duration::minutes((now - at).num_minutes());
    let ago = (minutes > Duration::zero()).then(|| policy.lasting(minutes));
    policy.say(
        "update.asked_already",
        args![who = policy.asked_for_news(incident, false), ago = ago, next = next],
    )
}

/// To whoever asked for the news that they are to give.
#[must_use]
pub fn ask_yourself(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let next = next_or_none(incident, policy, now);
    policy.say("update.ask_yourself", args![id = incident.id, next = next])
}

/// To whoever is to give them: somebody wants news.
#[must_use]
pub fn wanted(
    incident: &Incident,
    by: &Person,
    words: &str,
    (policy, now): (&Policy, DateTime<Utc>),
) -> Message {
    let args = args![
        commander = policy.asked_for_news(incident, true),
        by = by,
        id = incident.id,
        next = next_or_none(incident, policy, now),
        words = Arg::quote(words),
    ];
    policy.say("update.wanted", args)
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
pub fn prompt(incident: &Incident, again: bool, policy: &Policy, now: DateTime<Utc>) -> Message {
    // Asked at the promised moment it is due; a moment later is not overdue.
    let late = incident.updates.promise.map_or(0, |promise| (now - promise.due).num_minutes().max(0));
    let args = args![
        commander = policy.asked_for_news(incident, true),
        late = (late > 0).then(|| policy.minutes(late)),
        again = again,
        id = incident.id,
        nobody_leads = incident.commander.is_none(),
    ];
    policy.say("update.prompt", args)
}

/// To the stakeholders: the update is overdue.
#[must_use]
pub fn overdue(incident: &Incident, late: i64, policy: &Policy) -> Message {
    let due = incident.updates.promise.map(|promise| due_since(promise, late, policy));
    let reporter = incident.commander.is_none().then(|| policy.asked_for_news(incident, false));
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
        commander = policy.asked_for_news(incident, true),
        id = incident.id,
        late = policy.minutes(late),
        told = rooms > 0,
    ];
    policy.say("update.told_overdue", args)
}
