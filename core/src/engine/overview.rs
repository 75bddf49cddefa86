//! What is going on, for lists to pick from.

use super::Engine;
use crate::{
    incident::{Incident, glimpse},
    policy::Policy,
    port::{Offer, Overview},
};

/// What the platforms were told last, and whether anything has changed since.
#[derive(Debug, Default)]
pub(super) struct Shown {
    overview: Overview,
    is_current: bool,
}

impl Shown {
    pub(super) fn something_changed(&mut self) {
        self.is_current = false;
    }
}

impl Engine {
    /// What is going on, if that has changed since this was asked last.
    pub fn overview_if_changed(&mut self) -> Option<Overview> {
        if !self.started || std::mem::replace(&mut self.shown.is_current, true) {
            return None;
        }
        let overview = overview(self.stored.incidents.values(), &self.policy);
        if overview == self.shown.overview {
            return None;
        }
        self.shown.overview.clone_from(&overview);
        Some(overview)
    }
}

/// Every incident that still owes something, the newest first.
fn overview<'a>(incidents: impl DoubleEndedIterator<Item = &'a Incident>, policy: &Policy) -> Overview {
    let handles = |incident: &Incident| {
        incident.people.iter().flat_map(|person| policy.handles(person)).cloned().collect()
    };
    let offer = |incident: &Incident| Offer {
        id: incident.id,
        label: format!(
            "{} · {} · {}",
            incident.id,
            policy.status_word(incident.status),
            glimpse(&policy.title_of(incident))
        ),
        room: incident.home().cloned(),
        is_over: !incident.status.is_open(),
        only_for: incident.private.then(|| handles(incident)),
    };
    Overview {
        incidents: incidents.rev().filter(|incident| incident.is_live()).map(offer).collect(),
        services: policy.services.keys().cloned().collect(),
        names: policy.teams.keys().chain(policy.people.keys()).cloned().collect(),
    }
}
