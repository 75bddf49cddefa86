//! What people can tell sitrep to do: one file a command.
//!
//! Each file holds the command's grammar, what it decides, its line in the help and its tests, and exports a
//! [`Verb`]. [`VERBS`] below is the whole registry: adding a command is a file and a line here.
//!
//! A command decides on a [`View`] of the state and changes nothing: it returns the facts that should be and the
//! answer to whoever typed it, or a [`Refusal`]. What follows from the facts is in `reaction/`.

mod accept;
mod ack;
mod ask;
mod attach;
mod brief;
pub(crate) mod button;
mod close;
mod decline;
mod duplicate;
mod false_alarm;
pub(crate) mod filing;
mod follow;
mod handoff;
mod health;
mod help;
pub(crate) mod incident;
mod incidents;
mod invite;
mod lead;
mod link;
mod meet;
mod mitigate;
mod next;
mod note;
mod oncall;
mod parse;
mod reopen;
mod report;
mod resolve;
mod retro;
mod role;
mod sev;
mod slot;
mod snooze;
mod status;
pub(crate) mod task;
mod timeline;
mod two;
mod update;
mod view;

use std::fmt::Debug;

pub use button::{asks_for_words, form};
pub use parse::{Parsed, parse};
pub use slot::{Slot, SlotKind, typed};
pub use view::{About, Context, Decision, How, Live, Meant, Reply, View};

use crate::{
    args,
    event::Audience,
    incident::{Incident, IncidentId},
    message::{catalogue::Words, help::Description},
    refusal::Refusal,
    report::ReportId,
};

/// Every verb, in the order in which an incident needs them.
pub const VERBS: &[Verb] = &[
    incident::VERB,
    report::VERB,
    ack::VERB,
    lead::VERB,
    role::VERB,
    handoff::VERB,
    accept::VERB,
    invite::VERB,
    sev::VERB,
    update::VERB,
    ask::VERB,
    next::VERB,
    snooze::VERB,
    status::VERB,
    meet::VERB,
    link::VERB,
    attach::VERB,
    decline::VERB,
    mitigate::VERB,
    task::VERB,
    note::VERB,
    timeline::VERB,
    health::VERB,
    brief::VERB,
    follow::VERB,
    resolve::VERB,
    duplicate::VERB,
    false_alarm::VERB,
    reopen::VERB,
    close::VERB,
    retro::VERB,
    oncall::VERB,
    incidents::VERB,
    help::VERB,
];

/// What a verb is called, what it is good for, and how its words are read.
#[derive(Debug)]
pub struct Verb {
    /// The verb as people type it, without the prefix.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What may follow it.
    pub usage: &'static str,
    /// A line that could be typed as it stands, beginning with `!`.
    pub example: &'static str,
    /// What it takes, for platforms that ask for it piece by piece; what is required comes first.
    pub slots: &'static [Slot],
    /// Reads what follows the verb.
    pub parse: fn(&str) -> Result<Box<dyn Command>, Refusal>,
}

impl Verb {
    /// The verb in words.
    #[must_use]
    pub fn description(&self, words: &Words) -> Description {
        let Self { name, aliases, usage, example, .. } = *self;
        Description { name, aliases, usage, help: self.help(words), example }
    }

    /// One line that says what it does. It goes on where the verb stands: "says that you have it".
    #[must_use]
    pub fn help(&self, words: &Words) -> String {
        words.phrase(&format!("verb.{}", self.key()), args![])
    }

    /// What one of its slots is for.
    #[must_use]
    pub fn slot_help(&self, slot: &Slot, words: &Words) -> String {
        // Which incident is meant is the same question everywhere.
        let key = if *slot == slot::INCIDENT {
            "slot.incident".to_owned()
        } else {
            format!("slot.{}_{}", self.key(), slot.name)
        };
        words.phrase(&key, args![])
    }

    /// Its name as keys of the catalogue have it.
    fn key(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// News as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News<'a> {
    /// The incident that it names.
    pub id: Option<IncidentId>,
    /// Whom it is worded for.
    pub audience: Audience,
    /// What it says.
    pub words: &'a str,
    /// Whether it was longer than what can be passed on.
    pub was_cut: bool,
}

/// A parsed instruction.
pub trait Command: Debug + Send + Sync {
    /// What has to be loaded before it can be decided.
    fn about(&self) -> About;

    /// Another incident that has to be loaded, too.
    fn also(&self) -> Option<IncidentId> {
        None
    }

    /// The report that it names. It is refused if there is none that may be known where it was said.
    fn names_report(&self) -> Option<ReportId> {
        None
    }

    /// What is to happen if a report is meant; `None` if this has nothing to do with reports, and is decided as elsewhere.
    fn on_report(
        &self,
        _meant: &Meant<'_>,
        _view: &View<'_>,
        _context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        None
    }

    /// The title that this incident would have if this had declared it; `None` if it declares nothing, or something
    /// that differs in more than the title.
    fn retitles(&self, _incident: &Incident) -> Option<&str> {
        None
    }

    /// The news that this gives, or would have given; `None` if it gives none.
    fn news(&self) -> Option<News<'_>> {
        None
    }

    /// What this reports; `None` if it reports nothing.
    fn reports(&self) -> Option<&str> {
        None
    }

    /// What is to happen.
    ///
    /// # Errors
    /// When it is declined, and why.
    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_help_and_an_example_that_parses() {
        for verb in VERBS {
            let help = verb.help(&Words::default());
            assert!(!help.is_empty() && help.len() <= 90, "{}: a line that fits a phone", verb.name);
            match parse(verb.example, "!") {
                Parsed::Command { verb: name, .. } => assert_eq!(name, verb.name, "{}", verb.example),
                other @ (Parsed::Talk | Parsed::Refused(_)) => {
                    panic!("the example of {} is {other:?}", verb.name)
                }
            }
        }
    }

    #[test]
    fn no_word_means_two_verbs() {
        let mut words: Vec<&str> =
            VERBS.iter().flat_map(|verb| verb.aliases.iter().copied().chain([verb.name])).collect();
        words.sort_unstable();
        let count = words.len();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
