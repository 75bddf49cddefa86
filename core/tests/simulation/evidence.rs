//! A run, indexed for judging: what was to be said, what was said, and what became of the rest.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sitrep_console::{CONFIGURED_ROOMS, Change, Chat, Deed, Did, Said};
use sitrep_core::{
    effect::{Effect, EffectId, Say},
    message::Message,
    port::StoredEffect,
    testing::Entry,
};

use crate::world::Run;

/// A run with its indices.
pub(crate) struct Evidence<'a> {
    pub run: &'a Run,
    /// The workspace as it is in the end.
    pub chat: Chat,
    /// Every effect that was ever committed, by its key, as it was first.
    pub effects: BTreeMap<&'a str, &'a StoredEffect>,
    /// What effects were to say, by their keys: those that were reworded have several versions.
    versions: BTreeMap<&'a str, Vec<String>>,
    /// The keys of those that count in the end.
    pub current: BTreeSet<&'a str>,
    /// When effects that count were ended.
    ended: BTreeMap<EffectId, DateTime<Utc>>,
    /// What sitrep said, by its place in the log.
    pub said: Vec<(usize, &'a Said)>,
    /// The places in the log of what was said under a key.
    by_key: BTreeMap<&'a str, Vec<usize>>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was said, at this place in the log.
    Said(usize),
    /// The platform refused it for good.
    Refused,
    /// It was dropped when it was no longer worth saying.
    Stale,
    /// Something else was said under its key.
    Swallowed,
    /// Nobody knows.
    Lost,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(run: &'a Run) -> Self {
        let mut evidence = Self {
            run,
            chat: Chat::new(&CONFIGURED_ROOMS),
            effects: BTreeMap::new(),
            versions: BTreeMap::new(),
            current: BTreeSet::new(),
            ended: BTreeMap::new(),
            said: Vec::new(),
            by_key: BTreeMap::new(),
        };
        for entry in run.ledger.abandoned.iter().chain(&run.ledger.entries) {
            for stored in &entry.commit.effects_added {
                evidence.effects.entry(&stored.key).or_insert(stored);
                if let Effect::Say(say) = &stored.effect {
                    evidence.versions.entry(&stored.key).or_default().push(plain(&say.message));
                }
            }
        }
        for entry in &run.ledger.entries {
            evidence.current.extend(entry.commit.effects_added.iter().map(|stored| stored.key.as_str()));
            evidence.ended.extend(entry.commit.effects_ended.iter().map(|id| (*id, entry.at)));
        }
        run.log.iter().for_each(|change| evidence.chat.apply(change.clone()));
        for (index, change) in run.log.iter().enumerate() {
            let Some(said) = change.said() else { continue };
            if said.person.is_none() {
                evidence.said.push((index, said));
                evidence.by_key.entry(said.key.as_deref().unwrap_or_default()).or_default().push(index);
            }
        }
        evidence
    }

    /// Messages of people, by their place in the log.
    pub(crate) fn heard(&self) -> impl Iterator<Item = (usize, &'a str, &'a Said)> + use<'a> {
        self.run.log.iter().enumerate().filter_map(|(index, change)| {
            let said = change.said()?;
            Some((index, said.person.as_deref()?, said))
        })
    }

    /// What somebody did at a place in the log, other than to speak.
    pub(crate) fn deed(&self, index: usize) -> Option<&'a Did> {
        self.run.log.get(index)?.did()
    }

    /// Everything that a message ever said: as it was said, and as its edits have it.
    pub(crate) fn texts_of(&self, index: usize) -> Vec<&'a str> {
        let said = self.run.log.get(index).and_then(Change::said).map(|said| said.text.as_str());
        let edits = self.run.log.iter().filter_map(|change| match &change.did()?.deed {
            Deed::Corrected { message, text } if *message == index => Some(text.as_str()),
            Deed::Corrected { .. }
            | Deed::TookBack { .. }
            | Deed::Pressed { .. }
            | Deed::Unpressed { .. }
            | Deed::RemovedSitrep
            | Deed::InvitedSitrep => None,
        });
        said.into_iter().chain(edits).collect()
    }

    /// The commits that count.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.run.ledger.entries.iter()
    }

    /// The messages that count, whether they were said or not, as they were decided.
    pub(crate) fn says(&self) -> impl Iterator<Item = (&'a StoredEffect, &'a Say)> + use<'a> {
        let decided = self.entries().flat_map(|entry| {
            let is_new = |stored: &&StoredEffect| stored.id.sequence == entry.commit.sequence;
            entry.commit.effects_added.iter().filter(is_new)
        });
        decided.filter_map(|stored| match &stored.effect {
            Effect::Say(say) => Some((stored, say)),
            Effect::Keep(_) | Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => {
                None
            }
        })
    }

    /// What became of a message that counts.
    pub(crate) fn fate(&self, stored: &StoredEffect, say: &Say) -> Fate {
        let said = self.by_key.get(stored.key.as_str()).and_then(|said| said.first());
        if let Some(index) = said {
            let Change::Said(said) = &self.run.log[*index] else { return Fate::Lost };
            let versions = self.versions.get(stored.key.as_str());
            let is_it = versions.is_some_and(|versions| versions.contains(&said.text));
            return if is_it { Fate::Said(*index) } else { Fate::Swallowed };
        }
        if self.run.refused.contains(&stored.key) {
            return Fate::Refused;
        }
        match self.ended.get(&stored.id) {
            Some(at) if *at >= say.stale_at => Fate::Stale,
            Some(_) | None => Fate::Lost,
        }
    }

    /// Whether it was dropped when it was no longer worth saying. It may have been said all the same, as a process died
    /// that nobody started again for days.
    pub(crate) fn was_dropped(&self, stored: &StoredEffect, say: &Say) -> bool {
        self.ended.get(&stored.id).is_some_and(|at| *at >= say.stale_at)
    }

    /// Keys under which something was said more than once.
    pub(crate) fn said_twice(&self) -> impl Iterator<Item = (&'a str, &Vec<usize>)> {
        self.by_key.iter().filter(|(_, places)| places.len() > 1).map(|(key, places)| (*key, places))
    }
}

/// The incarnation that a key belongs to.
pub(crate) fn incarnation(key: &str) -> &str {
    key.split('-').next().unwrap_or_default()
}

/// A message as the console shows it.
pub(crate) fn plain(message: &Message) -> String {
    message.plain(|room, label| if room.room == label { format!("#{label}") } else { label.to_owned() })
}

/// Whether something is the one message that nothing durable stands behind: that nothing can be stored.
pub(crate) fn is_trouble(text: &str) -> bool {
    text.starts_with("I heard you, but I can't write to my disk")
}
