//! The rota: who is on duty for a team, until when, and who is next.
//!
//! - What is configured (people and their handovers, or a calendar) is policy; what people have changed and what has been
//!   told is [`Rota`], from stored facts. [`Duty`] puts both together at a moment.
//! - An override is stronger than the rota and the calendar. Of several that overlap, the one set last counts.
//! - Calendars are not stored here: whoever reads them tells them again after a restart. Until then, whoever was
//!   announced last is still on duty.

mod duty;
mod handover;
mod inviting;
mod shifts;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};

use crate::{
    event::{Event, Record, RotaEvent},
    person::Person,
    port::Shift,
};

pub use duty::{Duty, Turn};
pub use handover::{Handover, Watch};
pub use inviting::ON_CALL;

/// How long an override is remembered after its end.
const REMEMBERED_FOR: Duration = Duration::days(7);

/// Somebody who is on duty instead of whom the rota names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who is on duty.
    pub person: Person,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who set it; `None` for sitrep itself.
    pub by: Option<Person>,
}

/// What people have changed about the rota, and what was told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rota {
    /// By team, in the order in which they were set.
    pub overrides: BTreeMap<String, Vec<Override>>,
    /// Who was announced last as being on duty, by team. `None`: that nobody is.
    pub announced: BTreeMap<String, Option<Person>>,
    /// Who is on duty according to calendars, by team; not stored.
    pub calendars: BTreeMap<String, Arc<[Shift]>>,
    /// How many facts it consists of.
    pub facts: u64,
}

impl Rota {
    /// Applies a fact.
    pub fn evolve(&mut self, record: &Record) {
        self.facts += 1;
        let Event::Rota(event) = &record.event else { return };
        match event {
            RotaEvent::OverrideSet { team, person, from, until } => {
                let set =
                    Override { person: person.clone(), from: *from, until: *until, by: record.by.clone() };
                self.overrides.entry(team.clone()).or_default().push(set);
                // Whoever it puts on duty at once hears of it with the override itself.
                if (*from..*until).contains(&record.at) {
                    self.announced.insert(team.clone(), Some(person.clone()));
                }
            }
            RotaEvent::OverrideEnded { team } => self.end_override(team, record.at),
            RotaEvent::HandedOver { team, to, .. } => {
                self.announced.insert(team.clone(), to.clone());
            }
        }
        self.forget(record.at);
    }

    /// The override that is in force for a team at a moment.
    #[must_use]
    pub fn override_at(&self, team: &str, at: DateTime<Utc>) -> Option<&Override> {
        let set = self.overrides.get(team)?;
        set.iter().rev().find(|set| (set.from..set.until).contains(&at))
    }

    /// Those that are in force end now. Where none is, those that are ahead are taken back.
    fn end_override(&mut self, team: &str, at: DateTime<Utc>) {
        let is_in_force = self.override_at(team, at).is_some();
        if let Some(set) = self.overrides.get_mut(team) {
            if is_in_force {
                set.retain(|set| !(set.from..set.until).contains(&at));
            } else {
                set.retain(|set| set.until <= at);
            }
        }
    }

    fn forget(&mut self, at: DateTime<Utc>) {
        for set in self.overrides.values_mut() {
            set.retain(|set| set.until + REMEMBERED_FOR > at);
        }
        self.overrides.retain(|_, set| !set.is_empty());
    }
}

#[cfg(test)]
mod tests;
