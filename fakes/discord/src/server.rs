//! What everything here shares: the state behind its lock, the clock, what goes wrong on demand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::gateway::Gateway;
use crate::state::State;

/// One Discord. Its clones are the same one.
#[derive(Clone, Debug)]
pub struct Server {
    state: Arc<Mutex<State>>,
    news: watch::Receiver<usize>,
    /// Its clock.
    pub clock: Clock,
    /// What goes wrong on demand.
    pub faults: Faults,
    /// Over which a bot hears what happens.
    pub gateway: Gateway,
}

impl Server {
    /// A Discord in that state.
    pub fn new(state: State) -> Self {
        let clock = state.clock.clone();
        let news = state.news.subscribe();
        let gateway = Gateway::new(clock.clone());
        let faults = Faults::new(gateway.clone());
        Self { state: Arc::new(Mutex::new(state)), news, clock, faults, gateway }
    }

    /// Everything it knows. Held for moments only, never while waiting.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The length of the log of events, and when it grows.
    pub fn news(&self) -> watch::Receiver<usize> {
        self.news.clone()
    }
}
