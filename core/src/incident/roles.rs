//! Who does what in one incident, and the lead on its way from one to another.
//!
//! Who leads is [`super::Incident::commander`]; everything else about roles is here.

use chrono::{DateTime, Utc};

use super::Role;
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
    /// Whoever has a role besides the commander, each with it.
    pub fn holders(&self) -> impl Iterator<Item = (Role, &Person)> {
        let comms = self.comms_lead.iter().map(|person| (Role::CommsLead, person));
        let scribe = self.scribe.iter().map(|person| (Role::Scribe, person));
        comms.chain(scribe).chain(self.responders.iter().map(|person| (Role::Responder, person)))
    }
}
