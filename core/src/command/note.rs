//! `!note [WHEN] TEXT`: puts on the timeline what happened, now or before.

use chrono::Duration;

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, TimelineEvent},
    incident::{IncidentId, passage},
    message::timeline,
    refusal::Refusal,
    time::past::split_past,
};

pub(super) const VERB: Verb = Verb {
    name: "note",
    aliases: &[],
    usage: "[14:05] TEXT",
    example: "!note 14:05 the release went out",
    slots: &[Slot::required("text", SlotKind::Text), INCIDENT],
    parse: |words| Note::read(words).map(|note| Box::new(note) as Box<dyn Command>),
};

/// How long before an incident was declared something can have happened that belongs to it.
const BEFORE: Duration = Duration::days(7);
/// Clocks differ: what is typed as the present minute has been.
const SLACK: Duration = Duration::minutes(1);

#[derive(Debug, PartialEq, Eq)]
struct Note {
    id: Option<IncidentId>,
    text: String,
}

impl Note {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, text) = split_id(words);
        if text.is_empty() {
            return Err(Refusal::Missing("missing.note", VERB.example));
        }
        Ok(Self { id, text: text.to_owned() })
    }
}

impl Command for Note {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let policy = context.policy;
        let (at, text) = match split_past(&self.text, context.said_at, policy.timezone) {
            Some((_, "")) => {
                return Err(Refusal::Missing("missing.note_after_time", VERB.example));
            }
            Some((at, text)) => (Some(at), text),
            None => (None, self.text.as_str()),
        };
        if let Some(at) = at {
            let moment = policy.absolute(at);
            if at > context.now + SLACK {
                return Err(Refusal::AlreadySo(policy.say("timeline.not_yet", args![at = moment])));
            }
            if at < incident.declared_at - BEFORE {
                let args = args![at = moment, id = incident.id];
                return Err(Refusal::AlreadySo(policy.say("timeline.too_early", args)));
            }
        }
        let added = TimelineEvent::NoteAdded { at: at.unwrap_or(context.said_at).min(context.now) };
        let reply = timeline::noted(incident, at, policy, context.now);
        let decision = Decision::discreetly(reply);
        Ok(decision.fact_with_words(incident.id, Event::Timeline(added), &passage(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_words() {
        for (words, id, text) in [
            ("failed over", None, "failed over"),
            ("INC-3 14:05 failed over", Some(3), "14:05 failed over"),
            ("first\nsecond", None, "first\nsecond"),
        ] {
            assert_eq!(Note::read(words), Ok(Note { id: id.map(IncidentId), text: text.to_owned() }));
        }
        for words in ["", "INC-3", "inc-3: "] {
            assert!(matches!(Note::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
    }
}
