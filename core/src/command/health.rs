//! `!health`: the figures of the system, of the last hour, shown where the incident lives.

use super::{About, Command, Context, Decision, Verb, View, parse::split_id, slot::INCIDENT};
use crate::{
    event::{Event, HealthEvent},
    incident::{IncidentId, Measuring, RoomState},
    message::health,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "health",
    aliases: &["metrics"],
    usage: "",
    example: "!health",
    slots: &[INCIDENT],
    parse: |words| Ok(Box::new(Health { id: split_id(words).0 })),
};

#[derive(Debug, PartialEq, Eq)]
struct Health {
    id: Option<IncidentId>,
}

impl Command for Health {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    /// Also of one that is over: whoever resolved it wants to see that all is well.
    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let (policy, now) = (context.policy, context.now);
        if policy.health.is_empty() {
            return Err(Refusal::AlreadySo(health::not_configured(policy)));
        }
        if incident.room == RoomState::Nowhere {
            return Err(Refusal::AlreadySo(health::no_room(incident, policy)));
        }
        if incident.measuring.as_ref().is_some_and(|measuring: &Measuring| measuring.is_expected(now)) {
            return Err(Refusal::AlreadySo(health::under_way(policy)));
        }
        let elsewhere = incident.home().filter(|home| **home != context.message.room);
        let mut decision =
            Decision::default().fact(incident.id, Event::Health(HealthEvent::Asked { at_start: false }));
        decision.reply = Some(health::asking(incident, elsewhere, policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn reads_a_number_or_none() {
        for (text, id) in [("!health", None), ("!metrics INC-3", Some(3)), ("!health inc-3 please", Some(3))]
        {
            let Parsed::Command { command, .. } = parse(text, "!") else { panic!("{text} is a command") };
            assert_eq!(command.about(), About::Incident(id.map(IncidentId)), "{text}");
        }
    }
}
