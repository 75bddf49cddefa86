//! One item decided: a message, an outcome, a deadline.

use chrono::{DateTime, Utc};

use super::{
    Engine, Item,
    draft::{Cause, Draft},
};
use crate::{
    command::{About, Command, Context, Decision, Live, Parsed, View, parse},
    effect::{Desired, Effect, EffectId, Keep, Place, Purpose, Say},
    event::{Event, RoomEvent, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId},
    message::{Message, trouble},
    port::{Cancelled, Due, Inbound, Outcome, Reason, Receipt, RoomKind, Seen},
    reaction::NEWS_WORTH,
    refusal::Refusal,
    room::RoomRef,
    schedule,
};

impl Engine {
    /// Decides one item into the draft. `Err` names the subject that must be loaded first; the draft is then as it
    /// was.
    pub(super) fn decide(&self, draft: &mut Draft, item: &Item, now: DateTime<Utc>) -> Result<(), Subject> {
        match item {
            Item::Inbound(inbound) => return self.decide_inbound(draft, inbound, now),
            Item::Reached(batch, positions) => {
                draft.positions.extend(positions.iter().cloned());
                draft.accepted.push(*batch);
            }
            Item::Due(due) => return self.decide_due(draft, *due, now),
            Item::Outcome(id, outcome) => self.decide_outcome(draft, *id, outcome, now),
            Item::Expired(id) => self.decide_expired(draft, *id, now),
            Item::Restarted => {
                let ids: Vec<IncidentId> = self.stored.incidents.keys().copied().collect();
                ids.into_iter().for_each(|id| draft.touch(id));
            }
        }
        Ok(())
    }

    fn decide_inbound(&self, draft: &mut Draft, inbound: &Inbound, now: DateTime<Utc>) -> Result<(), Subject> {
        let key = inbound.key();
        if self.stored.seen.contains_key(&key) || draft.commit.seen.iter().any(|seen| seen.key == key) {
            return Ok(());
        }
        let parsed = parse(&inbound.text, &self.policy.prefix);
        if matches!(parsed, Parsed::Talk) || !self.is_heard(draft, inbound) {
            return Ok(());
        }
        let refused = |refusal: Refusal| (None, Err(refusal));
        let (about, decided) = if !self.policy.may_command(&inbound.person) {
            refused(Refusal::NotAllowed)
        } else {
            match parsed {
                Parsed::Talk => return Ok(()),
                Parsed::Refused(refusal) => refused(refusal),
                Parsed::Command { command, .. } => self.decide_command(draft, command.as_ref(), inbound, now)?,
            }
        };
        let prefix = &self.policy.prefix;
        let Decision { facts, reply } =
            decided.unwrap_or_else(|refusal| Decision::answer(refusal.message(prefix)));
        draft.commit.seen.push(Seen { key, at: now });
        draft.answering.push(inbound.message.clone());
        if let Some(message) = reply {
            draft.add_effect(answer(inbound, about, message, now));
        }
        let cause = Cause { person: Some(&inbound.person), message: Some(&inbound.message) };
        for fact in facts {
            self.record(draft, fact, cause, now);
        }
        Ok(())
    }

    /// A command decided, with the incident that it was about.
    #[allow(clippy::type_complexity)]
    fn decide_command(
        &self,
        draft: &Draft,
        command: &dyn Command,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(Option<IncidentId>, Result<Decision, Refusal>), Subject> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let here = &inbound.message.room;
        let id = match command.about() {
            About::Workspace => None,
            About::Incident(Some(id)) => self.workspace(draft).knows(id).then_some(id),
            About::Incident(None) | About::RoomIfAny => {
                self.workspace(draft).incident_in(here).or_else(|| only(live.running_at(here)))
            }
        };
        let readable = id.filter(|id| !self.unreadable.contains(&Subject::Incident(*id)));
        let incident = match readable {
            Some(id) => Some(self.incident(draft, id).ok_or(Subject::Incident(id))?),
            None => None,
        };
        let view = View { workspace: self.workspace(draft), live, incident };
        let context = Context {
            now,
            person: &inbound.person,
            message: &inbound.message,
            kind: inbound.kind,
            policy: &self.policy,
            identity: &self.identity,
        };
        Ok((id, command.decide(&view, &context)))
    }

    /// Whether commands are heard in this room: a configured or a direct one, or one with an incident in it.
    fn is_heard(&self, draft: &Draft, inbound: &Inbound) -> bool {
        match inbound.kind {
            RoomKind::Configured | RoomKind::Direct => true,
            RoomKind::Other => {
                let room = &inbound.message.room;
                let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
                self.workspace(draft).incident_in(room).is_some() || live.running_at(room).next().is_some()
            }
        }
    }

    fn decide_due(&self, draft: &mut Draft, due: Due, now: DateTime<Utc>) -> Result<(), Subject> {
        let Subject::Incident(id) = due.key.subject else { return Ok(()) };
        if self.unreadable.contains(&due.key.subject) {
            let reason = Reason::Because("its subject can't be read");
            draft.commit.dues_ended.push(Cancelled { due, reason });
            return Ok(());
        }
        let incident = self.incident(draft, id).ok_or(due.key.subject)?;
        // Something decided in the meantime may have moved or settled it.
        if schedule::deadlines(incident).get(&due.key.kind) != Some(&due.at) {
            draft.touch(id);
            return Ok(());
        }
        let events = schedule::fire(incident, due.key.kind, &self.policy, now);
        draft.fired(due, id);
        for event in events {
            self.record(draft, (due.key.subject, event, None), Cause::default(), now);
        }
        Ok(())
    }

    fn decide_outcome(&self, draft: &mut Draft, id: EffectId, outcome: &Outcome, now: DateTime<Utc>) {
        let Some(effect) = self.outbox.effect(id) else { return };
        draft.commit.effects_ended.push(id);
        match outcome {
            Outcome::Done(receipt) => self.decide_done(draft, effect, receipt, now),
            Outcome::Permanent(reason) => self.decide_given_up(draft, effect, reason, now),
            Outcome::RetryAfter(_) | Outcome::Transient(_) | Outcome::InDoubt(_) => {}
        }
    }

    fn decide_done(&self, draft: &mut Draft, effect: &Effect, receipt: &Receipt, now: DateTime<Utc>) {
        let Some(id) = effect.about() else { return };
        let subject = Subject::Incident(id);
        match (effect, receipt) {
            (Effect::Keep(_), Receipt::Room(room)) => {
                let bound = Event::Workspace(WorkspaceEvent::RoomBound { id, room: room.clone() });
                self.record(draft, (Subject::Workspace, bound, None), Cause::default(), now);
                let opened = Event::Room(RoomEvent::Opened { room: room.clone() });
                self.record(draft, (subject, opened, None), Cause::default(), now);
            }
            (Effect::Say(Say { purpose: Purpose::Card, .. }), Receipt::Message(card)) => {
                let posted = Event::Room(RoomEvent::CardPosted { card: card.clone() });
                self.record(draft, (subject, posted, None), Cause::default(), now);
            }
            (Effect::Keep(keep), Receipt::DoneExcept(people)) => {
                let message = trouble::not_invited(id, people);
                draft.add_effect(notice_at_home(keep, message, now));
            }
            (Effect::Say(_) | Effect::Keep(_), _) => {}
        }
    }

    fn decide_given_up(&self, draft: &mut Draft, effect: &Effect, reason: &str, now: DateTime<Utc>) {
        let what = in_words(effect);
        draft.notes.push(format!("could not {what}: {reason}"));
        let Some(id) = effect.about() else { return };
        let event = match effect {
            Effect::Keep(Keep { desired: Desired::Room { .. }, .. }) => {
                RoomEvent::OpeningFailed { reason: reason.to_owned() }
            }
            // To say in a room that nothing can be said in it would never end.
            Effect::Say(Say { place: Place::Incident(_), .. }) => return,
            Effect::Say(_) | Effect::Keep(_) => {
                // Said once.
                if self.incident(draft, id).is_none_or(|incident| incident.given_up.contains(&what)) {
                    return;
                }
                RoomEvent::GivenUp { what, reason: reason.to_owned() }
            }
        };
        self.record(draft, (Subject::Incident(id), Event::Room(event), None), Cause::default(), now);
    }

    fn decide_expired(&self, draft: &mut Draft, id: EffectId, now: DateTime<Utc>) {
        let Some(effect) = self.outbox.effect(id) else { return };
        draft.commit.effects_ended.push(id);
        let what = in_words(effect);
        draft.notes.push(format!("too late to {what}: dropped"));
        if let Some(about) = effect.about() {
            let dropped = Event::Room(RoomEvent::Dropped { what });
            self.record(draft, (Subject::Incident(about), dropped, None), Cause::default(), now);
        }
    }
}

/// What an effect is, and for which room where that says more.
fn in_words(effect: &Effect) -> String {
    match effect {
        Effect::Say(Say { place: Place::Room(RoomRef { room, .. }), purpose: Purpose::Notice, .. }) => {
            format!("{} to {room}", effect.in_words())
        }
        Effect::Say(_) | Effect::Keep(_) => effect.in_words().to_owned(),
    }
}

fn answer(inbound: &Inbound, about: Option<IncidentId>, message: Message, now: DateTime<Utc>) -> Effect {
    Effect::Say(Say {
        platform: inbound.message.room.platform.clone(),
        place: Place::Room(inbound.message.room.clone()),
        purpose: Purpose::Answer,
        about,
        answers: Some(inbound.message.clone()),
        stale_at: now + NEWS_WORTH,
        message,
    })
}

fn notice_at_home(keep: &Keep, message: Message, now: DateTime<Utc>) -> Effect {
    Effect::Say(Say {
        platform: keep.platform.clone(),
        place: Place::Incident(keep.incident),
        purpose: Purpose::Notice,
        about: Some(keep.incident),
        answers: None,
        stale_at: now + NEWS_WORTH,
        message,
    })
}

/// The only one, if there is exactly one.
fn only<'a>(mut incidents: impl Iterator<Item = &'a Incident>) -> Option<IncidentId> {
    let first = incidents.next()?;
    incidents.next().is_none().then_some(first.id)
}
