//! The brief: what is going on, in six lines, for whoever comes when it is under way.

use chrono::{DateTime, Duration, Utc};

use super::{Message, Span, card, people, text};
use crate::{
    args,
    incident::{Incident, Role, RoomState, Severity, glimpse},
    person::Person,
    policy::Policy,
    time::minutes_late,
};

/// What is going on.
#[must_use]
pub fn brief(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    standing(incident, policy)
        .then(card::declared(incident, policy, now))
        .then(roles(incident, policy))
        .then(work(incident, policy, now))
        .then(open_ends(incident, policy))
}

/// To somebody who was asked in, or came, when it was under way.
#[must_use]
pub fn for_newcomer(incident: &Incident, person: &Person, policy: &Policy, now: DateTime<Utc>) -> Message {
    let is_there = policy.on(person, &incident.origin.message.room.platform).is_some();
    let opening = match &incident.room {
        _ if !is_there => {
            let asked = policy.say("brief.asked_elsewhere", args![id = incident.id]);
            asked.then(people::runs_elsewhere(incident, policy))
        }
        RoomState::Open(room) => {
            let room = Span::Room(room.clone(), incident.room_title());
            policy.say("brief.in_its_room", args![room = room])
        }
        RoomState::Pending | RoomState::AtOrigin | RoomState::Nowhere => Message::default(),
    };
    opening.then(brief(incident, policy, now))
}

/// In the room, for those who could not be told in private. It notifies nobody.
#[must_use]
pub fn in_room(incident: &Incident, newcomers: &[Person], policy: &Policy, now: DateTime<Utc>) -> Message {
    let minutes = Duration::minutes((now - incident.declared_at).num_minutes());
    let args = args![
        people = people::names(newcomers),
        standing = policy.in_brief(incident),
        lasting = (minutes > Duration::zero()).then(|| policy.lasting(minutes)),
        commander = incident.commander.as_ref(),
    ];
    policy.say("brief.in_room", args)
}

/// How bad, how far along, and what it is about.
fn standing(incident: &Incident, policy: &Policy) -> Message {
    let args = args![
        standing = policy.in_brief(incident),
        private = incident.private,
        title = glimpse(&policy.title_of(incident)),
    ];
    policy.say("brief.standing", args)
}

/// Who sees to it.
fn roles(incident: &Incident, policy: &Policy) -> Message {
    let mut roles: Vec<Span> = Vec::new();
    for (role, person) in incident.roles.holders() {
        if !roles.is_empty() {
            roles.push(text(", "));
        }
        roles.extend([Span::Person(person.clone()), text(format!(" ({})", policy.role_word(role)))]);
    }
    let args =
        args![is_open = incident.status.is_open(), commander = incident.commander.as_ref(), roles = roles,];
    policy.say("brief.roles", args)
}

/// What is being done, and when more is heard of it.
fn work(incident: &Incident, policy: &Policy, now: DateTime<Utc>) -> Message {
    let latest = incident.news.last();
    let late = |due| Some(minutes_late(due, now)).filter(|late| *late > 0).map(|late| policy.minutes(late));
    let promise = incident.updates.promise;
    let args = args![
        by = latest.map(|update| &update.by),
        at = latest.map(|update| policy.clock(update.at)),
        latest = latest.map(|update| glimpse(&update.words)),
        is_open = incident.status.is_open(),
        late = promise.and_then(|promise| late(promise.due)),
        next = promise.map(|promise| policy.clock(promise.due)),
    ];
    policy.say("brief.work", args)
}

/// What nobody has taken on yet, and where people meet.
fn open_ends(incident: &Incident, policy: &Policy) -> Message {
    let is_open = incident.status.is_open();
    let is_taken = |role: &Role| incident.roles.holders().any(|(taken, _)| taken == *role);
    let is_bad = matches!(incident.severity, Severity::Sev1 | Severity::Sev2);
    let vacant: Vec<String> = [Role::CommsLead, Role::Scribe]
        .into_iter()
        .filter(|role| is_open && is_bad && !is_taken(role))
        .map(|role| policy.role_word(role))
        .collect();
    let tasks = incident.tasks.iter().filter(|task| task.done.is_none()).count();
    let related: Vec<String> = incident.related.iter().map(ToString::to_string).collect();
    let meeting = incident.meeting.as_ref().filter(|_| is_open);
    if vacant.is_empty() && tasks == 0 && related.is_empty() && meeting.is_none() {
        return Message::default();
    }
    let args = args![
        vacant = vacant.join(", "),
        tasks = tasks,
        related = related.join(", "),
        meeting = meeting.map(|link| Span::Link(link.clone())),
    ];
    policy.say("brief.open_ends", args)
}
