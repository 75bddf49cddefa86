//! One item decided: a message, an outcome, a deadline.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine, Item,
    draft::{Cause, Draft},
};
use crate::{
    command::{About, Command, Context, Decision, Live, Parsed, View, parse},
    effect::{Desired, Effect, EffectId, Keep, Place, Purpose, Say},
    event::{Event, RoomEvent, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId, RoomState},
    message::Message,
    person::Person,
    port::{Cancelled, Due, Inbound, Outcome, Position, Reason, Receipt, RoomKind, Seen},
    reaction::NEWS_WORTH,
    refusal::Refusal,
    room::RoomRef,
    schedule,
};

/// Words that were typed longer ago than this are read as if they were this old.
const OLDEST_WORDS: Duration = Duration::days(7);
/// How long a stranger's command is worth a word. What was passed over may be delivered again after a restart, and
/// must not be answered then.
const WORTH_A_WORD: Duration = Duration::minutes(5);
/// How long somebody who may not command is not told so again.
pub(super) const TURNED_AWAY_FOR: Duration = Duration::hours(1);

/// What has to happen before an item can be decided.
#[derive(Clone, Copy, Debug)]
pub(super) enum Missing {
    /// This subject's facts must be loaded.
    Facts(Subject),
    /// A room that is being made may be the one where this was said: whether it became one must be known.
    Room,
}

/// A command's decision or refusal, and the incident that it was about.
type Decided = (Option<IncidentId>, Result<Decision, Refusal>);

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
            Item::Outcome(id, outcome) => self.decide_outcome(draft, *id, outcome, now),
            Item::Expired(id) => self.decide_expired(draft, *id, now),
            Item::Restarted => {
                let ids: Vec<IncidentId> = self.stored.incidents.keys().copied().collect();
                ids.into_iter().for_each(|id| draft.touch(id));
            }
        }
        Ok(())
    }

    fn decide_inbound(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let key = inbound.key();
        if self.stored.seen.contains_key(&key) || draft.commit.seen.iter().any(|seen| seen.key == key) {
            return Ok(());
        }
        let parsed = parse(&inbound.text, &self.policy.prefix);
        if matches!(parsed, Parsed::Talk) {
            return Ok(());
        }
        if !self.is_heard(draft, inbound) {
            let may_be_heard = inbound.kind == RoomKind::Own
                && self.policy.may_command(&inbound.person)
                && self.is_making_room(draft, inbound);
            return if may_be_heard { Err(Missing::Room) } else { Ok(()) };
        }
        let refused = |refusal: Refusal| (None, Err(refusal));
        let (about, decided) = if !self.policy.may_command(&inbound.person) {
            if inbound.sent_at + WORTH_A_WORD < now || self.was_turned_away(draft, &inbound.person, now) {
                return Ok(());
            }
            draft.turned_away.push(inbound.person.clone());
            refused(Refusal::NotAllowed)
        } else {
            match parsed {
                Parsed::Talk => return Ok(()),
                Parsed::Refused(refusal) => refused(refusal),
                Parsed::Command { command, .. } => {
                    self.decide_command(draft, command.as_ref(), inbound, now)?
                }
            }
        };
        let prefix = &self.policy.prefix;
        let Decision { facts, reply } =
            decided.unwrap_or_else(|refusal| Decision::answer(refusal.message(prefix)));
        draft.commit.seen.push(Seen { key, at: now });
        draft.answering.push(inbound.message.clone());
        if let Some(message) = reply {
            let place = self.place_of(draft, inbound, about);
            draft.add_effect(answer(inbound, place, about, message, now));
        }
        let cause = Cause { person: Some(&inbound.person), message: Some(&inbound.message) };
        for fact in facts {
            self.record(draft, fact, cause, now);
        }
        Ok(())
    }

    /// A command decided, with the incident that it was about.
    fn decide_command(
        &self,
        draft: &Draft,
        command: &dyn Command,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<Decided, Subject> {
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
            said_at: inbound.sent_at.clamp(now - OLDEST_WORDS, now),
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
            RoomKind::Own | RoomKind::Other => {
                let room = &inbound.message.room;
                let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
                self.workspace(draft).incident_in(room).is_some() || live.running_at(room).next().is_some()
            }
        }
    }

    /// Whether a room is being made where this was said. People are asked in as it is made, and may type in it before
    /// the platform's answer arrives.
    fn is_making_room(&self, draft: &Draft, inbound: &Inbound) -> bool {
        let platform = &inbound.message.room.platform;
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        live.all().any(|incident| {
            incident.room == RoomState::Pending && incident.origin.message.room.platform == *platform
        })
    }

    /// Whether something of this batch, or of one before it, waits for a room: it must be delivered again after a
    /// crash.
    fn is_held_up(&self, positions: &[Position]) -> bool {
        let platforms = self.held.iter().filter_map(|item| match item {
            Item::Inbound(inbound) => Some(&inbound.message.room.platform),
            Item::Reached(..) | Item::Due(_) | Item::Outcome(..) | Item::Expired(_) | Item::Restarted => None,
        });
        platforms.into_iter().any(|platform| positions.iter().any(|position| position.platform == *platform))
    }

    fn decide_due(&self, draft: &mut Draft, due: Due, now: DateTime<Utc>) -> Result<(), Missing> {
        let Subject::Incident(id) = due.key.subject else { return Ok(()) };
        if self.unreadable.contains(&due.key.subject) {
            let reason = Reason::Because("its subject can't be read");
            draft.commit.dues_ended.push(Cancelled { due, reason });
            return Ok(());
        }
        let incident = self.incident(draft, id).ok_or(Missing::Facts(due.key.subject))?;
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
            (Effect::Keep(_), Receipt::DoneExcept(people)) => {
                for (person, reason) in people {
                    self.give_up(draft, id, format!("invite {}", person.short_name()), reason, now);
                }
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
            Effect::Say(_) | Effect::Keep(_) => return self.give_up(draft, id, what, reason, now),
        };
        self.record(draft, (Subject::Incident(id), Event::Room(event), None), Cause::default(), now);
    }

    /// Puts on record that something was given up, once for each thing.
    fn give_up(&self, draft: &mut Draft, id: IncidentId, what: String, reason: &str, now: DateTime<Utc>) {
        if self.incident(draft, id).is_some_and(|incident| !incident.given_up.contains(&what)) {
            let event = Event::Room(RoomEvent::GivenUp { what, reason: reason.to_owned() });
            self.record(draft, (Subject::Incident(id), event, None), Cause::default(), now);
        }
    }

    /// Whether this person was told within the hour that they may not command: once is enough, or anybody could
    /// keep the bot from answering those who may.
    fn was_turned_away(&self, draft: &Draft, person: &Person, now: DateTime<Utc>) -> bool {
        draft.turned_away.contains(person)
            || self.turned_away.get(person).is_some_and(|at| now < *at + TURNED_AWAY_FOR)
    }

    /// Where an answer is given: in the incident's own lane if it was asked there, so that it keeps its order with
    /// everything else that is said in that room.
    fn place_of(&self, draft: &Draft, inbound: &Inbound, about: Option<IncidentId>) -> Place {
        let room = &inbound.message.room;
        let at_home = about
            .filter(|id| self.incident(draft, *id).is_some_and(|incident| incident.home() == Some(room)));
        at_home.map_or_else(|| Place::Room(room.clone()), Place::Incident)
    }

    fn decide_expired(&self, draft: &mut Draft, id: EffectId, now: DateTime<Utc>) {
        let Some(effect) = self.outbox.effect(id) else { return };
        draft.commit.effects_ended.push(id);
        if self.outbox.is_superseded(id) {
            return;
        }
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

fn answer(
    inbound: &Inbound,
    place: Place,
    about: Option<IncidentId>,
    message: Message,
    now: DateTime<Utc>,
) -> Effect {
    Effect::Say(Say {
        platform: inbound.message.room.platform.clone(),
        place,
        purpose: Purpose::Answer,
        about,
        answers: Some(inbound.message.clone()),
        stale_at: now + NEWS_WORTH,
        message,
    })
}

/// The only one, if there is exactly one.
fn only<'a>(mut incidents: impl Iterator<Item = &'a Incident>) -> Option<IncidentId> {
    let first = incidents.next()?;
    incidents.next().is_none().then_some(first.id)
}
