//! `!brief`: what is going on, in six lines, for whoever may know.

use super::{About, Command, Context, Decision, Reply, Verb, View, parse::split_id, slot::INCIDENT};
use crate::{
    event::{Event, PeopleEvent},
    incident::IncidentId,
    message::brief,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "brief",
    aliases: &["catchup"],
    usage: "",
    example: "!brief",
    slots: &[INCIDENT],
    parse: |words| Ok(Box::new(Brief { id: split_id(words).0 })),
};

#[derive(Debug, PartialEq, Eq)]
struct Brief {
    id: Option<IncidentId>,
}

impl Command for Brief {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let mut decision = Decision::default();
        // Who has asked need not be told again as they come in.
        if incident.status.is_open() && !context.policy.is_among(context.person, &incident.briefed) {
            let briefed = PeopleEvent::Briefed { person: context.person.clone() };
            decision = decision.fact(incident.id, Event::People(briefed));
        }
        let message = brief::brief(incident, context.policy, context.now);
        decision.reply = Some(Reply { message, discreet: true });
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn reads_a_number_or_none() {
        for (text, id) in [("!brief", None), ("!catchup INC-3", Some(3)), ("!brief inc-3 please", Some(3))] {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Incident(id.map(IncidentId)), "{text}");
        }
    }
}
