//! `!next 45m`: promises the next update for another time.

use chrono::Duration;

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, Promise, UpdateEvent},
    incident::IncidentId,
    message::update,
    refusal::Refusal,
    time::duration::parse_duration,
};

pub(super) const VERB: Verb = Verb {
    name: "next",
    aliases: &[],
    usage: "45m",
    example: "!next 45m",
    slots: &[Slot::required("in", SlotKind::Text), INCIDENT],
    parse: |words| Next::read(words).map(|next| Box::new(next) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Next {
    id: Option<IncidentId>,
    after: Duration,
}

impl Next {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, span) = split_id(words);
        if span.is_empty() {
            return Err(Refusal::Missing("missing.next_update", VERB.example));
        }
        let span = span.strip_prefix("in ").unwrap_or(span);
        let after = parse_duration(span).map_err(Refusal::Duration)?;
        if after > Duration::days(1) {
            return Err(Refusal::PromiseTooFar);
        }
        Ok(Self { id, after })
    }
}

impl Command for Next {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        // The asking keeps the severity's rhythm, but is never slower than the promise itself.
        let usual = context.policy.interval(incident.severity, incident.status).unwrap_or(self.after);
        let interval_secs = usual.min(self.after).num_seconds().max(1);
        let promise = Promise { due: context.now + self.after, interval_secs };
        let promised = Event::Update(UpdateEvent::Promised { promise });
        let mut decision = Decision::default().fact(incident.id, promised);
        decision.reply = Some(update::promised(incident, promise, context.policy, context.now).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans() {
        for (words, minutes) in [("45m", 45), ("in 45m", 45), ("1h30m", 90), ("24h", 1440)] {
            assert_eq!(
                Next::read(words),
                Ok(Next { id: None, after: Duration::minutes(minutes) }),
                "{words}"
            );
        }
        assert_eq!(Next::read("INC-2 5m"), Ok(Next { id: Some(IncidentId(2)), after: Duration::minutes(5) }));
    }

    #[test]
    fn refuses_what_is_no_promise() {
        assert!(matches!(Next::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Next::read("25h"), Err(Refusal::PromiseTooFar)));
        for words in ["45", "soon", "0m", "-5m"] {
            assert!(matches!(Next::read(words), Err(Refusal::Duration(_))), "{words}");
        }
    }
}
