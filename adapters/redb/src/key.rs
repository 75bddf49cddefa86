//! Keys: bytes that sort as their meaning does, and text.
//!
//! A subject is a letter and a number; a place in its history adds a number, a deadline adds a letter. Numbers are
//! eight or four bytes, the most significant first. What platforms name (messages, streams) is kept as a JSON array
//! of texts, because nothing is known about the characters in it.

use sitrep_core::{
    effect::EffectId,
    event::{Ahead, Subject},
    incident::IncidentId,
    port::{DueKey, InboundKey, Position},
    report::ReportId,
    room::PlatformName,
    schedule::DueKind,
};

use crate::fault::Fault;

const SUBJECT_LEN: usize = 9;

pub(crate) fn of_subject(subject: Subject) -> [u8; SUBJECT_LEN] {
    let (letter, number) = match subject {
        Subject::Workspace => (b'w', 0),
        Subject::Incident(IncidentId(number)) => (b'i', number),
        Subject::Report(ReportId(number)) => (b'r', number),
        Subject::Changes(day) => (b'c', day),
        Subject::Heartbeat(number) => (b'h', number),
        Subject::Rota => (b'o', 0),
    };
    joined(&[&[letter], &number.to_be_bytes()])
}

pub(crate) fn of_fact(subject: Subject, number: u64) -> [u8; SUBJECT_LEN + 8] {
    joined(&[&of_subject(subject), &number.to_be_bytes()])
}

pub(crate) fn of_due(due: DueKey) -> [u8; SUBJECT_LEN + 1] {
    joined(&[&of_subject(due.subject), &[letter_of(due.kind)]])
}

pub(crate) fn of_effect(id: EffectId) -> [u8; 12] {
    joined(&[&id.sequence.to_be_bytes(), &id.index.to_be_bytes()])
}

pub(crate) fn of_inbound(key: &InboundKey) -> Result<String, Fault> {
    pair(&key.platform, &key.id)
}

pub(crate) fn of_position(position: &Position) -> Result<String, Fault> {
    pair(&position.platform, &position.stream)
}

pub(crate) fn to_subject(key: &[u8]) -> Result<Subject, Fault> {
    let number = |rest| Some(u64::from_be_bytes(<[u8; 8]>::try_from(rest).ok()?));
    match key {
        [b'w', rest @ ..] if number(rest) == Some(0) => Some(Subject::Workspace),
        [b'o', rest @ ..] if number(rest) == Some(0) => Some(Subject::Rota),
        [b'i', rest @ ..] => number(rest).map(|number| Subject::Incident(IncidentId(number))),
        [b'r', rest @ ..] => number(rest).map(|number| Subject::Report(ReportId(number))),
        [b'c', rest @ ..] => number(rest).map(Subject::Changes),
        [b'h', rest @ ..] => number(rest).map(Subject::Heartbeat),
        _ => None,
    }
    .ok_or_else(|| unreadable("the key of a subject", key))
}

/// A fact's number, from the key it is stored under.
pub(crate) fn to_fact_number(key: &[u8]) -> Result<u64, Fault> {
    key.last_chunk()
        .filter(|_| key.len() == SUBJECT_LEN + 8)
        .map(|number| u64::from_be_bytes(*number))
        .ok_or_else(|| unreadable("the key of a fact", key))
}

pub(crate) fn to_due(key: &[u8]) -> Result<DueKey, Fault> {
    let unreadable = || unreadable("the key of a deadline", key);
    let (letter, subject) = key.split_last().ok_or_else(unreadable)?;
    Ok(DueKey { subject: to_subject(subject)?, kind: to_kind(*letter).ok_or_else(unreadable)? })
}

pub(crate) fn to_effect(key: &[u8]) -> Result<EffectId, Fault> {
    let parts =
        key.split_first_chunk().and_then(|(sequence, index)| Some((sequence, index.try_into().ok()?)));
    let (sequence, index) = parts.ok_or_else(|| unreadable("the key of an effect", key))?;
    Ok(EffectId { sequence: u64::from_be_bytes(*sequence), index: u32::from_be_bytes(index) })
}

/// The platform and what it named, from the key they are stored under.
pub(crate) fn to_pair(key: &str) -> Result<(PlatformName, String), Fault> {
    serde_json::from_str(key).map_err(|_| unreadable("the key of a message or stream", key.as_bytes()))
}

fn pair(platform: &PlatformName, name: &str) -> Result<String, Fault> {
    serde_json::to_string(&(platform, name)).map_err(Fault::Unwritable)
}

// Stored for good: a letter is never given to another kind.
fn letter_of(kind: DueKind) -> u8 {
    match kind {
        DueKind::UpdatePrompt => b'p',
        DueKind::UpdatePromptAgain => b'a',
        DueKind::UpdateOverdue => b'o',
        DueKind::Escalation => b'e',
        DueKind::RolesQuestion => b'r',
        DueKind::HandoffReminder => b'm',
        DueKind::HandoffPrompt => b'h',
        DueKind::NewcomersInRoom => b'w',
        DueKind::Archive => b'x',
        DueKind::RetrospectiveNag => b'n',
        DueKind::RetrospectiveReminder(Ahead::Day) => b'D',
        DueKind::RetrospectiveReminder(Ahead::Hour) => b'H',
        DueKind::RetrospectiveReminder(Ahead::TenMinutes) => b'M',
        DueKind::RetrospectiveReminder(Ahead::Now) => b'N',
        DueKind::ReportEscalation => b'c',
        DueKind::ReportSettles => b's',
        DueKind::HeartbeatMissed => b'b',
        DueKind::ChangesForgotten => b'f',
        DueKind::OnCallHandover => b'O',
    }
}

fn to_kind(letter: u8) -> Option<DueKind> {
    match letter {
        b'p' => Some(DueKind::UpdatePrompt),
        b'a' => Some(DueKind::UpdatePromptAgain),
        b'o' => Some(DueKind::UpdateOverdue),
        b'e' => Some(DueKind::Escalation),
        b'r' => Some(DueKind::RolesQuestion),
        b'm' => Some(DueKind::HandoffReminder),
        b'h' => Some(DueKind::HandoffPrompt),
        b'w' => Some(DueKind::NewcomersInRoom),
        b'x' => Some(DueKind::Archive),
        b'n' => Some(DueKind::RetrospectiveNag),
        b'D' => Some(DueKind::RetrospectiveReminder(Ahead::Day)),
        b'H' => Some(DueKind::RetrospectiveReminder(Ahead::Hour)),
        b'M' => Some(DueKind::RetrospectiveReminder(Ahead::TenMinutes)),
        b'N' => Some(DueKind::RetrospectiveReminder(Ahead::Now)),
        b'c' => Some(DueKind::ReportEscalation),
        b's' => Some(DueKind::ReportSettles),
        b'b' => Some(DueKind::HeartbeatMissed),
        b'f' => Some(DueKind::ChangesForgotten),
        b'O' => Some(DueKind::OnCallHandover),
        _ => None,
    }
}

/// The parts one after the other; they fill the key exactly.
fn joined<const LEN: usize>(parts: &[&[u8]]) -> [u8; LEN] {
    let mut key = [0; LEN];
    let mut rest = &mut key[..];
    for part in parts {
        let (head, tail) = rest.split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
    }
    assert!(rest.is_empty(), "the parts fill the key");
    key
}

fn unreadable(what: &'static str, key: &[u8]) -> Fault {
    Fault::Unreadable { what, why: format!("it reads {}", key.escape_ascii()) }
}
