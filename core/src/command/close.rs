//! `!close`: nothing more is owed. One that is resolved can be closed once its retrospective is held or declined.

use super::{About, Command, Context, Decision, Verb, View, parse::split_id, slot::INCIDENT};
use crate::{
    event::{Event, IncidentEvent},
    incident::{IncidentId, Status},
    message::ending,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "close",
    aliases: &["closed"],
    usage: "",
    example: "!close",
    slots: &[INCIDENT],
    parse: |words| Ok(Box::new(Close { id: split_id(words).0 })),
};

#[derive(Debug, PartialEq, Eq)]
struct Close {
    id: Option<IncidentId>,
}

impl Command for Close {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        let why_not = match incident.status {
            Status::Declared | Status::Acknowledged | Status::Mitigated => {
                Some(ending::not_over_yet(incident, policy))
            }
            Status::Closed => Some(ending::how(incident, policy, context.now)),
            Status::Resolved => {
                let is_owed = incident.retrospective.as_ref().is_some_and(|owed| owed.is_ahead());
                is_owed.then(|| ending::owes_a_retrospective(incident, policy))
            }
        };
        if let Some(why_not) = why_not {
            return Err(Refusal::AlreadySo(why_not));
        }
        let mut decision = Decision::default().fact(incident.id, Event::Incident(IncidentEvent::Closed));
        decision.reply = Some(ending::closed(incident, policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn reads_a_number_or_none() {
        for (text, id) in [("!close", None), ("!close INC-3", Some(3)), ("!closed inc-3 please", Some(3))] {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Incident(id.map(IncidentId)), "{text}");
        }
    }
}
