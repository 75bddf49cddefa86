//! Letting effects go: one at a time from each lane, and of all lanes in line the most important first.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Outbox,
    acting::{Places, Whereabouts, action, stale_at, whereabouts},
};
use crate::{
    effect::{EffectId, Lane, Rank},
    engine::{
        entry::Stage,
        limits::{Importance, Kind, Leave, importance, kind},
    },
    port::{Attempt, Perform},
    room::RoomRef,
};

/// What a free lane does next.
enum Next {
    Go(EffectId, RoomRef),
    Expired(Vec<EffectId>),
    /// Nothing, until this moment, or until something changes; `in_turn`: until something of the same kind is done.
    Sleep {
        until: Option<DateTime<Utc>>,
        in_turn: bool,
    },
}

impl Outbox {
    /// Lets the next effect of each free lane go, as far as the platforms let us. Also gives back those that are not
    /// worth doing any more.
    pub(in crate::engine) fn release(
        &mut self,
        now: DateTime<Utc>,
        places: Places<'_>,
    ) -> (Vec<Perform>, Vec<EffectId>) {
        while let Some((at, _)) = self.sleeping.first()
            && *at <= now
        {
            self.attention.extend(self.sleeping.pop_first().map(|(_, lane)| lane));
        }
        let mut released = Vec::new();
        let mut expired = Vec::new();
        for lane in std::mem::take(&mut self.attention) {
            match self.look_at(&lane, now, places) {
                Next::Go(id, room) if self.goes_anyway(id, now) => {
                    released.extend(self.start(id, room, (now, places)))
                }
                Next::Go(id, _) => self.get_in_line(id, lane),
                Next::Expired(ids) => expired.extend(ids),
                Next::Sleep { until, in_turn } => self.sleep(lane, until, in_turn),
            }
        }
        for id in &expired {
            self.move_to(*id, Stage::Settled);
        }
        released.extend(self.let_the_first_go(now, places));
        // What was just let go or set aside needs no second look.
        self.attention.clear();
        // Answers were decided first, and so go first.
        released.sort_by_key(|perform: &Perform| perform.id);
        (released, expired)
    }

    fn sleep(&mut self, lane: Lane, until: Option<DateTime<Utc>>, in_turn: bool) {
        self.sleeping.extend(until.map(|at| (at, lane.clone())));
        if in_turn {
            self.in_turn.insert(lane);
        }
    }

    /// What no limit holds back: reading, and a room that people can't wait for any longer.
    fn goes_anyway(&self, id: EffectId, now: DateTime<Utc>) -> bool {
        self.entries.get(&id).is_some_and(|entry| {
            kind(&entry.stored.effect).is_none() || entry.tried_all_the_same_at().is_some_and(|at| at <= now)
        })
    }

    /// It may go when the platform lets it and nothing more important is in line.
    fn get_in_line(&mut self, id: EffectId, lane: Lane) {
        let Some(entry) = self.entries.get(&id) else { return };
        let later = stale_at(&entry.stored.effect).into_iter().chain(entry.tried_all_the_same_at());
        self.sleeping.extend(later.map(|at| (at, lane.clone())));
        let importance = importance(&entry.stored.effect, entry.attempts);
        let line = self.in_line.entry(lane.platform.clone()).or_default();
        line.insert((importance, id, lane));
    }

    /// Lets as many of those in line go as each platform allows, the most important first.
    fn let_the_first_go(&mut self, now: DateTime<Utc>, places: Places<'_>) -> Vec<Perform> {
        let mut released = Vec::new();
        self.opens_at = None;
        for platform in self.in_line.keys().cloned().collect::<Vec<_>>() {
            while let Some((_, id, lane)) = self.in_line.get(&platform).and_then(|line| line.first()).cloned()
            {
                // Since it got in line something may have changed in its lane.
                let next = self.look_at(&lane, now, places);
                let kind = self.effect(id).and_then(kind).unwrap_or(Kind::Writing);
                let leave = self.limits.leave(&platform, kind, now);
                let opens_at = match leave {
                    Leave::Now => None,
                    Leave::From(at) => Some(at),
                    Leave::InTurn(at_latest) => at_latest,
                };
                let is_first = matches!(&next, Next::Go(first, _) if *first == id);
                if is_first && leave != Leave::Now {
                    self.opens_at = self.opens_at.into_iter().chain(opens_at).min();
                    break;
                }
                self.in_line.get_mut(&platform).and_then(BTreeSet::pop_first);
                match next {
                    Next::Go(first, room) if first == id => {
                        released.extend(self.start(id, room, (now, places)))
                    }
                    Next::Go(first, _) => self.get_in_line(first, lane),
                    Next::Sleep { until, in_turn } => self.sleep(lane, until, in_turn),
                    Next::Expired(_) => self.sleep(lane, Some(now), false),
                }
            }
        }
        self.in_line.retain(|_, line| !line.is_empty());
        released
    }

    /// What a lane should do now.
    fn look_at(&self, lane: &Lane, now: DateTime<Utc>, places: Places<'_>) -> Next {
        let Some(queue) = self.lanes.get(lane).filter(|queue| queue.occupied == 0) else {
            return Next::Sleep { until: None, in_turn: false };
        };
        let mut may_say = true;
        let mut in_turn = false;
        let mut wake: Option<DateTime<Utc>> = None;
        let mut expired = Vec::new();
        let mut best: Option<(Importance, EffectId, RoomRef)> = None;
        for (rank, id) in &queue.effects {
            let Some(entry) = self.entries.get(id) else { continue };
            let Stage::Waiting(from) = entry.stage else { continue };
            let effect = &entry.stored.effect;
            let whereabouts = whereabouts(effect, places);
            let stale_at = stale_at(effect);
            let is_too_late =
                matches!(whereabouts, Whereabouts::Never) || stale_at.is_some_and(|at| at <= now);
            if is_too_late || self.is_superseded(*id) {
                expired.push(*id);
                continue;
            }
            let is_next = *rank != Rank::Say || std::mem::replace(&mut may_say, false);
            let leave = kind(effect)
                .filter(|_| !self.goes_anyway(*id, now))
                .map_or(Leave::Now, |kind| self.limits.leave_of_kind(&lane.platform, kind, now));
            let from = if let Leave::From(at) = leave { from.max(at) } else { from };
            let at_latest = if let Leave::InTurn(at_latest) = leave { at_latest } else { None };
            let may_go = from <= now && is_next && expired.is_empty();
            if let (true, Whereabouts::Here(room)) = (may_go, whereabouts) {
                if matches!(leave, Leave::InTurn(_)) {
                    in_turn = true;
                } else if *rank < Rank::Members {
                    return Next::Go(*id, room);
                } else {
                    // Of what can wait, that goes first which was tried least often.
                    let importance = importance(effect, entry.attempts);
                    let is_better = best.as_ref().is_none_or(|(other, ..)| importance < *other);
                    best = if is_better { Some((importance, *id, room)) } else { best };
                    continue;
                }
            }
            let later = [(from > now).then_some(from), stale_at, at_latest];
            let overdue = entry.tried_all_the_same_at().filter(|at| *at > now);
            wake = later.into_iter().flatten().chain(wake).chain(overdue).min();
        }
        match (expired.is_empty(), best) {
            (true, Some((_, id, room))) => Next::Go(id, room),
            (true, None) => Next::Sleep { until: wake, in_turn },
            (false, _) => Next::Expired(expired),
        }
    }

    fn start(
        &mut self,
        id: EffectId,
        room: RoomRef,
        (now, places): (DateTime<Utc>, Places<'_>),
    ) -> Option<Perform> {
        self.move_to(id, Stage::UnderWay);
        let entry = self.entries.get_mut(&id)?;
        entry.attempts += 1;
        entry.since.get_or_insert(now);
        let stored = &entry.stored;
        let attempt =
            Attempt { key: stored.key.clone(), first_tried: stored.created_at, number: entry.attempts };
        let platform = stored.effect.lane().platform;
        Some(Perform { id, platform, action: action(&stored.effect, room, places), attempt })
    }
}
