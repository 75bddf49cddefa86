//! When the service can serve, and what it says of a platform that is missing then.
//!
//! - A platform serves once it is connected and has been heard, in this run or durably in an earlier one.
//! - Ready is said once: when all of them serve, or one does and nothing is to be expected of the others soon.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use sitrep_core::room::PlatformName;

/// How long a platform against which nothing speaks is waited for while another one serves.
const PATIENCE: Duration = Duration::from_secs(30);

/// One platform on its way.
#[derive(Clone, Debug)]
struct Arrival {
    is_connected: bool,
    is_heard: bool,
    /// What went wrong at the first attempt to connect.
    trouble: Option<String>,
}

impl Arrival {
    fn serves(&self) -> bool {
        self.is_connected && self.is_heard
    }
}

/// How far the platforms have come.
#[derive(Debug)]
pub(super) struct Readiness {
    arrivals: BTreeMap<PlatformName, Arrival>,
    began: Instant,
    is_said: bool,
}

impl Readiness {
    /// At the start: each platform, and whether it was heard in an earlier run.
    pub(super) fn new(platforms: impl Iterator<Item = (PlatformName, bool)>, now: Instant) -> Self {
        let arrival = |is_heard| Arrival { is_connected: false, is_heard, trouble: None };
        let arrivals = platforms.map(|(name, is_heard)| (name, arrival(is_heard))).collect();
        Self { arrivals, began: now, is_said: false }
    }

    /// A platform is connected.
    pub(super) fn connected(&mut self, name: &PlatformName) {
        self.arrives(name, |arrival| arrival.is_connected = true);
    }

    /// What a platform delivered is durable.
    pub(super) fn heard(&mut self, name: &PlatformName) {
        self.arrives(name, |arrival| (arrival.is_connected, arrival.is_heard) = (true, true));
    }

    /// A platform can't be connected now.
    pub(super) fn missing(&mut self, name: &PlatformName, sentence: String) {
        if let Some(arrival) = self.arrivals.get_mut(name) {
            arrival.trouble = Some(sentence);
        }
    }

    /// Says that the service is ready, if it is and that was not said before.
    pub(super) fn say(&mut self, now: Instant) {
        if self.is_said || !self.is_ready(now) {
            return;
        }
        self.is_said = true;
        tracing::info!("sitrep is ready");
        for (name, arrival) in self.arrivals.iter().filter(|(_, arrival)| !arrival.serves()) {
            let trouble = arrival.trouble.as_deref().unwrap_or("It takes long to connect.");
            tracing::warn!("{} is still missing. {trouble} The rest goes on without it.", name.as_str());
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    }

    /// Whether it was said that the service is ready.
    pub(super) fn is_said(&self) -> bool {
        self.is_said
    }

    /// When to look again although nothing has happened.
    pub(super) fn look_again_in(&self, now: Instant) -> Option<Duration> {
        let is_waiting = !self.is_said && self.arrivals.values().any(Arrival::serves);
        is_waiting.then(|| (self.began + PATIENCE).saturating_duration_since(now))
    }

    fn is_ready(&self, now: Instant) -> bool {
        let is_late = now.saturating_duration_since(self.began) >= PATIENCE;
        self.arrivals.values().any(Arrival::serves)
            && self.arrivals.values().all(|arrival| arrival.serves() || arrival.trouble.is_some() || is_late)
    }

    fn arrives(&mut self, name: &PlatformName, change: impl Fn(&mut Arrival)) {
        let Some(arrival) = self.arrivals.get_mut(name).filter(|arrival| !arrival.serves()) else { return };
        change(arrival);
        if arrival.serves() && self.is_said {
            tracing::info!("{} is here too", name.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(name: &str) -> PlatformName {
        PlatformName::new(name)
    }

    fn both(now: Instant) -> Readiness {
        Readiness::new([(platform("matrix"), false), (platform("discord"), true)].into_iter(), now)
    }

    #[test]
    fn it_is_ready_when_every_platform_serves() {
        let now = Instant::now();
        let mut readiness = both(now);
        readiness.connected(&platform("matrix"));
        assert!(!readiness.is_ready(now) && readiness.look_again_in(now).is_none(), "nothing was heard");
        readiness.heard(&platform("matrix"));
        assert!(!readiness.is_ready(now), "the other is on its way");
        assert_eq!(readiness.look_again_in(now), Some(PATIENCE));
        readiness.connected(&platform("discord"));
        assert!(readiness.is_ready(now), "it was heard in an earlier run");
    }

    #[test]
    fn a_platform_that_is_away_is_not_waited_for() {
        let now = Instant::now();
        let mut readiness = both(now);
        readiness.missing(&platform("matrix"), "It is away.".to_owned());
        assert!(!readiness.is_ready(now + PATIENCE), "nobody serves");
        readiness.connected(&platform("discord"));
        assert!(readiness.is_ready(now));
        readiness.say(now);
        assert!(readiness.look_again_in(now).is_none(), "it is said once");
    }

    #[test]
    fn one_that_says_nothing_is_waited_for_a_while() {
        let now = Instant::now();
        let mut readiness = both(now);
        readiness.connected(&platform("discord"));
        assert!(!readiness.is_ready(now));
        assert!(readiness.is_ready(now + PATIENCE));
    }
}
