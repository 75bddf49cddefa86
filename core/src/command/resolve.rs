//! `!resolve TEXT`: the cause is dealt with. Everybody who was told is told, and the retrospective begins to be
//! owed.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, IncidentEvent, RetrospectiveEvent},
    incident::{IncidentId, passage},
    message::{mention, named, resolution},
    refusal::Refusal,
    schedule::next_nag,
};

pub(super) const VERB: Verb = Verb {
    name: "resolve",
    aliases: &["resolved", "fixed"],
    usage: "TEXT",
    help: "says that it is over and what was done; tells everybody who was told",
    example: "!resolve the queue is drained, nothing was lost",
    slots: &[Slot::required("text", SlotKind::Text, "What was done, and whether anything is lost"), INCIDENT],
    parse: |words| Resolve::read(words).map(|resolve| Box::new(resolve) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Resolve {
    id: Option<IncidentId>,
    text: String,
}

impl Resolve {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, text) = split_id(words);
        if text.is_empty() {
            return Err(Refusal::Missing("missing.resolution", VERB.example));
        }
        Ok(Self { id, text: passage(text) })
    }
}

impl Command for Resolve {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        let owner =
            incident.commander.as_ref().or(incident.acknowledged_by.as_ref()).unwrap_or(context.person);
        // Whoever resolves it has read the answer; somebody else has to be called.
        let shown = if owner == context.person { named(owner) } else { mention(owner) };
        let within = policy.severity(incident.severity).retro_within;
        let at = policy.working_hours.propose_retrospective(context.now, within, policy.timezone);
        let proposed =
            RetrospectiveEvent::Proposed { owner: owner.clone(), at, ask_at: next_nag(policy, context.now) };
        let mut decision = Decision::default()
            .fact_with_words(incident.id, Event::Incident(IncidentEvent::Resolved), &self.text)
            .fact(incident.id, Event::Retrospective(proposed));
        decision.reply = Some(resolution::resolved_here(incident, shown, at, policy, context.now).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_a_sentence_and_keeps_it() {
        let expected = Resolve { id: Some(IncidentId(1)), text: "fixed;\nno data lost".to_owned() };
        assert_eq!(Resolve::read("INC-1 fixed;\nno data lost"), Ok(expected));
        assert!(matches!(Resolve::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Resolve::read("INC-1"), Err(Refusal::Missing(..))));
    }
}
