//! `!attach INC-7`: two incidents have to do with each other. Both say so.

use super::{
    About, Command, Context, Decision, Verb, View,
    slot::{INCIDENT, Slot, SlotKind},
    two::{self, Two},
};
use crate::{
    args,
    event::{Event, IncidentEvent},
    incident::IncidentId,
    message::ending,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "attach",
    aliases: &["relate", "related"],
    usage: "INC-7",
    example: "!attach INC-7",
    slots: &[Slot::required("other", SlotKind::Incident).after("to"), INCIDENT],
    parse: |words| Attach::read(words).map(|attach| Box::new(attach) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Attach {
    two: Two,
}

impl Attach {
    fn read(words: &str) -> Result<Self, Refusal> {
        match two::read(words, "to") {
            Some(two) => Ok(Self { two }),
            None if words.is_empty() => Err(Refusal::Missing("missing.related_to", VERB.example)),
            None => Err(Refusal::Unclear(words.to_owned(), "missing.related_to", VERB.example)),
        }
    }
}

impl Command for Attach {
    fn about(&self) -> About {
        About::Incident(self.two.0)
    }

    fn also(&self) -> Option<IncidentId> {
        Some(self.two.1)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.two.0, context)?;
        let other = two::other(view, incident, self.two.1, context)?;
        if incident.related.contains(&other.id) {
            let args = args![id = incident.id, other = other.id];
            return Err(Refusal::AlreadySo(context.policy.say("ending.related_already", args)));
        }
        let related = |to| Event::Incident(IncidentEvent::Related { to });
        let mut decision = Decision::default().fact(incident.id, related(other.id));
        let hears_of_it = two::may_hear_of(other, incident, context.policy);
        if hears_of_it && !other.related.contains(&incident.id) {
            decision = decision.fact(other.id, related(incident.id));
        }
        decision.reply = Some(ending::related_here(incident, other, hears_of_it, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_other_one() {
        assert_eq!(Attach::read("INC-7"), Ok(Attach { two: (None, IncidentId(7)) }));
        assert_eq!(Attach::read("INC-1 to INC-7"), Ok(Attach { two: (Some(IncidentId(1)), IncidentId(7)) }));
        assert!(matches!(Attach::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Attach::read("the other one"), Err(Refusal::Unclear(..))));
    }
}
