//! `!update TEXT`: news for everybody who follows, and the clock starts over.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Audience, Event, UpdateEvent},
    incident::{IncidentId, is_long, passage},
    message::update,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "update",
    aliases: &["up", "upd"],
    usage: "TEXT",
    help: "tells everybody the news and when the next comes",
    example: "!update we are failing over to the second database",
    slots: &[Slot::required("text", SlotKind::Text, "The impact, and what is being done"), INCIDENT],
    parse: |words| Update::read(words).map(|update| Box::new(update) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Update {
    id: Option<IncidentId>,
    text: String,
    /// It was longer than what can be passed on.
    was_cut: bool,
}

impl Update {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, text) = split_id(words);
        if text.is_empty() {
            return Err(Refusal::Missing("missing.news", VERB.example));
        }
        let was_cut = is_long(text);
        Ok(Self { id, text: passage(text), was_cut })
    }
}

impl Command for Update {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let promise = context.policy.promise(incident.severity, incident.status, context.now);
        let mut to = context.policy.stakeholders(incident.private);
        to.extend(
            incident.stakeholders.iter().filter(|room| !to.contains(room)).cloned().collect::<Vec<_>>(),
        );
        let reply = update::sent(incident, to.len(), promise, (context.policy, self.was_cut));
        let posted = Event::Update(UpdateEvent::Posted { promise, to, audience: Audience::Inside });
        let mut decision = Decision::default().fact_with_words(incident.id, posted, &self.text);
        decision.reply = Some(reply.into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_as_it_was_typed() {
        let cases = [
            ("we're at 50%", "we're at 50%"),
            ("“quoted” 'single' \"double\"", "“quoted” 'single' \"double\""),
            ("first line\nsecond line", "first line\nsecond line"),
            ("--> now -5% <b>", "--> now -5% <b>"),
            ("@everyone look", "@everyone look"),
            ("поплыло", "поплыло"),
        ];
        for (words, text) in cases {
            assert_eq!(
                Update::read(words),
                Ok(Update { id: None, text: text.to_owned(), was_cut: false }),
                "{words:?}"
            );
        }
        let numbered = Update { id: Some(IncidentId(3)), text: "all good".to_owned(), was_cut: false };
        assert_eq!(Update::read("INC-3 all good"), Ok(numbered));
    }

    #[test]
    fn nothing_is_no_news() {
        assert!(matches!(Update::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Update::read("INC-3"), Err(Refusal::Missing(..))));
    }
}
