//! Who does what in one incident, and the lead on its way from one to another.
//!
//! Who leads is [`super::Incident::commander`]; everything else about roles is here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Incident, Role, Severity};
use crate::person::Person;

/// Who does what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Who speaks for it.
    pub comms_lead: Option<Person>,
    /// Who keeps the record.
    pub scribe: Option<Person>,
    /// Who works on it, in the order in which they said so.
    pub responders: Vec<Person>,
    /// Since when the commander leads.
    pub led_since: Option<DateTime<Utc>>,
    /// The lead that is offered to somebody.
    pub offer: Option<Offer>,
    /// How many times this commander was asked to hand over, and when last.
    pub handoff_prompted: Option<(u32, DateTime<Utc>)>,
    /// How many times each role was given to whom: what it is for is said the first time.
    pub given: BTreeMap<(Role, Person), u32>,
    /// When it went on after it had ended: what was waited for is waited for anew.
    pub resumed_at: Option<DateTime<Utc>>,
    /// Whether it was asked who takes the roles that nobody has.
    pub asked: bool,
    /// How many times it was called that nobody has it, and when last.
    pub escalated: Option<(u32, DateTime<Utc>)>,
}

/// The lead as it is offered to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub to: Person,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was repeated.
    pub reminded: bool,
}

impl Roles {
    /// Whether this is the first time that somebody has a role.
    #[must_use]
    pub fn is_new_to(&self, role: Role, person: &Person) -> bool {
        self.given.get(&(role, person.clone())) == Some(&1)
    }

    /// The incident goes on after it had ended: nobody has led or waited since then.
    pub(super) fn resume(&mut self, at: DateTime<Utc>) {
        self.resumed_at = Some(at);
        self.led_since = self.led_since.map(|_| at);
        self.handoff_prompted = None;
        self.escalated = None;
    }

    /// Whoever has a role besides the commander, each with it.
    pub fn holders(&self) -> impl Iterator<Item = (Role, &Person)> {
        let comms = self.comms_lead.iter().map(|person| (Role::CommsLead, person));
        let scribe = self.scribe.iter().map(|person| (Role::Scribe, person));
        comms.chain(scribe).chain(self.responders.iter().map(|person| (Role::Responder, person)))
    }
}

impl Incident {
    /// The roles that somebody should have in an incident as bad as this, and that nobody has.
    #[must_use]
    pub fn vacant_roles(&self) -> Vec<Role> {
        let is_bad = matches!(self.severity, Severity::Sev1 | Severity::Sev2);
        let comms_lead = self.roles.comms_lead.is_none().then_some(Role::CommsLead);
        let scribe = self.roles.scribe.is_none().then_some(Role::Scribe);
        comms_lead.into_iter().chain(scribe).filter(|_| is_bad && self.status.is_open()).collect()
    }
}
