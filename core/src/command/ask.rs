//! `!ask [WORDS]`: somebody wants news. Whoever is to give them is asked, once in five minutes, and the asker hears when
//! they are due.
//!
//! Stakeholders have no room of the incident in which to ask: in a room that is told of one incident only, that is meant.

use chrono::Duration;

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, UpdateEvent},
    incident::{Incident, IncidentId, passage},
    message::update,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "ask",
    aliases: &[],
    usage: "[QUESTION]",
    example: "!ask",
    slots: &[Slot::optional("question", SlotKind::Text), INCIDENT],
    parse: |words| Ok(Box::new(Ask::read(words))),
};

/// Whoever leads is not asked more often than this.
const PAUSE: Duration = Duration::minutes(5);

#[derive(Debug, PartialEq, Eq)]
struct Ask {
    id: Option<IncidentId>,
    words: String,
}

impl Ask {
    fn read(words: &str) -> Self {
        let (id, words) = split_id(words);
        Self { id, words: passage(words) }
    }

    fn incident<'a>(&self, view: &View<'a>, context: &Context<'_>) -> Result<&'a Incident, Refusal> {
        let here = &context.message.room;
        let told = |incident: &&Incident| {
            incident.status.is_open() && !incident.private && incident.told.contains(here)
        };
        let is_implied = self.id.is_none() && view.incident.is_none();
        let mut told_here =
            view.live.iter().filter(|incident| is_implied && told(incident)).collect::<Vec<_>>();
        let only = told_here.pop().filter(|_| told_here.is_empty());
        View { incident: view.incident.or(only), ..*view }.open_incident(VERB.name, self.id, context)
    }
}

impl Command for Ask {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = self.incident(view, context)?;
        let (policy, now) = (context.policy, context.now);
        if incident.answerable().is_some_and(|person| policy.same(person, context.person)) {
            return Ok(Decision::discreetly(update::ask_yourself(incident, policy, now)));
        }
        if let Some(at) = incident.asked_at.filter(|at| now < *at + PAUSE) {
            return Ok(Decision::discreetly(update::asked_already(incident, at, policy, now)));
        }
        let asked = Event::Update(UpdateEvent::Asked);
        let decision = if self.words.is_empty() {
            Decision::default().fact(incident.id, asked)
        } else {
            Decision::default().fact_with_words(incident.id, asked, &self.words)
        };
        Ok(Decision { reply: Some(update::asked(incident, policy, now).into()), ..decision })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_may_be_added() {
        let cases = [
            ("", None, ""),
            ("INC-3", Some(3), ""),
            ("INC-3: are payments\naffected?", Some(3), "are payments\naffected?"),
            ("are payments affected?", None, "are payments affected?"),
        ];
        for (words, id, question) in cases {
            let expected = Ask { id: id.map(IncidentId), words: question.to_owned() };
            assert_eq!(Ask::read(words), expected, "{words:?}");
        }
    }
}
