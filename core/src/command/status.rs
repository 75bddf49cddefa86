//! `!status`: how an incident stands.

use super::{About, Command, Context, Decision, Verb, View, parse::split_id};
use crate::{
    incident::{Incident, IncidentId},
    message::card,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "status",
    aliases: &["st"],
    usage: "",
    help: "shows how it stands: severity, who leads, when news is due",
    example: "!status",
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
        show(view.incident(VERB.name, self.id, context)?, context)
    }
}

/// The incident as the person may see it, where they asked.
pub(super) fn show(incident: &Incident, context: &Context<'_>) -> Result<Decision, Refusal> {
    if !context.may_name(incident) {
        return Err(Refusal::PrivateElsewhere(incident.id));
    }
    Ok(Decision::answer(card::status(incident, context.policy, context.now)))
}
