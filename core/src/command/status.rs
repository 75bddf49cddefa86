//! `!status`: how an incident stands.

use super::{About, Command, Context, Decision, Verb, View, parse::split_id, slot::INCIDENT};
use crate::{
    incident::{Incident, IncidentId},
    message::card,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "status",
    aliases: &["st"],
    usage: "",
    example: "!status",
    slots: &[INCIDENT],
    parse: |words| Ok(Box::new(Status { id: split_id(words).0 })),
};

#[derive(Debug, PartialEq, Eq)]
struct Status {
    id: Option<IncidentId>,
}

impl Command for Status {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        Ok(show(view.incident(VERB.name, self.id, context)?, context))
    }
}

/// The incident as it stands.
pub(super) fn show(incident: &Incident, context: &Context<'_>) -> Decision {
    Decision::answer(card::status(incident, context.policy, context.now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn reads_a_number_or_none() {
        for (text, id) in [("!status", None), ("!st INC-3", Some(3)), ("!status inc-3 please", Some(3))] {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Incident(id.map(IncidentId)), "{text}");
        }
    }
}
