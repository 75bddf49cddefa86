//! `!reopen WHY`: it goes on as if it had not ended. News is promised anew, the room comes back, and the retrospective waits.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, IncidentEvent, RoomEvent},
    incident::{Incident, IncidentId, RoomState, Status, passage, retrospective::Stage},
    message::ending,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "reopen",
    aliases: &["reopened"],
    usage: "WHY",
    example: "!reopen payments fail again",
    slots: &[Slot::required("why", SlotKind::Text), INCIDENT],
    parse: |words| Reopen::read(words).map(|reopen| Box::new(reopen) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Reopen {
    id: Option<IncidentId>,
    why: String,
}

impl Reopen {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, why) = split_id(words);
        let why = passage(why);
        if why.is_empty() {
            return Err(Refusal::Missing("missing.why_reopened", VERB.example));
        }
        Ok(Self { id, why })
    }
}

impl Command for Reopen {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        if incident.status.is_open() {
            return Err(Refusal::AlreadySo(policy.say("ending.open_already", args![id = incident.id])));
        }
        if incident.room == RoomState::Nowhere {
            return Err(Refusal::AlreadySo(policy.say("ending.has_no_room", args![id = incident.id])));
        }
        let had_somebody = incident.acknowledged_by.is_some();
        let status = if had_somebody { Status::Acknowledged } else { Status::Declared };
        let promise = policy.promise(incident.severity, status, context.now);
        let retrospective_off = is_booked(incident);
        let mut decision = Decision::default();
        if incident.archived {
            decision = decision.fact(incident.id, Event::Room(RoomEvent::Restored));
        }
        let reopened = Event::Incident(IncidentEvent::Reopened { promise, retrospective_off });
        decision = decision.fact_with_words(incident.id, reopened, &self.why);
        decision.reply = Some(ending::reopened_here(incident, promise, retrospective_off, policy).into());
        Ok(decision)
    }
}

fn is_booked(incident: &Incident) -> bool {
    match incident.retrospective.as_ref().map(|retrospective| retrospective.stage) {
        Some(Stage::Booked(_)) => true,
        Some(Stage::Unbooked { .. } | Stage::Begun(_) | Stage::Declined) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_why() {
        let reopen = |id: Option<u64>, why: &str| Ok(Reopen { id: id.map(IncidentId), why: why.to_owned() });
        assert_eq!(Reopen::read("it fails\nagain"), reopen(None, "it fails\nagain"));
        assert_eq!(Reopen::read("INC-3 it fails again"), reopen(Some(3), "it fails again"));
        for words in ["", "INC-3", " \u{202E} "] {
            assert!(matches!(Reopen::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
    }
}
