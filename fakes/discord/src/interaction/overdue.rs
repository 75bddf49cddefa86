//! Interactions that were heard and not answered within three seconds.
//!
//! What counts is that the bot was told over a connection that still stood when the time was over: whoever dies meanwhile is
//! not to blame.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::rules::interactions::FIRST_ANSWER;
use crate::state::State;

/// What a bot owes an answer to.
#[derive(Debug, Default)]
pub(crate) struct Overdue {
    owed: BTreeMap<u64, (u64, DateTime<Utc>)>,
    allowed: bool,
}

impl Overdue {
    /// An interaction was told over this connection.
    pub(crate) fn told(&mut self, interaction: u64, connection: u64, now: DateTime<Utc>) {
        self.owed.insert(interaction, (connection, now));
    }

    /// A connection is gone: what can still be answered in time is owed no more.
    pub(crate) fn left(&mut self, connection: u64, now: DateTime<Utc>) {
        self.owed.retain(|_, (over, told_at)| *over != connection || now - *told_at > FIRST_ANSWER);
    }

    /// From now on nobody minds.
    pub(crate) fn allow(&mut self) {
        self.allowed = true;
    }

    /// Writes down as a violation what was not answered in time.
    pub(crate) fn write_down(&mut self, state: &mut State) {
        let now = state.now();
        for interaction in self.owed.keys().copied().collect::<Vec<_>>() {
            let Some(it) = state.interactions.get(&interaction) else { continue };
            let over = now - it.made_at > FIRST_ANSWER;
            if !over && it.answer.is_none() {
                continue;
            }
            self.owed.remove(&interaction);
            if it.answer.is_none() && !self.allowed {
                let what = it.data["name"].as_str().or_else(|| it.data["custom_id"].as_str()).unwrap_or("?");
                let what = format!("no answer within three seconds to interaction {interaction} ({what})");
                state.violation(what);
            }
        }
    }
}
