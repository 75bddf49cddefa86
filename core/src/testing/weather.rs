//! What goes wrong around the engine, and how often.
//!
//! A [`Weather`] is a set of chances in a thousand. [`Faults`] rolls them, for the store and the platform that are
//! wrapped in it, and can be calmed for the end of a simulation, when everything owed must come to pass.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Dice;

/// How often what goes wrong, in a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// The platform did it and the answer was lost.
    pub answer_lost: u32,
    /// The platform never heard of it, and nobody knows that.
    pub request_lost: u32,
    /// The platform says that it may work later.
    pub transient: u32,
    /// The platform asks to wait.
    pub retry_after: u32,
    /// The platform makes no room, for good.
    pub room_refused: u32,
    /// The platform refuses a pin or an invitation, for good.
    pub trifle_refused: u32,
    /// The platform invites all but one.
    pub someone_missing: u32,
    /// What became of it is learned later.
    pub late: u32,
    /// The commit fails and is not durable.
    pub commit_fails: u32,
    /// The commit fails and is durable all the same.
    pub commit_fails_durably: u32,
    /// The commit takes a while.
    pub commit_slow: u32,
    /// Facts can't be read now.
    pub load_fails: u32,
    /// The process dies as a commit is handed over, before it is durable.
    pub dies_before_commit: u32,
    /// The process dies when the commit is durable, before the engine hears of it.
    pub dies_after_commit: u32,
}

impl Weather {
    /// Some weather: each kind of fault is there or not, and then rare or frequent, so that a kind is also seen
    /// without the others.
    #[must_use]
    pub fn forecast(dice: &mut Dice) -> Self {
        let mut often = |most: u32| match dice.below(4) {
            0 | 1 => 0,
            2 => most / 4,
            _ => most,
        };
        Self {
            answer_lost: often(200),
            request_lost: often(150),
            transient: often(250),
            retry_after: often(200),
            room_refused: often(250),
            trifle_refused: often(60),
            someone_missing: often(200),
            late: often(400),
            commit_fails: often(60),
            commit_fails_durably: often(60),
            commit_slow: often(300),
            load_fails: often(200),
            dies_before_commit: often(30),
            dies_after_commit: often(30),
        }
    }
}

/// The faults of one simulation; a clone is another handle on the same ones.
#[derive(Clone, Debug)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    weather: Weather,
}

impl Faults {
    /// Faults as the weather says.
    #[must_use]
    pub fn new(dice: Dice, weather: Weather) -> Self {
        Self { state: Arc::new(Mutex::new(State { dice, weather })) }
    }

    /// Whether something goes wrong now.
    #[must_use]
    pub fn strikes(&self, kind: impl Fn(&Weather) -> u32) -> bool {
        let mut state = self.state();
        let per_mille = kind(&state.weather);
        state.dice.chance(per_mille)
    }

    /// How long something takes, from nothing to this much.
    #[must_use]
    pub fn up_to(&self, most: i64) -> i64 {
        self.state().dice.between(0, most)
    }

    /// Nothing goes wrong any more.
    pub fn calm(&self) {
        self.state().weather = Weather::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
