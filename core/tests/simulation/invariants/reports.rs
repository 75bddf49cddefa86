//! Reports: what was taken is on record, each has one line that says how it stands, and none waits forgotten.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_console::Change;
use sitrep_core::{
    effect::Purpose,
    event::{Event, ReportEvent, Subject},
    message::report::line,
    port::{AlertState, NumberedRecord, Signal},
    report::{Report, ReportId, Source},
    schedule::{DueKind, deadlines_of_report},
};

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Fate, plain};

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    taken_is_on_record(evidence, findings);
    one_live_report_a_group(evidence, findings);
    pings_are_no_facts(evidence, findings);
    for report in evidence.run.reports.values() {
        one_line(evidence, report, findings);
        nobody_is_forgotten(evidence, report, findings);
        told_once(evidence, report, findings);
    }
}

fn facts<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a NumberedRecord> + use<'a> {
    evidence.entries().flat_map(|entry| &entry.commit.facts)
}

/// What its sender was told to be taken is there, whatever happened to the process since.
fn taken_is_on_record(evidence: &Evidence<'_>, findings: &mut Findings) {
    // A backup that was restored doesn't know what came after it.
    if !evidence.run.ledger.abandoned.is_empty() {
        return;
    }
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for report in evidence.run.reports.values() {
        known.extend(report.keys().map(|(source, group)| (source.to_owned(), group.to_owned())));
    }
    for taken in &evidence.run.taken {
        let Signal::Alert(alert) = &taken.signal else { continue };
        let key = (alert.source.clone(), alert.group.clone());
        let is_news = alert.state != AlertState::Resolved;
        findings.expect(!is_news || known.contains(&key), Invariant::TakenIsKept, || format!("{taken:?}"));
    }
    let changes: BTreeSet<&str> = facts(evidence)
        .filter(|fact| matches!(fact.record.event, Event::Change(_)))
        .filter_map(|fact| fact.record.words.as_deref())
        .collect();
    for taken in &evidence.run.taken {
        let Signal::Change(change) = &taken.signal else { continue };
        findings
            .expect(changes.contains(change.title.as_str()), Invariant::TakenIsKept, || format!("{taken:?}"));
    }
}

fn one_live_report_a_group(evidence: &Evidence<'_>, findings: &mut Findings) {
    let mut live: BTreeMap<(&str, &str), ReportId> = BTreeMap::new();
    for report in evidence.run.reports.values().filter(|report| report.is_live()) {
        for key in report.keys() {
            let before = live.insert(key, report.id);
            findings.expect(before.is_none(), Invariant::OneReport, || {
                format!("{key:?} is {before:?} and {}", report.id)
            });
        }
    }
}

fn pings_are_no_facts(evidence: &Evidence<'_>, findings: &mut Findings) {
    for fact in facts(evidence) {
        findings.expect(!matches!(fact.subject, Subject::Heartbeat(_)), Invariant::OneReport, || {
            format!("{fact:?}")
        });
    }
}

/// Its line was said once, and says in the end how it stands.
fn one_line(evidence: &Evidence<'_>, report: &Report, findings: &mut Findings) {
    let lines =
        evidence.says().filter(|(_, say)| say.purpose == Purpose::Line && say.report == Some(report.id));
    let fates: Vec<Fate> = lines.map(|(stored, say)| evidence.fate(stored, say)).collect();
    let said: Vec<usize> = fates
        .iter()
        .filter_map(|fate| if let Fate::Said(index) = fate { Some(*index) } else { None })
        .collect();
    let was_given_up = report.has_no_line || fates.contains(&Fate::Stale);
    findings.expect(said.len() == 1 || (said.is_empty() && was_given_up), Invariant::OneLine, || {
        format!("{} was said {said:?}: {fates:?}", report.id)
    });
    // A backup that was restored doesn't know what its line was made to say since.
    let is_known = report.is_live() && evidence.run.ledger.abandoned.is_empty();
    let (Some(index), true) = (said.first(), is_known) else { return };
    let shown = |change: &Change| {
        let Change::Edited { message, text } = change else { return None };
        (message == index).then(|| text.clone())
    };
    let edited = evidence.run.log.iter().rev().find_map(shown);
    let first = || evidence.run.log.get(*index).and_then(Change::said).map(|said| said.text.clone());
    let reads = edited.or_else(first).unwrap_or_default();
    let wanted = [false, true].map(|is_new| plain(&line(report, is_new, &evidence.run.policy)));
    findings.expect(wanted.contains(&reads), Invariant::OneLine, || {
        format!("the line of {} reads {reads:?}, not {:?}", report.id, wanted[0])
    });
}

/// Who waits is called for, in time, until somebody has it.
fn nobody_is_forgotten(evidence: &Evidence<'_>, report: &Report, findings: &mut Findings) {
    let stored: BTreeMap<DueKind, _> = evidence
        .run
        .opened
        .dues
        .iter()
        .filter(|due| due.key.subject == Subject::Report(report.id))
        .map(|due| (due.key.kind, due.at))
        .collect();
    let called_for = deadlines_of_report(report, &evidence.run.policy);
    findings.expect(stored == called_for, Invariant::NobodyWaitsForgotten, || {
        format!("{} calls for {called_for:?}, {stored:?} is stored", report.id)
    });
    let waits = report.is_live() && report.is_waiting();
    findings.expect(
        !waits || stored.get(&DueKind::ReportEscalation).is_some_and(|at| *at > evidence.run.now),
        Invariant::NobodyWaitsForgotten,
        || format!("nobody is called to {}", report.id),
    );
}

/// Whoever reported it hears once what became of it, unless they did it.
fn told_once(evidence: &Evidence<'_>, report: &Report, findings: &mut Findings) {
    let (Source::Person { message, .. }, Some(reporter)) = (&report.source, &report.by) else { return };
    let of_it = |fact: &&NumberedRecord| fact.subject == Subject::Report(report.id);
    let became = facts(evidence).filter(of_it).filter(|fact| {
        matches!(
            fact.record.event,
            Event::Report(ReportEvent::Acknowledged | ReportEvent::Taken { .. } | ReportEvent::Declined)
        )
    });
    let wanted = became.filter(|fact| fact.record.by.as_ref() != Some(reporter)).count();
    let told = evidence.says().filter(|(_, say)| {
        say.purpose == Purpose::Answer
            && say.report == Some(report.id)
            && say.answers.as_ref() == Some(message)
            && ["looks at your report", "your report", "declined your report"]
                .iter()
                .any(|words| plain(&say.message).contains(words))
            && !plain(&say.message).contains("is over")
            && !plain(&say.message).contains("nobody has answered")
    });
    let told = told.count();
    findings.expect(told == wanted, Invariant::ReporterTold, || {
        format!("{} was decided {wanted} times by others, and its reporter told {told} times", report.id)
    });
}
