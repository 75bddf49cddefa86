//! `!incidents`: what is open, and what still owes a retrospective. Private ones are shown to those who belong to
//! them, in a direct room, and nowhere else.

use super::{About, Command, Context, Decision, Verb, View};
use crate::{incident::Incident, message::incidents, port::RoomKind, refusal::Refusal};

pub(super) const VERB: Verb = Verb {
    name: "incidents",
    aliases: &["list", "ls"],
    usage: "",
    example: "!incidents",
    slots: &[],
    parse: |_| Ok(Box::new(Incidents)),
};

#[derive(Debug, PartialEq, Eq)]
struct Incidents;

impl Command for Incidents {
    fn about(&self) -> About {
        About::Workspace
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let shown = |incident: &&Incident| {
            !incident.private
                || (context.kind == RoomKind::Direct && context.policy.belongs(context.person, incident))
        };
        let visible: Vec<&Incident> = view.live.iter().filter(shown).collect();
        Ok(Decision::discreetly(incidents::list(&visible, context.policy, context.now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn asks_for_nothing_in_particular() {
        for text in ["!incidents", "!list", "!ls", "!incidents all of them"] {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Workspace, "{text}");
        }
    }
}
