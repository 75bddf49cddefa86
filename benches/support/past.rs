//! A store with a past: incidents from declaration to retrospective, written as the engine would have left them.
//!
//! They are made of facts and not of conversations, because a hundred thousand conversations would take an hour. That
//! nothing is out of place shows at the start: an engine that finds every deadline where it belongs commits nothing.

use std::error::Error;

use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    event::{
        Ahead, Audience, Event, IncidentEvent, RECORD_VERSION, Record, RetrospectiveEvent, RoleEvent,
        RoomEvent, Subject, UpdateEvent, WorkspaceEvent,
    },
    incident::{IncidentId, Origin, Role, Severity},
    port::{Commit, Due, DueKey, InboundKey, NumberedRecord, Seen, Store},
    room::MessageRef,
    schedule::DueKind,
};

use super::platform;

/// How many incidents go into one commit.
const A_COMMIT: u64 = 1000;

/// Fills an empty store with so many incidents. Each is over and owes nothing, or, where `reminder_due` says so, has
/// its retrospective ahead and its first reminder due at that moment.
pub(crate) async fn fill(
    store: &impl Store,
    incidents: u64,
    reminder_due: impl Fn(u64) -> Option<DateTime<Utc>>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut sequence = 0;
    let mut number = 1;
    while number <= incidents {
        sequence += 1;
        let mut commit = Commit { sequence, ..Commit::default() };
        let end = (number + A_COMMIT).min(incidents + 1);
        for id in number..end {
            add(&mut commit, IncidentId(id), reminder_due(id));
        }
        store.commit(&commit).await?;
        number = end;
    }
    Ok(())
}

fn add(commit: &mut Commit, id: IncidentId, reminder_due: Option<DateTime<Utc>>) {
    let subject = Subject::Incident(id);
    let start = DateTime::<Utc>::UNIX_EPOCH + Duration::days(20_000);
    let room_name = format!("2024-10-04-0000-checkout-{}-is-down", id.0);
    let room = platform::room(&room_name);
    let of_workspace = [
        Event::Workspace(WorkspaceEvent::IncidentNumbered { id, room_name }),
        Event::Workspace(WorkspaceEvent::RoomBound { id, room: room.clone() }),
    ];
    for (event, number) in of_workspace.into_iter().zip(2 * id.0 - 1..) {
        commit.facts.push(numbered(Subject::Workspace, number, start, event, None));
    }
    let booked_for = reminder_due.map_or(start + Duration::days(5), |due| due + Ahead::Day.lead());
    for ((event, words), number) in history(id, booked_for, reminder_due.is_none()).into_iter().zip(1..) {
        let said = MessageRef { room: room.clone(), id: format!("$past-{}-{number}", id.0), thread: None };
        // The marks of messages are kept for a while only.
        if words.is_some() && reminder_due.is_none() && id.0 <= 200 {
            let key = InboundKey { platform: platform::name(), id: said.id };
            commit.seen.push(Seen { about: Some(id), ..Seen::carried_out(key, Utc::now()) });
        }
        commit.facts.push(numbered(subject, number, start, event, words));
    }
    if let Some(at) = reminder_due {
        let key = DueKey { subject, kind: DueKind::RetrospectiveReminder(Ahead::Day) };
        commit.dues_set.push(Due { at, key });
        commit.live.push(subject);
    }
}

fn numbered(
    subject: Subject,
    number: u64,
    at: DateTime<Utc>,
    event: Event,
    words: Option<&str>,
) -> NumberedRecord {
    let by = Some(platform::person("alice"));
    let words = words.map(str::to_owned);
    NumberedRecord {
        subject,
        number,
        record: Record { v: RECORD_VERSION, at, by, message: None, event, words },
    }
}

/// What happened to one incident.
fn history(id: IncidentId, booked_for: DateTime<Utc>, is_over: bool) -> Vec<(Event, Option<&'static str>)> {
    let room = platform::room(&format!("2024-10-04-0000-checkout-{}-is-down", id.0));
    let message = |id: &str, room| MessageRef { room, id: format!("${id}"), thread: None };
    let declared = IncidentEvent::Declared {
        severity: Severity::Sev2,
        private: false,
        room_name: room.room.clone(),
        origin: Origin { message: message("declared", platform::room("ops")), direct: false },
        invited: vec![platform::person("alice"), platform::person("bob")],
        stakeholders: vec![platform::room("status")],
        services: Vec::new(),
        meeting: Some("https://meet.example.org/sitrep-0123456789abcdef".to_owned()),
        promise: None,
    };
    let assigned = RoleEvent::Assigned { role: Role::Commander, to: platform::person("bob") };
    let update = || UpdateEvent::Posted {
        promise: None,
        to: vec![platform::room("status")],
        audience: Audience::Inside,
    };
    let at = booked_for;
    let proposed = RetrospectiveEvent::Proposed { owner: platform::person("bob"), at, ask_at: at };
    let mut events = vec![
        (Event::Incident(declared), Some("checkout is down")),
        (Event::Room(RoomEvent::Opened { room: room.clone() }), None),
        (Event::Room(RoomEvent::CardPosted { card: message("card", room) }), None),
        (Event::Incident(IncidentEvent::Acknowledged), None),
        (Event::Role(assigned), None),
        (
            Event::Update(update()),
            Some("we are failing over to the second database, half of the requests fail"),
        ),
        (Event::Update(update()), Some("the second database takes the load, requests go through again")),
        (Event::Incident(IncidentEvent::Resolved), Some("the first database had run out of connections")),
        (Event::Retrospective(proposed), None),
        (Event::Retrospective(RetrospectiveEvent::Booked { at }), None),
    ];
    if is_over {
        let reminded = |ahead| (Event::Retrospective(RetrospectiveEvent::Reminded { ahead }), None);
        events.extend(Ahead::ALL.map(reminded));
    }
    events
}
