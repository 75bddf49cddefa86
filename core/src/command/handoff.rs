//! `!handoff @bob`: offers the lead. Until the other accepts, it stays where it is; `!handoff nobody` takes the offer back,
//! or declines it.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::{split_id, split_word},
    role::NOBODY,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, RoleEvent},
    incident::{Incident, IncidentId},
    message::role,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "handoff",
    aliases: &["handover"],
    usage: "@name|nobody",
    example: "!handoff @bob",
    slots: &[Slot::required("who", SlotKind::Person), INCIDENT],
    parse: |words| Handoff::read(words).map(|handoff| Box::new(handoff) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Handoff {
    id: Option<IncidentId>,
    who: String,
}

impl Handoff {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (first, more) = split_word(rest);
        let (who, more) = if first.eq_ignore_ascii_case("to") { split_word(more) } else { (first, more) };
        if who.is_empty() {
            return Err(Refusal::Missing("missing.successor", VERB.example));
        }
        if !more.is_empty() {
            return Err(Refusal::Unclear(rest.to_owned(), "missing.one_commander", VERB.example));
        }
        Ok(Self { id, who: who.to_owned() })
    }

    /// The offer is taken back by whoever made it, or declined by whoever got it.
    fn withdraw(incident: &Incident, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        let no_offer = || Refusal::AlreadySo(policy.say("role.no_offer", args![id = incident.id]));
        let offer = incident.roles.offer.as_ref().ok_or_else(no_offer)?;
        if !policy.is_among(context.person, incident.commander.iter().chain([&offer.to])) {
            let args = args![who = &offer.to, id = incident.id];
            return Err(Refusal::AlreadySo(policy.say("role.offered_to_another", args)));
        }
        let withdrawn = Event::Role(RoleEvent::HandoffWithdrawn);
        let reply = role::offer_withdrawn(incident, policy);
        Ok(Decision { reply: Some(reply.into()), ..Decision::default().fact(incident.id, withdrawn) })
    }
}

impl Command for Handoff {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        if self.who.eq_ignore_ascii_case(NOBODY) {
            return Self::withdraw(incident, context);
        }
        let Some(commander) = &incident.commander else {
            let nobody = policy.say("role.nobody_to_hand_over", args![id = incident.id]);
            return Err(Refusal::AlreadySo(nobody));
        };
        if !policy.same(commander, context.person) {
            let args = args![commander = commander, id = incident.id];
            return Err(Refusal::AlreadySo(policy.say("role.not_yours", args)));
        }
        let to = policy
            .person(&self.who, context.person, &incident.people)
            .ok_or_else(|| Refusal::NotAPerson(self.who.clone()))?;
        if policy.same(commander, &to) {
            let args = args![person = &to, id = incident.id];
            return Err(Refusal::AlreadySo(policy.say("refusal.leads_already", args)));
        }
        if incident.roles.offer.as_ref().is_some_and(|offer| policy.same(&offer.to, &to)) {
            return Err(Refusal::AlreadySo(policy.say("role.offered_already", args![who = &to])));
        }
        let reply = role::offer_made(incident, &to, policy);
        let offered = Event::Role(RoleEvent::HandoffOffered { to });
        Ok(Decision { reply: Some(reply.into()), ..Decision::default().fact(incident.id, offered) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_person() {
        let handoff =
            |id: Option<u64>, who: &str| Ok(Handoff { id: id.map(IncidentId), who: who.to_owned() });
        assert_eq!(Handoff::read("@bob"), handoff(None, "@bob"));
        assert_eq!(Handoff::read("to bob"), handoff(None, "bob"));
        assert_eq!(Handoff::read("INC-3 nobody"), handoff(Some(3), "nobody"));
    }

    #[test]
    fn refuses_nobody_and_several() {
        for words in ["", "INC-3", "to"] {
            assert!(matches!(Handoff::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
        assert!(matches!(Handoff::read("@bob @carol"), Err(Refusal::Unclear(..))));
    }
}
