//! Messages that people put on the timeline by a sign on them.
//!
//! - Whoever may command may mark any message in an incident's room, and nothing is said about it: the sign is there.
//! - **What the message says is read then**, and stored with the incident like everything that is on its record. The
//!   author's corrections follow, and what they take back goes.
//! - A mark is known by what put it there; taken off, that is gone (Matrix), or it is said who took which sign off
//!   (Discord). The last one decides.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    deciding::Missing,
    draft::{Cause, Draft},
};
use crate::{
    command::Live,
    event::{Event, Subject, TimelineEvent},
    incident::{Incident, IncidentId, passage},
    port::{Inbound, InboundKey, Said, Seen},
    room::MessageRef,
};

/// The sign that puts a message on the timeline.
const MARK: &str = "📌";

/// Whether a sign puts a message on the timeline. Keyboards add the wish for colour.
pub(super) fn is_mark(key: &str) -> bool {
    key.starts_with(MARK)
}

/// A message by its handle, in the room where something was done to it.
fn message_in(inbound: &Inbound, id: &str) -> MessageRef {
    MessageRef { room: inbound.message.room.clone(), id: id.to_owned(), thread: None }
}

impl Engine {
    /// Somebody put the sign on a message.
    pub(super) fn decide_marked(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        if !self.policy.may_command(&inbound.person, &inbound.standing) || !self.is_heard(draft, inbound)? {
            return Ok(());
        }
        let Some(id) = self.incident_meant_in(draft, &inbound.message.room) else { return Ok(()) };
        let subject = Subject::Incident(id);
        if self.unreadable.contains(&subject) {
            return Ok(());
        }
        let incident = self.incident(draft, id).ok_or(subject)?;
        let (message, mark) = (message_in(inbound, message), inbound.message.id.clone());
        let is_marked = incident.marked.get(&message).is_some_and(|marked| {
            marked.marks.iter().any(|(person, known)| *known == mark || *person == inbound.person)
        });
        // By this the incident is found when the mark is taken off.
        draft.commit.seen.push(Seen { about: Some(id), ..Seen::carried_out(inbound.key(), now) });
        if !is_marked {
            let marked = Event::Timeline(TimelineEvent::Marked { message, mark });
            let cause = Cause { person: Some(&inbound.person), message: None };
            self.record(draft, (subject, marked, None), cause, now);
        }
        Ok(())
    }

    /// Somebody took the sign off a message. It takes no right to take one's own away.
    pub(super) fn decide_unmarked(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let message = message_in(inbound, message);
        let Some(id) = self.incident_that_marked(draft, inbound, &message.id) else { return Ok(()) };
        let incident = self.incident(draft, id).ok_or(Subject::Incident(id))?;
        let marks = incident.marked.get(&message).into_iter().flat_map(|marked| &marked.marks);
        let theirs = marks
            .filter(|(person, _)| self.policy.same(person, &inbound.person))
            .map(|(_, mark)| mark.clone());
        for mark in theirs.collect::<Vec<_>>() {
            self.unmark(draft, id, (&message, mark), inbound, now);
        }
        Ok(())
    }

    /// Something was taken back: perhaps what put the sign on a message.
    pub(super) fn decide_mark_taken_back(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        mark: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let Some(id) = self.incident_that_marked(draft, inbound, mark) else { return Ok(()) };
        let incident = self.incident(draft, id).ok_or(Subject::Incident(id))?;
        let has_it = |(message, marked): (&MessageRef, &crate::incident::timeline::Marked)| {
            marked.marks.iter().any(|(_, known)| known == mark).then(|| message.clone())
        };
        if let Some(message) = incident.marked.iter().find_map(has_it) {
            self.unmark(draft, id, (&message, mark.to_owned()), inbound, now);
        }
        Ok(())
    }

    fn unmark(
        &self,
        draft: &mut Draft,
        id: IncidentId,
        (message, mark): (&MessageRef, String),
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) {
        let unmarked = Event::Timeline(TimelineEvent::Unmarked { message: message.clone(), mark });
        let cause = Cause { person: Some(&inbound.person), message: None };
        self.record(draft, (Subject::Incident(id), unmarked, None), cause, now);
    }

    /// A message says something else now: so does the timeline, if its author changed it and it is there.
    pub(super) fn decide_marked_edit(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        (message, text): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let message = message_in(inbound, message);
        let Some(id) = self.incident_that_marked(draft, inbound, &message.id) else { return Ok(()) };
        let incident = self.incident(draft, id).ok_or(Subject::Incident(id))?;
        if incident.marked.get(&message).is_none_or(|m| m.author.as_ref() != Some(&inbound.person)) {
            return Ok(());
        }
        let quoted = incident.timeline.iter().find(|entry| entry.marked() == Some(&message));
        let words = passage(text);
        let Some(said_at) = quoted.filter(|entry| entry.words != words).map(|entry| entry.at) else {
            return Ok(());
        };
        let author = inbound.person.clone();
        self.quote(
            draft,
            id,
            Event::Timeline(TimelineEvent::Quoted { message, author, said_at }),
            words,
            now,
        );
        Ok(())
    }

    /// What a marked message says is known.
    pub(super) fn decide_quoted(
        &self,
        draft: &mut Draft,
        (id, message): (IncidentId, &MessageRef),
        said: &Said,
        now: DateTime<Utc>,
    ) {
        if !self.is_marked(draft, id, message) {
            return;
        }
        let key = InboundKey { platform: message.room.platform.clone(), id: message.id.clone() };
        if self.mark(draft, &key).is_none() {
            // By this the incident is found when the message is corrected or taken back.
            draft.commit.seen.push(Seen { about: Some(id), ..Seen::refused(key, now) });
        }
        let (message, author) = (message.clone(), said.author.clone());
        // What a platform says of the time may lie ahead of us.
        let said_at = said.sent_at.min(now);
        let quoted = Event::Timeline(TimelineEvent::Quoted { message, author, said_at });
        self.quote(draft, id, quoted, passage(&said.text), now);
    }

    /// What a marked message says can't be known.
    pub(super) fn decide_not_quoted(
        &self,
        draft: &mut Draft,
        (id, message): (IncidentId, &MessageRef),
        now: DateTime<Utc>,
    ) {
        if self.is_marked(draft, id, message) {
            let unreadable = Event::Timeline(TimelineEvent::Unreadable { message: message.clone() });
            let fact = (Subject::Incident(id), unreadable, None);
            self.record(draft, fact, Cause::default(), now);
        }
    }

    fn is_marked(&self, draft: &Draft, id: IncidentId, message: &MessageRef) -> bool {
        self.incident(draft, id).is_some_and(|incident| incident.marked.contains_key(message))
    }

    fn quote(&self, draft: &mut Draft, id: IncidentId, quoted: Event, words: String, now: DateTime<Utc>) {
        let Event::Timeline(TimelineEvent::Quoted { message, .. }) = &quoted else { return };
        let message = message.clone();
        // The words are those of the marked message, and go with it.
        let cause = Cause { person: None, message: Some(&message) };
        self.record(draft, (Subject::Incident(id), quoted, Some(words)), cause, now);
    }

    /// The incident that a mark, or a marked message, is known to belong to.
    fn incident_that_marked(&self, draft: &Draft, inbound: &Inbound, handle: &str) -> Option<IncidentId> {
        let room = &inbound.message.room;
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        let has_it = |incident: &&Incident| {
            incident.marked.iter().any(|(message, marked)| {
                message.room == *room
                    && (message.id == handle || marked.marks.iter().any(|(_, mark)| mark == handle))
            })
        };
        let key = InboundKey { platform: room.platform.clone(), id: handle.to_owned() };
        let in_memory = live.all().find(has_it).map(|incident| incident.id);
        let id = in_memory.or_else(|| self.mark(draft, &key)?.about);
        id.filter(|id| !self.unreadable.contains(&Subject::Incident(*id)))
    }
}
