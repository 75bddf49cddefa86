//! `!sev 2`: how bad it is. News is due at the new severity's cadence, and never later than it was promised.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, IncidentEvent, Promise},
    incident::{IncidentId, Severity},
    message::declaration,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "sev",
    aliases: &["severity"],
    usage: "1-4",
    example: "!sev 1",
    slots: &[Slot::required("level", SlotKind::Severity), INCIDENT],
    parse: |words| Sev::read(words).map(|sev| Box::new(sev) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Sev {
    id: Option<IncidentId>,
    severity: Severity,
}

impl Sev {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, level) = split_id(words);
        if level.is_empty() {
            return Err(Refusal::Missing("missing.severity", VERB.example));
        }
        Severity::parse(level)
            .map(|severity| Self { id, severity })
            .ok_or_else(|| Refusal::Unclear(level.to_owned(), "missing.severity_levels", VERB.example))
    }
}

impl Command for Sev {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        if incident.severity == self.severity {
            let severity = context.policy.severity_word(self.severity);
            let already =
                context.policy.say("refusal.severity_already", args![id = incident.id, severity = severity]);
            return Err(Refusal::AlreadySo(already));
        }
        let fresh = context.policy.promise(self.severity, incident.status, context.now);
        // A promise that was made stands, overdue or not, unless the new severity calls for news sooner.
        let promise = match (fresh, incident.updates.promise) {
            (Some(fresh), Some(made)) => Some(Promise { due: fresh.due.min(made.due), ..fresh }),
            (fresh, _) => fresh,
        };
        let platform = &incident.origin.message.room.platform;
        let called =
            context.duty(view).invited(self.severity, &incident.services, (platform, incident.private));
        let invited = called.into_iter().filter(|person| !context.policy.belongs(person, incident)).collect();
        let changed = IncidentEvent::SeverityChanged { to: self.severity, promise, invited };
        let mut decision = Decision::default().fact(incident.id, Event::Incident(changed));
        decision.reply =
            Some(declaration::severity_changed(incident, self.severity, promise, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_levels() {
        for words in ["1", "sev1", "SEV-1", "p1"] {
            assert_eq!(Sev::read(words), Ok(Sev { id: None, severity: Severity::Sev1 }), "{words}");
        }
        assert_eq!(Sev::read("INC-7 3"), Ok(Sev { id: Some(IncidentId(7)), severity: Severity::Sev3 }));
    }

    #[test]
    fn refuses_what_is_not_a_level() {
        assert!(matches!(Sev::read(""), Err(Refusal::Missing(..))));
        for words in ["5", "high", "1 2", "0"] {
            assert!(matches!(Sev::read(words), Err(Refusal::Unclear(..))), "{words}");
        }
    }
}
