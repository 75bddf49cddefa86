//! What people do, one thing at a time: what they say, correct, take back, press, and what can't be read.
//!
//! - A message is dealt with once, whatever comes again. Its mark says whether it was carried out and what it was about.
//! - **A correction counts where nothing was done yet**: a command that was refused is read anew. What was carried out
//!   stays as it is, but for what `correcting.rs` knows.
//!
//! Carrying out a command is in `carrying_out.rs`; words that are taken back in `taking_back.rs`; what happens to rooms
//! in `moving.rs`.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine, Item,
    carrying_out::Manner,
    correcting::{Correction, corrected_report, correction},
    deciding::Missing,
    draft::Draft,
    marks,
};
use crate::{
    command::{Live, Parsed, button, parse},
    effect::{Effect, Pressed, Read},
    event::Subject,
    incident::{IncidentId, RoomState},
    message::trouble,
    person::Person,
    port::{Content, Inbound, InboundKey, Position, RoomKind, Seen, Standing},
    refusal::Refusal,
    report::ReportId,
    room::MessageRef,
};

/// How long a message that could not be decrypted is tried again.
const READ_FOR: Duration = Duration::days(1);
/// A message that becomes readable within this time is carried out; later, it is asked about.
const CARRIED_OUT_WITHIN: Duration = Duration::minutes(5);
/// How many messages of one platform wait to be read, at most: a room whose keys are lost must not fill the disk.
const UNREAD_AT_ONCE: usize = 200;
/// How long somebody whose messages can't be read is not told so again.
pub(super) const PUZZLED_FOR: Duration = Duration::hours(1);

impl Engine {
    pub(super) fn decide_inbound(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        if self.mark(draft, &inbound.key()).is_some() {
            return Ok(());
        }
        let direct;
        let inbound = if self.is_direct_after_all(draft, inbound) {
            direct = Inbound { kind: RoomKind::Direct, ..inbound.clone() };
            &direct
        } else {
            inbound
        };
        match &inbound.content {
            Content::Said(text) => self.carry_out(draft, inbound, (text, Manner::Typed), now),
            Content::Edited { message, text } => {
                self.decide_marked_edit(draft, inbound, (message, text), now)?;
                self.decide_edit(draft, inbound, (message, text), now)
            }
            Content::Redacted { message } => {
                self.decide_mark_taken_back(draft, inbound, message, now)?;
                self.decide_taken_back(draft, inbound, message, now)
            }
            Content::Reacted { message, key } if marks::is_mark(key) => {
                self.decide_marked(draft, inbound, message, now)
            }
            Content::Reacted { message, key } => self.decide_press(draft, inbound, (message, key, ""), now),
            Content::Filled { message, key, text } => {
                self.decide_press(draft, inbound, (message, key, text), now)
            }
            Content::Unreacted { message, key } if marks::is_mark(key) => {
                self.decide_unmarked(draft, inbound, message, now)
            }
            Content::Unreacted { .. } => Ok(()),
            Content::Joined => self.decide_joined(draft, inbound, now),
            Content::Unreadable => self.decide_unreadable(draft, inbound, now),
            Content::Removed { .. } | Content::Gone => self.decide_lost(draft, inbound, now),
            Content::Moved { to } => self.decide_moved(draft, inbound, to, now),
        }
    }

    fn decide_edit(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        (message, text): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let parsed = parse(text, &self.policy.prefix);
        if matches!(parsed, Parsed::Talk) || !self.policy.may_command(&inbound.person, &inbound.standing) {
            return Ok(());
        }
        let original = MessageRef { id: message.to_owned(), ..inbound.message.clone() };
        let key = InboundKey { platform: original.room.platform.clone(), id: original.id.clone() };
        let mark = self.mark(draft, &key);
        // Marks are forgotten in time, and what was carried out once must not be carried out again.
        let about = mark.and_then(|mark| mark.about).or_else(|| self.said_for(draft, message));
        let dealt_with = Seen { about, ..Seen::carried_out(inbound.key(), now) };
        if !mark.map_or(about.is_some(), |mark| mark.carried_out) {
            let corrected =
                Inbound { message: original, content: Content::Said(text.to_owned()), ..inbound.clone() };
            self.carry_out(draft, &corrected, (text, Manner::Typed), now)?;
            // Where nothing is heard, nothing was dealt with.
            if self.mark(draft, &key).is_some() {
                draft.commit.seen.push(dealt_with);
            }
            return Ok(());
        }
        if !self.is_heard(draft, inbound)? {
            return Ok(());
        }
        let filed =
            mark.and_then(|mark| mark.report).filter(|id| !self.unreadable.contains(&Subject::Report(*id)));
        if let (Parsed::Command { command, .. }, Some(id)) = (&parsed, filed)
            && let Some(words) = command.reports()
        {
            let report = self.report(draft, id).ok_or(Subject::Report(id))?;
            let correction = corrected_report(report, words, (inbound, &original));
            draft.commit.seen.push(dealt_with);
            self.correct(draft, (inbound, &original), correction, now);
            return Ok(());
        }
        let correction = match (&parsed, about) {
            (Parsed::Command { command, .. }, Some(id))
                if !self.unreadable.contains(&Subject::Incident(id)) =>
            {
                let incident = self.incident(draft, id).ok_or(Subject::Incident(id))?;
                correction(incident, command.as_ref(), (inbound, &original))
            }
            (Parsed::Talk | Parsed::Refused(_) | Parsed::Command { .. }, _) => Correction::TooLate,
        };
        draft.commit.seen.push(dealt_with);
        self.correct(draft, (inbound, &original), correction, now);
        Ok(())
    }

    fn decide_press(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        (message, key, words): (&str, &str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let is_line = self.report_by_line(draft, inbound, message);
        if let Some(report) = is_line {
            return self.decide_press_on_line(draft, (inbound, report), (key, words), now);
        }
        let pressed = self.pressed(draft, inbound, message);
        if pressed.is_none() && self.is_line_on_its_way(draft, &inbound.message.room, now) {
            return Err(Missing::Room);
        }
        if pressed.is_none() && self.policy.files_reports(key) && self.may_file(inbound) {
            if self.policy.may_command(&inbound.person, &inbound.standing) {
                self.decide_filing(draft, inbound, message, now);
            }
            return Ok(());
        }
        let command =
            pressed.and_then(|(incident, on)| Some((incident, button::command(on, key, !words.is_empty())?)));
        let Some((incident, command)) = command else {
            self.refuse_awaited(draft, inbound, &Refusal::NothingToPress, now);
            return Ok(());
        };
        let text = format!("{}{command} {words}", self.policy.prefix);
        let text = button::addressed(&text, incident);
        self.carry_out(draft, inbound, (&text, Manner::Pressed), now)
    }

    /// Somebody pressed a sign on the line of a report.
    fn decide_press_on_line(
        &self,
        draft: &mut Draft,
        (inbound, report): (&Inbound, ReportId),
        (key, words): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let Some(command) = button::command(Pressed::Report, key, !words.is_empty()) else {
            self.refuse_awaited(draft, inbound, &Refusal::NothingToPress, now);
            return Ok(());
        };
        let text = format!("{}{command} {words}", self.policy.prefix);
        let text = button::addressed(&text, report);
        self.carry_out(draft, inbound, (&text, Manner::Pressed), now)
    }

    /// The incident whose card or question a message is.
    fn pressed(&self, draft: &Draft, inbound: &Inbound, message: &str) -> Option<(IncidentId, Pressed)> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let is_it = |ours: &Option<MessageRef>| {
            ours.as_ref().is_some_and(|ours| ours.id == message && ours.room == inbound.message.room)
        };
        live.iter().find_map(|incident| {
            let on_card = is_it(&incident.card).then_some(Pressed::Card);
            let on_prompt = || is_it(&incident.prompt).then_some(Pressed::Prompt);
            let is_this = |ours: &MessageRef| ours.id == message && ours.room == inbound.message.room;
            let on_other = || incident.signs.iter().find(|(_, ours)| is_this(ours)).map(|(on, _)| *on);
            let on_old_list = || is_it(&incident.old_tasks).then_some(Pressed::Tasks);
            let on = on_card.or_else(on_prompt).or_else(on_other).or_else(on_old_list)?;
            Some((incident.id, on))
        })
    }

    fn decide_unreadable(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        // Only our own moments can be reckoned with: theirs may be the last that there is.
        let is_too_old = inbound.sent_at <= now - READ_FOR;
        if is_too_old
            || !self.policy.may_command(&inbound.person, &inbound.standing)
            || !self.is_heard(draft, inbound)?
        {
            return Ok(());
        }
        if self.outbox.unread(&inbound.message.room.platform) >= UNREAD_AT_ONCE {
            draft.notes.push("too many messages can't be decrypted: one is passed over".to_owned());
            return Ok(());
        }
        draft.commit.seen.push(Seen::refused(inbound.key(), now));
        draft.add_effect(Effect::Read(Read {
            message: inbound.message.clone(),
            person: inbound.person.clone(),
            kind: inbound.kind,
            sent_at: inbound.sent_at,
            stale_at: now + READ_FOR,
            told: self.was_puzzled(draft, &inbound.person, now),
        }));
        Ok(())
    }

    /// A message that could not be read is still unreadable: its author is told, once.
    pub(super) fn decide_still_unreadable(&self, draft: &mut Draft, read: &Read, now: DateTime<Utc>) {
        draft.add_effect(Effect::Read(Read { told: true, ..read.clone() }));
        if !self.was_puzzled(draft, &read.person, now) {
            draft.puzzled.push(read.person.clone());
            self.answer_to(draft, &read.message, trouble::cannot_read(&self.policy), now);
        }
    }

    /// A message became readable. Soon after it was said it is carried out; later, the moment may have passed.
    pub(super) fn decide_read(
        &self,
        draft: &mut Draft,
        read: &Read,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let Read { message, person, kind, sent_at, .. } = read.clone();
        // It was asked whether they may command before the message was kept.
        let inbound = Inbound {
            message,
            person,
            standing: Standing::default(),
            kind,
            content: Content::Said(text.to_owned()),
            awaits_answer: false,
            sent_at,
        };
        if self.mark(draft, &inbound.key()).is_some_and(|mark| mark.carried_out) {
            // Said again in an edit, and done.
            return Ok(());
        }
        if now - CARRIED_OUT_WITHIN <= sent_at {
            return self.carry_out(draft, &inbound, (text, Manner::Read), now);
        }
        if matches!(parse(text, &self.policy.prefix), Parsed::Talk) || !self.is_heard(draft, &inbound)? {
            return Ok(());
        }
        self.answer_to(draft, &inbound.message, trouble::read_late(text, sent_at, &self.policy), now);
        Ok(())
    }

    fn was_puzzled(&self, draft: &Draft, person: &Person, now: DateTime<Utc>) -> bool {
        draft.puzzled.contains(person) || self.puzzled.get(person).is_some_and(|at| now < *at + PUZZLED_FOR)
    }

    /// Whether commands are heard in this room: a configured or a direct one, or one with an incident in it. `Err`
    /// while it can't be said.
    pub(super) fn is_heard(&self, draft: &Draft, inbound: &Inbound) -> Result<bool, Missing> {
        let is_heard = match inbound.kind {
            RoomKind::Configured | RoomKind::Direct => true,
            RoomKind::Own | RoomKind::Other => {
                let room = &inbound.message.room;
                let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
                self.workspace(draft).incident_in(room).is_some()
                    || live.running_at(room).next().is_some()
                    || live.that_lost(room).next().is_some()
            }
        };
        let may_be_heard = !is_heard
            && inbound.kind == RoomKind::Own
            && self.policy.may_command(&inbound.person, &inbound.standing)
            && (self.is_making_room(draft, inbound) || self.outbox.is_opening_direct(&inbound.person));
        if may_be_heard { Err(Missing::Room) } else { Ok(is_heard) }
    }

    /// Whether a room of ours is the direct one with whoever said this: a platform may take it for an incident's until
    /// it is told what it was made for.
    fn is_direct_after_all(&self, draft: &Draft, inbound: &Inbound) -> bool {
        inbound.kind == RoomKind::Own
            && self.workspace(draft).direct_room(&inbound.person) == Some(&inbound.message.room)
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
    pub(super) fn is_held_up(&self, positions: &[Position]) -> bool {
        let platforms = self.held.iter().filter_map(|item| match item {
            Item::Inbound(inbound) => Some(&inbound.message.room.platform),
            Item::Reached(..)
            | Item::Due(_)
            | Item::Outcome(..)
            | Item::Expired(_)
            | Item::Late(_)
            | Item::Signal(_)
            | Item::Told(_)
            | Item::Restarted => None,
        });
        platforms.into_iter().any(|platform| positions.iter().any(|position| position.platform == *platform))
    }
}
