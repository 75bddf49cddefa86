//! `!attach INC-7`: two incidents have to do with each other, and both say so; or a report belongs to an incident.

use super::{
    About, Command, Context, Decision, Meant, Verb, View,
    parse::split_report,
    slot::{INCIDENT, Slot, SlotKind},
    two::{self, Two},
};
use crate::{
    args,
    event::{Event, EvidenceEvent, IncidentEvent, ReportEvent, Subject},
    incident::{Incident, IncidentId},
    message::{ending, report as words},
    port::AlertState,
    refusal::Refusal,
    report::{Report, ReportId},
};

pub(super) const VERB: Verb = Verb {
    name: "attach",
    aliases: &["relate", "related"],
    usage: "INC-7 | REP-3",
    example: "!attach INC-7",
    slots: &[Slot::required("other", SlotKind::Incident).after("to"), INCIDENT],
    parse: |words| Attach::read(words).map(|attach| Box::new(attach) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Attach {
    two: Option<Two>,
    report: Option<ReportId>,
}

impl Attach {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (report, rest) = split_report(words.strip_prefix("to ").unwrap_or(words));
        let rest = if report.is_some() { rest } else { words };
        if report.is_some() && rest.is_empty() {
            return Ok(Self { two: None, report });
        }
        match two::read(rest, "to") {
            Some(two) => Ok(Self { two: Some(two), report }),
            None if words.is_empty() => Err(Refusal::Missing("missing.related_to", VERB.example)),
            None => Err(Refusal::Unclear(words.to_owned(), "missing.related_to", VERB.example)),
        }
    }
}

impl Command for Attach {
    fn about(&self) -> About {
        About::Incident(self.two.and_then(|two| two.0))
    }

    fn also(&self) -> Option<IncidentId> {
        self.two.map(|two| two.1)
    }

    fn names_report(&self) -> Option<ReportId> {
        self.report
    }

    /// In a report's thread it is the report that is attached. Where two incidents are named it is about these.
    fn on_report(
        &self,
        meant: &Meant<'_>,
        view: &View<'_>,
        context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        match (self.report, self.two) {
            (None, Some((Some(_), _)) | None) => None,
            (_, Some((_, id))) => Some(to_incident(meant.report, view.other, id, context)),
            (Some(_), None) => match view.incident {
                Some(incident) => Some(to_incident(meant.report, view.incident, incident.id, context)),
                None => Some(Err(Refusal::Missing("missing.related_to", VERB.example))),
            },
        }
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let Some((id, other)) = self.two else { return Err(Refusal::WhichReport(VERB.name)) };
        let incident = view.incident(VERB.name, id, context)?;
        let other = two::other(view, incident, other, context)?;
        if incident.related.contains(&other.id) {
            let args = args![id = incident.id, other = other.id];
            return Err(Refusal::AlreadySo(context.policy.say("ending.related_already", args)));
        }
        let related = |to| Event::Incident(IncidentEvent::Related { to });
        let mut decision = Decision::default().fact(incident.id, related(other.id));
        let hears_of_it = two::may_hear_of(other, incident, context.policy);
        if hears_of_it && !other.related.contains(&incident.id) {
            decision = decision.fact(other.id, related(incident.id));
        }
        decision.reply = Some(ending::related_here(incident, other, hears_of_it, context.policy).into());
        Ok(decision)
    }
}

/// The report belongs to an incident from now on.
fn to_incident(
    report: &Report,
    incident: Option<&Incident>,
    id: IncidentId,
    context: &Context<'_>,
) -> Result<Decision, Refusal> {
    let policy = context.policy;
    let may_know =
        |incident: &&Incident| policy.may_see(context.person, incident) || context.is_in_room_of(incident);
    let incident = incident.filter(may_know).ok_or(Refusal::NoSuchIncident(id))?;
    if !report.is_undecided() {
        return Err(Refusal::ReportDecided(Box::new(report.clone())));
    }
    let facts = taken(report, incident.id, incident.private, false);
    // Where the incident is at home the report is shown, which is the answer.
    let message = if context.may_name(incident) {
        words::you_attached(report.id, incident.id, policy)
    } else {
        Refusal::ReportDecided(Box::new(Report { is_private: true, ..report.clone() })).message(policy)
    };
    Ok(Decision { facts, ..Decision::answer(message) })
}

/// What has happened when a report belongs to an incident: to both of them.
pub(super) fn taken(
    report: &Report,
    incident: IncidentId,
    private: bool,
    declared: bool,
) -> Vec<(Subject, Event, Option<String>)> {
    let taken = ReportEvent::Taken { incident, private, declared };
    let subject = Subject::Incident(incident);
    let mut facts = vec![
        (Subject::Report(report.id), Event::Report(taken), None),
        (subject, Event::Evidence(report.attached(declared, false)), Some(report.words.clone())),
    ];
    // An alert that is over already won't be told to be.
    if report.state != AlertState::Firing {
        let told = EvidenceEvent::AlertTold { report: report.id, state: report.state };
        facts.push((subject, Event::Evidence(told), Some(report.words.clone())));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_other_one() {
        let two = |first: Option<u64>, other| Some((first.map(IncidentId), IncidentId(other)));
        for (words, two, report) in [
            ("INC-7", two(None, 7), None),
            ("INC-1 to INC-7", two(Some(1), 7), None),
            ("REP-3", None, Some(ReportId(3))),
            ("rep-3 INC-7", two(None, 7), Some(ReportId(3))),
            ("REP-3 to INC-7", two(None, 7), Some(ReportId(3))),
        ] {
            assert_eq!(Attach::read(words), Ok(Attach { two, report }), "{words}");
        }
        assert!(matches!(Attach::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Attach::read("the other one"), Err(Refusal::Unclear(..))));
    }
}
