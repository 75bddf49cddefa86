//! What was stored once must load for ever: a line of `fixtures/` for every shape that reaches the disk.
//!
//! Lines are only ever added. When a shape changes, its old line stays and must still load; the new shape gets a
//! line of its own, which `SITREP_BLESS=1 cargo test -p sitrep-core --test fixtures` appends.

use std::{collections::BTreeSet, fs, path::PathBuf};

use chrono::{DateTime, Duration, Utc};
use serde::{Serialize, de::DeserializeOwned};
use sitrep_core::{
    effect::{Desired, Effect, EffectId, Keep, Measure, Place, Pressed, Purpose, Quote, Quoting, Read, Say},
    event::{
        Ahead, Audience, ChangeEvent, Event, EvidenceEvent, HealthEvent, IncidentEvent, PeopleEvent, Promise,
        RECORD_VERSION, Record, ReportEvent, RetrospectiveEvent, RoleEvent, RoomEvent, RotaEvent, Subject,
        TaskEvent, TimelineEvent, UpdateEvent, WorkspaceEvent,
    },
    incident::{IncidentId, Origin, Role, Severity},
    message::{Message, Span, bold, code, mention, named, text},
    person::Person,
    port::{
        AlertState, Appointment, Attachment, Chart, Panel, Reading, RoomKind, Sample, Series, StoredEffect,
    },
    report::{ReportId, Source},
    room::{MessageRef, PlatformName, RoomRef},
};

fn platform() -> PlatformName {
    PlatformName::new("matrix")
}

fn alice() -> Person {
    Person::new(&platform(), "@alice:example.org")
}

fn room() -> RoomRef {
    RoomRef::new(&platform(), "!room:example.org")
}

fn message() -> MessageRef {
    MessageRef { room: room(), id: "$message".to_owned(), thread: Some("$root".to_owned()) }
}

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_344_780_250).unwrap_or_default()
}

fn every_event() -> Vec<Event> {
    let id = IncidentId(12);
    let promise = Promise { due: moment(), interval_secs: 1200 };
    let declared = IncidentEvent::Declared {
        severity: Severity::Sev2,
        private: true,
        room_name: "2026-11-22-1053-checkout-is-down".to_owned(),
        origin: Origin { message: message(), direct: false },
        invited: vec![alice()],
        stakeholders: vec![room()],
        services: vec!["checkout".to_owned()],
        meeting: Some("https://meet.example/x".to_owned()),
        promise: Some(promise),
    };
    vec![
        Event::Workspace(WorkspaceEvent::IncidentNumbered { id, room_name: "a-room".to_owned() }),
        Event::Workspace(WorkspaceEvent::RoomBound { id, room: room() }),
        Event::Incident(declared),
        Event::Incident(IncidentEvent::Acknowledged),
        Event::Incident(IncidentEvent::SeverityChanged {
            to: Severity::Sev1,
            promise: None,
            invited: vec![alice()],
        }),
        Event::Incident(IncidentEvent::Resolved),
        Event::Incident(IncidentEvent::Retitled),
        Event::Incident(IncidentEvent::WordsErased { facts: vec![1, 4] }),
        Event::Workspace(WorkspaceEvent::DirectRoomOpened { person: alice(), room: room() }),
        Event::Workspace(WorkspaceEvent::PersonNamed { person: alice(), name: "Alice".to_owned() }),
        Event::Room(RoomEvent::Gone { room: room() }),
        Event::Room(RoomEvent::MeetingOpened {
            room: room(),
            link: "https://discord.com/channels/1/2".to_owned(),
        }),
        Event::Room(RoomEvent::PromptPosted { prompt: message() }),
        Event::Room(RoomEvent::Lost { room: room(), by: alice() }),
        Event::Room(RoomEvent::Regained { room: room() }),
        Event::Room(RoomEvent::Moved { room: room(), by: alice() }),
        Event::Update(UpdateEvent::Snoozed { until: moment() }),
        Event::Room(RoomEvent::Opened { room: room() }),
        Event::Room(RoomEvent::OpeningFailed { reason: "refused".to_owned() }),
        Event::Room(RoomEvent::CardPosted { card: message() }),
        Event::Room(RoomEvent::GivenUp { what: "pin the card".to_owned(), reason: "forbidden".to_owned() }),
        Event::Room(RoomEvent::Delayed { things: 17, minutes: 4 }),
        Event::Room(RoomEvent::Dropped { what: "ask for an update".to_owned() }),
        Event::Role(RoleEvent::Assigned { role: Role::Commander, to: alice() }),
        Event::Update(UpdateEvent::Posted {
            promise: Some(promise),
            to: vec![room()],
            audience: Audience::Public,
        }),
        Event::Update(UpdateEvent::Promised { promise }),
        Event::Update(UpdateEvent::Prompted { due: moment(), again: true }),
        Event::Update(UpdateEvent::Missed { due: moment(), minutes: 10 }),
        Event::Retrospective(RetrospectiveEvent::Proposed { owner: alice(), at: moment(), ask_at: moment() }),
        Event::Retrospective(RetrospectiveEvent::Booked { at: moment() }),
        Event::Retrospective(RetrospectiveEvent::Declined),
        Event::Retrospective(RetrospectiveEvent::Reminded { ahead: Ahead::TenMinutes }),
        Event::Retrospective(RetrospectiveEvent::Lapsed { ask_at: moment() }),
        Event::Retrospective(RetrospectiveEvent::Nagged { ask_at: moment() }),
    ]
    .into_iter()
    .chain(every_event_of_leading())
    .chain(every_event_of_the_rota())
    .chain(every_event_of_reports())
    .collect()
}

/// What happens to who is on duty.
fn every_event_of_the_rota() -> Vec<Event> {
    let team = || "payments".to_owned();
    vec![
        Event::Rota(RotaEvent::OverrideSet {
            team: team(),
            person: alice(),
            from: moment(),
            until: moment() + Duration::hours(2),
        }),
        Event::Rota(RotaEvent::OverrideEnded { team: team() }),
        Event::Rota(RotaEvent::HandedOver { team: team(), from: Some(alice()), to: None }),
    ]
}

/// What happens to reports, and what bears on incidents.
fn every_event_of_reports() -> Vec<Event> {
    let (source, link) = (|| "prometheus".to_owned(), || Some("https://example.org/alerts".to_owned()));
    let alert =
        Source::Alert { source: source(), group: "{}:{a=1}".to_owned(), link: link(), since: Some(moment()) };
    let filed = ReportEvent::Filed {
        source: Source::Person { message: message(), author: Some(alice()) },
        room: room(),
        team: Some("payments".to_owned()),
        services: vec!["checkout".to_owned()],
        called: vec![alice()],
        attached: Some(IncidentId(12)),
        private: false,
        declares: Some(Severity::Sev1),
        firing: 3,
    };
    let attached = EvidenceEvent::ReportAttached {
        report: ReportId(3),
        source: alert,
        reporter: Some(alice()),
        filed_at: moment(),
        declared: true,
        has_line: true,
    };
    let made = ChangeEvent::Made {
        source: source(),
        at: moment(),
        link: link(),
        services: vec!["checkout".to_owned()],
    };
    let of_reports = [
        ReportEvent::LinePosted { line: message() },
        ReportEvent::LineMoved { room: room() },
        ReportEvent::LineFailed,
        ReportEvent::Acknowledged,
        ReportEvent::Escalated { step: 2, to: vec![alice()] },
        ReportEvent::Taken { incident: IncidentId(12), private: true, declared: true },
        ReportEvent::Declined,
        ReportEvent::Reworded,
        ReportEvent::ToldAgain { state: AlertState::Resolved, firing: 0 },
        ReportEvent::GroupTold { group: "a".to_owned(), state: AlertState::Acknowledged },
        ReportEvent::Settled,
        ReportEvent::WordsErased { facts: vec![1, 4] },
    ];
    let evidence = [
        attached,
        EvidenceEvent::AlertTold { report: ReportId(3), state: AlertState::Firing },
        EvidenceEvent::ChangeNoticed { source: source(), at: moment(), link: link() },
    ];
    let filed = std::iter::once(filed).chain(of_reports).map(Event::Report);
    let others = evidence.map(Event::Evidence).into_iter();
    let numbered = WorkspaceEvent::ReportNumbered { id: ReportId(3) };
    let rest = [Event::Change(made), Event::Change(ChangeEvent::Forgotten), Event::Workspace(numbered)];
    filed.chain(others).chain(rest).collect()
}

/// What happens between declared and resolved.
fn every_event_of_leading() -> Vec<Event> {
    let id = IncidentId(12);
    let promise = Promise { due: moment(), interval_secs: 1200 };
    let duplicated = IncidentEvent::Duplicated { by: id, people: vec![alice()], followers: vec![alice()] };
    vec![
        Event::Incident(IncidentEvent::Escalated { step: 2, to: vec![alice()] }),
        Event::Incident(IncidentEvent::Mitigated { promise: Some(promise) }),
        Event::Incident(IncidentEvent::LastingEffects { none: true }),
        Event::Incident(IncidentEvent::FalseAlarm),
        Event::Incident(IncidentEvent::Duplicate { of: id }),
        Event::Incident(duplicated),
        Event::Incident(IncidentEvent::Related { to: id }),
        Event::Incident(IncidentEvent::Reopened { promise: Some(promise), retrospective_off: true }),
        Event::Incident(IncidentEvent::Closed),
        Event::Incident(IncidentEvent::Linked),
        Event::Incident(IncidentEvent::MeetingChanged),
        Event::Room(RoomEvent::SignsPosted { on: Pressed::Handoff, message: message() }),
        Event::Room(RoomEvent::CopyPosted { fact: 7, copy: message() }),
        Event::Room(RoomEvent::Archived),
        Event::Room(RoomEvent::Restored),
        Event::Role(RoleEvent::Released { role: Role::Scribe, from: alice() }),
        Event::Role(RoleEvent::HandoffOffered { to: alice() }),
        Event::Role(RoleEvent::HandoffReminded),
        Event::Role(RoleEvent::HandoffWithdrawn),
        Event::Role(RoleEvent::HandedOff { from: Some(alice()), to: alice() }),
        Event::Role(RoleEvent::HandoffPrompted { step: 1 }),
        Event::Role(RoleEvent::Asked { roles: vec![Role::CommsLead, Role::Scribe, Role::Responder] }),
        Event::Update(UpdateEvent::Edited { fact: 7 }),
        Event::Update(UpdateEvent::Asked),
        Event::People(PeopleEvent::Invited { people: vec![alice()], names: vec!["payments".to_owned()] }),
        Event::People(PeopleEvent::Joined),
        Event::People(PeopleEvent::Briefed { person: alice() }),
        Event::People(PeopleEvent::Followed),
        Event::People(PeopleEvent::Unreached { person: alice() }),
        Event::People(PeopleEvent::BriefedInRoom { people: vec![alice()] }),
        Event::People(PeopleEvent::Unfollowed { people: vec![alice()] }),
        Event::Task(TaskEvent::Added { number: 2, to: Some(alice()), list: Some("default".to_owned()) }),
        Event::Task(TaskEvent::Ticked { number: 2 }),
        Event::Task(TaskEvent::Unticked { number: 2 }),
        Event::Timeline(TimelineEvent::NoteAdded { at: moment() }),
        Event::Timeline(TimelineEvent::Marked { message: message(), mark: "$mark".to_owned() }),
        Event::Timeline(TimelineEvent::Unreadable { message: message() }),
        Event::Timeline(TimelineEvent::Quoted { message: message(), author: alice(), said_at: moment() }),
        Event::Timeline(TimelineEvent::Unmarked { message: message(), mark: "$mark".to_owned() }),
        Event::Health(HealthEvent::Asked { at_start: true }),
        Event::Health(HealthEvent::Measured { readings: vec![reading()] }),
        Event::Health(HealthEvent::Unanswered),
    ]
}

fn reading() -> Reading {
    let samples = vec![Some(Sample(0.5)), None, Some(Sample(12.0))];
    Reading {
        title: "Requests failing".to_owned(),
        unit: "req/s".to_owned(),
        series: Some(Series { from: moment(), step_secs: 60, samples }),
        trouble: Some("it did not answer".to_owned()),
    }
}

/// The same message with everything that can go with it.
fn with_chart(effect: Effect) -> Effect {
    let Effect::Say(say) = effect else { return effect };
    let chart = Chart {
        alt: "Requests failing: 12 req/s".to_owned(),
        title: "INC-12".to_owned(),
        readings: vec![reading()],
        captions: vec!["12 req/s".to_owned()],
        mark: Some((moment(), "declared".to_owned())),
        timezone: "Europe/Berlin".to_owned(),
    };
    Effect::Say(Say {
        signs: Some(Pressed::Tasks),
        attachment: Some(Box::new(Attachment::Chart(chart))),
        ..say
    })
}

fn appointment() -> Appointment {
    Appointment {
        name: "Retrospective of INC-12".to_owned(),
        about: "Sev2".to_owned(),
        starts_at: moment(),
        ends_at: moment(),
    }
}

fn every_effect() -> Vec<StoredEffect> {
    let incident = IncidentId(12);
    let words =
        Message::line([text("a"), bold("b"), code("c"), Span::Link("https://example.org".to_owned())])
            .bullet([named(&alice()), mention(&alice()), Span::Room(room(), "room".to_owned())])
            .quote("said");
    let say = |place, purpose| {
        let (about, answers) = (Some(incident), Some(message()));
        Effect::Say(Say {
            platform: platform(),
            place,
            purpose,
            report: Some(ReportId(3)).filter(|_| purpose == Purpose::Line),
            about,
            answers,
            only_for: None,
            quotes: None,
            signs: None,
            stale_at: moment(),
            message: words.clone(),
            attachment: None,
        })
    };
    let keep =
        |desired| Effect::Keep(Keep { platform: platform(), about: Subject::Incident(incident), desired });
    let effects = [
        say(Place::Incident(incident), Purpose::Card),
        say(Place::Room(room()), Purpose::Answer),
        say(Place::Room(room()), Purpose::Notice),
        say(Place::Incident(incident), Purpose::Prompt),
        say(Place::Report(ReportId(3)), Purpose::Notice),
        say(Place::Room(room()), Purpose::Line),
        keep(Desired::Room {
            name: "a-room".to_owned(),
            topic: "INC-12".to_owned(),
            invited: vec![alice()],
            private: true,
            open_to: None,
        }),
        keep(Desired::Room {
            name: "a-room".to_owned(),
            topic: "INC-12".to_owned(),
            invited: vec![alice()],
            private: false,
            open_to: Some(room()),
        }),
        keep(Desired::Card { card: message(), message: words.clone() }),
        keep(Desired::Pinned { card: message() }),
        keep(Desired::Members { people: vec![alice()] }),
        keep(Desired::Named { name: "a-room".to_owned(), topic: "INC-12".to_owned() }),
        keep(Desired::Buttons { message: message(), on: Pressed::Card, keys: vec!["✅".to_owned()] }),
        keep(Desired::Buttons { message: message(), on: Pressed::Prompt, keys: vec!["💤".to_owned()] }),
        keep(Desired::Meeting {
            name: "a-room".to_owned(),
            people: Some(vec![alice()]),
            known: Some(room()),
        }),
        keep(Desired::NoMeeting { room: room() }),
        keep(Desired::Appointment { room: room(), appointment: Some(appointment()) }),
        Effect::Direct(alice()),
        say(Place::Person(alice()), Purpose::Notice),
        say(Place::Message(message()), Purpose::Notice),
        Effect::Read(Read {
            message: message(),
            person: alice(),
            kind: RoomKind::Configured,
            sent_at: moment(),
            stale_at: moment(),
            told: true,
        }),
        quoting(say(Place::Room(room()), Purpose::Notice), 5),
        with_chart(say(Place::Incident(incident), Purpose::Notice)),
        keep(Desired::Tasks { list: message(), message: words.clone() }),
        keep(Desired::Copy { number: 3, copy: message(), message: words.clone() }),
        keep(Desired::Archived { room: room() }),
        keep(Desired::Restored { room: room() }),
        keep(Desired::Buttons { message: message(), on: Pressed::Handoff, keys: vec!["✅".to_owned()] }),
        keep(Desired::Buttons { message: message(), on: Pressed::Roles, keys: vec!["✅".to_owned()] }),
        keep(Desired::Buttons { message: message(), on: Pressed::Escalation, keys: vec!["✅".to_owned()] }),
        keep(Desired::Buttons { message: message(), on: Pressed::Tasks, keys: vec!["✅".to_owned()] }),
        keep(Desired::Buttons { message: message(), on: Pressed::Lasting, keys: vec!["✅".to_owned()] }),
        Effect::Measure(Measure {
            incident,
            panels: vec![Panel {
                title: "Requests failing".to_owned(),
                query: "up".to_owned(),
                unit: "req/s".to_owned(),
            }],
            from: moment(),
            until: moment(),
            stale_at: moment(),
        }),
    ];
    let stored = |(index, effect)| StoredEffect {
        id: EffectId { sequence: 7, index },
        key: format!("0badcafe-7-{index:x}"),
        created_at: moment(),
        effect,
    };
    (0..).zip(effects.into_iter().chain(effects_of_reports())).map(stored).collect()
}

/// What is to be done about reports, and with marked messages.
fn effects_of_reports() -> [Effect; 3] {
    [
        Effect::Quote(Quote {
            purpose: Quoting::Timeline(IncidentId(12)),
            message: message(),
            stale_at: moment(),
        }),
        Effect::Quote(Quote { purpose: Quoting::Report(alice()), message: message(), stale_at: moment() }),
        Effect::Keep(Keep {
            platform: platform(),
            about: Subject::Report(ReportId(3)),
            desired: Desired::Line { line: message(), message: Message::text("REP-3 waits") },
        }),
    ]
}

/// A message that passes on the words of a fact.
fn quoting(effect: Effect, fact: u64) -> Effect {
    let Effect::Say(say) = effect else { return effect };
    Effect::Say(Say { quotes: Some(fact), ..say })
}

/// Every line of a fixture loads, and everything that this build writes has a line there.
fn check<T: Serialize + DeserializeOwned>(file: &str, written: &[T]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(file);
    let mut fixture = fs::read_to_string(&path).unwrap_or_default();
    let lines: BTreeSet<String> = fixture.lines().map(str::to_owned).collect();
    for line in &lines {
        if let Err(error) = serde_json::from_str::<T>(line) {
            panic!("{file}: what was stored once doesn't load any more: {error}\n{line}");
        }
    }
    let json = |value: &T| serde_json::to_string(value).expect("what is stored is JSON");
    let missing: Vec<String> = written.iter().map(json).filter(|line| !lines.contains(line)).collect();
    if std::env::var_os("SITREP_BLESS").is_some() {
        missing.iter().for_each(|line| fixture.extend([line.as_str(), "\n"]));
        fs::write(&path, fixture).expect("the fixture can be written");
    } else {
        assert!(missing.is_empty(), "{file} has no line for:\n{}", missing.join("\n"));
    }
}

#[test]
fn facts_load_for_ever() {
    let events = every_event();
    let names: BTreeSet<&str> = events.iter().map(Event::name).collect();
    assert_eq!(names.len(), events.len(), "one of each kind");
    let record = |event| Record {
        v: RECORD_VERSION,
        at: moment(),
        by: Some(alice()),
        message: None,
        event,
        words: None,
    };
    let mut typed = record(Event::Incident(IncidentEvent::Resolved));
    typed.message = Some("$event".to_owned());
    check("events.jsonl", &[typed]);
    check("events.jsonl", &events.into_iter().map(record).collect::<Vec<_>>());
}

#[test]
fn effects_load_for_ever() {
    check("effects.jsonl", &every_effect());
}
