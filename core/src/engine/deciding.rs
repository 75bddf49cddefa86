//! One item decided: what becomes of an outcome, a deadline, an effect that came too late. What people do is in
//! `hearing.rs`.

use chrono::{DateTime, Utc};

use super::{
    Engine, Item,
    draft::{Cause, Draft},
};
use crate::{
    command::button,
    effect::{Desired, Effect, EffectId, Keep, Place, Purpose, Quote, Quoting, Say},
    event::{ChangeEvent, Event, HealthEvent, RoomEvent, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId},
    policy::Policy,
    port::{Cancelled, Due, Outcome, Reason, Receipt},
    room::MessageRef,
    schedule,
};

/// What has to happen before an item can be decided.
#[derive(Clone, Copy, Debug)]
pub(super) enum Missing {
    /// This subject's facts must be loaded.
    Facts(Subject),
    /// A room that is being made may be the one where this was said: whether it became one must be known.
    Room,
}

impl From<Subject> for Missing {
    fn from(subject: Subject) -> Self {
        Self::Facts(subject)
    }
}

impl Engine {
    /// Decides one item into the draft. `Err` says what it has to wait for; the draft is then as it was.
    pub(super) fn decide(&self, draft: &mut Draft, item: &Item, now: DateTime<Utc>) -> Result<(), Missing> {
        match item {
            Item::Inbound(inbound) => return self.decide_inbound(draft, inbound, now),
            Item::Reached(_, positions) if self.is_held_up(positions) => return Err(Missing::Room),
            Item::Reached(batch, positions) => {
                draft.positions.extend(positions.iter().cloned());
                draft.accepted.push(*batch);
            }
            Item::Due(due) => return self.decide_due(draft, *due, now),
            Item::Signal(signal) => self.decide_signal(draft, signal, now),
            Item::Told(id) => draft.taken.push(*id),
            Item::Outcome(id, outcome) => return self.decide_outcome(draft, *id, outcome, now),
            Item::Expired(id) => self.decide_expired(draft, *id, now),
            Item::Late(backlog) => self.decide_late(draft, *backlog, now),
            Item::Restarted => {
                self.stored.incidents.keys().for_each(|id| draft.touch(Subject::Incident(*id)));
                self.stored.reports.keys().for_each(|id| draft.touch(Subject::Report(*id)));
                self.stored.changes.keys().for_each(|day| draft.touch(Subject::Changes(*day)));
                draft.touch(Subject::Rota);
                self.expect_heartbeats(draft, now);
            }
        }
        Ok(())
    }

    fn decide_due(&self, draft: &mut Draft, due: Due, now: DateTime<Utc>) -> Result<(), Missing> {
        let (subject, kind) = (due.key.subject, due.key.kind);
        let duty = self.duty(draft, now);
        // `None` if something decided in the meantime has moved or settled it.
        let events = match subject {
            Subject::Incident(_) | Subject::Report(_) if self.unreadable.contains(&subject) => {
                let reason = Reason::Because("its subject can't be read");
                draft.commit.dues_ended.push(Cancelled { due, reason });
                return Ok(());
            }
            Subject::Incident(id) => {
                let incident = self.incident(draft, id).ok_or(Missing::Facts(subject))?;
                let is_due = schedule::deadlines(incident, &self.policy).get(&kind) == Some(&due.at);
                is_due.then(|| schedule::fire(incident, kind, duty))
            }
            Subject::Report(id) => {
                let report = self.report(draft, id).ok_or(Missing::Facts(subject))?;
                let is_due = schedule::report::deadlines(report, &self.policy).get(&kind) == Some(&due.at);
                is_due.then(|| schedule::report::fire(report, kind, duty))
            }
            Subject::Changes(_) => Some(vec![Event::Change(ChangeEvent::Forgotten)]),
            Subject::Rota => {
                self.decide_handover(draft, due, now);
                return Ok(());
            }
            Subject::Heartbeat(_) => {
                self.decide_heartbeat_missed(draft, due, now);
                return Ok(());
            }
            Subject::Workspace => return Ok(()),
        };
        let Some(events) = events else {
            draft.touch(subject);
            return Ok(());
        };
        draft.fired(due);
        for event in events {
            self.record(draft, (subject, event, None), Cause::default(), now);
        }
        Ok(())
    }

    fn decide_outcome(
        &self,
        draft: &mut Draft,
        id: EffectId,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        // What was ended in the same round, because it was taken back, is not learned any more.
        let Some(effect) = self.outbox.effect(id).filter(|_| !draft.commit.effects_ended.contains(&id))
        else {
            return Ok(());
        };
        match (effect, outcome) {
            (Effect::Read(read), Outcome::Done(Receipt::Said(said))) => {
                self.decide_read(draft, read, &said.text, now)?
            }
            (Effect::Quote(quote), Outcome::Done(Receipt::Said(said))) => match &quote.purpose {
                Quoting::Timeline(id) => self.decide_quoted(draft, (*id, &quote.message), said, now),
                Quoting::Report(by) => self.decide_filed(draft, (by, &quote.message), said, now),
            },
            (Effect::Quote(quote), Outcome::Permanent(_)) => self.decide_unread(draft, quote, now),
            (Effect::Read(read), Outcome::Transient(_)) => self.decide_still_unreadable(draft, read, now),
            (_, Outcome::Done(receipt)) => self.decide_done(draft, effect, receipt, now),
            (_, Outcome::Permanent(reason)) => self.decide_given_up(draft, effect, reason, now),
            (
                _,
                Outcome::RetryAfter(_) | Outcome::Partly { .. } | Outcome::Transient(_) | Outcome::InDoubt(_),
            ) => {}
        }
        draft.commit.effects_ended.push(id);
        Ok(())
    }

    fn decide_done(&self, draft: &mut Draft, effect: &Effect, receipt: &Receipt, now: DateTime<Utc>) {
        if let (Effect::Direct(person), Receipt::Room(room)) = (effect, receipt) {
            if self.workspace(draft).direct_room(person) == Some(room) {
                return;
            }
            let opened = WorkspaceEvent::DirectRoomOpened { person: person.clone(), room: room.clone() };
            self.record(draft, (Subject::Workspace, Event::Workspace(opened), None), Cause::default(), now);
            return;
        }
        if let (Effect::Say(Say { purpose: Purpose::Line, report: Some(id), .. }), Receipt::Message(line)) =
            (effect, receipt)
        {
            self.decide_line_posted(draft, *id, line, now);
            return;
        }
        let Some(id) = effect.about() else { return };
        let subject = Subject::Incident(id);
        self.learn_copy(draft, effect, receipt, now);
        match (effect, receipt) {
            (Effect::Keep(_), Receipt::Meeting(room, link)) => {
                // Where people said that they meet, they meet.
                let is_new = |incident: &Incident| {
                    incident.voice.as_ref() != Some(room)
                        || (incident.meeting_said.is_none() && incident.meeting.as_ref() != Some(link))
                };
                if self.incident(draft, id).is_some_and(is_new) {
                    let opened = RoomEvent::MeetingOpened { room: room.clone(), link: link.clone() };
                    self.record(draft, (subject, Event::Room(opened), None), Cause::default(), now);
                }
            }
            (Effect::Keep(_), Receipt::Room(room)) => {
                let bound = Event::Workspace(WorkspaceEvent::RoomBound { id, room: room.clone() });
                self.record(draft, (Subject::Workspace, bound, None), Cause::default(), now);
                let opened = Event::Room(RoomEvent::Opened { room: room.clone() });
                self.record(draft, (subject, opened, None), Cause::default(), now);
                self.begin_tasks(draft, id, now);
            }
            // A card that was on its way as we were removed from the room is none any more.
            // One that could not be changed any more was posted anew.
            (
                Effect::Say(Say { purpose: Purpose::Card, .. })
                | Effect::Keep(Keep { desired: Desired::Card { .. }, .. }),
                Receipt::Message(card),
            ) if self.incident(draft, id).is_some_and(|incident| incident.home() == Some(&card.room)) => {
                let posted = Event::Room(RoomEvent::CardPosted { card: card.clone() });
                self.record(draft, (subject, posted, None), Cause::default(), now);
                self.measure_at_start(draft, id, now);
            }
            (
                Effect::Say(Say { purpose: Purpose::Prompt, place: Place::Incident(_), signs: None, .. }),
                Receipt::Message(prompt),
            ) if self.incident(draft, id).is_some_and(|incident| {
                incident.status.is_open() && incident.home() == Some(&prompt.room)
            }) =>
            {
                let posted = Event::Room(RoomEvent::PromptPosted { prompt: prompt.clone() });
                self.record(draft, (subject, posted, None), Cause::default(), now);
            }
            (Effect::Keep(_), Receipt::DoneExcept(people)) => {
                for (person, reason) in people {
                    let name = self.policy.name_of(person, self.workspace(draft));
                    self.give_up(draft, id, format!("invite {name}"), reason, now);
                }
            }
            (
                Effect::Say(Say { signs: Some(on), place: Place::Incident(_), .. }),
                Receipt::Message(message),
            ) if self.incident(draft, id).is_some_and(|incident| {
                button::may_be_pressed(*on, incident) && incident.home() == Some(&message.room)
            }) =>
            {
                let posted = RoomEvent::SignsPosted { on: *on, message: message.clone() };
                self.record(draft, (subject, Event::Room(posted), None), Cause::default(), now);
            }
            (Effect::Measure(_), Receipt::Measured(readings)) => {
                self.record_health(draft, id, HealthEvent::Measured { readings: readings.clone() }, now);
            }
            (
                Effect::Say(_)
                | Effect::Keep(_)
                | Effect::Direct(_)
                | Effect::Read(_)
                | Effect::Quote(_)
                | Effect::Measure(_),
                _,
            ) => {}
        }
    }

    /// What passes on somebody's news is known from then on: it follows when they correct it or take it back.
    fn learn_copy(&self, draft: &mut Draft, effect: &Effect, receipt: &Receipt, now: DateTime<Utc>) {
        let Effect::Say(Say { about: Some(id), quotes: Some(fact), .. }) = effect else { return };
        let Receipt::Message(copy) = receipt else { return };
        if self.incident(draft, *id).is_some_and(|incident| incident.update(*fact).is_some()) {
            let posted = Event::Room(RoomEvent::CopyPosted { fact: *fact, copy: copy.clone() });
            self.record(draft, (Subject::Incident(*id), posted, None), Cause::default(), now);
        }
    }

    fn decide_given_up(&self, draft: &mut Draft, effect: &Effect, reason: &str, now: DateTime<Utc>) {
        let what = in_words(effect, &self.policy);
        draft.notes.push(format!("could not {what}: {reason}"));
        if let Effect::Direct(person) = effect {
            self.decide_no_direct_room(draft, person, now);
        }
        if let Effect::Say(Say { purpose: Purpose::Line, report: Some(id), .. }) = effect {
            self.decide_line_not_posted(draft, *id, now);
            return;
        }
        let Some(id) = effect.about() else { return };
        if let Effect::Say(Say { place: Place::Person(person), .. }) = effect
            && self.decide_unreached(draft, id, person, now)
        {
            return;
        }
        let event = match effect {
            Effect::Keep(Keep { desired: Desired::Room { .. }, .. }) => {
                RoomEvent::OpeningFailed { reason: reason.to_owned() }
            }
            // To say in a room that nothing can be said in it would never end.
            Effect::Say(Say { place: Place::Incident(_), .. }) => return,
            // The signs and the topic are a convenience, not worth a word.
            Effect::Keep(Keep {
                desired: Desired::Buttons { .. } | Desired::Named { .. } | Desired::NoMeeting { .. },
                ..
            })
            | Effect::Direct(_)
            | Effect::Read(_)
            | Effect::Quote(_) => return,
            Effect::Measure(_) => return self.record_health(draft, id, HealthEvent::Unanswered, now),
            Effect::Keep(Keep { desired: Desired::Copy { copy: MessageRef { room, .. }, .. }, .. }) => {
                // Which direct room somebody follows in is nobody's business.
                let is_told = self.incident(draft, id).is_some_and(|incident| incident.told.contains(room));
                let what = if is_told { format!("{what} in {}", room.room) } else { what };
                return self.give_up(draft, id, what, reason, now);
            }
            Effect::Say(_) | Effect::Keep(_) => return self.give_up(draft, id, what, reason, now),
        };
        self.record(draft, (Subject::Incident(id), Event::Room(event), None), Cause::default(), now);
        self.begin_tasks(draft, id, now);
    }

    /// What a marked message says can't be known.
    fn decide_unread(&self, draft: &mut Draft, quote: &Quote, now: DateTime<Utc>) {
        match &quote.purpose {
            Quoting::Timeline(id) => self.decide_not_quoted(draft, (*id, &quote.message), now),
            Quoting::Report(_) => self.decide_not_filed(draft, &quote.message, now),
        }
    }

    /// Puts on record that something was given up, once for each thing.
    fn give_up(&self, draft: &mut Draft, id: IncidentId, what: String, reason: &str, now: DateTime<Utc>) {
        if self.incident(draft, id).is_some_and(|incident| !incident.given_up.contains(&what)) {
            let event = Event::Room(RoomEvent::GivenUp { what, reason: reason.to_owned() });
            self.record(draft, (Subject::Incident(id), event, None), Cause::default(), now);
        }
    }

    fn decide_expired(&self, draft: &mut Draft, id: EffectId, now: DateTime<Utc>) {
        let Some(effect) = self.outbox.effect(id) else { return };
        draft.commit.effects_ended.push(id);
        if self.outbox.is_superseded(id) {
            return;
        }
        if let Effect::Quote(quote) = effect {
            self.decide_unread(draft, quote, now);
            return;
        }
        let what = in_words(effect, &self.policy);
        draft.notes.push(format!("too late to {what}: dropped"));
        if let Effect::Say(Say { purpose: Purpose::Line, report: Some(id), .. }) = effect {
            self.decide_line_not_posted(draft, *id, now);
            return;
        }
        if let Effect::Measure(measure) = effect {
            return self.record_health(draft, measure.incident, HealthEvent::Unanswered, now);
        }
        if let Some(about) = effect.about() {
            let dropped = Event::Room(RoomEvent::Dropped { what });
            self.record(draft, (Subject::Incident(about), dropped, None), Cause::default(), now);
        }
    }
}

/// What an effect is, and for which room if that has a name that people know. The handle of another may say nothing, or
/// more than may be said.
fn in_words(effect: &Effect, policy: &Policy) -> String {
    match effect {
        Effect::Say(Say { place: Place::Room(room), purpose: Purpose::Notice, .. })
            if policy.names_room(room) =>
        {
            format!("{} to {}", effect.in_words(), room.room)
        }
        Effect::Say(_)
        | Effect::Keep(_)
        | Effect::Direct(_)
        | Effect::Read(_)
        | Effect::Quote(_)
        | Effect::Measure(_) => effect.in_words().to_owned(),
    }
}
