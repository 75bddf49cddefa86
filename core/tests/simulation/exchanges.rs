//! What people typed or pressed and what they were answered, in the order in which it was dealt with.
//!
//! A message has several lives: as it was said, and as each edit has it. Which of them a mark in a commit belongs to
//! follows from the log and from the marks before it, not from what the engine says.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_console::{Deed, Did};
use sitrep_core::{
    command::{Parsed, parse},
    effect::{Effect, Purpose, Say},
    event::{Event, IncidentEvent, TimelineEvent},
    message::Span,
    port::{Commit, Seen},
};

use crate::evidence::{Evidence, plain};

/// How something came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Said,
    Edited,
    Pressed,
}

/// Something that was dealt with.
#[derive(Clone, Debug)]
pub(crate) struct Exchange<'a> {
    /// Its place in the log; of an edit, the place of the edit.
    pub index: usize,
    pub manner: Manner,
    pub person: &'a str,
    pub room: &'a str,
    /// What was typed; of what was pressed, the sign.
    pub text: &'a str,
    /// The answers to it that count, in text.
    pub answers: Vec<String>,
}

/// Everything that was dealt with, in the commits that count.
pub(crate) fn exchanges<'a>(evidence: &Evidence<'a>) -> Vec<Exchange<'a>> {
    let mut reader = Reader { evidence, dealt_with: BTreeSet::new(), given: BTreeMap::new() };
    evidence.entries().flat_map(|entry| reader.read(&entry.commit)).collect()
}

struct Reader<'e, 'a> {
    evidence: &'e Evidence<'a>,
    /// The messages that have a mark.
    dealt_with: BTreeSet<usize>,
    /// How many answers of a commit were given to a message already.
    given: BTreeMap<(u64, usize), usize>,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self, commit: &'a Commit) -> Vec<Exchange<'a>> {
        let mut exchanges = Vec::new();
        let mut marks = commit.seen.iter().peekable();
        while let Some(mark) = marks.next() {
            let index = place(mark);
            if is_quoted(commit, mark) {
                continue;
            }
            if self.evidence.chat.log().get(index).and_then(|change| change.said()).is_none() {
                exchanges.extend(self.deed(commit, index));
                continue;
            }
            let edit = marks.peek().map(|next| place(next)).filter(|next| self.is_edit_of(*next, index));
            let is_known = !self.dealt_with.insert(index);
            match edit.filter(|_| is_known || !self.stands_for_itself(index)) {
                Some(edit) => {
                    marks.next();
                    let declared = declares(commit, index, mark);
                    exchanges.extend(self.edited(commit, edit, declared));
                }
                None => exchanges.extend(self.said(commit, index, declares(commit, index, mark))),
            }
        }
        exchanges
    }

    fn is_edit_of(&self, edit: usize, index: usize) -> bool {
        matches!(self.evidence.deed(edit), Some(Did { deed: Deed::Corrected { message, .. }, .. }) if *message == index)
    }

    /// Whether a message, as it was said, is a command where sitrep was.
    fn stands_for_itself(&self, index: usize) -> bool {
        let said = self.evidence.chat.log().get(index).and_then(|change| change.said());
        said.is_some_and(|said| !matches!(parse(&said.text, "!"), Parsed::Talk))
            && !self.evidence.chat.is_unheard(index)
    }

    fn said(&mut self, commit: &'a Commit, index: usize, declares: bool) -> Option<Exchange<'a>> {
        let said = self.evidence.run.log.get(index)?.said()?;
        let answers = self.answers(commit, index, declares);
        let (person, room, text) = (said.person.as_deref()?, said.room.as_str(), said.text.as_str());
        Some(Exchange { index, manner: Manner::Said, person, room, text, answers })
    }

    fn edited(&mut self, commit: &'a Commit, edit: usize, declares: bool) -> Option<Exchange<'a>> {
        let did = self.evidence.run.log.get(edit)?.did()?;
        let Deed::Corrected { message, text } = &did.deed else { return None };
        // One that changes nothing takes no answer from another edit that is dealt with in the same commit.
        let texts = self.evidence.texts_of(*message);
        let is_again = text.starts_with("!up") && texts.iter().filter(|other| *other == text).count() > 1;
        let answers = if is_again { Vec::new() } else { self.answers(commit, *message, declares) };
        let (person, room) = (did.person.as_str(), did.room.as_str());
        Some(Exchange { index: edit, manner: Manner::Edited, person, room, text, answers })
    }

    /// An edit that was dealt with without carrying its message out, or a sign.
    fn deed(&mut self, commit: &'a Commit, index: usize) -> Option<Exchange<'a>> {
        let did = self.evidence.run.log.get(index)?.did()?;
        match &did.deed {
            Deed::Corrected { .. } => self.edited(commit, index, false),
            // What marks a message for the record is answered by nothing.
            Deed::Pressed { key, .. } if key.starts_with("📌") => None,
            Deed::Pressed { key, .. } => {
                let (person, room) = (did.person.as_str(), did.room.as_str());
                let answers = self.answers_to_press(commit, person);
                Some(Exchange { index, manner: Manner::Pressed, person, room, text: key, answers })
            }
            Deed::TookBack { .. } | Deed::Unpressed { .. } | Deed::RemovedSitrep | Deed::InvitedSitrep => {
                None
            }
        }
    }

    /// The next answer to a message in this commit; that a declaration's comes later is known.
    fn answers(&mut self, commit: &Commit, index: usize, declares: bool) -> Vec<String> {
        let answers_it = |say: &&Say| {
            say.purpose == Purpose::Answer
                && say.answers.as_ref().is_some_and(|asked| asked.id == index.to_string())
        };
        if declares {
            let later = self.evidence.says().map(|(_, say)| say).filter(answers_it);
            let declared = later.map(|say| plain(&say.message)).filter(|text| is_declaration(text));
            return declared.collect();
        }
        let here = says(commit).filter(answers_it).map(|say| plain(&say.message));
        let mut here = here.filter(|text| !is_declaration(text));
        let given = self.given.entry((commit.sequence, index)).or_default();
        let next = here.nth(*given);
        *given += 1;
        next.into_iter().collect()
    }

    /// The next answer to a sign that this person pressed.
    fn answers_to_press(&mut self, commit: &Commit, person: &str) -> Vec<String> {
        let prefix = format!("{person}: ");
        let mut here = says(commit).filter(|say| say.purpose == Purpose::Answer && say.answers.is_none());
        let mut named = here.by_ref().filter_map(|say| match say.message.lines.first()?.spans().first()? {
            Span::Person(who) if who.handle == person => {
                Some(plain(&say.message).trim_start_matches(prefix.as_str()).to_owned())
            }
            Span::Person(_)
            | Span::Text(_)
            | Span::Bold(_)
            | Span::Code(_)
            | Span::Link(_)
            | Span::Mention(_)
            | Span::Room(..) => None,
        });
        // Never a place in the log: what one person presses in one commit is answered in order.
        let slot = usize::MAX - person.len() * 1000 - usize::from(person.as_bytes()[0]);
        let given = self.given.entry((commit.sequence, slot)).or_default();
        let next = named.nth(*given);
        *given += 1;
        next.into_iter().collect()
    }
}

fn place(mark: &Seen) -> usize {
    mark.key.id.parse().unwrap_or(usize::MAX)
}

fn says(commit: &Commit) -> impl Iterator<Item = &Say> {
    commit.effects_added.iter().filter(|stored| stored.id.sequence == commit.sequence).filter_map(|stored| {
        match &stored.effect {
            Effect::Say(say) => Some(say),
            Effect::Keep(_) | Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => {
                None
            }
        }
    })
}

/// Whether a mark only says which incident a message was quoted for.
fn is_quoted(commit: &Commit, mark: &Seen) -> bool {
    !mark.carried_out
        && commit.facts.iter().any(|fact| {
            matches!(&fact.record.event, Event::Timeline(TimelineEvent::Quoted { message, .. }) if message.id == mark.key.id)
        })
}

/// Whether this commit declares an incident by this message, which is what the mark stands for.
fn declares(commit: &Commit, index: usize, mark: &Seen) -> bool {
    mark.carried_out
        && commit.facts.iter().any(|fact| {
            matches!(&fact.record.event, Event::Incident(IncidentEvent::Declared { origin, .. })
                if origin.message.id == index.to_string())
        })
}

/// Whether this is the answer to a declaration, which comes once it is known whether there is a room.
pub(crate) fn is_declaration(text: &str) -> bool {
    text.contains(" is declared")
        || text.contains(" was declared")
        || text.starts_with("I could not make a private room")
}
