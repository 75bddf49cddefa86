//! `!ack`: somebody has it. Whoever acknowledges leads until somebody else does.

use super::{
    About, Command, Context, Decision, Meant, Verb, View,
    parse::{split_id, split_report},
    slot::INCIDENT,
};
use crate::{
    args,
    event::{Event, IncidentEvent, ReportEvent, RoleEvent, Subject},
    incident::{IncidentId, Role, Status},
    message::{declaration, report},
    refusal::Refusal,
    report::{ReportId, Standing},
};

pub(super) const VERB: Verb = Verb {
    name: "ack",
    aliases: &["acknowledge", "acked"],
    usage: "",
    example: "!ack",
    slots: &[INCIDENT],
    parse: |words| Ack::read(words).map(|ack| Box::new(ack) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Ack {
    id: Option<IncidentId>,
    report: Option<ReportId>,
}

impl Ack {
    /// What follows is courtesy ("!ack on it") and is not read.
    fn read(words: &str) -> Result<Self, Refusal> {
        Ok(Self { id: split_id(words).0, report: split_report(words).0 })
    }
}

impl Command for Ack {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn names_report(&self) -> Option<ReportId> {
        self.report
    }

    fn on_report(
        &self,
        meant: &Meant<'_>,
        _view: &View<'_>,
        context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        if self.id.is_some() {
            return None;
        }
        let (report, policy) = (meant.report, context.policy);
        let refused = |key| Some(Err(Refusal::AlreadySo(policy.say(key, args![id = report.id]))));
        match &report.standing {
            Standing::Waiting => {}
            Standing::Acknowledged(by) if policy.same(by, context.person) => {
                return refused("report.you_have_it_already");
            }
            Standing::Acknowledged(by) => {
                let args = args![id = report.id, by = by];
                return Some(Err(Refusal::AlreadySo(policy.say("report.has_it_already", args))));
            }
            Standing::Taken(_) | Standing::Declined(_) => {
                return Some(Err(Refusal::ReportDecided(Box::new(report.clone()))));
            }
        }
        let facts = vec![(Subject::Report(report.id), Event::Report(ReportEvent::Acknowledged), None)];
        Some(Ok(Decision { facts, ..Decision::answer(report::you_have_it(report.id, policy)) }))
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        // Its harm may have stopped before anybody said that they have it.
        if incident.status != Status::Declared && incident.acknowledged_by.is_some() {
            let policy = context.policy;
            return Err(Refusal::AlreadySo(match &incident.acknowledged_by {
                Some(person) if policy.same(person, context.person) => {
                    policy.say("refusal.you_acknowledged", args![id = incident.id])
                }
                by => policy.say("refusal.acknowledged", args![id = incident.id, by = by.as_ref()]),
            }));
        }
        let leads = incident.commander.is_none();
        let mut decision = Decision::default();
        if leads {
            let assigned = RoleEvent::Assigned { role: Role::Commander, to: context.person.clone() };
            decision = decision.fact(incident.id, Event::Role(assigned));
        }
        decision = decision.fact(incident.id, Event::Incident(IncidentEvent::Acknowledged));
        decision.reply = Some(declaration::you_have_it(incident, leads, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_and_ignores_courtesies() {
        for (words, id) in
            [("", None), ("INC-4", Some(IncidentId(4))), ("on it", None), ("inc-4 mine", Some(IncidentId(4)))]
        {
            assert_eq!(Ack::read(words), Ok(Ack { id, report: None }), "{words:?}");
        }
        assert_eq!(Ack::read("rep-4 mine"), Ok(Ack { id: None, report: Some(ReportId(4)) }));
    }
}
