//! The timeline as people read it: a line for each thing that happened, in the words of the catalogue.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use super::{Line, Message, Span, catalogue::Arg, text};
use crate::{
    args,
    event::{
        Ahead, Audience, Event, EvidenceEvent, HealthEvent, IncidentEvent, PeopleEvent, RetrospectiveEvent,
        RoleEvent, RoomEvent, TaskEvent, TimelineEvent, UpdateEvent,
    },
    incident::{Incident, glimpse, timeline::Entry},
    person::Person,
    policy::Policy,
    port::{AlertState, Reading},
    time::wording::clock,
};

/// How many lines a page has: what a phone shows, and what fits into a message anywhere.
pub const PAGE: usize = 12;
/// A note about something that happened this long before it was written says when that was.
const LATER: Duration = Duration::minutes(2);

/// How much of what people said a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// The beginning.
    Short,
    /// All of it.
    Whole,
}

/// How many pages there are: at least one.
#[must_use]
pub fn pages(incident: &Incident) -> usize {
    incident.timeline.len().div_ceil(PAGE).max(1)
}

/// One page, from 1.
#[must_use]
pub fn page(incident: &Incident, number: usize, policy: &Policy) -> Message {
    let pages = pages(incident);
    let several = (pages > 1).then_some(pages);
    let mut message = policy.say("timeline.title", args![id = incident.id, page = number, pages = several]);
    let first = number.saturating_sub(1) * PAGE;
    let entries = incident.timeline.iter().skip(first).take(PAGE);
    message.lines.extend(lines(entries, policy, Length::Short));
    if incident.timeline.is_empty() {
        message.lines.extend(policy.say("timeline.empty", args![]).lines);
    } else if several.is_some() {
        message.lines.extend(policy.say("timeline.more", args![]).lines);
    }
    message
}

/// All of it as text, people by their names.
#[must_use]
pub fn whole(incident: &Incident, policy: &Policy, name: impl Fn(&Person) -> String) -> String {
    let mut message = policy.say("timeline.title", args![id = incident.id, page = 1, pages = None::<usize>]);
    message.lines.extend(lines(incident.timeline.iter(), policy, Length::Whole));
    let message = message.with_people(|person, _| Some(Span::Text(name(person))));
    message.plain(|_, name| name.to_owned()) + "\n"
}

/// With what goes with `!timeline all` where a message can carry a file.
#[must_use]
pub fn attached(incident: &Incident, policy: &Policy) -> Message {
    policy.say("timeline.attached", args![id = incident.id, lines = incident.timeline.len()])
}

/// To whoever wrote a note.
#[must_use]
pub fn noted(incident: &Incident, at: Option<DateTime<Utc>>, policy: &Policy, now: DateTime<Utc>) -> Message {
    let at = at.map(|at| policy.moment(at, now));
    policy.say("timeline.noted", args![id = incident.id, at = at])
}

/// There is no such page.
#[must_use]
pub fn no_such_page(incident: &Incident, policy: &Policy) -> Message {
    policy.say("timeline.no_such_page", args![id = incident.id, pages = pages(incident)])
}

/// Lines with the day where it begins.
pub fn lines<'a>(entries: impl Iterator<Item = &'a Entry>, policy: &Policy, length: Length) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut today: Option<NaiveDate> = None;
    for entry in entries {
        let day = entry.at.with_timezone(&policy.timezone).date_naive();
        if today.replace(day) != Some(day) {
            lines.extend(policy.say("timeline.day", args![day = day_of(entry.at, policy)]).lines);
        }
        lines.push(Line::Bullet(line(entry, policy, length)));
    }
    lines
}

/// "Tue 24 Nov 2026".
fn day_of(at: DateTime<Utc>, policy: &Policy) -> String {
    let day = at.with_timezone(&policy.timezone).date_naive();
    format!("{} {}", policy.words.weekday(day.weekday()), policy.words.date(day))
}

/// "14:05 alice: has it".
fn line(entry: &Entry, policy: &Policy, length: Length) -> Vec<Span> {
    let is_later = matches!(entry.event, Event::Timeline(TimelineEvent::NoteAdded { .. }))
        && entry.recorded_at - entry.at > LATER;
    let by = entry.by.as_ref().map(|person| Span::Person(person.clone()));
    let args = args![
        clock = clock(entry.at, policy.timezone),
        by = by.unwrap_or_else(|| text("sitrep")),
        what = what(entry, policy, length),
        corrected = entry.is_corrected && !entry.is_erased,
        added = is_later.then(|| recorded(entry, policy)),
    ];
    policy.spans("timeline.line", args)
}

/// When it was written down: the time alone on the same day.
fn recorded(entry: &Entry, policy: &Policy) -> String {
    let day = |at: DateTime<Utc>| at.with_timezone(&policy.timezone).date_naive();
    if day(entry.at) == day(entry.recorded_at) {
        policy.clock(entry.recorded_at)
    } else {
        policy.absolute(entry.recorded_at)
    }
}

/// What happened, in a part of a line.
fn what(entry: &Entry, policy: &Policy, length: Length) -> Vec<Span> {
    let words = words(entry, policy, length);
    match &entry.event {
        Event::Workspace(_) | Event::Rota(_) | Event::Report(_) | Event::Change(_) => Vec::new(),
        Event::Evidence(event) => evidence(event, words, policy),
        Event::Incident(event) => incident(event, words, policy),
        Event::Room(event) => room(event, policy),
        Event::Role(event) => role(event, policy),
        Event::Update(event) => update(event, words, policy),
        Event::Retrospective(event) => retrospective(event, words, policy),
        Event::People(event) => people(event, policy),
        Event::Task(event) => task(event, words, policy),
        Event::Timeline(event) => record(event, words, policy),
        Event::Health(event) => health(event, policy),
    }
}

/// What was said, or that it was taken back.
fn words(entry: &Entry, policy: &Policy, length: Length) -> Arg {
    match (entry.is_erased, length) {
        (true, _) => Arg::from(policy.phrase("timeline.taken_back", args![])),
        (false, Length::Short) => Arg::from(glimpse(&entry.words)),
        (false, Length::Whole) => Arg::from(&entry.words),
    }
}

fn incident(event: &IncidentEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        IncidentEvent::Declared { severity, .. } => {
            let severity = policy.severity_word(*severity);
            policy.spans("timeline.declared", args![severity = severity, words = words])
        }
        IncidentEvent::Acknowledged => policy.spans("timeline.acknowledged", args![]),
        IncidentEvent::SeverityChanged { to, .. } => {
            policy.spans("timeline.severity", args![severity = policy.severity_word(*to)])
        }
        IncidentEvent::Escalated { to, .. } => {
            policy.spans("timeline.escalated", args![people = super::people::names(to)])
        }
        IncidentEvent::Mitigated { .. } => policy.spans("timeline.mitigated", args![words = words]),
        IncidentEvent::Resolved => policy.spans("timeline.resolved", args![words = words]),
        IncidentEvent::LastingEffects { none: true } => policy.spans("timeline.nothing_lasts", args![]),
        IncidentEvent::LastingEffects { none: false } => {
            policy.spans("timeline.lasting", args![words = words])
        }
        IncidentEvent::FalseAlarm => policy.spans("timeline.false_alarm", args![words = words]),
        IncidentEvent::Duplicate { of } => policy.spans("timeline.duplicate", args![other = *of]),
        IncidentEvent::Duplicated { by, .. } => policy.spans("timeline.duplicated", args![other = *by]),
        IncidentEvent::Related { to } => policy.spans("timeline.related", args![other = *to]),
        IncidentEvent::Reopened { .. } => policy.spans("timeline.reopened", args![words = words]),
        IncidentEvent::Closed => policy.spans("timeline.closed", args![]),
        IncidentEvent::Linked => policy.spans("timeline.linked", args![words = words]),
        IncidentEvent::MeetingChanged => policy.spans("timeline.meeting", args![words = words]),
        IncidentEvent::Retitled | IncidentEvent::WordsErased { .. } => Vec::new(),
    }
}

fn evidence(event: &EvidenceEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        EvidenceEvent::ReportAttached { report, source, reporter, .. } => {
            let args =
                args![report = *report, source = source.machine(), by = reporter.as_ref(), words = words];
            policy.spans("timeline.report", args)
        }
        EvidenceEvent::AlertTold { report, state } => {
            let over = *state == AlertState::Resolved;
            let acknowledged = *state == AlertState::Acknowledged;
            let args = args![report = *report, over = over, acknowledged = acknowledged, words = words];
            policy.spans("timeline.alert", args)
        }
        EvidenceEvent::ChangeNoticed { source, link, .. } => {
            let link = link.clone().map(Span::Link);
            policy.spans("timeline.change", args![source = source, words = words, link = link])
        }
    }
}

fn room(event: &RoomEvent, policy: &Policy) -> Vec<Span> {
    match event {
        RoomEvent::OpeningFailed { reason } => policy.spans("timeline.no_room", args![reason = reason]),
        RoomEvent::Archived => policy.spans("timeline.archived", args![]),
        RoomEvent::Restored => policy.spans("timeline.restored", args![]),
        RoomEvent::Lost { by, .. } => policy.spans("timeline.room_lost", args![by = by]),
        RoomEvent::Gone { .. } => policy.spans("timeline.room_gone", args![]),
        RoomEvent::Regained { .. } => policy.spans("timeline.room_regained", args![]),
        RoomEvent::Moved { by, .. } => policy.spans("timeline.room_moved", args![by = by]),
        RoomEvent::GivenUp { what, reason } => {
            policy.spans("timeline.given_up", args![what = what, reason = reason])
        }
        RoomEvent::Dropped { what } => policy.spans("timeline.dropped", args![what = what]),
        RoomEvent::Opened { .. }
        | RoomEvent::CardPosted { .. }
        | RoomEvent::PromptPosted { .. }
        | RoomEvent::SignsPosted { .. }
        | RoomEvent::CopyPosted { .. }
        | RoomEvent::MeetingOpened { .. }
        | RoomEvent::Delayed { .. } => Vec::new(),
    }
}

fn role(event: &RoleEvent, policy: &Policy) -> Vec<Span> {
    match event {
        RoleEvent::Assigned { role, to } => {
            policy.spans("timeline.assigned", args![role = policy.role_word(*role), to = to])
        }
        RoleEvent::Released { role, from } => {
            policy.spans("timeline.released", args![role = policy.role_word(*role), from = from])
        }
        RoleEvent::HandoffOffered { to } => policy.spans("timeline.offered", args![to = to]),
        RoleEvent::HandoffWithdrawn => policy.spans("timeline.withdrawn", args![]),
        RoleEvent::HandedOff { from, to } => {
            policy.spans("timeline.handed_off", args![from = from.as_ref(), to = to])
        }
        RoleEvent::HandoffReminded | RoleEvent::HandoffPrompted { .. } | RoleEvent::Asked { .. } => {
            Vec::new()
        }
    }
}

fn update(event: &UpdateEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        UpdateEvent::Posted { audience, .. } => {
            let public = *audience == Audience::Public;
            policy.spans("timeline.update", args![public = public, words = words])
        }
        UpdateEvent::Asked => policy.spans("timeline.asked", args![]),
        UpdateEvent::Promised { promise } => {
            policy.spans("timeline.promised", args![at = policy.clock(promise.due)])
        }
        UpdateEvent::Snoozed { until } => policy.spans("timeline.snoozed", args![at = policy.clock(*until)]),
        UpdateEvent::Missed { minutes, .. } => {
            policy.spans("timeline.missed", args![late = policy.minutes(*minutes)])
        }
        UpdateEvent::Prompted { .. } | UpdateEvent::Edited { .. } => Vec::new(),
    }
}

fn retrospective(event: &RetrospectiveEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        RetrospectiveEvent::Booked { at } => {
            policy.spans("timeline.booked", args![at = policy.absolute(*at)])
        }
        RetrospectiveEvent::Declined => policy.spans("timeline.declined", args![words = words]),
        RetrospectiveEvent::Lapsed { .. } => policy.spans("timeline.lapsed", args![]),
        RetrospectiveEvent::Reminded { ahead: Ahead::Now } => policy.spans("timeline.begun", args![]),
        RetrospectiveEvent::Reminded { .. }
        | RetrospectiveEvent::Proposed { .. }
        | RetrospectiveEvent::Nagged { .. } => Vec::new(),
    }
}

fn people(event: &PeopleEvent, policy: &Policy) -> Vec<Span> {
    match event {
        PeopleEvent::Invited { people, names } => {
            let names = (!names.is_empty()).then(|| names.join(", "));
            policy.spans("timeline.invited", args![people = super::people::names(people), names = names])
        }
        PeopleEvent::Joined => policy.spans("timeline.joined", args![]),
        PeopleEvent::Briefed { .. }
        | PeopleEvent::Unreached { .. }
        | PeopleEvent::BriefedInRoom { .. }
        | PeopleEvent::Followed
        | PeopleEvent::Unfollowed { .. } => Vec::new(),
    }
}

fn task(event: &TaskEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        TaskEvent::Added { number, to, .. } => {
            policy.spans("timeline.task", args![number = *number, words = words, to = to.as_ref()])
        }
        TaskEvent::Ticked { number } => policy.spans("timeline.ticked", args![number = *number]),
        TaskEvent::Unticked { number } => policy.spans("timeline.unticked", args![number = *number]),
    }
}

fn record(event: &TimelineEvent, words: Arg, policy: &Policy) -> Vec<Span> {
    match event {
        TimelineEvent::NoteAdded { .. } => policy.spans("timeline.note", args![words = words]),
        TimelineEvent::Quoted { .. } => policy.spans("timeline.quoted", args![words = words]),
        TimelineEvent::Marked { .. } => policy.spans("timeline.marked", args![]),
        TimelineEvent::Unreadable { .. } => policy.spans("timeline.unreadable", args![]),
        TimelineEvent::Unmarked { .. } => Vec::new(),
    }
}

fn health(event: &HealthEvent, policy: &Policy) -> Vec<Span> {
    match event {
        HealthEvent::Measured { readings } => {
            let figures: Vec<String> = readings.iter().filter_map(figure).collect();
            let figures = (!figures.is_empty()).then(|| figures.join(", "));
            policy.spans("timeline.measured", args![figures = figures])
        }
        HealthEvent::Unanswered => policy.spans("timeline.unmeasured", args![]),
        HealthEvent::Asked { .. } => Vec::new(),
    }
}

/// "errors 3.2 %": a panel with its last value.
fn figure(reading: &Reading) -> Option<String> {
    let last = reading.series.as_ref()?.samples.iter().rev().flatten().next()?;
    let value = format!("{:.3}", last.0);
    let value = value.trim_end_matches('0').trim_end_matches('.');
    Some(format!("{} {value} {}", reading.title, reading.unit).trim_end().to_owned())
}
