//! Effects on their way out, in their lanes.
//!
//! Lanes run side by side; within a lane one effect is under way at a time, the most important first, and what is
//! said is said in order. An effect leaves by a commit that knows what became of it; until then a second attempt
//! has the same key as the first.
//!
//! How many lanes of one platform may go at once, and whether any may, is known to `limits.rs`. Those that may not are
//! in line, the most important of all places first: `outbox/letting_go.rs`. What an effect asks of a platform is in
//! `outbox/acting.rs`; `entry.rs` is one effect and its patience.

mod acting;
mod letting_go;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

pub(super) use acting::Places;

use super::{
    entry::{Entry, Stage, Verdict, wait_asked_for},
    limits::{Importance, Kind, Limits, kind},
};
use crate::{
    effect::{Effect, EffectId, Keep, Lane, Place, Rank},
    incident::{Incident, IncidentId},
    person::Person,
    port::{Commit, Identity, Outcome, StoredEffect},
    report::{Report, ReportId},
    room::PlatformName,
};

/// A platform that has failed for this long was away.
const AWAY_FOR: Duration = Duration::seconds(30);

/// The key of an effect: incarnation, commit, place in it. Letters, digits and `-`, at most 25 characters.
pub(super) fn key(identity: &Identity, id: EffectId) -> String {
    let incarnation: String = identity.incarnation.chars().take(8).collect();
    format!("{incarnation}-{:x}-{:x}", id.sequence, id.index)
}

/// One less of something that is counted, which is forgotten when there is none.
fn count_down<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

/// What waits in one lane, and whether something is under way in it.
#[derive(Debug, Default)]
struct Queue {
    effects: BTreeSet<(Rank, EffectId)>,
    occupied: usize,
}

/// Every effect that is not yet done. Only lanes in which something has changed, or whose time has come, are
/// looked at: a thousand quiet ones cost nothing.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: BTreeMap<EffectId, Entry>,
    lanes: BTreeMap<Lane, Queue>,
    attention: BTreeSet<Lane>,
    sleeping: BTreeSet<(DateTime<Utc>, Lane)>,
    limits: Limits,
    /// What could go if the platform were not limited or busy.
    in_line: BTreeMap<PlatformName, BTreeSet<(Importance, EffectId, Lane)>>,
    /// Lanes that wait until something of the same kind is done.
    in_turn: BTreeSet<Lane>,
    /// Platforms that failed when they were last asked for something, and since when.
    failing_since: BTreeMap<PlatformName, DateTime<Utc>>,
    /// What was ended while it was under way: what becomes of it changes nothing, but tells about the platform.
    abandoned: BTreeMap<EffectId, (PlatformName, Kind)>,
    /// When what is in line may be let go again.
    opens_at: Option<DateTime<Utc>>,
    about: BTreeMap<IncidentId, usize>,
    about_reports: BTreeMap<ReportId, usize>,
    busy: usize,
}

impl Outbox {
    pub(super) fn new(effects: Vec<StoredEffect>) -> Self {
        let mut outbox = Self::default();
        effects.into_iter().for_each(|stored| outbox.insert(stored));
        outbox
    }

    fn insert(&mut self, stored: StoredEffect) {
        let lane = stored.effect.lane();
        self.lanes.entry(lane.clone()).or_default().effects.insert((stored.effect.rank(), stored.id));
        self.attention.insert(lane);
        if let Some(about) = stored.effect.about() {
            *self.about.entry(about).or_default() += 1;
        }
        if let Some(report) = stored.effect.report() {
            *self.about_reports.entry(report).or_default() += 1;
        }
        self.entries.insert(stored.id, Entry::new(stored));
    }

    fn remove(&mut self, id: EffectId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        let effect = &entry.stored.effect;
        let lane = effect.lane();
        if let Some(queue) = self.lanes.get_mut(&lane) {
            queue.effects.remove(&(effect.rank(), id));
            if let (Stage::UnderWay, Some(kind)) = (entry.stage, kind(effect)) {
                self.limits.ended(&lane.platform, kind);
            }
            if !matches!(entry.stage, Stage::Waiting(_)) {
                queue.occupied = queue.occupied.saturating_sub(1);
                self.busy = self.busy.saturating_sub(1);
            }
            if queue.effects.is_empty() {
                self.lanes.remove(&lane);
            }
        }
        if let Some(about) = effect.about() {
            count_down(&mut self.about, about);
        }
        if let Some(report) = effect.report() {
            count_down(&mut self.about_reports, report);
        }
        self.attention.insert(lane);
    }

    /// Moves an effect to another stage, and keeps the count of what is under way.
    fn move_to(&mut self, id: EffectId, stage: Stage) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let was_busy = !matches!(entry.stage, Stage::Waiting(_));
        let is_busy = !matches!(stage, Stage::Waiting(_));
        let was = std::mem::replace(&mut entry.stage, stage);
        let lane = entry.stored.effect.lane();
        if let Some(kind) = kind(&entry.stored.effect) {
            match (was == Stage::UnderWay, stage == Stage::UnderWay) {
                (false, true) => self.limits.started(&lane.platform, kind),
                (true, false) => self.limits.ended(&lane.platform, kind),
                (true, true) | (false, false) => {}
            }
        }
        if let Some(queue) = self.lanes.get_mut(&lane)
            && was_busy != is_busy
        {
            let count = |busy: usize| if is_busy { busy + 1 } else { busy.saturating_sub(1) };
            queue.occupied = count(queue.occupied);
            self.busy = count(self.busy);
        }
        self.attention.insert(lane);
    }

    /// What was met of the platforms' limits.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What waits to be done on a platform: its kind, the incident that it is about, and how many things it is.
    pub(super) fn waiting_on(
        &self,
        platform: &PlatformName,
    ) -> impl Iterator<Item = (Kind, Option<IncidentId>, usize)> {
        let lanes = self.lanes.iter().filter(move |(lane, _)| lane.platform == *platform);
        let entries = lanes.flat_map(|(_, queue)| &queue.effects).filter_map(|(_, id)| self.entries.get(id));
        let waiting = entries.filter(|entry| matches!(entry.stage, Stage::Waiting(_)));
        waiting.filter_map(|entry| {
            let effect = &entry.stored.effect;
            Some((kind(effect)?, effect.about(), entry.things_left()))
        })
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Everything that is not done yet.
    pub(super) fn all(&self) -> impl Iterator<Item = &StoredEffect> {
        self.entries.values().map(|entry| &entry.stored)
    }

    pub(super) fn effect(&self, id: EffectId) -> Option<&Effect> {
        self.entries.get(&id).map(|entry| &entry.stored.effect)
    }

    /// Whether anything is under way, or known and not yet committed.
    pub(super) fn is_busy(&self) -> bool {
        self.busy > 0
    }

    /// Whether anything is still to be done about an incident.
    pub(super) fn is_about(&self, id: IncidentId) -> bool {
        self.about.contains_key(&id)
    }

    /// Whether anything is still to be done about a report.
    pub(super) fn is_about_report(&self, id: ReportId) -> bool {
        self.about_reports.contains_key(&id)
    }

    /// How many messages of a platform wait to be read.
    pub(super) fn unread(&self, platform: &PlatformName) -> usize {
        let is_read = |lane: &&Lane| lane.platform == *platform && matches!(lane.place, Place::Message(_));
        self.lanes.keys().filter(is_read).count()
    }

    /// Whether a direct room with somebody is being made.
    pub(super) fn is_opening_direct(&self, person: &Person) -> bool {
        let lane = Lane { platform: person.platform.clone(), place: Place::Person(person.clone()) };
        let waiting = self.lanes.get(&lane).into_iter().flat_map(|queue| &queue.effects);
        waiting.into_iter().any(|(_, id)| matches!(self.effect(*id), Some(Effect::Direct(_))))
    }

    /// Looks at somebody's lane again: there may be a direct room now.
    pub(super) fn attend_person(&mut self, person: &Person) {
        let place = Place::Person(person.clone());
        self.attention.insert(Lane { platform: person.platform.clone(), place });
    }

    /// Looks at an incident's lane again: it may have a room now.
    pub(super) fn attend(&mut self, incident: &Incident) {
        let platform = incident.origin.message.room.platform.clone();
        self.attention.insert(Lane { platform, place: Place::Incident(incident.id) });
    }

    /// Looks at a report's lane again: its line may be posted now.
    pub(super) fn attend_report(&mut self, report: &Report) {
        let platform = report.room.platform.clone();
        self.attention.insert(Lane { platform, place: Place::Report(report.id) });
    }

    /// The desired states that a newer one in the same lane makes pointless. What is under way is not among them.
    pub(super) fn superseded_by(&self, newer: &Keep) -> Vec<EffectId> {
        let is_same = |entry: &Entry| {
            matches!(&entry.stored.effect, Effect::Keep(keep) if keep.concerns_the_same_as(newer))
                && matches!(entry.stage, Stage::Waiting(_))
        };
        let waiting = self.lanes.get(&newer.lane()).into_iter().flat_map(|queue| &queue.effects);
        waiting.map(|(_, id)| *id).filter(|id| self.entries.get(id).is_some_and(is_same)).collect()
    }

    /// Whether a newer desired state waits for the same thing: this one was under way when that was decided, and
    /// must not be tried again after it.
    pub(super) fn is_superseded(&self, id: EffectId) -> bool {
        let Some(Effect::Keep(keep)) = self.effect(id) else { return false };
        let is_newer = |(_, other): &(Rank, EffectId)| {
            *other > id
                && matches!(self.effect(*other), Some(Effect::Keep(newer)) if newer.concerns_the_same_as(keep))
        };
        self.lanes.get(&keep.lane()).is_some_and(|queue| queue.effects.iter().any(is_newer))
    }

    /// What the commit in flight ends is not let go any more: it would still be under way when what supersedes it is
    /// let go too.
    pub(super) fn set_aside(&mut self, ended: &[EffectId]) {
        for id in ended {
            let under_way = self.entries.get(id).filter(|entry| entry.stage == Stage::UnderWay);
            let effect = under_way.map(|entry| &entry.stored.effect);
            if let Some((effect, kind)) = effect.and_then(|effect| Some((effect, kind(effect)?))) {
                self.abandoned.insert(*id, (effect.lane().platform, kind));
            }
            self.move_to(*id, Stage::Settled);
        }
    }

    /// When a lane is to be looked at again.
    pub(super) fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.sleeping.first().map(|(at, _)| *at).into_iter().chain(self.opens_at).min()
    }

    /// What became of an attempt. An outcome that only means "later" is dealt with here; one that must be decided
    /// is given back.
    pub(super) fn settle(&mut self, id: EffectId, outcome: Outcome, now: DateTime<Utc>) -> Option<Outcome> {
        if let Some((platform, kind)) = self.abandoned.remove(&id) {
            if let Outcome::RetryAfter(wait) = outcome {
                self.limits.limited(&platform, kind, wait_asked_for(wait), now);
            }
            return None;
        }
        let entry = self.entries.get_mut(&id).filter(|entry| entry.stage == Stage::UnderWay)?;
        let platform = entry.stored.effect.lane().platform;
        let kind = kind(&entry.stored.effect);
        let asked = if let Outcome::RetryAfter(wait) = &outcome { Some(wait_asked_for(*wait)) } else { None };
        let verdict = entry.judge(outcome, now);
        if let Some(kind) = kind {
            self.learn(&platform, kind, &verdict, now);
            // What is given up because it would have to wait for too long is not all that has to wait.
            if let (Verdict::Over(_), Some(wait)) = (&verdict, asked) {
                self.limits.limited(&platform, kind, wait, now);
            }
            self.notice(&platform, &verdict, now);
        }
        match verdict {
            Verdict::GoesOn(pause) | Verdict::Limited(pause) | Verdict::Again(pause) => {
                self.move_to(id, Stage::Waiting(now + pause));
                None
            }
            Verdict::Over(outcome) => {
                self.move_to(id, Stage::Settled);
                Some(outcome)
            }
        }
    }

    /// What an outcome tells about the platform's limits.
    fn learn(&mut self, platform: &PlatformName, kind: Kind, verdict: &Verdict, now: DateTime<Utc>) {
        match verdict {
            Verdict::Over(Outcome::Done(_)) | Verdict::GoesOn(_) => {
                self.limits.succeeded(platform, kind, now);
            }
            Verdict::Limited(wait) => self.limits.limited(platform, kind, *wait, now),
            Verdict::Over(_) | Verdict::Again(_) => {}
        }
        self.attention.append(&mut self.in_turn);
    }

    /// A platform has failed, or it is there. What waits because it failed goes as soon as it is back: pauses grow to
    /// minutes while a server is away, and nobody should wait for them when it isn't.
    fn notice(&mut self, platform: &PlatformName, verdict: &Verdict, now: DateTime<Utc>) {
        match verdict {
            Verdict::Again(_) => {
                self.failing_since.entry(platform.clone()).or_insert(now);
            }
            Verdict::Over(_) | Verdict::GoesOn(_) | Verdict::Limited(_) => self.is_there(platform, now),
        }
    }

    /// A platform has answered, or was heard.
    pub(super) fn is_there(&mut self, platform: &PlatformName, now: DateTime<Utc>) {
        // One thing that fails among many that work is no sign that a server was away.
        let was_away = self.failing_since.remove(platform).is_some_and(|since| since + AWAY_FOR <= now);
        if !was_away {
            return;
        }
        for (lane, queue) in self.lanes.iter().filter(|(lane, _)| lane.platform == *platform) {
            for (_, id) in &queue.effects {
                let Some(entry) = self.entries.get_mut(id).filter(|entry| entry.has_failed) else { continue };
                if let Stage::Waiting(from) = &mut entry.stage {
                    *from = now.min(*from);
                    self.attention.insert(lane.clone());
                }
            }
        }
    }

    /// The clock was set back: what was to wait until a moment that is far away now may go at once.
    pub(super) fn clock_went_back(&mut self, now: DateTime<Utc>) {
        for entry in self.entries.values_mut() {
            if let Stage::Waiting(from) = &mut entry.stage {
                *from = (*from).min(now);
            }
            entry.since = entry.since.map(|since| since.min(now));
        }
        self.limits.clock_went_back(now);
        self.attention.extend(self.lanes.keys().cloned());
    }

    /// Takes over what a commit has made durable. What comes again under its number was reworded.
    pub(super) fn apply(&mut self, commit: &Commit) {
        let mut added = Vec::new();
        for stored in &commit.effects_added {
            match self.entries.get_mut(&stored.id) {
                Some(entry) => entry.stored.effect.clone_from(&stored.effect),
                None => added.push(stored),
            }
        }
        commit.effects_ended.iter().for_each(|id| self.remove(*id));
        added.into_iter().for_each(|stored| self.insert(stored.clone()));
    }
}
