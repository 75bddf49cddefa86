//! When somebody else is on duty.
//!
//! One deadline for all teams: the next change that time brings. What people or a calendar change takes effect at once;
//! the deadline lies at `now` then, so it fires whenever it comes, whatever moment is wanted by then.

use chrono::{DateTime, Utc};

use super::DueKind;
use crate::{event::Event, rota::Duty};

/// When somebody else is on duty next.
pub(crate) fn deadline(duty: &Duty<'_>) -> Option<(DueKind, DateTime<Utc>)> {
    duty.next_change().map(|at| (DueKind::OnCallHandover, at))
}

/// Who is on duty now for whom somebody else was announced.
pub(crate) fn fire(duty: &Duty<'_>) -> Vec<Event> {
    duty.changes().into_iter().map(Event::Rota).collect()
}
