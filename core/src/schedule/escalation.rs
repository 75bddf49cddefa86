//! When somebody is called because nobody has it.
//!
//! Once `acknowledge_within` has passed, those are called whom severity and services ask in; as long again, and the
//! stakeholders hear plainly that nobody has it. Then it is called out after twice that time, four times, and so on, up to
//! an hour. Each step counts from the one before, so that after downtime there is one call. Whoever says that they have it
//! ends it.

use chrono::{DateTime, Duration, Utc};

use super::DueKind;
use crate::{
    event::{Event, IncidentEvent},
    incident::{Incident, Status},
    policy::Policy,
    rota::Duty,
};

/// It is never quiet for longer than this, unless people have longer to acknowledge it.
const LONGEST_PAUSE: Duration = Duration::hours(1);

pub(super) fn deadline(incident: &Incident, policy: &Policy) -> Option<(DueKind, DateTime<Utc>)> {
    if incident.status != Status::Declared {
        return None;
    }
    let within = policy.severity(incident.severity).acknowledge_within;
    let at = match incident.roles.escalated {
        None => incident.roles.resumed_at.unwrap_or(incident.declared_at) + within,
        Some((step, at)) => at + pause(within, step),
    };
    Some((DueKind::Escalation, at))
}

/// How long after this step the next one follows.
fn pause(within: Duration, step: u32) -> Duration {
    let doubled = within * (1 << step.saturating_sub(1).min(10));
    doubled.min(LONGEST_PAUSE.max(within))
}

pub(super) fn fire(incident: &Incident, duty: Duty<'_>) -> Vec<Event> {
    if incident.status != Status::Declared {
        return Vec::new();
    }
    let step = incident.roles.escalated.map_or(1, |(step, _)| step + 1);
    let to = duty.escalation(incident, step);
    vec![Event::Incident(IncidentEvent::Escalated { step, to })]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let minutes = |within, step| pause(Duration::minutes(within), step).num_minutes();
        let five: Vec<i64> = (1..=7).map(|step| minutes(5, step)).collect();
        assert_eq!(five, [5, 10, 20, 40, 60, 60, 60]);
        assert_eq!((minutes(90, 1), minutes(90, 5)), (90, 90), "never sooner than people are given");
        assert_eq!(minutes(5, u32::MAX), 60);
    }
}
