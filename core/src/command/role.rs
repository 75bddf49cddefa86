//! `!role comms @bob`: who does what. A role without a name is taken by whoever says it, `nobody` gives it back, and a bare
//! `!role` shows them all.

use super::{
    About, Command, Context, Decision, Verb, View,
    lead::name_commander,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, RoleEvent},
    incident::{Incident, IncidentId, Role},
    message::role,
    person::Person,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "role",
    aliases: &["roles"],
    usage: "[ROLE [@name|me|nobody]]",
    example: "!role comms @bob",
    slots: &[Slot::optional("role", SlotKind::Text), Slot::optional("who", SlotKind::Person), INCIDENT],
    parse: read,
};

/// What gives a role back.
pub(super) const NOBODY: &str = "nobody";

/// `!role`: who does what.
#[derive(Debug, PartialEq, Eq)]
struct Show {
    id: Option<IncidentId>,
}

#[derive(Debug, PartialEq, Eq)]
struct Give {
    id: Option<IncidentId>,
    role: Role,
    who: String,
}

fn read(words: &str) -> Result<Box<dyn Command>, Refusal> {
    let (id, rest) = split_id(words);
    if rest.is_empty() {
        return Ok(Box::new(Show { id }));
    }
    Give::read(words).map(|give| Box::new(give) as Box<dyn Command>)
}

fn role_of(word: &str) -> Option<Role> {
    match word.to_lowercase().as_str() {
        "commander" | "lead" | "leader" | "ic" => Some(Role::Commander),
        "comms" | "comms-lead" | "communications" => Some(Role::CommsLead),
        "scribe" => Some(Role::Scribe),
        "responder" | "responders" => Some(Role::Responder),
        _ => None,
    }
}

impl Give {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (first, rest) = split_word(rest);
        let Some(role) = role_of(first.trim_end_matches([':', ','])) else {
            return Err(Refusal::Unclear(first.to_owned(), "missing.role", VERB.example));
        };
        let (second, more) = split_word(rest);
        let is_comms_lead = role == Role::CommsLead && second.eq_ignore_ascii_case("lead");
        let (who, more) = if is_comms_lead { split_word(more) } else { (second, more) };
        if !more.is_empty() {
            return Err(Refusal::Unclear(rest.to_owned(), "missing.one_at_a_time", VERB.example));
        }
        let who = if who.is_empty() { "me" } else { who };
        Ok(Self { id, role, who: who.to_owned() })
    }

    fn release(&self, incident: &Incident, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        let mine = |person: &&Person| policy.same(person, context.person);
        let from = match self.role {
            Role::Commander => incident.commander.as_ref(),
            Role::CommsLead => incident.roles.comms_lead.as_ref(),
            Role::Scribe => incident.roles.scribe.as_ref(),
            Role::Responder => incident.roles.responders.iter().find(mine),
        };
        let nobody = || Refusal::AlreadySo(role::nobody_has(incident, self.role, policy));
        let from = from.ok_or_else(nobody)?.clone();
        let reply = role::released(incident, (self.role, &from), policy);
        let released = Event::Role(RoleEvent::Released { role: self.role, from });
        Ok(Decision { reply: Some(reply.into()), ..Decision::default().fact(incident.id, released) })
    }
}

impl Command for Show {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        Ok(Decision::discreetly(role::list(incident, context.policy)))
    }
}

impl Command for Give {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let (policy, role) = (context.policy, self.role);
        if self.who.eq_ignore_ascii_case(NOBODY) {
            return self.release(incident, context);
        }
        let to = policy
            .person(&self.who, context.person, &incident.people)
            .ok_or_else(|| Refusal::NotAPerson(self.who.clone()))?;
        if role == Role::Commander {
            return name_commander(incident, to, context);
        }
        let mut holders = incident.roles.holders();
        if holders.any(|(held, person)| held == role && policy.same(person, &to)) {
            return Err(Refusal::AlreadySo(role::has_already(incident, (role, &to), policy)));
        }
        let reply = match policy.same(&to, context.person) {
            true => role::you_have(incident, role, policy),
            false => role::has(incident, (role, &to), true, policy),
        };
        let assigned = Event::Role(RoleEvent::Assigned { role, to });
        Ok(Decision { reply: Some(reply.into()), ..Decision::default().fact(incident.id, assigned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_role_and_who_has_it() {
        let cases = [
            ("comms @bob", None, Role::CommsLead, "@bob"),
            ("comms lead @bob", None, Role::CommsLead, "@bob"),
            ("comms lead", None, Role::CommsLead, "me"),
            ("INC-3 Scribe", Some(3), Role::Scribe, "me"),
            ("scribe: nobody", None, Role::Scribe, "nobody"),
            ("lead me", None, Role::Commander, "me"),
            ("ic @bob:example.org", None, Role::Commander, "@bob:example.org"),
            ("responder @carol", None, Role::Responder, "@carol"),
        ];
        for (words, id, role, who) in cases {
            let expected = Give { id: id.map(IncidentId), role, who: who.to_owned() };
            assert_eq!(Give::read(words), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_role_and_several_people() {
        for words in
            ["@bob comms", "janitor @bob", "scribe @bob @carol", "comms lead @bob @carol", "scribe me please"]
        {
            assert!(matches!(Give::read(words), Err(Refusal::Unclear(..))), "{words:?}");
        }
    }
}
