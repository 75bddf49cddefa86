//! Not asking again for what is refused again and again.
//!
//! Discord shuts out an address that is refused ten thousand times within ten minutes. A permission that somebody took
//! away would be asked for on every occasion: after a few refusals in a row the route is left alone for a while, then
//! tried once. Whoever gives the permission back sees it work again within minutes, or at once where Discord says that
//! roles or channels have changed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serenity::http::RatelimitingBucket;

use crate::failure::{Failure, code};

/// So many refusals in a row open the circuit.
const REFUSALS: u32 = 5;
/// For so long at first.
const SHORTEST: Duration = Duration::from_secs(30);
/// And for no longer than this.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// One route of one channel or server, with a method.
pub(crate) type Wire = (&'static str, RatelimitingBucket);

/// What was refused of late.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    broken: Mutex<HashMap<Wire, Broken>>,
}

#[derive(Debug)]
struct Broken {
    refusals: u32,
    last: Failure,
    until: Option<Instant>,
}

impl Circuit {
    fn broken(&self) -> MutexGuard<'_, HashMap<Wire, Broken>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is worth asking.
    pub(crate) fn check(&self, wire: &Wire, now: Instant) -> Result<(), Failure> {
        let broken = self.broken();
        match broken.get(wire) {
            Some(Broken { until: Some(until), last, .. }) if now < *until => Err(last.clone()),
            Some(_) | None => Ok(()),
        }
    }

    /// What became of it.
    pub(crate) fn note(&self, wire: Wire, failure: Option<&Failure>, now: Instant) {
        let Some(failure) = failure.filter(|failure| is_standing(failure)) else {
            // Only an answer proves anything: what didn't get there leaves things as they are.
            if failure.is_none_or(|failure| failure.code().is_some()) {
                self.broken().remove(&wire);
            }
            return;
        };
        let mut all = self.broken();
        let broken = all.entry(wire).or_insert(Broken { refusals: 0, last: failure.clone(), until: None });
        broken.refusals += 1;
        broken.last = failure.clone();
        if broken.refusals >= REFUSALS {
            let doubled = SHORTEST * (1 << (broken.refusals - REFUSALS).min(8));
            broken.until = Some(now + doubled.min(LONGEST));
        }
    }

    /// Something has changed about what we may do: everything is worth asking again.
    pub(crate) fn close(&self) {
        self.broken().clear();
    }
}

/// Whether the refusal will be the same next time. Whether somebody takes direct messages is theirs to change, and is
/// asked when there is something to say.
fn is_standing(failure: &Failure) -> bool {
    let is_theirs = failure.is(&[code::NO_DIRECT, code::NO_SHARED_SERVER]);
    matches!(failure, Failure::Refused(refusal) if refusal.status == 403) && !is_theirs
}

#[cfg(test)]
mod tests {
    use serenity::{all::ChannelId, http::Route};

    use super::*;
    use crate::failure::Refusal;

    fn refusal(status: u16) -> Failure {
        let words = "no".to_owned();
        Failure::Refused(Refusal { status, code: 50_013, words, fields: Vec::new() })
    }

    fn wire(channel: u64) -> Wire {
        let route = Route::ChannelMessages { channel_id: ChannelId::new(channel) };
        ("POST", route.ratelimiting_bucket())
    }

    #[test]
    fn what_is_refused_again_and_again_is_left_alone() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        let later = |secs| now + Duration::from_secs(secs);
        let asks = |channel, secs| circuit.check(&wire(channel), later(secs)).is_ok();
        for _ in 0..REFUSALS {
            assert!(asks(1, 0));
            circuit.note(wire(1), Some(&refusal(403)), now);
        }
        assert_eq!([asks(1, 29), asks(1, 30), asks(2, 0)], [false, true, true]);
        circuit.note(wire(1), Some(&refusal(403)), later(30));
        assert_eq!([asks(1, 89), asks(1, 90)], [false, true], "longer and longer");
        circuit.note(wire(1), None, later(90));
        assert!(asks(1, 90));
    }

    #[test]
    fn other_refusals_break_nothing() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..20 {
            circuit.note(wire(1), Some(&refusal(404)), now);
            circuit.note(wire(1), Some(&Failure::Unreached("gone".to_owned())), now);
        }
        assert!(circuit.check(&wire(1), now).is_ok());
    }

    #[test]
    fn a_change_closes_every_circuit() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        (0..REFUSALS).for_each(|_| circuit.note(wire(1), Some(&refusal(403)), now));
        assert!(circuit.check(&wire(1), now).is_err());
        circuit.close();
        assert!(circuit.check(&wire(1), now).is_ok());
    }
}
