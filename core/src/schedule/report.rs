//! When somebody else is called to a report that nobody has, and when nothing more will come of it.
//!
//! Whoever is on duty has `acknowledge_within`, then the next of the rota as long, and so on down to those whom it
//! escalates to. When there is nobody left that is said, and then again after as long as it has been waiting, at most a day.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, ReportEvent},
    person::Person,
    policy::Policy,
    port::AlertState,
    report::{Report, Standing},
    rota::Duty,
};

/// It is never quiet for longer than this about a report that nobody has.
const LONGEST_PAUSE: Duration = Duration::days(1);
/// How long commands about what a person reported are still understood in its thread after it was decided.
const DECIDED_KEPT: Duration = Duration::days(1);
/// How long somebody may look at a report.
const LOOKED_AT_KEPT: Duration = Duration::days(7);
/// How long a report that nobody cares about is called out.
const WAITING_KEPT: Duration = Duration::days(30);
/// How long an alert is the same one after it was over.
const OVER_KEPT: Duration = Duration::minutes(30);
/// How long an alert that nobody tells about any more is still the same one.
const SILENT_KEPT: Duration = Duration::days(7);

/// What must fall due for a report as it stands.
#[must_use]
pub fn deadlines(report: &Report, policy: &Policy) -> BTreeMap<DueKind, DateTime<Utc>> {
    let mut due = BTreeMap::new();
    if !report.is_live() {
        return due;
    }
    if report.is_waiting() {
        due.insert(DueKind::ReportEscalation, next_call(report, policy));
    }
    due.insert(DueKind::ReportSettles, settles_at(report));
    due
}

fn next_call(report: &Report, policy: &Policy) -> DateTime<Utc> {
    let within = policy.report.acknowledge_within;
    match report.escalated {
        None => report.waiting_since + within,
        Some((_, at)) if !report.is_forsaken() => at + within,
        Some((_, at)) => at + (at - report.waiting_since).clamp(within, LONGEST_PAUSE.max(within)),
    }
}

fn settles_at(report: &Report) -> DateTime<Utc> {
    let latest = report.decided_at.unwrap_or(report.filed_at).max(report.last_told_at);
    if report.source.machine().is_some() {
        let kept = if report.state == AlertState::Resolved { OVER_KEPT } else { SILENT_KEPT };
        return latest + kept;
    }
    match report.standing {
        Standing::Waiting => report.filed_at + WAITING_KEPT,
        Standing::Acknowledged(_) => latest + LOOKED_AT_KEPT,
        Standing::Taken(_) | Standing::Declined(_) => latest + DECIDED_KEPT,
    }
}

/// What has happened when a deadline falls due. Empty when the report no longer calls for it.
#[must_use]
pub(crate) fn fire(report: &Report, kind: DueKind, duty: Duty<'_>) -> Vec<Event> {
    match kind {
        DueKind::ReportEscalation if report.is_waiting() => {
            let step = report.escalated.map_or(1, |(step, _)| step + 1);
            vec![Event::Report(ReportEvent::Escalated { step, to: next(report, duty) })]
        }
        DueKind::ReportSettles => vec![Event::Report(ReportEvent::Settled)],
        DueKind::ReportEscalation
        | DueKind::UpdatePrompt
        | DueKind::UpdatePromptAgain
        | DueKind::UpdateOverdue
        | DueKind::Escalation
        | DueKind::RolesQuestion
        | DueKind::HandoffReminder
        | DueKind::HandoffPrompt
        | DueKind::NewcomersInRoom
        | DueKind::Archive
        | DueKind::RetrospectiveNag
        | DueKind::RetrospectiveReminder(_)
        | DueKind::HeartbeatMissed
        | DueKind::ChangesForgotten
        | DueKind::OnCallHandover => Vec::new(),
    }
}

/// Who is called next: one of the rota at a time, then everybody to whom it escalates. Nobody, if all were called.
fn next(report: &Report, duty: Duty<'_>) -> Vec<Person> {
    let policy = duty.policy;
    let team = report.team.as_deref();
    if let Some(person) = team.and_then(|team| duty.after(team, &report.called).into_iter().next()) {
        return vec![person];
    }
    let of_team = team.and_then(|team| policy.oncall.get(team)?.escalate_to.as_deref());
    let names: Vec<String> =
        of_team.or(policy.report.escalate_to.as_deref()).into_iter().map(ToOwned::to_owned).collect();
    let mut others = duty.asked_in(&names, &report.room.platform);
    others.retain(|person| !policy.is_among(person, &report.called));
    others
}
