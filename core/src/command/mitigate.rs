//! `!mitigate [TEXT]`: the harm has stopped, the cause is still there. Everybody who was told is told, and news comes less
//! often.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, IncidentEvent, Promise},
    incident::{IncidentId, Status, passage},
    message::ending,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "mitigate",
    aliases: &["mitigated"],
    usage: "[TEXT]",
    example: "!mitigate traffic goes to the second database",
    slots: &[Slot::optional("text", SlotKind::Text), INCIDENT],
    parse: |words| Ok(Box::new(Mitigate::read(words))),
};

#[derive(Debug, PartialEq, Eq)]
struct Mitigate {
    id: Option<IncidentId>,
    text: String,
}

impl Mitigate {
    fn read(words: &str) -> Self {
        let (id, text) = split_id(words);
        Self { id, text: passage(text) }
    }
}

impl Command for Mitigate {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        if incident.status == Status::Mitigated {
            return Err(Refusal::AlreadySo(policy.say("ending.mitigated_already", args![id = incident.id])));
        }
        let fresh = policy.promise(incident.severity, Status::Mitigated, context.now);
        // Whoever promised news for later has promised it.
        let promise = match (fresh, incident.updates.promise) {
            (Some(fresh), Some(made)) => Some(Promise { due: fresh.due.max(made.due), ..fresh }),
            (fresh, _) => fresh,
        };
        let words = (!self.text.is_empty()).then(|| self.text.clone());
        let mitigated = Event::Incident(IncidentEvent::Mitigated { promise });
        let mut decision = Decision::default().fact_perhaps_with_words(incident.id, mitigated, words);
        decision.reply = Some(ending::mitigated_here(incident, promise, policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_welcome_and_not_needed() {
        let mitigate =
            |id: Option<u64>, text: &str| Mitigate { id: id.map(IncidentId), text: text.to_owned() };
        for (words, expected) in [
            ("", mitigate(None, "")),
            ("INC-3", mitigate(Some(3), "")),
            ("traffic goes\nelsewhere", mitigate(None, "traffic goes\nelsewhere")),
            ("inc-3: rolled back", mitigate(Some(3), "rolled back")),
        ] {
            assert_eq!(Mitigate::read(words), expected, "{words:?}");
        }
    }
}
