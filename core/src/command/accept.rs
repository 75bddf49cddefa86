//! `!accept`: takes over the lead that was offered. Only whoever it was offered to can.

use super::{
    About, Command, Context, Decision, Verb, View, lead::takes_the_lead, parse::split_id, slot::INCIDENT,
};
use crate::{
    args,
    event::RoleEvent,
    incident::{IncidentId, Status},
    message::declaration,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "accept",
    aliases: &[],
    usage: "",
    example: "!accept",
    slots: &[INCIDENT],
    parse: |words| Ok(Box::new(Accept { id: split_id(words).0 })),
};

#[derive(Debug, PartialEq, Eq)]
struct Accept {
    id: Option<IncidentId>,
}

impl Command for Accept {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        let no_offer = || Refusal::AlreadySo(policy.say("role.no_offer", args![id = incident.id]));
        let offer = incident.roles.offer.as_ref().ok_or_else(no_offer)?;
        if !policy.same(&offer.to, context.person) {
            let args = args![who = &offer.to, id = incident.id];
            return Err(Refusal::AlreadySo(policy.say("role.offered_to_another", args)));
        }
        let to = offer.to.clone();
        let reply = declaration::leads(incident, &to, &to, policy);
        let handed_off = RoleEvent::HandedOff { from: incident.commander.clone(), to };
        Ok(takes_the_lead(incident, handed_off, incident.status == Status::Declared, reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn reads_a_number_and_ignores_courtesies() {
        for (text, id) in [("!accept", None), ("!accept INC-3", Some(3)), ("!accept gladly", None)] {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Incident(id.map(IncidentId)), "{text}");
        }
    }
}
