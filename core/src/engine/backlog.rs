//! What limits hold up, and the word about it.
//!
//! People who wait for invitations and messages that come minutes late are told so, once an incident, in its room: that
//! nothing is lost, how long it takes, and who can help. It is a fact, a reaction and a message like everything else,
//! and waits in line like everything else.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine, Item,
    draft::{Cause, Draft},
    limits::Kind,
    outbox::Outbox,
};
use crate::{
    effect::EffectId,
    event::{Event, RoomEvent, Subject},
    incident::IncidentId,
    port::Outcome,
    room::PlatformName,
};

/// What takes no longer is nothing to speak of.
const WORTH_A_WORD: Duration = Duration::minutes(2);
/// Nor is it if there are only so few.
const TOO_FEW: usize = 3;

/// What an incident waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backlog {
    pub(super) id: IncidentId,
    /// How many messages and invitations.
    pub(super) things: u32,
    /// How long the platform takes for everything.
    pub(super) minutes: u32,
}

/// What waits on a platform, an incident at a time, if it takes long.
fn backlogs(outbox: &Outbox, platform: &PlatformName, now: DateTime<Utc>) -> Vec<Backlog> {
    let limits = outbox.limits();
    // What is known of the limits alone says whether there is anything to count.
    let most = outbox.len().saturating_mul(100);
    if [Kind::Writing, Kind::Inviting]
        .iter()
        .all(|kind| limits.time_for(platform, *kind, most, now).is_zero())
    {
        return Vec::new();
    }
    let mut of_kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut of_incidents: BTreeMap<IncidentId, usize> = BTreeMap::new();
    for (kind, about, things) in outbox.waiting_on(platform) {
        *of_kinds.entry(kind).or_default() += things;
        if let Some(id) = about {
            *of_incidents.entry(id).or_default() += things;
        }
    }
    // Everything is writing too.
    let total = of_kinds.values().sum();
    of_kinds.insert(Kind::Writing, total);
    let times = of_kinds.into_iter().map(|(kind, things)| limits.time_for(platform, kind, things, now));
    let time = times.max().unwrap_or_default();
    if time <= WORTH_A_WORD {
        return Vec::new();
    }
    let minutes = u32::try_from((time + Duration::seconds(30)).num_minutes()).unwrap_or(u32::MAX);
    let many = of_incidents.into_iter().filter(|(_, things)| *things >= TOO_FEW);
    many.map(|(id, things)| Backlog { id, things: u32::try_from(things).unwrap_or(u32::MAX), minutes })
        .collect()
}

impl Engine {
    /// Tells the outbox what became of an attempt. What must be decided is queued: an outcome that ends the effect, or
    /// that people have to be told how long it takes.
    pub(super) fn settle(&mut self, id: EffectId, outcome: Outcome, now: DateTime<Utc>) {
        let is_limit = matches!(outcome, Outcome::RetryAfter(_) | Outcome::Partly { .. });
        let platform = self.outbox.effect(id).filter(|_| is_limit).map(|effect| effect.lane().platform);
        if let Some(outcome) = self.outbox.settle(id, outcome, now) {
            self.queue.push_back(Item::Outcome(id, outcome));
        }
        let Some(platform) = platform else { return };
        for backlog in backlogs(&self.outbox, &platform, now) {
            let is_news =
                self.stored.incidents.get(&backlog.id).is_some_and(|incident| !incident.told_of_delay);
            if is_news {
                self.queue.push_back(Item::Late(backlog));
            }
        }
    }

    pub(super) fn decide_late(&self, draft: &mut Draft, backlog: Backlog, now: DateTime<Utc>) {
        let Backlog { id, things, minutes } = backlog;
        let is_news = self
            .incident(draft, id)
            .is_some_and(|incident| !incident.told_of_delay && incident.home().is_some());
        if is_news {
            let delayed = Event::Room(RoomEvent::Delayed { things, minutes });
            self.record(draft, (Subject::Incident(id), delayed, None), Cause::default(), now);
        }
    }
}
