//! Events applied: from what happened to how a report stands.
//!
//! Total and silent, as with incidents: an event that doesn't fit the state changes as much as makes sense.

use std::collections::BTreeMap;

use super::{Group, Report, ReportId, Source, Standing};
use crate::{
    event::{Event, Record, ReportEvent},
    port::AlertState,
};

/// How many groups of a storm are kept one by one: what is told again of others changes nothing but the count.
const MOST_GROUPS: usize = 2000;

/// A report from its first fact; `None` when that is not its filing.
#[must_use]
pub fn begin(id: ReportId, record: &Record) -> Option<Report> {
    let Event::Report(ReportEvent::Filed {
        source,
        room,
        team,
        services,
        called,
        attached,
        private,
        declares,
        firing,
    }) = &record.event
    else {
        return None;
    };
    let mut report = Report {
        id,
        source: source.clone(),
        by: record.by.clone(),
        words: record.words.clone().unwrap_or_default(),
        why: String::new(),
        why_in: None,
        filed_at: record.at,
        waiting_since: record.at,
        room: room.clone(),
        line: None,
        has_no_line: false,
        team: team.clone(),
        services: services.clone(),
        standing: attached.map_or(Standing::Waiting, Standing::Taken),
        is_private: *private,
        became_it: false,
        is_at_incident: attached.is_some(),
        decided_at: attached.map(|_| record.at),
        declares: *declares,
        called: called.clone(),
        escalated: None,
        forsaken_times: 0,
        state: AlertState::Firing,
        firing: *firing,
        told: 1,
        last_told_at: record.at,
        groups: BTreeMap::new(),
        count: 0,
        typed: BTreeMap::new(),
        is_settled: false,
        facts: 1,
    };
    remember_words(&mut report, record);
    Some(report)
}

/// Applies one more fact.
pub fn evolve(report: &mut Report, record: &Record) {
    report.facts += 1;
    remember_words(report, record);
    let Event::Report(event) = &record.event else { return };
    match event {
        ReportEvent::Filed { .. } => {}
        ReportEvent::LinePosted { line } => {
            report.room = line.room.clone();
            report.line = Some(line.clone());
        }
        ReportEvent::LineMoved { room } => report.room = room.clone(),
        ReportEvent::LineFailed => report.has_no_line = report.line.is_none(),
        ReportEvent::Acknowledged => {
            if let (Some(by), true) = (&record.by, report.is_undecided()) {
                report.standing = Standing::Acknowledged(by.clone());
                report.decided_at = Some(record.at);
            }
        }
        ReportEvent::Escalated { step, to } => {
            report.escalated = Some((*step, record.at));
            report.forsaken_times += u32::from(to.is_empty());
            report.called.extend(to.iter().cloned());
        }
        ReportEvent::Taken { incident, private, declared } => {
            report.standing = Standing::Taken(*incident);
            (report.is_private, report.became_it) = (*private, *declared);
            report.declares = None;
            report.decided_at = Some(record.at);
        }
        ReportEvent::Declined => {
            if let Some(by) = &record.by {
                report.standing = Standing::Declined(by.clone());
                report.why = record.words.clone().unwrap_or_default();
                report.why_in = Some(report.facts);
                report.declares = None;
                report.decided_at = Some(record.at);
            }
        }
        ReportEvent::Reworded => report.words = record.words.clone().unwrap_or_default(),
        ReportEvent::ToldAgain { state, firing } => told_again(report, (*state, *firing), record),
        ReportEvent::GroupTold { group, state } => group_told(report, (group, *state), record),
        ReportEvent::Settled => report.is_settled = true,
        ReportEvent::WordsErased { facts } => erase(report, facts),
    }
}

fn told_again(report: &mut Report, (state, firing): (AlertState, u32), record: &Record) {
    report.last_told_at = record.at;
    if state == AlertState::Firing {
        report.told = report.told.saturating_add(1);
    }
    // Who has it there has it, until it is over or begins anew.
    let begins_anew = report.state == AlertState::Resolved && state == AlertState::Firing;
    if begins_anew && report.is_undecided() {
        report.standing = Standing::Waiting;
        report.waiting_since = record.at;
        report.escalated = None;
        report.forsaken_times = 0;
        report.called.clear();
    }
    let is_told_again = report.state == AlertState::Acknowledged && state == AlertState::Firing;
    if !is_told_again {
        report.state = state;
    }
    report.firing = firing;
}

fn group_told(report: &mut Report, (group, state): (&String, AlertState), record: &Record) {
    report.last_told_at = record.at;
    if let Some(known) = report.groups.get_mut(group) {
        let (was, is) = (known.state != AlertState::Resolved, state != AlertState::Resolved);
        known.state = state;
        // Counted as they change: of thousands of groups each would else look at all the others.
        match (was, is) {
            (true, false) => report.firing = report.firing.saturating_sub(1),
            (false, true) => report.firing = report.firing.saturating_add(1),
            (true, true) | (false, false) => {}
        }
    } else {
        report.count = report.count.saturating_add(1);
        if report.groups.len() < MOST_GROUPS {
            let title = record.words.clone().unwrap_or_default();
            report.groups.insert(group.clone(), Group { state, title });
            report.firing = report.firing.saturating_add(u32::from(state != AlertState::Resolved));
        }
    }
    report.state = if report.firing == 0 { AlertState::Resolved } else { AlertState::Firing };
}

fn erase(report: &mut Report, facts: &[u64]) {
    if facts.contains(&1) {
        report.words.clear();
    }
    if report.why_in.is_some_and(|fact| facts.contains(&fact)) {
        report.why.clear();
    }
}

/// Keeps which message the words of a fact came with: they go when it is taken back.
fn remember_words(report: &mut Report, record: &Record) {
    if let (Some(message), Some(_)) = (&record.message, &record.words) {
        report.typed.entry(message.clone()).or_default().push(report.facts);
    }
    // What a source calls its alerts is nobody's to take back.
    if let (Source::Storm { .. }, None) = (&report.source, &record.message) {
        report.typed.clear();
    }
}
