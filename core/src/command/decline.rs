//! `!decline WHY`: a report is no incident. Whoever reported it hears why.

use super::{
    About, Command, Context, Decision, Meant, Verb, View,
    parse::split_report,
    slot::{REPORT, Slot, SlotKind},
};
use crate::{
    event::{Event, ReportEvent, Subject},
    incident::passage,
    message::report,
    refusal::Refusal,
    report::ReportId,
};

pub(super) const VERB: Verb = Verb {
    name: "decline",
    aliases: &["reject"],
    usage: "WHY",
    example: "!decline it was a planned test",
    slots: &[Slot::required("why", SlotKind::Text), REPORT],
    parse: |words| Decline::read(words).map(|decline| Box::new(decline) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Decline {
    report: Option<ReportId>,
    why: String,
}

impl Decline {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (report, rest) = split_report(words);
        let why = passage(rest);
        if why.is_empty() {
            return Err(Refusal::Missing("missing.why_declined", VERB.example));
        }
        Ok(Self { report, why })
    }
}

impl Command for Decline {
    fn about(&self) -> About {
        About::RoomIfAny
    }

    fn names_report(&self) -> Option<ReportId> {
        self.report
    }

    fn on_report(
        &self,
        meant: &Meant<'_>,
        view: &View<'_>,
        context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        let report = meant.report;
        if !report.is_undecided() {
            return Some(Err(Refusal::ReportDecided(Box::new(report.clone()))));
        }
        // Why is on the line, which everybody reads: what is said among few is not said to all for them.
        if view.incident.is_some_and(|incident| incident.private) && report.room != context.message.room {
            return Some(Err(Refusal::ReportsArePublic));
        }
        let is_told = report.by.as_ref().is_some_and(|by| !context.policy.same(by, context.person));
        let message = report::you_declined(report.id, is_told, context.policy);
        let declined = Event::Report(ReportEvent::Declined);
        let facts = vec![(Subject::Report(report.id), declined, Some(self.why.clone()))];
        Some(Ok(Decision { facts, ..Decision::answer(message) }))
    }

    fn decide(&self, _view: &View<'_>, _context: &Context<'_>) -> Result<Decision, Refusal> {
        Err(Refusal::WhichReport(VERB.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_and_why() {
        let decline = |report, why: &str| Ok(Decline { report, why: why.to_owned() });
        assert_eq!(Decline::read("a planned test"), decline(None, "a planned test"));
        assert_eq!(Decline::read("REP-3 a planned test"), decline(Some(ReportId(3)), "a planned test"));
        for words in ["", "REP-3", "REP-3 "] {
            assert!(matches!(Decline::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
    }
}
