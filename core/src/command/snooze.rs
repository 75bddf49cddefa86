//! `!snooze 20m`: asks for the update later. The promise to everybody who follows stays as it is; `!next` changes that.

use chrono::Duration;

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, UpdateEvent},
    incident::IncidentId,
    message::update,
    refusal::Refusal,
    time::duration::parse_duration,
};

pub(super) const VERB: Verb = Verb {
    name: "snooze",
    aliases: &[],
    usage: "[10m]",
    example: "!snooze 10m",
    slots: &[Slot::optional("wait", SlotKind::Text), INCIDENT],
    parse: |words| Snooze::read(words).map(|snooze| Box::new(snooze) as Box<dyn Command>),
};

/// How long, unless it is said.
const USUAL: Duration = Duration::minutes(10);
/// Whoever needs longer owes the others another promise.
const LONGEST: Duration = Duration::hours(1);

#[derive(Debug, PartialEq, Eq)]
struct Snooze {
    id: Option<IncidentId>,
    wait: Duration,
}

impl Snooze {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, span) = split_id(words);
        let span = span.strip_prefix("for ").unwrap_or(span);
        let wait = if span.is_empty() { USUAL } else { parse_duration(span).map_err(Refusal::Duration)? };
        if wait > LONGEST {
            return Err(Refusal::SnoozeTooLong);
        }
        Ok(Self { id, wait })
    }
}

impl Command for Snooze {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        let Some(promise) = incident.updates.promise else {
            let none = context.policy.say("refusal.owes_no_updates", args![id = incident.id]);
            return Err(Refusal::AlreadySo(none));
        };
        let until = context.now + self.wait;
        if until <= promise.due {
            let later = context.policy.say("refusal.asked_later", args![id = incident.id]);
            return Err(Refusal::AlreadySo(later));
        }
        // Until those who follow are told that it is late, it is put off by so much in all.
        if incident.updates.missed_rounds == 0 && until > promise.due + LONGEST {
            return Err(Refusal::SnoozeTooLong);
        }
        let mut decision =
            Decision::default().fact(incident.id, Event::Update(UpdateEvent::Snoozed { until }));
        decision.reply = Some(update::snoozed(incident, until, promise, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans() {
        for (words, minutes) in [("", 10), ("20m", 20), ("for 5m", 5), ("1h", 60)] {
            assert_eq!(
                Snooze::read(words),
                Ok(Snooze { id: None, wait: Duration::minutes(minutes) }),
                "{words}"
            );
        }
        let numbered = Snooze { id: Some(IncidentId(2)), wait: USUAL };
        assert_eq!(Snooze::read("INC-2"), Ok(numbered));
    }

    #[test]
    fn refuses_what_is_too_long_or_no_time() {
        assert!(matches!(Snooze::read("61m"), Err(Refusal::SnoozeTooLong)));
        for words in ["45", "soon", "0m"] {
            assert!(matches!(Snooze::read(words), Err(Refusal::Duration(_))), "{words}");
        }
    }
}
