//! The rota turned: handovers as they fall due, and what follows from what is changed about it.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    effect::Effect,
    event::{Event, Record, Subject},
    port::Due,
    reaction, schedule,
};

impl Engine {
    /// What a fact about the rota calls for.
    pub(super) fn react_to_rota(
        &self,
        draft: &Draft,
        record: &Record,
        cause: Cause<'_>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let Event::Rota(event) = &record.event else { return Vec::new() };
        reaction::rota::react(&self.duty(draft, now), event, record.by.as_ref(), cause.message)
    }

    /// Somebody else is on duty.
    pub(super) fn decide_handover(&self, draft: &mut Draft, due: Due, now: DateTime<Utc>) {
        draft.fired(due);
        for event in schedule::rota::fire(&self.duty(draft, now)) {
            self.record(draft, (Subject::Rota, event, None), Cause::default(), now);
        }
    }
}
