//! Words that are taken back: erased here and in the store, and not said afterwards.
//!
//! - What they led to stays: the incident, its number, that an update was given.
//! - **What waits to be said is reworded in place**, under its number and key. It keeps its turn, and an attempt that may
//!   have worked is still recognised.
//! - News that was passed on is edited where it is. Whatever else was said already stands: it is in rooms that belong to
//!   others.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Engine,
    deciding::Missing,
    draft::{Cause, Draft},
};
use crate::{
    args,
    command::Live,
    effect::{Desired, Effect, Keep, Purpose, Say},
    event::{Event, IncidentEvent, Subject},
    incident::{IncidentId, glimpse},
    message::{Line, Message},
    port::{Attachment, Inbound, InboundKey, StoredEffect},
    report::ReportId,
};

impl Engine {
    pub(super) fn decide_taken_back(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        let platform = &inbound.message.room.platform;
        let key = InboundKey { platform: platform.clone(), id: message.to_owned() };
        let mark = self.mark(draft, &key);
        let report = mark.and_then(|mark| mark.report).or_else(|| self.report_that_said(draft, message));
        // Those that are settled, too: their words are in the store, and in the room.
        let subject = report.map(Subject::Report).filter(|subject| !self.unreadable.contains(subject));
        let belongs_to = match (report, subject) {
            (Some(id), Some(subject)) => self.report(draft, id).ok_or(subject)?.incident(),
            (Some(_) | None, _) => None,
        };
        // Marks are forgotten in time.
        let about = belongs_to.or(mark.and_then(|mark| mark.about)).or_else(|| self.said_for(draft, message));
        let subject = about.map(Subject::Incident).filter(|subject| !self.unreadable.contains(subject));
        let incident = match (about, subject) {
            (Some(id), Some(subject)) => Some(self.incident(draft, id).ok_or(subject)?),
            (Some(_) | None, _) => None,
        };
        let erased = incident.and_then(|incident| {
            let facts = incident.typed.get(message)?.clone();
            Some((incident.id, [incident.title.clone(), incident.room_name.clone()], facts))
        });
        if let Some(report) = report {
            self.erase_report(draft, report, message, now);
        }
        if mark.is_none_or(|mark| !mark.carried_out) {
            self.leave_unanswered(draft, &key);
        }
        let Some((id, [title, room_name], facts)) = erased else { return Ok(()) };
        let subject = Subject::Incident(id);
        draft.commit.words_erased.extend(facts.iter().map(|fact| (subject, *fact)));
        let copies: BTreeSet<u32> = self
            .incident(draft, id)
            .map(|incident| incident.copies_of(&facts).map(|(number, _)| number).collect())
            .unwrap_or_default();
        let gap = self.policy.phrase("update.taken_back", args![]);
        self.reword(draft, |effect| strike_quotes(effect, id, (&facts, &copies), &gap));
        self.withdraw_addresses(draft, id, &facts);
        self.strike_from_record(draft, id, &facts);
        if facts.contains(&1) {
            self.reword_title(draft, id, &title, &self.policy.title_gap());
            self.reword_title(draft, id, &room_name, &id.to_string());
        }
        let erased = Event::Incident(IncidentEvent::WordsErased { facts });
        let cause = Cause { person: Some(&inbound.person), message: Some(&inbound.message) };
        self.record(draft, (subject, erased, None), cause, now);
        Ok(())
    }

    /// Without its address, the word that something is worth looking at, or that people meet elsewhere, says nothing: it is
    /// not said.
    fn withdraw_addresses(&self, draft: &mut Draft, id: IncidentId, facts: &[u64]) {
        let Some(incident) = self.incident(draft, id) else { return };
        let is_address = |event: &Event| {
            matches!(event, Event::Incident(IncidentEvent::Linked | IncidentEvent::MeetingChanged))
        };
        let of_these = incident.timeline.iter().filter(|entry| facts.contains(&entry.fact));
        let addresses: Vec<u64> =
            of_these.filter(|entry| is_address(&entry.event)).map(|entry| entry.fact).collect();
        let passes_on = |effect: &Effect| match effect {
            Effect::Say(say) => {
                say.about == Some(id) && say.quotes.is_some_and(|fact| addresses.contains(&fact))
            }
            Effect::Keep(_) | Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => {
                false
            }
        };
        let waiting = self.outbox.all().filter(|stored| passes_on(&stored.effect)).map(|stored| stored.id);
        let ended: Vec<_> = waiting.filter(|id| !draft.commit.effects_ended.contains(id)).collect();
        draft.commit.effects_ended.extend(ended);
        draft.drop_effects(passes_on);
    }

    /// Answers and briefs that wait and show what is on record: the timeline, the list of tasks, the latest update.
    fn strike_from_record(&self, draft: &mut Draft, id: IncidentId, facts: &[u64]) {
        let Some(incident) = self.incident(draft, id) else { return };
        let of_these = incident.timeline.iter().filter(|entry| facts.contains(&entry.words_in));
        // As they stand there: on one line, in full or by their beginning.
        let words: BTreeSet<String> = of_these
            .flat_map(|entry| {
                let line = entry.words.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
                [line, glimpse(&entry.words)]
            })
            .filter(|words| !words.is_empty())
            .collect();
        let gap = self.policy.phrase("timeline.taken_back", args![]);
        // The longer first, which the shorter may begin.
        for words in words.iter().rev() {
            self.reword(draft, |effect| strike_words(effect, id, words, &gap));
        }
    }

    /// The incident that a message says something for, of those in memory.
    pub(super) fn said_for(&self, draft: &Draft, message: &str) -> Option<IncidentId> {
        let live = Live { stored: &self.stored.incidents, changed: &draft.incidents };
        live.all().find(|incident| incident.typed.contains_key(message)).map(|found| found.id)
    }

    /// Nothing was done about a message, and it is gone: it is not read any more, and its answer, which may repeat its
    /// words, is not given.
    fn leave_unanswered(&self, draft: &mut Draft, key: &InboundKey) {
        let is_it = |effect: &Effect| match effect {
            Effect::Say(Say { answers: Some(asked), about: None, .. }) => {
                asked.id == key.id && asked.room.platform == key.platform
            }
            Effect::Read(read) => read.message.id == key.id && read.message.room.platform == key.platform,
            Effect::Say(_) | Effect::Keep(_) | Effect::Direct(_) | Effect::Quote(_) | Effect::Measure(_) => {
                false
            }
        };
        let waiting = self.outbox.all().filter(|stored| is_it(&stored.effect)).map(|stored| stored.id);
        draft.commit.effects_ended.extend(waiting);
        draft.drop_effects(is_it);
    }

    /// What waits to be said about an incident, and the room that waits to be made, are given another title.
    pub(super) fn reword_title(&self, draft: &mut Draft, id: IncidentId, before: &str, after: &str) {
        if before.is_empty() {
            return;
        }
        // Where there is little room a title is named in brackets, and by its beginning.
        let (beginning, other) = (glimpse(before), glimpse(after));
        if after == self.policy.title_gap() {
            self.reword(draft, |effect| replace_title(effect, id, &format!(" ({beginning})"), ""));
        }
        self.reword(draft, |effect| replace_title(effect, id, before, after));
        if beginning != before {
            self.reword(draft, |effect| replace_title(effect, id, &beginning, &other));
        }
    }

    /// The report that a message says something for, of those in memory.
    fn report_that_said(&self, draft: &Draft, message: &str) -> Option<ReportId> {
        self.reports(draft).find(|report| report.typed.contains_key(message)).map(|report| report.id)
    }

    /// What waits to be said about a report is said without the words that were taken back; its line says what is left.
    pub(super) fn reword_report(
        &self,
        draft: &mut Draft,
        id: ReportId,
        (line, words, gap): (&Message, &str, &str),
        erased: &[u64],
    ) {
        self.reword(draft, |effect| match effect {
            Effect::Say(say) if say.report == Some(id) && say.purpose == Purpose::Line => {
                say.message.clone_from(line);
                true
            }
            Effect::Say(say)
                if say.report == Some(id) && say.quotes.is_some_and(|fact| erased.contains(&fact)) =>
            {
                say.message.strike_quotes(gap);
                true
            }
            Effect::Say(say) if say.report == Some(id) && !words.is_empty() => {
                say.message.replace(words, gap, |_| true)
            }
            Effect::Say(_)
            | Effect::Keep(_)
            | Effect::Direct(_)
            | Effect::Read(_)
            | Effect::Quote(_)
            | Effect::Measure(_) => false,
        });
    }

    /// Changes everything that is not done yet; `change` says whether it has changed an effect. Gives back how many it
    /// has.
    pub(super) fn reword(&self, draft: &mut Draft, mut change: impl FnMut(&mut Effect) -> bool) -> usize {
        let mut changed = 0;
        let mut change = |effect: &mut Effect| {
            let has_changed = change(effect);
            changed += usize::from(has_changed);
            has_changed
        };
        for waiting in self.outbox.all() {
            if draft.commit.effects_ended.contains(&waiting.id) {
                continue;
            }
            let changed_before = draft.commit.effects_added.iter().rev().find(|other| other.id == waiting.id);
            let mut stored: StoredEffect = changed_before.unwrap_or(waiting).clone();
            if change(&mut stored.effect) {
                draft.commit.effects_added.push(stored);
            }
        }
        draft.change_effects(&mut change);
        changed
    }
}

/// Takes the words of these facts out of what passes them on, and out of these copies of them.
fn strike_quotes(
    effect: &mut Effect,
    id: IncidentId,
    (facts, copies): (&[u64], &BTreeSet<u32>),
    gap: &str,
) -> bool {
    match effect {
        Effect::Keep(Keep { about, desired: Desired::Copy { number, message, .. }, .. })
            if *about == Subject::Incident(id) && copies.contains(number) =>
        {
            message.strike_quotes(gap);
            true
        }
        Effect::Say(say) if say.about == Some(id) && say.quotes.is_some_and(|fact| facts.contains(&fact)) => {
            say.message.strike_quotes(gap);
            true
        }
        Effect::Say(_)
        | Effect::Keep(_)
        | Effect::Direct(_)
        | Effect::Read(_)
        | Effect::Quote(_)
        | Effect::Measure(_) => false,
    }
}

/// Takes words out of what shows them and waits, and of what goes with it. What passes a fact on has its own way.
fn strike_words(effect: &mut Effect, id: IncidentId, words: &str, gap: &str) -> bool {
    let Effect::Say(say) = effect else { return false };
    let is_asked_for = matches!(say.purpose, Purpose::Answer | Purpose::Prompt);
    if say.about != Some(id) || !(is_asked_for || say.quotes.is_none()) {
        return false;
    }
    // Of what nobody asked for, only what is quoted in it is somebody's words.
    let is_meant = |line: &Line| is_asked_for || matches!(line, Line::Quote(_));
    let mut is_changed = say.message.replace(words, gap, is_meant);
    if let Some(Attachment::File { content, .. }) = say.attachment.as_deref_mut()
        && content.contains(words)
    {
        *content = content.replace(words, gap);
        is_changed = true;
    }
    is_changed
}

fn replace_title(effect: &mut Effect, id: IncidentId, before: &str, after: &str) -> bool {
    match effect {
        // A list names several incidents, each in its own line.
        Effect::Say(say) => {
            say.message.replace(before, after, |line| say.about == Some(id) || line.names(&id.to_string()))
        }
        Effect::Keep(Keep { about, desired: Desired::Room { name, topic, .. }, .. })
            if *about == Subject::Incident(id) =>
        {
            *topic = topic.replace(before, after);
            if name == before {
                after.clone_into(name);
            }
            true
        }
        Effect::Keep(_) | Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => {
            false
        }
    }
}
