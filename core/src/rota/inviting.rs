//! Who is asked in, where whoever is on duty may be meant by it.

use super::Duty;
use crate::{
    incident::{Incident, Severity},
    person::Person,
    policy::Named,
    room::PlatformName,
};

/// What stands before the name of a team whose on-duty is meant, and not all of it.
pub const ON_CALL: &str = "oncall:";

impl Duty<'_> {
    /// Whom teams, rotas and people ask in on a platform, each once: the most needed first. Somebody who is not known there
    /// is asked under another handle.
    #[must_use]
    pub fn asked_in(&self, names: &[String], platform: &PlatformName) -> Vec<Person> {
        let mut people = Vec::new();
        for name in names {
            let is_other = self.policy.teams.contains_key(name) || self.policy.people.contains_key(name);
            match name.strip_prefix(ON_CALL).or((!is_other).then_some(name)) {
                Some(team) => people.extend(self.on_duty(team, platform)),
                None => people.extend(self.policy.asked_in(std::slice::from_ref(name), platform)),
            }
        }
        self.policy.each_once(&people)
    }

    /// Whom a typed name asks in on a platform.
    #[must_use]
    pub fn people_of(&self, named: &Named, platform: &PlatformName) -> Vec<Person> {
        match named {
            Named::Person(person) => vec![self.policy.on(person, platform).unwrap_or(person).clone()],
            Named::Team(name) => self.policy.asked_in(std::slice::from_ref(name), platform),
            Named::Service(name) => self
                .policy
                .services
                .get(name)
                .map_or_else(Vec::new, |service| self.asked_in(&service.invite, platform)),
        }
    }

    /// Whoever is on duty for a team, as they are known on a platform if they are.
    #[must_use]
    pub fn on_duty(&self, team: &str, platform: &PlatformName) -> Option<Person> {
        let person = self.on(team)?.person;
        Some(self.policy.on(&person, platform).unwrap_or(&person).clone())
    }

    /// Whom a severity and services ask in on a platform: whoever is on duty for a service first. Into a private incident
    /// nobody is asked by rule: the rule could name the very person it is about.
    #[must_use]
    pub fn invited(
        &self,
        severity: Severity,
        services: &[String],
        (platform, private): (&PlatformName, bool),
    ) -> Vec<Person> {
        if private {
            return Vec::new();
        }
        let services = || services.iter().filter_map(|name| self.policy.services.get(name));
        // A team of the same name is not asked in as a whole: whoever is on duty for it is.
        let rota = |name: &str| format!("{ON_CALL}{}", name.strip_prefix(ON_CALL).unwrap_or(name));
        let on_duty = services().filter_map(|service| service.oncall.as_deref()).map(rota);
        let invited = services().flat_map(|service| &service.invite);
        let of_severity = &self.policy.severity(severity).invite;
        let names: Vec<String> = on_duty.chain(invited.chain(of_severity).cloned()).collect();
        self.asked_in(&names, platform)
    }

    /// Who is called when nobody has it: whoever was named to lead it, those whom severity and services ask in, and, each
    /// time one more, the others of the rotas of its services. Where no rule names anybody, and where it is private,
    /// everybody who belongs.
    #[must_use]
    pub fn escalation(&self, incident: &Incident, step: u32) -> Vec<Person> {
        let platform = &incident.origin.message.room.platform;
        let mut named = self.invited(incident.severity, &incident.services, (platform, incident.private));
        if !incident.private {
            let services = incident.services.iter().filter_map(|name| self.policy.services.get(name));
            for team in services.filter_map(|service| service.oncall.as_deref()) {
                let team = team.strip_prefix(ON_CALL).unwrap_or(team);
                let further = usize::try_from(step.saturating_sub(1)).unwrap_or(usize::MAX);
                let others = self.after(team, &named);
                named.extend(others.into_iter().take(further));
            }
        }
        let called = if named.is_empty() { incident.people.clone() } else { named };
        self.policy.each_once(incident.commander.iter().chain(&called))
    }
}
