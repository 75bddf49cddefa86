//! What is said about reports: their line, what their reporters hear, and the word that nobody has one.

use super::{Message, Span, mention, text};
use crate::{
    args,
    incident::{Incident, IncidentId, glimpse},
    message::catalogue::Arg,
    person::Person,
    policy::Policy,
    port::AlertState,
    report::{Report, ReportId, Source, Standing},
};

/// The line: what was reported, how it stands, and what can be done. It changes as the report does, and not by itself.
/// Only as it is said for the first time it notifies whoever is on duty.
#[must_use]
pub fn line(report: &Report, is_new: bool, policy: &Policy) -> Message {
    let mut line = head(report, policy).then(alert(report, policy));
    if let (Standing::Declined(_), false) = (&report.standing, report.why.is_empty()) {
        line = line.then(policy.say("report.why", args![why = Arg::quote(&report.why)]));
    }
    match report.standing {
        Standing::Waiting if report.declares.is_some() => line.then(policy.say("report.declares", args![])),
        Standing::Waiting if report.state == AlertState::Resolved => line,
        Standing::Waiting => {
            let people = called(&report.called, is_new, ", ");
            let args = args![id = report.id, people = people, thread = has_thread(report, policy)];
            line.then(policy.say("report.what_to_do", args))
        }
        Standing::Acknowledged(_) => {
            let args = args![id = report.id, thread = has_thread(report, policy)];
            line.then(policy.say("report.what_next", args))
        }
        Standing::Taken(_) | Standing::Declined(_) => line,
    }
}

fn head(report: &Report, policy: &Policy) -> Message {
    let standing = standing(report, policy);
    match &report.source {
        Source::Person { author, .. } => {
            let words = if report.words.is_empty() {
                policy.phrase("report.taken_back", args![])
            } else {
                report.words.clone()
            };
            let args = args![
                id = report.id,
                standing = standing,
                by = report.by.as_ref(),
                author = author.as_ref(),
                words = Arg::quote(&words),
            ];
            policy.say("report.line", args)
        }
        Source::Alert { source, .. } => {
            let args = args![id = report.id, standing = standing, source = source, words = &report.words];
            policy.say("report.line_of_alert", args)
        }
        Source::Storm { source } => {
            let args = args![id = report.id, standing = standing, source = source, count = report.count];
            policy.say("report.line_of_storm", args)
        }
        Source::Heartbeat { name } => {
            policy.say("report.line_of_heartbeat", args![id = report.id, standing = standing, name = name])
        }
    }
}

/// What became of it, in a part of a line.
fn standing(report: &Report, policy: &Policy) -> Vec<Span> {
    match &report.standing {
        Standing::Waiting => policy.spans("report.waiting", args![]),
        Standing::Acknowledged(by) => policy.spans("report.acknowledged", args![by = by]),
        Standing::Taken(_) if report.is_private => policy.spans("report.dealt_with", args![]),
        Standing::Taken(id) => policy.spans("report.taken", args![id = *id]),
        Standing::Declined(by) => policy.spans("report.declined", args![by = by]),
    }
}

/// How its alert stands.
fn alert(report: &Report, policy: &Policy) -> Message {
    let since = policy.clock(report.filed_at);
    let last = policy.clock(report.last_told_at);
    let is_over = report.state == AlertState::Resolved;
    match &report.source {
        Source::Person { .. } => Message::default(),
        Source::Alert { link, since: told, .. } => {
            let args = args![
                over = is_over.then(|| last.clone()),
                acknowledged = report.state == AlertState::Acknowledged,
                since = policy.clock(told.filter(|told| *told <= report.filed_at).unwrap_or(report.filed_at)),
                told = (report.told > 1).then_some(report.told),
                last = last,
                firing = (report.firing > 1).then_some(report.firing),
                link = link.clone().map(Span::Link),
            ];
            policy.say("report.alert", args)
        }
        Source::Storm { .. } => {
            let mut told = policy.say(
                "report.storm",
                args![over = is_over, firing = report.firing, since = since, last = last],
            );
            for group in report.groups.values().take(SHOWN_OF_A_STORM) {
                told = told.bullet([text(glimpse(&group.title))]);
            }
            told
        }
        Source::Heartbeat { .. } => {
            policy.say("report.heartbeat", args![over = is_over, since = since, last = last])
        }
    }
}

/// How many of a storm's groups are named.
const SHOWN_OF_A_STORM: usize = 5;

/// Whether its line has a thread, in which commands mean it.
fn has_thread(report: &Report, policy: &Policy) -> bool {
    policy.has_threads(&report.room.platform)
}

/// People, notified or only named, as a part of a line.
fn called(people: &[Person], notifies: bool, between: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for person in people {
        spans.extend((!spans.is_empty()).then(|| text(between)));
        spans.push(if notifies { mention(person) } else { Span::Person(person.clone()) });
    }
    spans
}

/// To whoever reported something: it is filed, and who was called.
#[must_use]
pub fn filed(id: ReportId, called: &[Person], is_here: bool, policy: &Policy) -> Message {
    let people = super::people::names(called);
    policy.say("report.filed", args![id = id, people = people, here = is_here])
}

/// To whoever reported something and meant something else.
#[must_use]
pub fn reworded(id: ReportId, policy: &Policy) -> Message {
    policy.say("report.reworded", args![id = id])
}

/// To whoever marked a message that can't be read.
#[must_use]
pub fn not_read(policy: &Policy) -> Message {
    policy.say("report.not_read", args![])
}

/// To whoever says that they look at a report.
#[must_use]
pub fn you_have_it(id: ReportId, policy: &Policy) -> Message {
    policy.say("report.you_have_it", args![id = id])
}

/// To whoever declined a report.
#[must_use]
pub fn you_declined(id: ReportId, is_told: bool, policy: &Policy) -> Message {
    policy.say("report.you_declined", args![id = id, told = is_told])
}

/// To whoever attached a report to an incident.
#[must_use]
pub fn you_attached(id: ReportId, incident: IncidentId, policy: &Policy) -> Message {
    policy.say("report.you_attached", args![id = id, incident = incident])
}

/// To the reporter: somebody looks at it.
#[must_use]
pub fn somebody_has_it(report: &Report, by: &Person, policy: &Policy) -> Message {
    policy.say("report.somebody_has_it", args![reporter = reporter(report), id = report.id, by = by])
}

/// To the reporter: it is an incident, or belongs to one.
#[must_use]
pub fn taken(report: &Report, incident: IncidentId, policy: &Policy) -> Message {
    let incident = (!report.is_private).then_some(incident);
    let args =
        args![reporter = reporter(report), id = report.id, incident = incident, became = report.became_it,];
    policy.say("report.reporter_taken", args)
}

/// To the reporter: it is none, and why.
#[must_use]
pub fn declined(report: &Report, by: &Person, policy: &Policy) -> Message {
    let args = args![reporter = reporter(report), id = report.id, by = by, why = Arg::quote(&report.why),];
    policy.say("report.reporter_declined", args)
}

fn reporter(report: &Report) -> Option<Span> {
    report.by.as_ref().map(mention)
}

/// To a reporter: the incident that it belonged to is over.
#[must_use]
pub fn over(incident: &Incident, (report, by): (ReportId, &Person), policy: &Policy) -> Message {
    let named = (!incident.private).then_some(incident.id);
    policy.say("report.over", args![reporter = mention(by), id = report, incident = named])
}

/// To those who are called because nobody has it, in its thread.
#[must_use]
pub fn called_to(report: &Report, to: &[Person], waited: String, policy: &Policy) -> Message {
    let (people, thread) = (called(to, true, " "), has_thread(report, policy));
    policy.say("report.called_to", args![people = people, id = report.id, waited = waited, thread = thread])
}

/// To each of them in private.
#[must_use]
pub fn called_privately(report: &Report, waited: String, policy: &Policy) -> Message {
    let room = Span::Room(report.room.clone(), policy.phrase("report.its_room", args![]));
    let args = args![id = report.id, words = glimpse(&report.words), waited = waited, room = room];
    policy.say("report.called_privately", args)
}

/// To everybody in the room: nobody could be reached.
#[must_use]
pub fn forsaken(report: &Report, waited: String, policy: &Policy) -> Message {
    let contacts = policy.report.contacts.as_deref().map(Arg::quote);
    let args = args![id = report.id, words = glimpse(&report.words), waited = waited, contacts = contacts,];
    policy.say("report.forsaken", args)
}

/// To the reporter: nobody could be reached.
#[must_use]
pub fn reporter_forsaken(report: &Report, waited: String, policy: &Policy) -> Message {
    let contacts = policy.report.contacts.as_deref().map(Arg::quote);
    let args = args![reporter = reporter(report), id = report.id, waited = waited, contacts = contacts];
    policy.say("report.reporter_forsaken", args)
}

/// To an incident's room: a report belongs to it.
#[must_use]
pub fn attached_here(report: ReportId, by: Option<&Person>, words: &str, policy: &Policy) -> Message {
    policy.say("report.attached_here", args![id = report, by = by, words = Arg::quote(words)])
}

/// To an incident's room: all that machines told about it is over.
#[must_use]
pub fn all_quiet(incident: &Incident, policy: &Policy) -> Message {
    policy.say("report.all_quiet", args![id = incident.id])
}
