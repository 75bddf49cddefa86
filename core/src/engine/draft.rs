//! One round of decisions: working copies, and the commit that they make.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{BatchId, Engine, SignalsId, changes::Changes, outbox, status::Counts};
use crate::{
    effect::{Aspect, Desired, Effect, EffectId, Place, Purpose, Say},
    event::{Event, EvidenceEvent, IncidentEvent, RECORD_VERSION, Record, Subject},
    incident::{Incident, IncidentId, evolve},
    message::Message,
    person::Person,
    port::{Cancelled, Commit, Due, DueKey, NumberedRecord, Position, Reason, StoredEffect},
    reaction::{self, Surroundings},
    report::{Report, ReportId},
    room::MessageRef,
    rota::Rota,
    schedule::{self, DueKind},
    workspace::Workspace,
};

/// What has been decided since the last commit.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) commit: Commit,
    pub(super) workspace: Option<Workspace>,
    pub(super) incidents: BTreeMap<IncidentId, Incident>,
    pub(super) reports: BTreeMap<ReportId, Report>,
    pub(super) rota: Option<Rota>,
    /// What was changed, by day.
    pub(super) changes: BTreeMap<u64, Changes>,
    pub(super) cards: BTreeMap<IncidentId, Message>,
    /// The lines of reports as they are posted, or will be.
    pub(super) lines: BTreeMap<ReportId, Message>,
    /// The lists of tasks as they are posted, or will be.
    pub(super) lists: BTreeMap<IncidentId, Message>,
    pub(super) positions: Vec<Position>,
    pub(super) accepted: Vec<BatchId>,
    /// What machines told and is dealt with.
    pub(super) taken: Vec<SignalsId>,
    pub(super) counts: Counts,
    /// The messages that wait for an answer in this round.
    pub(super) answering: Vec<MessageRef>,
    pub(super) notes: Vec<String>,
    /// People who were told in this round that they may not command.
    pub(super) turned_away: Vec<Person>,
    /// People who were told in this round that they can't be read.
    pub(super) puzzled: Vec<Person>,
    effects: Vec<Effect>,
    fired: BTreeSet<Due>,
    /// What is to be compared with its deadlines, and which event changed it last, if one did.
    touched: BTreeMap<Subject, Option<&'static str>>,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cause<'a> {
    pub(super) person: Option<&'a Person>,
    pub(super) message: Option<&'a MessageRef>,
}

impl Draft {
    pub(super) fn new(sequence: u64) -> Self {
        Self {
            commit: Commit { sequence, ..Commit::default() },
            workspace: None,
            incidents: BTreeMap::new(),
            reports: BTreeMap::new(),
            rota: None,
            changes: BTreeMap::new(),
            lines: BTreeMap::new(),
            taken: Vec::new(),
            counts: Counts::default(),
            cards: BTreeMap::new(),
            lists: BTreeMap::new(),
            positions: Vec::new(),
            accepted: Vec::new(),
            answering: Vec::new(),
            notes: Vec::new(),
            turned_away: Vec::new(),
            puzzled: Vec::new(),
            effects: Vec::new(),
            fired: BTreeSet::new(),
            touched: BTreeMap::new(),
        }
    }

    /// Adds an effect. Of several desired states of one thing only the last counts.
    pub(super) fn add_effect(&mut self, effect: Effect) {
        if let Some(key) = keep_key(&effect) {
            self.effects.retain(|other| keep_key(other) != Some(key));
        }
        if let Effect::Say(Say { purpose: Purpose::Card, about: Some(id), message, .. }) = &effect {
            self.cards.insert(*id, message.clone());
        }
        self.effects.push(effect);
    }

    /// Takes effects of this round back.
    pub(super) fn drop_effects(&mut self, is_dropped: impl Fn(&Effect) -> bool) {
        self.effects.retain(|effect| !is_dropped(effect));
    }

    /// Changes effects of this round.
    pub(super) fn change_effects(&mut self, mut change: impl FnMut(&mut Effect) -> bool) {
        for effect in &mut self.effects {
            change(effect);
        }
    }

    /// Says that a deadline's time has come.
    pub(super) fn fired(&mut self, due: Due) {
        self.fired.insert(due);
        self.touched.entry(due.key.subject).or_insert(None);
    }

    /// Says that something is to be compared with its deadlines.
    pub(super) fn touch(&mut self, subject: Subject) {
        self.touched.entry(subject).or_insert(None);
    }
}

fn keep_key(effect: &Effect) -> Option<(Subject, Aspect)> {
    match effect {
        Effect::Say(_) | Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => None,
        Effect::Keep(keep) => Some((keep.about, keep.desired.aspect())),
    }
}

impl Engine {
    /// The installation as this round sees it.
    pub(super) fn workspace<'a>(&'a self, draft: &'a Draft) -> &'a Workspace {
        draft.workspace.as_ref().unwrap_or(&self.stored.workspace)
    }

    /// An incident as this round sees it, if it is in memory.
    pub(super) fn incident<'a>(&'a self, draft: &'a Draft, id: IncidentId) -> Option<&'a Incident> {
        draft.incidents.get(&id).or_else(|| self.stored.incidents.get(&id))
    }

    /// Records a fact: applies it to the working copy and collects what follows from it.
    pub(super) fn record(
        &self,
        draft: &mut Draft,
        (subject, event, words): (Subject, Event, Option<String>),
        cause: Cause<'_>,
        now: DateTime<Utc>,
    ) {
        let name = event.name();
        // Only what carries words has to be found again.
        let said_in = match &event {
            // What a report says was not said by whoever attaches it.
            Event::Evidence(EvidenceEvent::ReportAttached { source, .. }) => source.message(),
            Event::Evidence(_) => None,
            Event::Workspace(_)
            | Event::Incident(_)
            | Event::Room(_)
            | Event::Role(_)
            | Event::Update(_)
            | Event::Retrospective(_)
            | Event::People(_)
            | Event::Task(_)
            | Event::Timeline(_)
            | Event::Health(_)
            | Event::Rota(_)
            | Event::Report(_)
            | Event::Change(_) => cause.message,
        };
        let message = words.as_ref().and_then(|_| Some(said_in?.id.clone()));
        let record = Record { v: RECORD_VERSION, at: now, by: cause.person.cloned(), message, event, words };
        let (number, known) = match subject {
            Subject::Workspace => {
                let workspace = draft.workspace.get_or_insert_with(|| self.stored.workspace.clone());
                workspace.evolve(&record);
                (workspace.facts, None)
            }
            Subject::Rota => {
                let rota = draft.rota.get_or_insert_with(|| self.stored.rota.clone());
                rota.evolve(&record);
                let facts = rota.facts;
                let effects = self.react_to_rota(draft, &record, cause, now);
                effects.into_iter().for_each(|effect| draft.add_effect(effect));
                draft.touched.insert(subject, Some(name));
                (facts, None)
            }
            Subject::Changes(day) => {
                let changes = draft.changes.entry(day).or_insert_with(|| self.changes_of(day));
                changes.evolve(&record);
                draft.touched.insert(subject, Some(name));
                (changes.facts, None)
            }
            // It has deadlines and no facts.
            Subject::Heartbeat(_) => return,
            Subject::Report(id) => {
                let Some(facts) = self.record_report(draft, id, &record, (cause, now)) else { return };
                draft.touched.insert(subject, Some(name));
                (facts, None)
            }
            Subject::Incident(id) => {
                let known = self.incident(draft, id).map(|before| (id, before.people.len()));
                let Some(incident) = self.evolved(draft, id, &record) else { return };
                let surroundings = Surroundings { now, policy: &self.policy, cause: cause.message };
                let effects = reaction::react(&incident, &record, surroundings);
                let facts = incident.facts;
                draft.incidents.insert(id, incident);
                draft.touched.insert(subject, Some(name));
                for mut effect in effects {
                    if let (Effect::Say(say), true) = (&mut effect, record.words.is_some()) {
                        say.quotes = Some(facts);
                    }
                    draft.add_effect(effect);
                }
                (facts, known)
            }
        };
        let is_declared = matches!(record.event, Event::Incident(IncidentEvent::Declared { .. }));
        draft.commit.facts.push(NumberedRecord { subject, number, record });
        if let Some(known) = known {
            self.brief_newcomers(draft, known, cause.person, now);
        }
        if let (Subject::Incident(id), true) = (subject, is_declared) {
            self.suspect_changes(draft, id, now);
        }
    }

    fn evolved(&self, draft: &Draft, id: IncidentId, record: &Record) -> Option<Incident> {
        let Some(before) = self.incident(draft, id) else { return evolve::begin(id, record) };
        let mut incident = before.clone();
        evolve::evolve(&mut incident, record);
        Some(incident)
    }

    /// Completes the commit: cards, deadlines, effects with their numbers, and what is live.
    pub(super) fn finish(&self, draft: &mut Draft, now: DateTime<Utc>) {
        for (subject, why) in std::mem::take(&mut draft.touched) {
            let (wanted, was_live, is_live) = match subject {
                Subject::Incident(id) => {
                    let Some(incident) = self.incident(draft, id).cloned() else { continue };
                    if why.is_some() {
                        self.keep_card(draft, &incident);
                        self.keep_tasks(draft, &incident, now);
                    }
                    let was_live = self.stored.incidents.get(&id).is_some_and(Incident::is_live);
                    (schedule::deadlines(&incident, &self.policy), was_live, incident.is_live())
                }
                Subject::Report(id) => {
                    if why.is_some() {
                        self.keep_line(draft, id);
                    }
                    let Some(report) = self.report(draft, id) else { continue };
                    let was_live = self.stored.reports.get(&id).is_some_and(Report::is_live);
                    (schedule::report::deadlines(report, &self.policy), was_live, report.is_live())
                }
                Subject::Rota => {
                    // It is always loaded, so it is live from its first fact on.
                    let was_live = self.stored.rota.facts > 0;
                    let is_live = self.rota(draft).facts > 0;
                    (
                        schedule::rota::deadline(&self.duty(draft, now)).into_iter().collect(),
                        was_live,
                        is_live,
                    )
                }
                Subject::Changes(day) => {
                    let Some(changes) = draft.changes.get(&day).or_else(|| self.stored.changes.get(&day))
                    else {
                        continue;
                    };
                    let was_live = self.stored.changes.contains_key(&day);
                    (changes.deadlines(day), was_live, !changes.is_forgotten)
                }
                Subject::Workspace | Subject::Heartbeat(_) => continue,
            };
            self.compare_deadlines(draft, (subject, wanted), why.unwrap_or("nothing new"), now);
            match (was_live, is_live) {
                (false, true) => draft.commit.live.push(subject),
                (true, false) => draft.commit.settled.push(subject),
                (true, true) | (false, false) => {}
            }
        }
        self.open_direct_rooms(draft);
        let sequence = draft.commit.sequence;
        for (index, effect) in (0_u32..).zip(std::mem::take(&mut draft.effects)) {
            if let Effect::Keep(keep) = &effect {
                draft.commit.effects_ended.extend(self.outbox.superseded_by(keep));
            }
            let id = EffectId { sequence, index };
            let key = outbox::key(&self.identity, id);
            draft.commit.effects_added.push(StoredEffect { id, key, created_at: now, effect });
        }
    }

    /// Whoever is told something privately needs a room for it.
    fn open_direct_rooms(&self, draft: &mut Draft) {
        let persons = draft.effects.iter().filter_map(|effect| {
            let Effect::Say(Say { place: Place::Person(person), .. }) = effect else { return None };
            Some(person)
        });
        // Also of those that are known: they may have been left, or have others in them by now. The platform looks.
        let needs_one = |person: &&Person| !self.outbox.is_opening_direct(person);
        let missing: BTreeSet<Person> = persons.filter(needs_one).cloned().collect();
        draft.effects.extend(missing.into_iter().map(Effect::Direct));
    }

    fn keep_card(&self, draft: &mut Draft, incident: &Incident) {
        let Some(effect) = reaction::card_upkeep(incident, &self.policy) else { return };
        let Effect::Keep(keep) = &effect else { return };
        let Desired::Card { message, .. } = &keep.desired else { return };
        let last = draft.cards.get(&incident.id).or_else(|| self.stored.cards.get(&incident.id));
        if last != Some(message) {
            draft.cards.insert(incident.id, message.clone());
            draft.add_effect(effect);
        }
    }

    /// Deadlines follow from state: what should be is compared with what is stored.
    fn compare_deadlines(
        &self,
        draft: &mut Draft,
        (subject, mut wanted): (Subject, BTreeMap<DueKind, DateTime<Utc>>),
        why: &'static str,
        now: DateTime<Utc>,
    ) {
        for (kind, at) in self.dues.of(subject) {
            let due = Due { at, key: DueKey { subject, kind } };
            let fired = draft.fired.contains(&due);
            if !fired && wanted.get(&kind) == Some(&at) {
                wanted.remove(&kind);
                continue;
            }
            let reason = if fired { Reason::Fired } else { Reason::Because(why) };
            draft.commit.dues_ended.push(Cancelled { due, reason });
        }
        for (kind, at) in wanted {
            let mut due = Due { at, key: DueKey { subject, kind } };
            if draft.fired.contains(&due) {
                // A deadline that fired without changing the state would fire for ever.
                draft.notes.push(format!("{kind:?} of {subject:?} fired without effect"));
                due.at = now + Duration::minutes(1);
            }
            draft.commit.dues_set.push(due);
        }
    }
}

impl DueKind {
    /// The first in order, for ranges over keys.
    pub(super) const FIRST: Self = Self::UpdatePrompt;
}
