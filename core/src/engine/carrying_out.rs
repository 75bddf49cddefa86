//! One command carried out, whichever way it came: typed, corrected, pressed, or read at last.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    deciding::Missing,
    draft::{Cause, Draft},
};
use crate::{
    command::{About, Command, Context, Decision, Live, Meant, Parsed, Reply, View, parse},
    effect::{Effect, Place, Purpose, Say},
    event::{Event, RoomEvent, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId, title},
    message::{Message, pressed_by},
    person::Person,
    port::{Inbound, InboundKey, RoomKind, Seen},
    reaction::NEWS_WORTH,
    refusal::Refusal,
    report::ReportId,
    room::{MessageRef, RoomRef},
};

/// Words that were typed longer ago than this are read as if they were this old.
const OLDEST_WORDS: Duration = Duration::days(7);
/// How long a stranger's command is worth a word. What was passed over may be delivered again after a restart, and
/// must not be answered then.
const WORTH_A_WORD: Duration = Duration::minutes(5);
/// How long somebody who may not command is not told so again.
pub(super) const TURNED_AWAY_FOR: Duration = Duration::hours(1);

/// What became of a message that was dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: DateTime<Utc>,
    pub(super) about: Option<IncidentId>,
    pub(super) report: Option<ReportId>,
    pub(super) carried_out: bool,
}

impl From<&Seen> for Mark {
    fn from(seen: &Seen) -> Self {
        Self { at: seen.at, about: seen.about, report: seen.report, carried_out: seen.carried_out }
    }
}

/// How a command came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As a message, which is answered.
    Typed,
    /// As a message that could be read only later: it doesn't show that we are in its room now.
    Read,
    /// As a sign on a message, which can't be answered: the person is named instead.
    Pressed,
}

/// A command's decision or refusal, and the incident that it was about.
type Decided = (Option<IncidentId>, Result<Decision, Refusal>);

impl Engine {
    /// What became of a message, if it was dealt with.
    pub(super) fn mark(&self, draft: &Draft, key: &InboundKey) -> Option<Mark> {
        let in_draft = draft.commit.seen.iter().rev().find(|seen| seen.key == *key);
        in_draft.map(Mark::from).or_else(|| self.stored.seen.get(key).copied())
    }

    /// Carries out what a message says, if that is a command, and answers it.
    pub(super) fn carry_out(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        (text, manner): (&str, Manner),
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let parsed = parse(text, &self.policy.prefix);
        if matches!(parsed, Parsed::Talk) {
            // A command that was picked from a list of another version.
            let verb = text.strip_prefix(&self.policy.prefix).and_then(|rest| rest.split_whitespace().next());
            let refusal = Refusal::NotYet(verb.unwrap_or_default().to_owned());
            self.refuse_awaited(draft, inbound, &refusal, now);
            return Ok(());
        }
        if !self.is_heard(draft, inbound)? {
            self.refuse_awaited(draft, inbound, &Refusal::NotHeardHere, now);
            return Ok(());
        }
        if manner != Manner::Read && self.policy.may_command(&inbound.person, &inbound.standing) {
            self.regain_room(draft, &inbound.message.room, now)?;
        }
        let refused = |refusal: Refusal| (None, Err(refusal));
        let (about, decided) = if !self.policy.may_command(&inbound.person, &inbound.standing) {
            if inbound.sent_at < now - WORTH_A_WORD || self.was_turned_away(draft, &inbound.person, now) {
                self.refuse_awaited(draft, inbound, &Refusal::NotAllowed, now);
                return Ok(());
            }
            draft.turned_away.push(inbound.person.clone());
            refused(Refusal::NotAllowed)
        } else {
            match parsed {
                Parsed::Talk => return Ok(()),
                Parsed::Refused(refusal) => refused(refusal),
                Parsed::Command { command, verb } => {
                    if self.may_be_about_a_line(draft, inbound, now) {
                        return Err(Missing::Room);
                    }
                    let decided = self.decide_command(draft, command.as_ref(), inbound, now)?;
                    if decided.1.is_ok() {
                        *draft.counts.commands.entry(verb).or_default() += 1;
                    }
                    decided
                }
            }
        };
        let carried_out = decided.is_ok();
        draft.counts.refusals += u64::from(!carried_out);
        let Decision { facts, reply, attachment, further, is_shown } =
            decided.unwrap_or_else(|refusal| Decision::discreetly(refusal.message(&self.policy)));
        let filed = facts.iter().find_map(|(subject, ..)| match subject {
            Subject::Report(id) => Some(*id),
            Subject::Workspace
            | Subject::Incident(_)
            | Subject::Rota
            | Subject::Changes(_)
            | Subject::Heartbeat(_) => None,
        });
        let declared = facts.iter().find_map(|(subject, ..)| match subject {
            Subject::Incident(id) => Some(*id),
            Subject::Workspace
            | Subject::Report(_)
            | Subject::Rota
            | Subject::Changes(_)
            | Subject::Heartbeat(_) => None,
        });
        let about_it = declared.or(about);
        draft.commit.seen.push(Seen {
            key: inbound.key(),
            at: now,
            about: about_it,
            report: filed,
            carried_out,
        });
        draft.answering.push(inbound.message.clone());
        let needs_no_word = is_shown && manner == Manner::Pressed && !inbound.awaits_answer;
        if let Some(reply) = reply.filter(|_| !needs_no_word) {
            let place = self.place_of(draft, inbound, about);
            let discreet = reply.discreet;
            let first = answer(inbound, place.clone(), about, (reply, manner), now);
            draft.add_effect(Effect::Say(Say { attachment: attachment.map(Box::new), ..first }));
            for message in further {
                let reply = Reply { message, discreet };
                draft.add_effect(Effect::Say(answer(inbound, place.clone(), about, (reply, manner), now)));
            }
        }
        if carried_out {
            self.learn_room(draft, inbound, now);
            self.learn_name(draft, inbound, now);
        }
        // What was picked or pressed is not read by the others there: they are told what came of it, as elsewhere.
        let message = (!inbound.awaits_answer).then_some(&inbound.message);
        let cause = Cause { person: Some(&inbound.person), message };
        let came = if carried_out { self.has_come(draft, inbound, now) } else { None };
        for fact in facts {
            self.record(draft, fact, cause, now);
        }
        // Who was asked in has been there since, where no platform says otherwise. And who has asked what is going on
        // need not be told.
        if let Some(came) = came.filter(|came| came.unasked) {
            self.brief_who_came(draft, came.id, &inbound.person, now);
        }
        Ok(())
    }

    /// Says something where silence would look like a failure, and marks the message as dealt with.
    pub(super) fn refuse_awaited(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        refusal: &Refusal,
        now: DateTime<Utc>,
    ) {
        if !inbound.awaits_answer {
            return;
        }
        draft.commit.seen.push(Seen::refused(inbound.key(), now));
        let message = refusal.message(&self.policy);
        let reply = Reply { message, discreet: true };
        let place = Place::Room(inbound.message.room.clone());
        draft.add_effect(Effect::Say(answer(inbound, place, None, (reply, Manner::Typed), now)));
    }

    /// The incident that a room stands for: its own, or the only one that runs there.
    pub(super) fn incident_meant_in(&self, draft: &Draft, room: &RoomRef) -> Option<IncidentId> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        self.workspace(draft).incident_in(room).or_else(|| only(live.running_at(room)))
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
            About::Incident(None) | About::RoomIfAny => self.incident_meant_in(draft, here),
        };
        let loaded = |id: IncidentId| {
            let is_readable = !self.unreadable.contains(&Subject::Incident(id));
            is_readable.then(|| self.incident(draft, id).ok_or(Subject::Incident(id))).transpose()
        };
        let incident = id.map_or(Ok(None), loaded)?;
        let other = command.also().filter(|id| self.workspace(draft).knows(*id)).map_or(Ok(None), loaded)?;
        let rota = self.rota(draft);
        let view = View { workspace: self.workspace(draft), live, incident, other, rota };
        let context = Context {
            now,
            said_at: inbound.sent_at.clamp(now - OLDEST_WORDS, now),
            person: &inbound.person,
            message: &inbound.message,
            kind: inbound.kind,
            policy: &self.policy,
            identity: &self.identity,
        };
        if let Some((report, how)) = self.report_meant(draft, command, inbound)? {
            let meant = Meant { report: &report, how };
            if let Some(decided) = command.on_report(&meant, &view, &context) {
                return Ok((None, decided));
            }
        } else if let Some(unknown) = command.names_report() {
            return Ok((id, Err(Refusal::NoSuchReport(unknown))));
        }
        Ok((id, command.decide(&view, &context)))
    }

    /// Whoever speaks to us in a room from which we were removed has us back in it. Known before the command is decided:
    /// in a private incident's room more may be said than elsewhere.
    fn regain_room(&self, draft: &mut Draft, room: &RoomRef, now: DateTime<Utc>) -> Result<(), Subject> {
        let lives_here = self.workspace(draft).incident_in(room).map(Subject::Incident);
        if let Some(subject @ Subject::Incident(id)) = lives_here.filter(|id| !self.unreadable.contains(id)) {
            self.incident(draft, id).ok_or(subject)?;
        }
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let lost: Vec<IncidentId> = live.that_lost(room).map(|incident| incident.id).collect();
        for id in lost {
            let regained = Event::Room(RoomEvent::Regained { room: room.clone() });
            self.record(draft, (Subject::Incident(id), regained, None), Cause::default(), now);
        }
        Ok(())
    }

    /// What a command shows about the room that it came from: that we are alone with somebody there.
    fn learn_room(&self, draft: &mut Draft, inbound: &Inbound, now: DateTime<Utc>) {
        let (room, person) = (&inbound.message.room, &inbound.person);
        if inbound.kind == RoomKind::Direct && self.workspace(draft).direct_room(person) != Some(room) {
            let opened = WorkspaceEvent::DirectRoomOpened { person: person.clone(), room: room.clone() };
            self.record(draft, (Subject::Workspace, Event::Workspace(opened), None), Cause::default(), now);
        }
    }

    /// What somebody is called whose handle doesn't say it: on other platforms they are named so.
    fn learn_name(&self, draft: &mut Draft, inbound: &Inbound, now: DateTime<Utc>) {
        let person = &inbound.person;
        let Some(name) = inbound.standing.called.as_deref().map(title).filter(|name| !name.is_empty()) else {
            return;
        };
        if self.workspace(draft).name_of(person) != Some(name.as_str()) {
            let named = WorkspaceEvent::PersonNamed { person: person.clone(), name };
            self.record(draft, (Subject::Workspace, Event::Workspace(named), None), Cause::default(), now);
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

    /// An answer to a message, in the room where that was said.
    pub(super) fn answer_to(
        &self,
        draft: &mut Draft,
        message: &MessageRef,
        words: Message,
        now: DateTime<Utc>,
    ) {
        let place = Place::Room(message.room.clone());
        draft.add_effect(Effect::Say(Say {
            answers: Some(message.clone()),
            ..Say::new(place, &message.room.platform, Purpose::Answer, words, now + NEWS_WORTH)
        }));
    }
}

/// The answer to what somebody did, where they did it.
fn answer(
    inbound: &Inbound,
    place: Place,
    about: Option<IncidentId>,
    (Reply { message, discreet }, manner): (Reply, Manner),
    now: DateTime<Utc>,
) -> Say {
    let discreet = discreet || inbound.awaits_answer;
    let (answers, message) = if manner == Manner::Pressed && !inbound.awaits_answer {
        (None, pressed_by(&inbound.person, message))
    } else {
        (Some(inbound.message.clone()), message)
    };
    let platform = &inbound.message.room.platform;
    Say {
        about,
        answers,
        only_for: discreet.then(|| inbound.person.clone()),
        ..Say::new(place, platform, Purpose::Answer, message, now + NEWS_WORTH)
    }
}

/// The only one, if there is exactly one.
fn only<'a>(mut incidents: impl Iterator<Item = &'a Incident>) -> Option<IncidentId> {
    let first = incidents.next()?;
    incidents.next().is_none().then_some(first.id)
}
