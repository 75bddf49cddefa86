//! The timeline: everything that is worth a line of it, and what is put there for its own sake.

use crate::{
    event::{
        Ahead, Event, EvidenceEvent, HealthEvent, IncidentEvent, PeopleEvent, Record, RetrospectiveEvent,
        RoleEvent, RoomEvent, TaskEvent, TimelineEvent, UpdateEvent,
    },
    incident::{
        Incident,
        timeline::{Entry, Marked},
    },
    room::MessageRef,
};

/// Puts a fact on the timeline, if that is where it belongs.
pub(super) fn note(incident: &mut Incident, record: &Record) {
    match &record.event {
        Event::Incident(IncidentEvent::Retitled) => correct(incident, 1, record),
        Event::Incident(IncidentEvent::WordsErased { facts }) => incident.timeline.change(
            |entry| facts.contains(&entry.words_in),
            |entry| {
                entry.words.clear();
                entry.is_erased = true;
            },
        ),
        Event::Update(UpdateEvent::Edited { fact }) => correct(incident, *fact, record),
        // A change is told when it was made, which may be before anybody knew of trouble.
        Event::Evidence(EvidenceEvent::ChangeNoticed { at, .. }) => {
            let entry = Entry { at: *at, ..entry(incident.facts, record) };
            incident.timeline.insert(entry);
        }
        // Whoever declared it was there from the beginning.
        Event::People(PeopleEvent::Joined) => {
            if record.by != incident.reporter {
                let entry = entry(incident.facts, record);
                incident.timeline.insert_first_of(entry);
            }
        }
        event if is_worth_a_line(event) => {
            let entry = entry(incident.facts, record);
            incident.timeline.insert(entry);
        }
        Event::Workspace(_)
        | Event::Incident(_)
        | Event::Room(_)
        | Event::Role(_)
        | Event::Update(_)
        | Event::Retrospective(_)
        | Event::People(_)
        | Event::Task(_)
        | Event::Timeline(_)
        | Event::Health(_)
        | Event::Evidence(_)
        | Event::Report(_)
        | Event::Change(_)
        | Event::Rota(_) => {}
    }
}

fn entry(fact: u64, record: &Record) -> Entry {
    Entry {
        fact,
        at: record.at,
        recorded_at: record.at,
        by: record.by.clone(),
        event: record.event.clone(),
        words: record.words.clone().unwrap_or_default(),
        words_in: fact,
        is_erased: false,
        is_corrected: false,
    }
}

/// The words of a fact were corrected.
fn correct(incident: &mut Incident, fact: u64, record: &Record) {
    let words_in = incident.facts;
    incident.timeline.change(
        |entry| entry.fact == fact,
        |entry| {
            entry.words = record.words.clone().unwrap_or_default();
            entry.words_in = words_in;
            (entry.is_corrected, entry.is_erased) = (true, false);
        },
    );
}

/// What people will want to know later. What sitrep asks and repeats for its own sake is not among it, and neither is
/// who listens in private.
fn is_worth_a_line(event: &Event) -> bool {
    match event {
        Event::Workspace(_) | Event::Report(_) | Event::Change(_) => false,
        Event::Evidence(_) => true,
        Event::Incident(event) => {
            !matches!(event, IncidentEvent::Retitled | IncidentEvent::WordsErased { .. })
        }
        Event::Room(event) => match event {
            RoomEvent::OpeningFailed { .. }
            | RoomEvent::Archived
            | RoomEvent::Restored
            | RoomEvent::Lost { .. }
            | RoomEvent::Gone { .. }
            | RoomEvent::Regained { .. }
            | RoomEvent::Moved { .. }
            | RoomEvent::GivenUp { .. }
            | RoomEvent::Dropped { .. } => true,
            RoomEvent::Opened { .. }
            | RoomEvent::CardPosted { .. }
            | RoomEvent::PromptPosted { .. }
            | RoomEvent::SignsPosted { .. }
            | RoomEvent::CopyPosted { .. }
            | RoomEvent::MeetingOpened { .. }
            | RoomEvent::Delayed { .. } => false,
        },
        Event::Role(event) => match event {
            RoleEvent::Assigned { .. }
            | RoleEvent::Released { .. }
            | RoleEvent::HandoffOffered { .. }
            | RoleEvent::HandoffWithdrawn
            | RoleEvent::HandedOff { .. } => true,
            RoleEvent::HandoffReminded | RoleEvent::HandoffPrompted { .. } | RoleEvent::Asked { .. } => false,
        },
        Event::Update(event) => !matches!(event, UpdateEvent::Prompted { .. } | UpdateEvent::Edited { .. }),
        Event::Retrospective(event) => match event {
            RetrospectiveEvent::Booked { .. }
            | RetrospectiveEvent::Declined
            | RetrospectiveEvent::Lapsed { .. } => true,
            RetrospectiveEvent::Reminded { ahead } => *ahead == Ahead::Now,
            RetrospectiveEvent::Proposed { .. } | RetrospectiveEvent::Nagged { .. } => false,
        },
        Event::People(event) => matches!(event, PeopleEvent::Invited { .. }),
        // A checklist is there from the beginning: what counts is when its tasks are done.
        Event::Task(event) => !matches!(event, TaskEvent::Added { list: Some(_), .. }),
        Event::Timeline(_) | Event::Rota(_) => false,
        Event::Health(event) => !matches!(event, HealthEvent::Asked { .. }),
    }
}

pub(super) fn evolve(incident: &mut Incident, event: &TimelineEvent, record: &Record) {
    match event {
        TimelineEvent::NoteAdded { at } => {
            let entry = Entry { at: *at, ..entry(incident.facts, record) };
            incident.timeline.insert(entry);
        }
        TimelineEvent::Marked { message, mark } => marked(incident, message, mark, record),
        TimelineEvent::Quoted { message, author, said_at } => {
            let Some(marked) = incident.marked.get_mut(message) else { return };
            let is_corrected = marked.author.replace(author.clone()).is_some();
            marked.reading = None;
            let entry = Entry {
                at: *said_at,
                by: Some(author.clone()),
                is_corrected,
                ..entry(incident.facts, record)
            };
            incident.timeline.replace(message, entry);
        }
        TimelineEvent::Unreadable { message } => {
            let Some(marked) = incident.marked.get_mut(message) else { return };
            marked.reading = None;
            if marked.author.is_none() {
                // It stays where it was marked: when it was said is not known.
                let taken = incident.timeline.take(message);
                let at = taken.as_ref().map_or(record.at, |taken| taken.at);
                let by = taken.and_then(|taken| taken.by.clone());
                incident.timeline.insert(Entry { at, by, ..entry(incident.facts, record) });
            }
        }
        TimelineEvent::Unmarked { message, mark } => {
            let Some(marked) = incident.marked.get_mut(message) else { return };
            marked.marks.retain(|(_, other)| other != mark);
            if marked.marks.is_empty() {
                incident.marked.remove(message);
                incident.timeline.take(message);
            }
        }
    }
}

/// The same message is there once, however many people mark it. One that could not be read is tried again.
fn marked(incident: &mut Incident, message: &MessageRef, mark: &str, record: &Record) {
    let Some(by) = &record.by else { return };
    let fact = incident.facts;
    let is_new = !incident.marked.contains_key(message);
    let marked: &mut Marked = incident.marked.entry(message.clone()).or_default();
    if !marked.marks.iter().any(|(_, other)| other == mark) {
        marked.marks.push((by.clone(), mark.to_owned()));
    }
    if marked.author.is_none() && marked.reading.is_none() {
        marked.reading = Some(fact);
    }
    if is_new {
        incident.timeline.insert(entry(fact, record));
    }
}
