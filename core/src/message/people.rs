//! Who is asked in, who is in already, and who hears of it where they are.

use super::{Message, Span, sentence, text};
use crate::{
    args,
    incident::{Incident, RoomState, glimpse},
    person::Person,
    policy::Policy,
};

/// The most names that can't be read which are said back.
const UNKNOWN_SHOWN: usize = 8;

/// What became of the names in an `!invite`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Who is asked in to the room.
    pub here: Vec<Person>,
    /// Who has no account where it runs, and is told on another platform.
    pub elsewhere: Vec<Person>,
    /// Who belongs to it already.
    pub already: Vec<Person>,
    /// What means nobody.
    pub unknown: Vec<String>,
    /// The teams and services among the names.
    pub names: Vec<String>,
}

/// People by their names, as a part of a line.
pub(crate) fn names(people: &[Person]) -> Vec<Span> {
    let mut spans = Vec::new();
    for person in people {
        if !spans.is_empty() {
            spans.push(text(", "));
        }
        spans.push(Span::Person(person.clone()));
    }
    spans
}

/// To whoever asked people in.
#[must_use]
pub fn asked_in(incident: &Incident, asked: &Asked, policy: &Policy) -> Message {
    let mut unknown: Vec<String> =
        asked.unknown.iter().take(UNKNOWN_SHOWN).map(|typed| glimpse(typed)).collect();
    if asked.unknown.len() > UNKNOWN_SHOWN {
        unknown.push("…".to_owned());
    }
    let args = args![
        id = incident.id,
        asked = names(&asked.here),
        elsewhere = names(&asked.elsewhere),
        platform = incident.origin.message.room.platform.title(),
        already = names(&asked.already),
        unknown = unknown.join(", "),
    ];
    policy.say("people.asked_in", args)
}

/// In the incident's room: somebody asks others in from elsewhere.
#[must_use]
pub fn asks_in(incident: &Incident, by: &Person, people: &[Person], policy: &Policy) -> Message {
    policy.say("people.asks_in", args![by = by, id = incident.id, people = names(people)])
}

/// To somebody who is asked in and has no account where it runs.
#[must_use]
pub fn asked_elsewhere(incident: &Incident, policy: &Policy) -> Message {
    let args = args![
        id = incident.id,
        severity = policy.severity_word(incident.severity),
        title = sentence(&policy.title_of(incident)),
    ];
    policy.say("people.asked_elsewhere", args).then(runs_elsewhere(incident, policy))
}

/// Where it runs, for somebody who can't go there.
#[must_use]
pub(super) fn runs_elsewhere(incident: &Incident, policy: &Policy) -> Message {
    let room = matches!(incident.room, RoomState::Open(_)).then(|| incident.room_title());
    let platform = incident.origin.message.room.platform.title();
    policy.say("people.runs_elsewhere", args![platform = platform, room = room, id = incident.id])
}
