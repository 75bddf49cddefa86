//! `!report TEXT`: something may be wrong. It is filed where it is watched first, and whoever is on duty is called.

use super::{
    About, Command, Context, Decision, Verb, View,
    filing::{Fate, Filing},
    slot::{Slot, SlotKind},
};
use crate::{incident::passage, message::report, refusal::Refusal, report::Source};

pub(super) const VERB: Verb = Verb {
    name: "report",
    aliases: &["file"],
    usage: "TEXT",
    example: "!report a customer says that the checkout shows a blank page",
    slots: &[Slot::required("text", SlotKind::Text)],
    parse: |words| Say::read(words).map(|say| Box::new(say) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Say {
    text: String,
}

impl Say {
    fn read(words: &str) -> Result<Self, Refusal> {
        let text = passage(words);
        if text.is_empty() {
            return Err(Refusal::Missing("missing.report", VERB.example));
        }
        Ok(Self { text })
    }
}

impl Command for Say {
    fn about(&self) -> About {
        About::RoomIfAny
    }

    fn reports(&self) -> Option<&str> {
        Some(&self.text)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        // What is said among few is not said to all for them.
        if view.incident.is_some_and(|incident| incident.private) {
            return Err(Refusal::ReportsArePublic);
        }
        let filing = Filing {
            source: Source::Person { message: context.message.clone(), author: None },
            words: self.text.clone(),
            services: policy.services_in(&self.text),
            oncall: None,
            fate: Fate::Open,
            firing: 0,
        };
        let platform = &context.message.room.platform;
        let filed = filing.file(view.workspace, context.duty(view), Some(platform));
        let Some(filed) = filed else { return Err(Refusal::NoRoomForReports) };
        let is_here = filed.room == context.message.room;
        let message = report::filed(filed.id, &filed.called, is_here, policy);
        Ok(Decision { facts: filed.facts, ..Decision::answer(message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_seen() {
        assert_eq!(Say::read("a blank\npage"), Ok(Say { text: "a blank\npage".to_owned() }));
        assert!(matches!(Say::read(" "), Err(Refusal::Missing(..))));
    }
}
