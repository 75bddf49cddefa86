//! What machines tell, decided: after whatever people have said, so that no storm holds them up.

use chrono::{DateTime, Utc};

use super::{Engine, draft::Draft};
use crate::{event::Subject, port::Signal};

impl Engine {
    pub(super) fn decide_signal(&self, draft: &mut Draft, signal: &Signal, now: DateTime<Utc>) {
        match signal {
            Signal::Alert(alert) => self.decide_alert(draft, alert, now),
            Signal::Change(change) => self.decide_change(draft, change, now),
            Signal::Heartbeat { name } => self.decide_heartbeat(draft, name, now),
            // What calendars say is not stored: it was taken over as it came.
            Signal::Shifts { .. } => draft.touch(Subject::Rota),
        }
    }
}
