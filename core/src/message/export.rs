//! An incident written down for others: what it was, what happened, what was to be done.

use super::{
    Line, Message, task,
    timeline::{Length, lines},
};
use crate::{args, incident::Incident, policy::Policy};

/// What stands above it.
#[must_use]
pub fn title(incident: &Incident) -> String {
    format!("{}: {}", incident.id, incident.title_or_gap())
}

/// What it was, a bullet each.
#[must_use]
pub fn head(incident: &Incident, policy: &Policy) -> Message {
    let ended = incident.resolved_at.map(|at| policy.absolute(at));
    let took = incident.resolved_at.map(|at| policy.lasting(at - incident.declared_at));
    let args = args![
        severity = policy.severity_word(incident.severity),
        status = policy.status_word(incident.status),
        private = incident.private,
        declared = policy.absolute(incident.declared_at),
        reporter = policy.declarer(incident),
        commander = incident.commander.as_ref(),
        ended = ended,
        took = took,
    ];
    policy.say("export.head", args)
}

/// What follows, each part under a heading.
#[must_use]
pub fn sections(incident: &Incident, policy: &Policy) -> Vec<(String, Vec<Line>)> {
    let timeline = lines(incident.timeline.iter(), policy, Length::Whole);
    let mut sections = vec![(policy.phrase("export.timeline", args![]), timeline)];
    if !incident.tasks.is_empty() {
        sections.push((policy.phrase("export.tasks", args![]), task::lines(incident, policy)));
    }
    sections
}
