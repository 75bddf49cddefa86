//! `!false-alarm [TEXT]`: it was none. Everybody who was told is told, and no retrospective is owed.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, IncidentEvent},
    incident::{IncidentId, passage},
    message::ending,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "false-alarm",
    aliases: &["falsealarm"],
    usage: "[TEXT]",
    example: "!false-alarm the alert looked at a test system",
    slots: &[Slot::optional("text", SlotKind::Text), INCIDENT],
    parse: |words| Ok(Box::new(FalseAlarm::read(words))),
};

#[derive(Debug, PartialEq, Eq)]
struct FalseAlarm {
    id: Option<IncidentId>,
    text: String,
}

impl FalseAlarm {
    fn read(words: &str) -> Self {
        let (id, text) = split_id(words);
        Self { id, text: passage(text) }
    }
}

impl Command for FalseAlarm {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let words = (!self.text.is_empty()).then(|| self.text.clone());
        let event = Event::Incident(IncidentEvent::FalseAlarm);
        let mut decision = Decision::default().fact_perhaps_with_words(incident.id, event, words);
        decision.reply = Some(ending::false_alarm_here(incident, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_welcome_and_not_needed() {
        for (words, id, text) in [
            ("", None, ""),
            ("INC-3", Some(3), ""),
            ("a test system", None, "a test system"),
            ("INC-3 a test system", Some(3), "a test system"),
        ] {
            let expected = FalseAlarm { id: id.map(IncidentId), text: text.to_owned() };
            assert_eq!(FalseAlarm::read(words), expected, "{words:?}");
        }
    }
}
