//! What becomes of an alert.
//!
//! - **One group is one report.** Told again, it changes the line of that; "resolved" is shown, and closes nothing.
//! - A new group that is about the service of an open incident belongs to that. Else its source's policy decides.
//! - More new groups of one source in a short time than anybody could read become one report, a *storm*.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    command::{
        Live,
        filing::{Fate, Filing},
    },
    event::{Event, EvidenceEvent, ReportEvent, Subject},
    incident::{Incident, IncidentId},
    policy::AlertAction,
    port::{Alert, AlertState},
    report::{Report, ReportId, Source, Standing},
    room::RoomRef,
};

/// In how long a time new groups are counted.
const STORM_WINDOW: Duration = Duration::minutes(10);
/// After so many new groups of a source in that time, the next ones are a storm.
const STORM_AFTER: usize = 10;
/// For how long after the last alert of an incident that alerts declared another one is about the same.
const SAME_TROUBLE_FOR: Duration = Duration::minutes(30);

impl Engine {
    /// An alert was told.
    pub(super) fn decide_alert(&self, draft: &mut Draft, alert: &Alert, now: DateTime<Utc>) {
        *draft.counts.alerts.entry(alert.source.clone()).or_default() += 1;
        if let Some(id) = self.report_of(draft, &alert.source, &alert.group)
            && (alert.state != AlertState::Firing || !self.makes_way(draft, id, now))
        {
            self.tell_again(draft, id, alert, now);
            return;
        }
        // What is over before it was heard of is nobody's concern.
        if alert.state == AlertState::Resolved {
            return;
        }
        let rule = self.policy.alert_rule(&alert.source, &alert.labels);
        if rule.action == AlertAction::Ignore {
            return;
        }
        let services = self.policy.services_of(&alert.labels, rule.service.as_deref(), &alert.title);
        let open = self.open_incident_about(draft, alert, &services);
        let fate = match (open, rule.action) {
            (Some((id, home, private)), _) => Fate::Attached(id, home, private),
            (None, AlertAction::Attach | AlertAction::Ignore) => return,
            (None, AlertAction::Report) => Fate::Open,
            (None, AlertAction::Declare(severity)) => Fate::Declares(severity),
        };
        let storm = self.storm_of(draft, &alert.source, now);
        if storm.is_some() || self.is_too_much(draft, &alert.source, now) {
            self.join_storm(draft, (storm, alert), (fate, rule.oncall), now);
            return;
        }
        let source = Source::Alert {
            source: alert.source.clone(),
            group: alert.group.clone(),
            link: alert.link.clone(),
            since: alert.since.filter(|since| *since <= now),
        };
        let (words, firing) = (alert.title.clone(), alert.firing);
        let filing = Filing { source, words, services, oncall: rule.oncall, fate, firing };
        self.file(draft, filing, now);
    }

    /// Files what a machine told.
    pub(super) fn file(&self, draft: &mut Draft, filing: Filing, now: DateTime<Utc>) -> Option<ReportId> {
        let incident = if let Fate::Attached(id, ..) = filing.fate { Some(id) } else { None };
        let words = filing.words.clone();
        let Some(filed) = filing.file(self.workspace(draft), self.duty(draft, now), None) else {
            draft
                .notes
                .push("an alert was told and there is no room for it: configure a support_room".to_owned());
            return None;
        };
        for fact in filed.facts {
            self.record(draft, fact, Cause::default(), now);
        }
        if let (Some(incident), Some(report)) = (incident, self.report(draft, filed.id)) {
            let attached = Event::Evidence(report.attached(false, true));
            let fact = (Subject::Incident(incident), attached, Some(words));
            self.record(draft, fact, Cause::default(), now);
        }
        Some(filed.id)
    }

    /// The report of a group that may be told again.
    fn report_of(&self, draft: &Draft, source: &str, group: &str) -> Option<ReportId> {
        let key = (source.to_owned(), group.to_owned());
        let filed_now =
            draft.reports.values().find(|report| report.is_live() && report.has_key(source, group));
        let known = || self.stored.groups.get(&key).copied();
        filed_now
            .map(|report| report.id)
            .or_else(known)
            .filter(|id| self.report(draft, *id).is_some_and(Report::is_live))
    }

    /// It is told again: how it stands is shown on its line, and where it belongs to.
    fn tell_again(&self, draft: &mut Draft, id: ReportId, alert: &Alert, now: DateTime<Utc>) {
        let Some(report) = self.report(draft, id) else { return };
        let before = report.state;
        let event = match &report.source {
            Source::Storm { .. } => {
                let known = report.groups.get(&alert.group).map(|group| group.state);
                // Of a storm it is only told how it stands.
                if known == Some(alert.state) {
                    return;
                }
                ReportEvent::GroupTold { group: alert.group.clone(), state: alert.state }
            }
            Source::Person { .. } | Source::Alert { .. } | Source::Heartbeat { .. } => {
                ReportEvent::ToldAgain { state: alert.state, firing: alert.firing }
            }
        };
        self.record(draft, (Subject::Report(id), Event::Report(event), None), Cause::default(), now);
        self.call_anew(draft, id, before, now);
        self.pass_on_state(draft, id, before, now);
    }

    /// What was over begins anew and nobody has it: whoever is on duty is called, unless somebody was a moment ago.
    pub(super) fn call_anew(&self, draft: &mut Draft, id: ReportId, before: AlertState, now: DateTime<Utc>) {
        let Some(report) = self.report(draft, id) else { return };
        let begins_anew = before == AlertState::Resolved && report.state == AlertState::Firing;
        if !begins_anew || report.standing != Standing::Waiting || report.declares.is_some() {
            return;
        }
        let duty = self.duty(draft, now);
        let on = report.team.as_deref().and_then(|team| duty.on_duty(team, &report.room.platform));
        let Some(person) = on else { return };
        let called = ReportEvent::Escalated { step: 1, to: vec![person] };
        self.record(draft, (Subject::Report(id), Event::Report(called), None), Cause::default(), now);
    }

    /// Whether a report that begins anew makes way for another one: it belonged to an incident that is over, where nobody
    /// would hear of it.
    pub(super) fn makes_way(&self, draft: &mut Draft, id: ReportId, now: DateTime<Utc>) -> bool {
        let Some(report) = self.report(draft, id) else { return false };
        let goes_on = |id| self.incident(draft, id).is_some_and(|incident| incident.status.is_open());
        let is_over = report.incident().is_some_and(|id| !goes_on(id));
        if report.state != AlertState::Resolved || !is_over || matches!(report.source, Source::Storm { .. }) {
            return false;
        }
        let settled = Event::Report(ReportEvent::Settled);
        self.record(draft, (Subject::Report(id), settled, None), Cause::default(), now);
        true
    }

    /// The incident that a report belongs to hears when its alert stands differently.
    pub(super) fn pass_on_state(
        &self,
        draft: &mut Draft,
        id: ReportId,
        before: AlertState,
        now: DateTime<Utc>,
    ) {
        let Some(report) = self.report(draft, id).filter(|report| report.state != before) else { return };
        let Some(incident) = report.incident() else { return };
        let (state, words) = (report.state, report.words.clone());
        let subject = Subject::Incident(incident);
        // One that owes nothing any more is not in memory, and has no use for it.
        if self.incident(draft, incident).is_some_and(|incident| incident.is_live()) {
            let told = EvidenceEvent::AlertTold { report: id, state };
            self.record(draft, (subject, Event::Evidence(told), Some(words)), Cause::default(), now);
        }
    }

    /// The open incident that a new group is about: the one that it was part of before, or one about the same service.
    fn open_incident_about(
        &self,
        draft: &Draft,
        alert: &Alert,
        services: &[String],
    ) -> Option<(IncidentId, RoomRef, bool)> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let is_about = |incident: &&Incident| {
            incident.status.is_open()
                && (incident.report_of(&alert.source, &alert.group).is_some()
                    || incident.services.iter().any(|name| services.contains(name)))
        };
        let incident = live.iter().find(is_about)?;
        let home = incident.home().unwrap_or(&incident.origin.message.room);
        Some((incident.id, home.clone(), incident.private))
    }

    /// The incident that alerts declared a moment ago, and that goes on.
    pub(super) fn declared_by_alerts(&self, draft: &Draft, now: DateTime<Utc>) -> Option<IncidentId> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let is_it = |incident: &&Incident| {
            incident.reporter.is_none()
                && incident.status.is_open()
                && now < incident.declared_at + SAME_TROUBLE_FOR
        };
        live.iter().filter(is_it).last().map(|incident| incident.id)
    }

    /// The storm of a source that rages.
    fn storm_of(&self, draft: &Draft, source: &str, now: DateTime<Utc>) -> Option<ReportId> {
        let rages = |report: &&Report| {
            matches!(&report.source, Source::Storm { source: of } if of == source)
                && now < report.last_told_at + STORM_WINDOW
        };
        self.reports(draft).find(rages).map(|report| report.id)
    }

    /// Whether a source has told more new groups lately than anybody could read.
    fn is_too_much(&self, draft: &Draft, source: &str, now: DateTime<Utc>) -> bool {
        let is_recent =
            |report: &&Report| now < report.filed_at + STORM_WINDOW && is_alert_of(report, source);
        self.reports(draft).filter(is_recent).take(STORM_AFTER).count() >= STORM_AFTER
    }

    /// One more group of a storm, which begins with it if there is none.
    fn join_storm(
        &self,
        draft: &mut Draft,
        (known, alert): (Option<ReportId>, &Alert),
        (fate, oncall): (Fate, Option<String>),
        now: DateTime<Utc>,
    ) {
        let storm = known.or_else(|| {
            let source = Source::Storm { source: alert.source.clone() };
            // Where it goes on is known from its first alerts; a storm in the room of an incident would drown it.
            let fate =
                if let Fate::Declares(severity) = fate { Fate::Declares(severity) } else { Fate::Open };
            let words = alert.title.clone();
            self.file(draft, Filing { source, words, services: Vec::new(), oncall, fate, firing: 0 }, now)
        });
        let Some(id) = storm else { return };
        let told = ReportEvent::GroupTold { group: alert.group.clone(), state: alert.state };
        let fact = (Subject::Report(id), Event::Report(told), Some(alert.title.clone()));
        self.record(draft, fact, Cause::default(), now);
    }
}

/// Whether a report is about alerts of a source.
fn is_alert_of(report: &Report, source: &str) -> bool {
    match &report.source {
        Source::Alert { source: of, .. } | Source::Storm { source: of } => of == source,
        Source::Person { .. } | Source::Heartbeat { .. } => false,
    }
}
