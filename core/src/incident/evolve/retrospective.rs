//! What happens to its retrospective, applied.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    event::{Ahead, RetrospectiveEvent},
    incident::{
        Incident,
        retrospective::{Retrospective, Stage},
    },
};

pub(super) fn evolve(incident: &mut Incident, event: &RetrospectiveEvent, recorded_at: DateTime<Utc>) {
    if let RetrospectiveEvent::Proposed { owner, at, ask_at } = event {
        incident.retrospective = Some(Retrospective {
            owner: owner.clone(),
            proposed_at: *at,
            stage: Stage::Unbooked { ask_at: *ask_at },
            reminded: BTreeSet::new(),
        });
        return;
    }
    let Some(retrospective) = &mut incident.retrospective else { return };
    match event {
        RetrospectiveEvent::Proposed { .. } => {}
        RetrospectiveEvent::Booked { at } => {
            retrospective.stage = Stage::Booked(*at);
            // Booked at short notice, it skips the reminders whose moment has passed.
            retrospective.reminded = [Ahead::Day, Ahead::Hour, Ahead::TenMinutes]
                .into_iter()
                .filter(|ahead| *at - ahead.lead() <= recorded_at)
                .collect();
        }
        RetrospectiveEvent::Lapsed { ask_at } => {
            retrospective.stage = Stage::Unbooked { ask_at: *ask_at };
        }
        RetrospectiveEvent::Declined => retrospective.stage = Stage::Declined,
        RetrospectiveEvent::Reminded { ahead } => {
            retrospective.reminded.insert(*ahead);
            if let (Ahead::Now, Stage::Booked(at)) = (ahead, retrospective.stage) {
                retrospective.stage = Stage::Begun(at);
            }
        }
        RetrospectiveEvent::Nagged { ask_at } => {
            if let Stage::Unbooked { ask_at: next } = &mut retrospective.stage {
                *next = *ask_at;
            }
        }
    }
}
