//! Reports, as the engine holds them: which one a command means, what follows from a fact about one, its line, and what
//! it is filed from besides a command.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    args,
    command::{
        Command, How,
        filing::{Fate, Filing},
        incident::Declaring,
    },
    effect::{Desired, Effect, Keep, Purpose, Quote, Quoting},
    event::{Event, Record, ReportEvent, Subject},
    incident::{Origin, glimpse, passage, title},
    message,
    person::Person,
    port::{Inbound, InboundKey, RoomKind, Said, Seen},
    reaction::{self, Surroundings},
    report::{self, Report, ReportId, Source},
    room::{MessageRef, RoomRef},
    rota::{Duty, ON_CALL, Rota},
};

/// How long after a report was filed its line may still be on its way, while nothing else says so.
const LINE_EXPECTED_WITHIN: Duration = Duration::minutes(1);

impl Engine {
    /// A report as this round sees it, if it is in memory.
    pub(super) fn report<'a>(&'a self, draft: &'a Draft, id: ReportId) -> Option<&'a Report> {
        draft.reports.get(&id).or_else(|| self.stored.reports.get(&id))
    }

    /// The rota as this round sees it.
    pub(super) fn rota<'a>(&'a self, draft: &'a Draft) -> &'a Rota {
        draft.rota.as_ref().unwrap_or(&self.stored.rota)
    }

    /// Who is on duty, as this round sees it.
    pub(super) fn duty<'a>(&'a self, draft: &'a Draft, now: DateTime<Utc>) -> Duty<'a> {
        Duty { policy: &self.policy, rota: self.rota(draft), now }
    }

    /// Every report in memory, as this round sees it.
    pub(super) fn reports<'a>(&'a self, draft: &'a Draft) -> impl Iterator<Item = &'a Report> {
        let unchanged = self.stored.reports.values().filter(|report| !draft.reports.contains_key(&report.id));
        unchanged.chain(draft.reports.values())
    }

    /// Applies a fact to a report in its working copy, and collects what follows. Gives its number.
    pub(super) fn record_report(
        &self,
        draft: &mut Draft,
        id: ReportId,
        record: &Record,
        (cause, now): (Cause<'_>, DateTime<Utc>),
    ) -> Option<u64> {
        if let Some(known) = draft.reports.get_mut(&id) {
            report::evolve(known, record);
        } else if let Some(known) = self.stored.reports.get(&id) {
            let mut changed = known.clone();
            report::evolve(&mut changed, record);
            draft.reports.insert(id, changed);
        } else {
            draft.reports.insert(id, report::begin(id, record)?);
        }
        let report = draft.reports.get(&id)?;
        let facts = report.facts;
        let surroundings = Surroundings { now, policy: &self.policy, cause: cause.message };
        let effects = reaction::report::react(report, record, surroundings);
        for mut effect in effects {
            if let Effect::Say(say) = &mut effect {
                say.quotes = record.words.is_some().then_some(facts);
                if say.purpose == Purpose::Line {
                    // As it stands it need not be brought up to date; nobody is notified by that.
                    let line = draft
                        .reports
                        .get(&id)
                        .map(|report| message::report::line(report, false, &self.policy));
                    draft.lines.extend(line.map(|line| (id, line)));
                }
            }
            draft.add_effect(effect);
        }
        Some(facts)
    }

    /// Its line as it should be now, if that is not how it is.
    pub(super) fn keep_line(&self, draft: &mut Draft, id: ReportId) {
        let effect =
            self.report(draft, id).and_then(|report| reaction::report::line_upkeep(report, &self.policy));
        let Some(Effect::Keep(Keep { desired: Desired::Line { message, .. }, .. })) = &effect else { return };
        let last = draft.lines.get(&id).or_else(|| self.stored.lines.get(&id));
        if last != Some(message) {
            draft.lines.insert(id, message.clone());
            effect.into_iter().for_each(|effect| draft.add_effect(effect));
        }
    }

    /// The report that a command means, if one is meant by it. `Err` while that must be loaded.
    pub(super) fn report_meant(
        &self,
        draft: &Draft,
        command: &dyn Command,
        inbound: &Inbound,
    ) -> Result<Option<(Report, How)>, Subject> {
        if let Some(id) = command.names_report() {
            let subject = Subject::Report(id);
            if !self.workspace(draft).knows_report(id) || self.unreadable.contains(&subject) {
                return Ok(None);
            }
            let report = self.report(draft, id).ok_or(subject)?;
            return Ok(self.may_know(draft, report, inbound).then(|| (report.clone(), How::Named)));
        }
        let here = &inbound.message;
        let is_its_thread = |report: &&Report| {
            report.line.as_ref().is_some_and(|line| {
                line.room == here.room && here.thread.as_deref() == Some(line.id.as_str())
            })
        };
        if let Some(report) = self.reports(draft).find(is_its_thread) {
            return Ok(Some((report.clone(), How::InThread)));
        }
        if here.thread.is_some() || self.incident_meant_in(draft, &here.room).is_some() {
            return Ok(None);
        }
        let waits_here = |report: &&Report| report.is_undecided() && report.room == here.room;
        let mut waiting = self.reports(draft).filter(waits_here);
        let only = waiting.next().filter(|_| waiting.next().is_none());
        Ok(only.map(|report| (report.clone(), How::TheOnly)))
    }

    /// Whether a report may be spoken of where something was said: one that belongs to a private incident only among those
    /// who belong to that, or where it was filed.
    fn may_know(&self, draft: &Draft, report: &Report, inbound: &Inbound) -> bool {
        let Some(incident) = report.incident().filter(|_| report.is_private) else { return true };
        let is_theirs =
            || self.incident(draft, incident).is_some_and(|it| self.policy.belongs(&inbound.person, it));
        report.room == inbound.message.room || is_theirs()
    }

    /// Somebody put the sign on a message that files it: what it says is read.
    pub(super) fn decide_filing(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        message: &str,
        now: DateTime<Utc>,
    ) {
        let room = &inbound.message.room;
        let key = InboundKey { platform: room.platform.clone(), id: format!("report {message}") };
        // Also what its author has filed already.
        let said = InboundKey { platform: room.platform.clone(), id: message.to_owned() };
        let is_filed = self.mark(draft, &said).is_some_and(|mark| mark.report.is_some());
        if is_filed || self.mark(draft, &key).is_some() {
            return;
        }
        draft.commit.seen.push(Seen::carried_out(key, now));
        draft.commit.seen.push(Seen::carried_out(inbound.key(), now));
        let message = MessageRef { room: room.clone(), id: message.to_owned(), thread: None };
        let purpose = Quoting::Report(inbound.person.clone());
        draft.add_effect(Effect::Quote(Quote { purpose, message, stale_at: now + super::FILED_WITHIN }));
    }

    /// What a message says that somebody wants to be filed is known.
    pub(super) fn decide_filed(
        &self,
        draft: &mut Draft,
        (by, message): (&Person, &MessageRef),
        said: &Said,
        now: DateTime<Utc>,
    ) {
        let words = passage(&said.text);
        let author = Some(said.author.clone()).filter(|author| !self.policy.same(author, by));
        let source = Source::Person { message: message.clone(), author };
        let services = self.policy.services_in(&words);
        let filing = Filing { source, words, services, oncall: None, fate: Fate::Open, firing: 0 };
        let platform = &message.room.platform;
        let Some(filed) = filing.file(self.workspace(draft), self.duty(draft, now), Some(platform)) else {
            return;
        };
        let key = InboundKey { platform: platform.clone(), id: message.id.clone() };
        if self.mark(draft, &key).is_none() {
            // By this the report is found when the message is taken back.
            draft.commit.seen.push(Seen { report: Some(filed.id), ..Seen::refused(key, now) });
        }
        let is_here = filed.room == message.room;
        let answer = message::report::filed(filed.id, &filed.called, is_here, &self.policy);
        self.answer_to(draft, message, answer, now);
        let cause = Cause { person: Some(by), message: Some(message) };
        for fact in filed.facts {
            self.record(draft, fact, cause, now);
        }
    }

    /// What a message says that somebody wants to be filed can't be known.
    pub(super) fn decide_not_filed(&self, draft: &mut Draft, message: &MessageRef, now: DateTime<Utc>) {
        self.answer_to(draft, message, message::report::not_read(&self.policy), now);
    }

    /// A report's line is posted: from now on it is found by it, and what it is to become becomes of it.
    pub(super) fn decide_line_posted(
        &self,
        draft: &mut Draft,
        id: ReportId,
        line: &MessageRef,
        now: DateTime<Utc>,
    ) {
        let posted = Event::Report(ReportEvent::LinePosted { line: line.clone() });
        self.record(draft, (Subject::Report(id), posted, None), Cause::default(), now);
        self.declare_by_itself(draft, id, now);
    }

    /// A report's line can't be posted where it was to be: it is tried where trouble is told.
    pub(super) fn decide_line_not_posted(&self, draft: &mut Draft, id: ReportId, now: DateTime<Utc>) {
        let Some(report) = self.report(draft, id) else { return };
        let home = self.policy.home_room(&report.room.platform).filter(|home| **home != report.room);
        let event = match home.filter(|_| !report.is_at_incident) {
            Some(home) => ReportEvent::LineMoved { room: home.clone() },
            None => ReportEvent::LineFailed,
        };
        let failed = event == ReportEvent::LineFailed;
        self.record(draft, (Subject::Report(id), Event::Report(event), None), Cause::default(), now);
        if failed {
            draft.notes.push(format!("the line of {id} can't be said anywhere: look at the support room"));
            self.declare_by_itself(draft, id, now);
        }
    }

    /// An alert that is to become an incident becomes one. Where one that alerts declared is going on since a moment ago,
    /// it is about that: ten alerts of one trouble are no ten incidents.
    fn declare_by_itself(&self, draft: &mut Draft, id: ReportId, now: DateTime<Utc>) {
        let Some(report) = self.report(draft, id).cloned() else { return };
        let Some(severity) = report.declares else { return };
        // Where no line can be said it is declared all the same, and answers nothing.
        let nothing = || MessageRef { room: report.room.clone(), id: String::new(), thread: None };
        let line = report.line.clone().unwrap_or_else(nothing);
        let going_on = self.declared_by_alerts(draft, now);
        let (incident, mut facts) = match going_on {
            Some(incident) => (incident, Vec::new()),
            None => {
                let words = title(&report.words);
                let watching = self.watching(draft, &report, now);
                let declaring = Declaring {
                    title: &words,
                    private: self.policy.private_by_default,
                    severity,
                    services: report.services.clone(),
                    origin: Origin { message: line, direct: false },
                    by: None,
                    watching,
                };
                declaring.declare(self.workspace(draft), self.duty(draft, now), &self.identity)
            }
        };
        let is_private = |id| self.incident(draft, id).is_some_and(|incident| incident.private);
        let private = going_on.map_or(self.policy.private_by_default, is_private);
        let declared = going_on.is_none();
        let taken = ReportEvent::Taken { incident, private, declared };
        facts.push((Subject::Report(id), Event::Report(taken), None));
        let attached = report.attached(declared, false);
        facts.push((Subject::Incident(incident), Event::Evidence(attached), Some(report.words)));
        for fact in facts {
            self.record(draft, fact, Cause::default(), now);
        }
    }

    /// Whoever is on duty for a report. What a machine declares nobody has read yet: they are called by being asked in, into
    /// a private room too, which would have nobody in it otherwise.
    fn watching(&self, draft: &Draft, report: &Report, now: DateTime<Utc>) -> Vec<Person> {
        let Some(team) = &report.team else { return Vec::new() };
        let is_rota = self.policy.oncall.contains_key(team);
        let name = if is_rota { format!("{ON_CALL}{team}") } else { team.clone() };
        self.duty(draft, now).asked_in(&[name], &report.room.platform)
    }

    /// Whether the line of a report was just said in a room, or is about to be, and it is not known which message it is:
    /// what people do in that moment may be about it.
    pub(super) fn is_line_on_its_way(&self, draft: &Draft, room: &RoomRef, now: DateTime<Utc>) -> bool {
        self.reports(draft).any(|report| {
            report.room == *room
                && report.line.is_none()
                && !report.has_no_line
                && now < report.filed_at + LINE_EXPECTED_WITHIN
        })
    }

    /// Whether a thread may be that of such a line.
    pub(super) fn may_be_about_a_line(&self, draft: &Draft, inbound: &Inbound, now: DateTime<Utc>) -> bool {
        let here = &inbound.message;
        let Some(thread) = &here.thread else { return false };
        let is_root = |report: &Report| report.line.as_ref().is_some_and(|line| line.id == *thread);
        self.is_line_on_its_way(draft, &here.room, now) && !self.reports(draft).any(is_root)
    }

    /// Whether reports may be made by a sign where this happened.
    pub(super) fn may_file(&self, inbound: &Inbound) -> bool {
        // What is said in an incident's room is about that.
        matches!(inbound.kind, RoomKind::Configured | RoomKind::Direct)
    }

    /// The report whose line a message is.
    pub(super) fn report_by_line(&self, draft: &Draft, inbound: &Inbound, message: &str) -> Option<ReportId> {
        let is_it = |report: &&Report| {
            report.line.as_ref().is_some_and(|line| line.id == message && line.room == inbound.message.room)
        };
        self.reports(draft).find(is_it).map(|report| report.id)
    }

    /// Words of a report were taken back: they are erased, in its line too.
    pub(super) fn erase_report(&self, draft: &mut Draft, id: ReportId, message: &str, now: DateTime<Utc>) {
        let typed = self.report(draft, id).and_then(|report| {
            let facts = report.typed.get(message)?.clone();
            let words = if facts.contains(&1) { glimpse(&report.words) } else { String::new() };
            Some((facts, words))
        });
        let Some((facts, before)) = typed else { return };
        let subject = Subject::Report(id);
        draft.commit.words_erased.extend(facts.iter().map(|fact| (subject, *fact)));
        let erased = Event::Report(ReportEvent::WordsErased { facts: facts.clone() });
        self.record(draft, (subject, erased, None), Cause::default(), now);
        // What waits to be said shows them, and is not said any more: the line is brought up to date.
        let words = self.report(draft, id).map(|report| message::report::line(report, true, &self.policy));
        let Some(words) = words else { return };
        let gap = self.policy.phrase("report.taken_back", args![]);
        self.reword_report(draft, id, (&words, &before, &gap), &facts);
    }
}
