//! A round of decisions made durable, and what follows when it is, or isn't.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine, InFlight, Output, POSITIONS_UNWRITTEN_FOR, SEEN_REMEMBERED_FOR, SEEN_SWEPT_EVERY, Stored,
    carrying_out::{Mark, TURNED_AWAY_FOR},
    draft::Draft,
    hearing::PUZZLED_FOR,
    outbox,
};
use crate::{
    effect::{Effect, EffectId, Purpose},
    event::{Event, ReportEvent, RoomEvent, WorkspaceEvent},
    incident::Incident,
    message::trouble,
    port::{Action, Attempt, Commit, NumberedRecord, Perform, Position, StoreError},
    report::Report,
    rota::Rota,
};

impl Engine {
    /// Adds to a draft what goes along with any commit: positions, and marks that are old enough to go. Positions
    /// alone make a commit only after a while, or when they are the first of their stream.
    pub(super) fn seal(&mut self, draft: &mut Draft, now: DateTime<Utc>) {
        self.finish(draft, now);
        let mut is_new = false;
        for position in std::mem::take(&mut draft.positions) {
            let stream = (position.platform, position.stream);
            // A stream's first position is where hearing begins: lost, what is said next would count as old.
            is_new |= self.positions.insert(stream.clone(), position.token.clone()).is_none();
            self.unwritten.insert(stream, position.token);
            self.unwritten_since.get_or_insert(now);
        }
        let overdue = self.unwritten_since.is_some_and(|since| since + POSITIONS_UNWRITTEN_FOR <= now);
        if draft.commit.is_empty() && !overdue && !is_new {
            return;
        }
        self.unwritten_since = None;
        draft.commit.positions = std::mem::take(&mut self.unwritten)
            .into_iter()
            .map(|((platform, stream), token)| Position { platform, stream, token })
            .collect();
        if self.seen_swept_at.is_none_or(|at| at + SEEN_SWEPT_EVERY <= now) {
            self.seen_swept_at = Some(now);
            let old = self.stored.seen.iter().filter(|(_, mark)| mark.at + SEEN_REMEMBERED_FOR < now);
            draft.commit.seen_forgotten = old.map(|(key, _)| key.clone()).collect();
        }
    }

    pub(super) fn committed(&mut self, now: DateTime<Utc>) {
        let Some(InFlight { mut draft, .. }) = self.in_flight.take() else { return };
        let Stored { workspace, incidents, rota, changes, lines, seen, cards, lists, sequence, .. } =
            &mut self.stored;
        *sequence = draft.commit.sequence;
        if let Some(changed) = draft.workspace.take() {
            *workspace = changed;
        }
        if !draft.incidents.is_empty() {
            self.shown.something_changed();
        }
        self.maybe_settled.extend(draft.incidents.keys());
        draft.incidents.values().for_each(|incident| self.outbox.attend(incident));
        // Not `append`, which rebuilds the whole map.
        incidents.extend(std::mem::take(&mut draft.incidents));
        if let Some(changed) = draft.rota.take() {
            // What calendars say may have come meanwhile.
            let calendars = std::mem::take(&mut rota.calendars);
            *rota = Rota { calendars, ..changed };
        }
        changes.extend(std::mem::take(&mut draft.changes));
        changes.retain(|_, changes| !changes.is_forgotten);
        lines.extend(std::mem::take(&mut draft.lines));
        cards.extend(std::mem::take(&mut draft.cards));
        lists.extend(std::mem::take(&mut draft.lists));
        seen.extend(draft.commit.seen.iter().map(|seen| (seen.key.clone(), Mark::from(seen))));
        for key in &draft.commit.seen_forgotten {
            seen.remove(key);
        }
        for report in std::mem::take(&mut draft.reports).into_values() {
            self.outbox.attend_report(&report);
            self.keep_report(report);
        }
        self.counts.add(&draft.counts);
        self.turned_away.retain(|_, at| now < *at + TURNED_AWAY_FOR);
        self.turned_away.extend(draft.turned_away.iter().cloned().map(|person| (person, now)));
        self.puzzled.retain(|_, at| now < *at + PUZZLED_FOR);
        self.puzzled.extend(draft.puzzled.iter().cloned().map(|person| (person, now)));
        let is_direct = |id: &EffectId| matches!(self.outbox.effect(*id), Some(Effect::Direct(_)));
        let direct_rooms_decided = draft.commit.effects_ended.iter().any(is_direct);
        self.dues.apply(&draft.commit);
        self.outbox.apply(&draft.commit);
        self.attend_persons(&draft.commit);
        self.resume_held(&draft.commit, direct_rooms_decided);
        self.accept(&draft);
        self.forget_settled();
    }

    /// A direct room was made: what was to be said in it can go.
    fn attend_persons(&mut self, commit: &Commit) {
        for fact in &commit.facts {
            if let Event::Workspace(WorkspaceEvent::DirectRoomOpened { person, .. }) = &fact.record.event {
                self.outbox.attend_person(person);
            }
        }
    }

    /// A room was made, or given up: what waited for that is decided before anything else.
    fn resume_held(&mut self, commit: &Commit, direct_rooms_decided: bool) {
        let is_about_room = |fact: &NumberedRecord| {
            matches!(
                fact.record.event,
                Event::Room(RoomEvent::Opened { .. } | RoomEvent::OpeningFailed { .. })
                    | Event::Report(
                        ReportEvent::LinePosted { .. }
                            | ReportEvent::LineMoved { .. }
                            | ReportEvent::LineFailed
                    )
            )
        };
        if direct_rooms_decided || commit.facts.iter().any(is_about_room) {
            self.take_up_held();
        }
    }

    pub(super) fn accept(&mut self, draft: &Draft) {
        self.outputs.extend(draft.accepted.iter().copied().map(Output::Accept));
        self.outputs.extend(draft.taken.iter().copied().map(Output::Taken));
        self.outputs.extend(draft.notes.iter().cloned().map(Output::Note));
    }

    /// Incidents that owe nothing leave the memory, once nothing more is to be said about them. Not while something is
    /// being loaded: what waits for that may need several of them at once.
    pub(super) fn forget_settled(&mut self) {
        if !self.loading.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.maybe_settled_reports) {
            if self.stored.reports.get(&id).is_some_and(Report::is_live) {
                continue;
            }
            if self.outbox.is_about_report(id) {
                self.maybe_settled_reports.insert(id);
                continue;
            }
            self.stored.groups.retain(|_, report| *report != id);
            self.stored.reports.remove(&id);
            self.stored.lines.remove(&id);
        }
        for id in std::mem::take(&mut self.maybe_settled) {
            let is_live = self.stored.incidents.get(&id).is_some_and(Incident::is_live);
            if is_live {
                continue;
            }
            if self.outbox.is_about(id) {
                self.maybe_settled.insert(id);
                continue;
            }
            self.stored.incidents.remove(&id);
            self.stored.cards.remove(&id);
            self.stored.lists.remove(&id);
        }
    }

    /// The same commit again, later. Whoever waits for an answer is told, once, that nothing is lost: this one
    /// message is not durable, because nothing can be.
    pub(super) fn commit_failed(&mut self, now: DateTime<Utc>, error: &StoreError) {
        let Some(in_flight) = &mut self.in_flight else { return };
        in_flight.failures += 1;
        let wait = Duration::seconds(1 << in_flight.failures.min(5));
        in_flight.retry_at = Some(now + wait);
        self.outputs.push_back(Output::Note(format!("{error}; trying again in {} s", wait.num_seconds())));
        if in_flight.failures > 1 {
            return;
        }
        let sequence = in_flight.draft.commit.sequence;
        for (index, message) in (0_u32..).zip(&in_flight.draft.answering) {
            let id = EffectId { sequence, index: u32::MAX - index };
            let attempt = Attempt { key: outbox::key(&self.identity, id), first_tried: now, number: 1 };
            let action = Action::Say {
                thread: None,
                room: message.room.clone(),
                answers: Some(message.clone()),
                only_for: None,
                purpose: Purpose::Answer,
                message: trouble::cannot_store(error, &self.policy),
                attachment: None,
            };
            let platform = message.room.platform.clone();
            self.outputs.push_back(Output::Perform(Box::new(Perform { id, platform, action, attempt })));
        }
    }

    pub(super) fn retry_commit(&mut self, now: DateTime<Utc>) {
        if let Some(in_flight) = &mut self.in_flight
            && in_flight.retry_at.is_some_and(|at| at <= now)
        {
            in_flight.retry_at = None;
            self.outputs.push_back(Output::Commit(Box::new(in_flight.draft.commit.clone())));
        }
    }
}
