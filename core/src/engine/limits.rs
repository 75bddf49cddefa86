//! What a platform that limits us leaves to do: which kind of work, from when on, and how much at once.
//!
//! Servers answer whoever asks too much with how long to wait. Nothing of that kind is asked before; then one thing at
//! a time, the most important first, so that one refusal is learned from by all.
//!
//! - Limits are known by [`Kind`]. Whatever we do is also writing: where an invitation or a new room costs a message of
//!   the same allowance (on Synapse it does), the limit that it met was that one.
//! - Who is limited again after a single success gets one thing done in so much time: that is the *pace*. Keeping it
//!   costs no refused requests. It is tried from time to time whether more is allowed. It is never slower than twice the
//!   longest wait that was asked for: whatever else took time was not the limit's doing.
//! - Unlimited, only so many things are under way at once: no more than these can be refused at a blow.
//!
//! `outbox.rs` asks here before it lets anything go, and tells what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::{
    effect::{Aspect, Effect, Purpose},
    room::PlatformName,
};

/// How many things one platform is asked to do at once. Rooms are not held up by it: everybody waits for them.
const AT_ONCE: usize = 8;
/// After so many successes in a row at one pace, a faster one is tried.
const SUCCESSES_AT_A_PACE: u32 = 4;
/// After so many in a row without any pause, there is no limit any more.
const SUCCESSES_WITHOUT_PAUSE: u32 = 8;
/// A faster pace than this is none.
const FASTEST_PACE: Duration = Duration::milliseconds(250);
/// After three times its pace without anything to do, and at least after this, a server has forgiven.
const FORGIVEN_AFTER: Duration = Duration::seconds(10);

/// A kind of work that platforms limit by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Messages, edits, signs, the state of a room.
    Writing,
    /// Asking people into rooms.
    Inviting,
    /// Making rooms.
    Rooms,
}

/// What kind of work an effect is; reading is not limited.
pub(super) fn kind(effect: &Effect) -> Option<Kind> {
    match effect {
        Effect::Say(_) => Some(Kind::Writing),
        Effect::Keep(keep) => Some(match keep.desired.aspect() {
            Aspect::Room | Aspect::Meeting => Kind::Rooms,
            Aspect::Members => Kind::Inviting,
            Aspect::Card
            | Aspect::Pinned
            | Aspect::Named
            | Aspect::Buttons(_)
            | Aspect::Appointment
            | Aspect::Tasks
            | Aspect::Copy(_)
            | Aspect::Line
            | Aspect::Archive => Kind::Writing,
        }),
        Effect::Direct(_) => Some(Kind::Rooms),
        Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => None,
    }
}

/// How much an effect matters to people, across all places; the lowest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Importance {
    /// Without it there is no place.
    Room,
    /// What people read first.
    Card,
    /// Somebody waits for it, or must do something.
    Answer,
    /// News.
    Notice,
    /// What the card is found by.
    Pin,
    /// Everything else: what was tried least often first, so that a long list of invitations holds up nothing.
    Rest(u32),
}

/// How much an effect matters that was tried this often.
pub(super) fn importance(effect: &Effect, attempts: u32) -> Importance {
    match effect {
        Effect::Say(say) => match say.purpose {
            Purpose::Card => Importance::Card,
            Purpose::Answer | Purpose::Prompt | Purpose::Line => Importance::Answer,
            Purpose::Notice => Importance::Notice,
        },
        Effect::Keep(keep) => match keep.desired.aspect() {
            Aspect::Room => Importance::Room,
            Aspect::Pinned | Aspect::Meeting => Importance::Pin,
            // What was said wrongly is read wrongly until then.
            Aspect::Copy(_) => Importance::Notice,
            Aspect::Members
            | Aspect::Card
            | Aspect::Named
            | Aspect::Buttons(_)
            | Aspect::Appointment
            | Aspect::Tasks
            | Aspect::Line
            | Aspect::Archive => Importance::Rest(attempts),
        },
        Effect::Direct(_) | Effect::Read(_) | Effect::Quote(_) | Effect::Measure(_) => Importance::Notice,
    }
}

/// Whether something may go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// It may.
    Now,
    /// Not before this moment.
    From(DateTime<Utc>),
    /// When what is under way is done, or at this moment even if it isn't.
    InTurn(Option<DateTime<Utc>>),
}

/// What is known about one platform's limit on one kind of work.
#[derive(Debug, Default)]
struct Gate {
    /// Nothing may go before. `None`: there is no limit.
    shut_until: Option<DateTime<Utc>>,
    /// How long one thing takes.
    pace: Duration,
    /// The longest wait that was asked for since the limit was met: one thing at a time, it is about what one costs.
    longest_wait: Duration,
    successes: u32,
    last_success: Option<DateTime<Utc>>,
    under_way: usize,
}

impl Gate {
    fn is_limited(&self, now: DateTime<Utc>) -> bool {
        self.shut_until.is_some_and(|until| now < self.forgiven_at(until))
    }

    fn forgiven_at(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        until + (self.pace * 3).max(FORGIVEN_AFTER)
    }

    fn leave(&self, now: DateTime<Utc>, at_once: usize) -> Leave {
        match self.shut_until {
            Some(until) if now < until => Leave::From(until),
            Some(until) if self.is_limited(now) && self.under_way > 0 => {
                Leave::InTurn(Some(self.forgiven_at(until)))
            }
            Some(_) | None if self.under_way >= at_once => Leave::InTurn(None),
            Some(_) | None => Leave::Now,
        }
    }

    fn succeeded(&mut self, now: DateTime<Utc>) {
        self.last_success = Some(now);
        if !self.is_limited(now) {
            self.shut_until = None;
            return;
        }
        // What was under way since before the limit proves nothing about it.
        if self.shut_until.is_some_and(|until| now < until) {
            return;
        }
        self.successes += 1;
        let is_paced = self.pace > Duration::zero();
        if is_paced && self.successes >= SUCCESSES_AT_A_PACE {
            self.successes = 0;
            let faster = Duration::milliseconds(self.pace.num_milliseconds() / 2);
            self.pace = if faster < FASTEST_PACE { Duration::zero() } else { faster };
        }
        let is_over = !is_paced && self.successes >= SUCCESSES_WITHOUT_PAUSE;
        self.shut_until = if is_over { None } else { Some(now + self.pace) };
    }

    fn limited(&mut self, wait: Duration, now: DateTime<Utc>) {
        let was_limited = self.is_limited(now);
        let knows_pace = was_limited && (self.pace > Duration::zero() || self.successes == 1);
        let since_success = self.last_success.map_or(Duration::zero(), |at| now - at);
        // What was under way already when the limit was met says nothing new.
        let is_news = self.shut_until.is_none_or(|until| until <= now);
        self.longest_wait = if was_limited { self.longest_wait.max(wait) } else { wait };
        if is_news {
            let learned = (wait + since_success).min(self.longest_wait * 2);
            self.pace = if knows_pace { learned } else { Duration::zero() };
            self.successes = 0;
        }
        let until = now + wait;
        self.shut_until = Some(self.shut_until.map_or(until, |before| before.max(until)));
    }
}

/// The limits of all platforms, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Limits {
    gates: BTreeMap<PlatformName, BTreeMap<Kind, Gate>>,
}

impl Limits {
    fn gate(&self, platform: &PlatformName, kind: Kind) -> Option<&Gate> {
        self.gates.get(platform)?.get(&kind)
    }

    fn gate_mut(&mut self, platform: &PlatformName, kind: Kind) -> &mut Gate {
        if !self.gates.contains_key(platform) {
            self.gates.insert(platform.clone(), BTreeMap::new());
        }
        self.gates.entry(platform.clone()).or_default().entry(kind).or_default()
    }

    /// Whether the limit on writing, which everything is, lets something of this kind go.
    pub(super) fn leave(&self, platform: &PlatformName, kind: Kind, now: DateTime<Utc>) -> Leave {
        let at_once = if kind == Kind::Rooms { usize::MAX } else { AT_ONCE };
        self.gate(platform, Kind::Writing).map_or(Leave::Now, |gate| gate.leave(now, at_once))
    }

    /// Whether the limit on this kind alone lets something go.
    pub(super) fn leave_of_kind(&self, platform: &PlatformName, kind: Kind, now: DateTime<Utc>) -> Leave {
        let gate = self.gate(platform, kind).filter(|_| kind != Kind::Writing);
        gate.map_or(Leave::Now, |gate| gate.leave(now, usize::MAX))
    }

    /// Something is let go.
    pub(super) fn started(&mut self, platform: &PlatformName, kind: Kind) {
        self.each_gate(platform, kind, |gate| gate.under_way += 1);
    }

    /// It is known what became of it.
    pub(super) fn ended(&mut self, platform: &PlatformName, kind: Kind) {
        self.each_gate(platform, kind, |gate| gate.under_way = gate.under_way.saturating_sub(1));
    }

    /// It was done, or a part of it.
    pub(super) fn succeeded(&mut self, platform: &PlatformName, kind: Kind, now: DateTime<Utc>) {
        self.each_gate(platform, kind, |gate| gate.succeeded(now));
    }

    /// The platform asks to wait.
    pub(super) fn limited(
        &mut self,
        platform: &PlatformName,
        kind: Kind,
        wait: Duration,
        now: DateTime<Utc>,
    ) {
        let writing = self.gate(platform, Kind::Writing);
        let is_of_writing = writing
            .is_some_and(|writing| writing.is_limited(now) && wait <= (writing.pace * 2).max(FORGIVEN_AFTER));
        let kind = if is_of_writing { Kind::Writing } else { kind };
        self.gate_mut(platform, kind).limited(wait, now);
    }

    fn each_gate(&mut self, platform: &PlatformName, kind: Kind, change: impl Fn(&mut Gate)) {
        change(self.gate_mut(platform, Kind::Writing));
        if kind != Kind::Writing {
            change(self.gate_mut(platform, kind));
        }
    }

    /// How long it takes to do so many things of a kind, as far as that is known.
    pub(super) fn time_for(
        &self,
        platform: &PlatformName,
        kind: Kind,
        count: usize,
        now: DateTime<Utc>,
    ) -> Duration {
        let gates = [self.gate(platform, Kind::Writing), self.gate(platform, kind)];
        let limited = gates.into_iter().flatten().filter(|gate| gate.is_limited(now));
        let each = limited.map(|gate| {
            let count = i32::try_from(count).unwrap_or(i32::MAX);
            let shut_for = gate.shut_until.map_or(Duration::zero(), |until| until - now);
            gate.pace.checked_mul(count).unwrap_or(Duration::MAX).max(shut_for)
        });
        each.max().unwrap_or_default()
    }

    /// The clock was set back: nobody waits until a moment that is far away now.
    pub(super) fn clock_went_back(&mut self, now: DateTime<Utc>) {
        for gate in self.gates.values_mut().flat_map(BTreeMap::values_mut) {
            gate.shut_until = gate.shut_until.map(|until| until.min(now));
            gate.last_success = gate.last_success.map(|at| at.min(now));
        }
    }
}
