//! `!lead @alice|me`: names the commander.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, IncidentEvent, RoleEvent},
    incident::{Incident, IncidentId, Role, Status},
    message::{Message, declaration},
    person::Person,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "lead",
    aliases: &["commander", "ic"],
    usage: "@name|me",
    example: "!lead @alice",
    slots: &[Slot::required("who", SlotKind::Person), INCIDENT],
    parse: |words| Lead::read(words).map(|lead| Box::new(lead) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Lead {
    id: Option<IncidentId>,
    who: String,
}

impl Lead {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (who, more) = split_word(rest);
        if who.is_empty() {
            return Err(Refusal::Missing("missing.commander", VERB.example));
        }
        if !more.is_empty() {
            return Err(Refusal::Unclear(rest.to_owned(), "missing.one_commander", VERB.example));
        }
        Ok(Self { id, who: who.to_owned() })
    }
}

impl Command for Lead {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let to = context
            .policy
            .person(&self.who, context.person, &incident.people)
            .ok_or_else(|| Refusal::NotAPerson(self.who.clone()))?;
        name_commander(incident, to, context)
    }
}

/// Somebody leads from now on.
pub(super) fn name_commander(
    incident: &Incident,
    to: Person,
    context: &Context<'_>,
) -> Result<Decision, Refusal> {
    if incident.commander.as_ref().is_some_and(|leads| context.policy.same(leads, &to)) {
        let already = context.policy.say("refusal.leads_already", args![person = &to, id = incident.id]);
        return Err(Refusal::AlreadySo(already));
    }
    let takes_it = incident.status == Status::Declared && context.policy.same(&to, context.person);
    let reply = declaration::leads(incident, &to, context.person, context.policy);
    let assigned = RoleEvent::Assigned { role: Role::Commander, to };
    Ok(takes_the_lead(incident, assigned, takes_it, reply))
}

/// The lead goes to somebody. Taking it oneself says that somebody has the incident.
pub(super) fn takes_the_lead(
    incident: &Incident,
    event: RoleEvent,
    acknowledges: bool,
    reply: Message,
) -> Decision {
    let mut decision = Decision::default().fact(incident.id, Event::Role(event));
    if acknowledges {
        decision = decision.fact(incident.id, Event::Incident(IncidentEvent::Acknowledged));
    }
    decision.reply = Some(reply.into());
    decision
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_person() {
        let lead = |id, who: &str| Ok(Lead { id, who: who.to_owned() });
        assert_eq!(Lead::read("@alice"), lead(None, "@alice"));
        assert_eq!(Lead::read("me"), lead(None, "me"));
        assert_eq!(Lead::read("INC-2 @alice:example.org"), lead(Some(IncidentId(2)), "@alice:example.org"));
    }

    #[test]
    fn refuses_nobody_and_several() {
        assert!(matches!(Lead::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Lead::read("INC-2"), Err(Refusal::Missing(..))));
        assert!(matches!(Lead::read("@alice @bob"), Err(Refusal::Unclear(..))));
    }
}
