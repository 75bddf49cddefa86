//! Things to store: small, valid, and told apart by their texts.

use chrono::{DateTime, Duration, Utc};

use crate::{
    effect::{Effect, EffectId, Place, Purpose, Say},
    event::{Event, RECORD_VERSION, Record, RoomEvent, Subject},
    incident::IncidentId,
    message::{Message, bold, mention, text},
    person::Person,
    port::{Commit, Due, DueKey, Identity, InboundKey, NumberedRecord, Position, Seen, StoredEffect},
    report::ReportId,
    room::{MessageRef, PlatformName, RoomRef},
    schedule::DueKind,
};

/// Who the stores under test are.
#[must_use]
pub fn identity() -> Identity {
    Identity { incarnation: "abcd2345".into(), seed: "5e".repeat(32) }
}

/// A moment, in seconds after an arbitrary beginning, with a fraction that must not be lost.
#[must_use]
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH
        + Duration::seconds(1_700_000_000 + seconds)
        + Duration::nanoseconds(123_456_789)
}

/// An incident.
#[must_use]
pub fn incident(number: u64) -> Subject {
    Subject::Incident(IncidentId(number))
}

/// A fact that can be told from others by what was dropped.
#[must_use]
pub fn fact(subject: Subject, number: u64, what: &str, words: Option<&str>) -> NumberedRecord {
    let record = Record {
        v: RECORD_VERSION,
        at: at(i64::try_from(number).unwrap_or_default()),
        by: Some(Person::new(&platform(), "alice")),
        message: words.map(|_| "$event".to_owned()),
        event: Event::Room(RoomEvent::Dropped { what: what.into() }),
        words: words.map(str::to_owned),
    };
    NumberedRecord { subject, number, record }
}

/// An effect that says some words, the first of its commit.
#[must_use]
pub fn say(sequence: u64, words: &str) -> StoredEffect {
    let room = RoomRef::new(&platform(), "!room:example.org");
    let message = Message::line([text(words), bold("!"), mention(&Person::new(&platform(), "bob"))]);
    let place = Place::Room(room.clone());
    let say = Say {
        answers: Some(MessageRef { room, id: "$event".into(), thread: None }),
        ..Say::new(place, &platform(), Purpose::Answer, message, at(600))
    };
    StoredEffect {
        id: EffectId { sequence, index: 0 },
        key: format!("abcd2345-{sequence}-0"),
        created_at: at(0),
        effect: Effect::Say(say),
    }
}

/// A deadline.
#[must_use]
pub fn due(subject: Subject, kind: DueKind, seconds: i64) -> Due {
    Due { at: at(seconds), key: DueKey { subject, kind } }
}

/// A mark of a message dealt with.
#[must_use]
pub fn seen(id: &str) -> Seen {
    let key = InboundKey { platform: platform(), id: id.into() };
    let report = Some(ReportId(5)).filter(|_| id.len().is_multiple_of(3));
    Seen { key, at: at(3), about: Some(IncidentId(7)), report, carried_out: id.len().is_multiple_of(2) }
}

/// How far a stream has been read.
#[must_use]
pub fn position(stream: &str, token: &str) -> Position {
    Position { platform: platform(), stream: stream.into(), token: token.into() }
}

/// A commit of everything that there is.
#[must_use]
pub fn full_commit(sequence: u64) -> Commit {
    let subject = incident(sequence);
    Commit {
        sequence,
        facts: vec![fact(Subject::Workspace, sequence, "one", None), fact(subject, 1, "two", Some("words"))],
        words_erased: Vec::new(),
        dues_set: vec![due(subject, DueKind::UpdatePrompt, 60), due(subject, DueKind::UpdateOverdue, 90)],
        dues_ended: Vec::new(),
        effects_added: vec![say(sequence, "hello")],
        effects_ended: Vec::new(),
        seen: vec![seen(&format!("$message-{sequence}"))],
        seen_forgotten: Vec::new(),
        positions: vec![position("sync", &sequence.to_string())],
        live: vec![subject],
        settled: Vec::new(),
    }
}

/// The platform that everything is on.
pub(super) fn platform() -> PlatformName {
    PlatformName::new("test")
}
