//! `!resolve TEXT`: the cause is dealt with. Everybody who was told is told, and the retrospective begins to be
//! owed.
//!
//! `lost: WHAT` and `lingers: WHAT`, at the beginning of a line or sentence, say what is left of it. Alone, on one that is
//! resolved already, they complete what was said.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, IncidentEvent, RetrospectiveEvent},
    incident::{Incident, IncidentId, ending::Parts, passage},
    message::{ending, mention, named, resolution},
    refusal::Refusal,
    schedule::next_nag,
};

pub(super) const VERB: Verb = Verb {
    name: "resolve",
    aliases: &["resolved", "fixed"],
    usage: "TEXT [lost: WHAT] [lingers: WHAT]",
    example: "!resolve the queue is drained. lost: nothing",
    slots: &[
        Slot::required("text", SlotKind::Text),
        Slot::optional("lost", SlotKind::Text).after("lost:"),
        Slot::optional("lingers", SlotKind::Text).after("lingers:"),
        INCIDENT,
    ],
    parse: |words| Resolve::read(words).map(|resolve| Box::new(resolve) as Box<dyn Command>),
};

const MISSING: Refusal = Refusal::Missing("missing.resolution", VERB.example);

#[derive(Debug, PartialEq, Eq)]
struct Resolve {
    id: Option<IncidentId>,
    said: Parts,
}

impl Resolve {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, text) = split_id(words);
        let said = Parts::of(&passage(text));
        if said.text.is_empty() && !said.say_anything() {
            return Err(MISSING);
        }
        Ok(Self { id, said })
    }

    /// What is lost or lingers.
    fn lasting(&self) -> Event {
        Event::Incident(IncidentEvent::LastingEffects { none: self.said.say_nothing_lasts() })
    }

    /// It is resolved already, and what was not known then is known now.
    fn complete(&self, incident: &Incident, context: &Context<'_>) -> Result<Decision, Refusal> {
        let known = incident.lasting.as_ref();
        let is_known = known.is_some_and(|known| {
            let nothing_lasts = known.none && self.said.say_nothing_lasts();
            nothing_lasts || known.words == self.said.lasting()
        });
        if is_known {
            return Err(Refusal::AlreadySo(ending::lasting_already(incident, context.policy)));
        }
        let words = self.said.lasting();
        let mut decision = Decision::default().fact_with_words(incident.id, self.lasting(), &words);
        decision.reply = Some(ending::completed_here(incident, context.policy).into());
        Ok(decision)
    }
}

impl Command for Resolve {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let was_resolved = !incident.status.is_open() && incident.ending.is_none();
        if was_resolved && self.said.text.is_empty() && incident.resolved_at.is_some() {
            return self.complete(incident, context);
        }
        let incident = view.open_incident(VERB.name, self.id, context)?;
        if self.said.text.is_empty() {
            return Err(MISSING);
        }
        let policy = context.policy;
        let owner =
            incident.commander.as_ref().or(incident.acknowledged_by.as_ref()).unwrap_or(context.person);
        // Whoever resolves it has read the answer; somebody else has to be called.
        let shown = if policy.same(owner, context.person) { named(owner) } else { mention(owner) };
        let within = policy.severity(incident.severity).retro_within;
        let at = policy.working_hours.propose_retrospective(context.now, within, policy.timezone);
        let proposed =
            RetrospectiveEvent::Proposed { owner: owner.clone(), at, ask_at: next_nag(policy, context.now) };
        let mut decision = Decision::default();
        // Before the end, which is told with it.
        if self.said.say_anything() {
            decision = decision.fact_with_words(incident.id, self.lasting(), &self.said.lasting());
        }
        let resolved = Event::Incident(IncidentEvent::Resolved);
        decision = decision
            .fact_with_words(incident.id, resolved, &self.said.text)
            .fact(incident.id, Event::Retrospective(proposed));
        let mut reply = resolution::resolved_here(incident, shown, at, policy, context.now);
        if self.said.say_anything() {
            reply.lines.extend(ending::lasting(&self.said, policy).lines);
        }
        decision.reply = Some(reply.into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, words, what is lost, what lingers.
    type Said = (Option<u64>, String, Option<String>, Option<String>);

    fn read(words: &str) -> Option<Said> {
        let Resolve { id, said } = Resolve::read(words).ok()?;
        Some((id.map(|id| id.0), said.text, said.lost, said.lingers))
    }

    #[test]
    fn asks_for_a_sentence_and_keeps_it() {
        let kept = |id, text: &str, lost: Option<&str>, lingers: Option<&str>| {
            Some((id, text.to_owned(), lost.map(str::to_owned), lingers.map(str::to_owned)))
        };
        for (words, expected) in [
            ("INC-1 fixed;\nall is well", kept(Some(1), "fixed;\nall is well", None, None)),
            ("fixed. lost: two orders", kept(None, "fixed.", Some("two orders"), None)),
            (
                "fixed\nlingers: slow carts\nlost: nothing",
                kept(None, "fixed", Some("nothing"), Some("slow carts")),
            ),
            ("lost: nothing", kept(None, "", Some("nothing"), None)),
            ("INC-2 LOST: two orders", kept(Some(2), "", Some("two orders"), None)),
        ] {
            assert_eq!(read(words), expected, "{words:?}");
        }
        for words in ["", "INC-1", "lost:", "INC-1 lost:\nlingers:", "\u{202E}"] {
            assert!(matches!(Resolve::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
    }
}
