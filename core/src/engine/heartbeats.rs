//! Signs of life that are expected: from a cron job, from the monitoring itself.
//!
//! Each has one deadline in the store, which every sign moves on: a fact for each would be thousands a year that nobody
//! asks for. When it passes, a report is filed; the next sign says on its line that it is back.
//!
//! While sitrep is down nobody can give a sign, so that after a start everybody has the whole time again.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    args,
    command::filing::{Fate, Filing},
    event::{Event, ReportEvent, Subject},
    policy::Heartbeat,
    port::{AlertState, Cancelled, Due, DueKey, Reason},
    report::{Report, ReportId, Source},
    schedule::DueKind,
};

/// Under which number the deadline of a name is stored.
fn subject_of(name: &str) -> Subject {
    let digest = Sha256::digest(format!("heartbeat/{name}"));
    let first: [u8; 8] = std::array::from_fn(|index| digest[index]);
    Subject::Heartbeat(u64::from_be_bytes(first))
}

impl Engine {
    /// A sign of life: the next one is due later. What was missed is back.
    pub(super) fn decide_heartbeat(&self, draft: &mut Draft, name: &str, now: DateTime<Utc>) {
        let Some(expected) = self.policy.heartbeats.get(name) else { return };
        draft.commit.dues_set.push(next(name, expected, now));
        if let Some(id) = self.missed(draft, name) {
            self.tell_heartbeat(draft, id, AlertState::Resolved, now);
        }
    }

    /// All that are expected get the time that they have, and what is expected no more is forgotten.
    pub(super) fn expect_heartbeats(&self, draft: &mut Draft, now: DateTime<Utc>) {
        for (name, expected) in &self.policy.heartbeats {
            // What is missed already is, until there is a sign.
            if self.missed(draft, name).is_none() {
                draft.commit.dues_set.push(next(name, expected, now));
            }
        }
        let expected: Vec<Subject> = self.policy.heartbeats.keys().map(|name| subject_of(name)).collect();
        let is_forgotten = |due: &Due| {
            matches!(due.key.subject, Subject::Heartbeat(_)) && !expected.contains(&due.key.subject)
        };
        let reason = || Reason::Because("it is expected no more");
        let ended = self.dues.all().filter(is_forgotten).map(|due| Cancelled { due, reason: reason() });
        draft.commit.dues_ended.extend(ended);
    }

    /// A sign of life has stayed away.
    pub(super) fn decide_heartbeat_missed(&self, draft: &mut Draft, due: Due, now: DateTime<Utc>) {
        // A sign that came in this very round has moved it on.
        let is_moved = draft.commit.dues_set.iter().any(|set| set.key == due.key)
            || self.dues.of(due.key.subject).get(&due.key.kind) != Some(&due.at);
        if !is_moved {
            draft.commit.dues_ended.push(Cancelled { due, reason: Reason::Fired });
        }
        let named = self.policy.heartbeats.iter().find(|(name, _)| subject_of(name) == due.key.subject);
        let Some((name, expected)) = named.filter(|_| !is_moved) else { return };
        if let Some(id) = self.known(draft, name)
            && !self.makes_way(draft, id, now)
        {
            self.tell_heartbeat(draft, id, AlertState::Firing, now);
            return;
        }
        let services: Vec<String> = expected
            .service
            .iter()
            .filter_map(|name| self.policy.service(name))
            .map(ToOwned::to_owned)
            .collect();
        let filing = Filing {
            source: Source::Heartbeat { name: name.clone() },
            words: self.policy.phrase("report.no_sign_of_life", args![name = name]),
            services,
            oncall: expected.oncall.clone(),
            fate: Fate::Open,
            firing: 1,
        };
        self.file(draft, filing, now);
    }

    fn tell_heartbeat(&self, draft: &mut Draft, id: ReportId, state: AlertState, now: DateTime<Utc>) {
        let Some(before) = self.report(draft, id).map(|report| report.state) else { return };
        let told = Event::Report(ReportEvent::ToldAgain { state, firing: 1 });
        self.record(draft, (Subject::Report(id), told, None), Cause::default(), now);
        self.call_anew(draft, id, before, now);
        self.pass_on_state(draft, id, before, now);
    }

    /// The report of a sign of life that stayed away lately.
    fn known(&self, draft: &Draft, name: &str) -> Option<ReportId> {
        let is_it = |report: &&Report| {
            report.is_live() && matches!(&report.source, Source::Heartbeat { name: of } if of == name)
        };
        self.reports(draft).find(is_it).map(|report| report.id)
    }

    /// The same, if it still stays away.
    fn missed(&self, draft: &Draft, name: &str) -> Option<ReportId> {
        let id = self.known(draft, name)?;
        self.report(draft, id).filter(|report| report.state != AlertState::Resolved).map(|report| report.id)
    }
}

fn next(name: &str, expected: &Heartbeat, now: DateTime<Utc>) -> Due {
    let key = DueKey { subject: subject_of(name), kind: DueKind::HeartbeatMissed };
    Due { at: now + expected.every + expected.grace, key }
}
