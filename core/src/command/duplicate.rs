//! `!duplicate INC-7`: it is the same as another one, where everything goes on. People and followers go there, and no
//! retrospective is owed.

use super::{
    About, Command, Context, Decision, Verb, View,
    slot::{INCIDENT, Slot, SlotKind},
    two::{self, Two},
};
use crate::{
    args,
    event::{Event, IncidentEvent},
    incident::{Incident, IncidentId, ending::Ending},
    message::ending,
    person::Person,
    policy::Policy,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "duplicate",
    aliases: &["dup", "duplicates"],
    usage: "INC-7",
    example: "!duplicate INC-7",
    slots: &[Slot::required("of", SlotKind::Incident).after("of"), INCIDENT],
    parse: |words| Duplicate::read(words).map(|duplicate| Box::new(duplicate) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Duplicate {
    two: Two,
}

impl Duplicate {
    fn read(words: &str) -> Result<Self, Refusal> {
        match two::read(words, "of") {
            Some(two) => Ok(Self { two }),
            None if words.is_empty() => Err(Refusal::Missing("missing.duplicate_of", VERB.example)),
            None => Err(Refusal::Unclear(words.to_owned(), "missing.duplicate_of", VERB.example)),
        }
    }
}

impl Command for Duplicate {
    fn about(&self) -> About {
        About::Incident(self.two.0)
    }

    fn also(&self) -> Option<IncidentId> {
        Some(self.two.1)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.two.0, context)?;
        let other = two::other(view, incident, self.two.1, context)?;
        let policy = context.policy;
        if let Some(Ending::DuplicateOf(of)) = other.ending {
            let args = args![other = other.id, of = of];
            return Err(Refusal::AlreadySo(policy.say("ending.of_a_duplicate", args)));
        }
        if !other.status.is_open() {
            return Err(Refusal::AlreadySo(ending::of_one_that_is_over(incident, other, policy)));
        }
        let duplicate = Event::Incident(IncidentEvent::Duplicate { of: other.id });
        let mut decision = Decision::default().fact(incident.id, duplicate);
        let hears_of_it = two::may_hear_of(other, incident, policy);
        if hears_of_it {
            let duplicated = IncidentEvent::Duplicated {
                by: incident.id,
                people: people(incident, other, policy),
                followers: followers(incident, other, policy),
            };
            decision = decision.fact(other.id, Event::Incident(duplicated));
        }
        decision.reply = Some(ending::duplicate_here(incident, other, hears_of_it, policy).into());
        Ok(decision)
    }
}

/// Those who are asked into the other one's room. Nobody is asked into a private one for this.
fn people(incident: &Incident, other: &Incident, policy: &Policy) -> Vec<Person> {
    if other.private || incident.private {
        return Vec::new();
    }
    let platform = &other.origin.message.room.platform;
    let there = incident.people.iter().map(|person| policy.on(person, platform).unwrap_or(person));
    policy.each_once(there.filter(|person| !policy.belongs(person, other)))
}

/// Those who follow the other one from now on.
fn followers(incident: &Incident, other: &Incident, policy: &Policy) -> Vec<Person> {
    let may_follow = |person: &&Person| policy.may_see(person, other);
    incident.followers.iter().filter(may_follow).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_which_one_goes_on() {
        assert_eq!(Duplicate::read("INC-7"), Ok(Duplicate { two: (None, IncidentId(7)) }));
        assert!(matches!(Duplicate::read(""), Err(Refusal::Missing(..))));
        for words in ["checkout", "INC-7 because", "7"] {
            assert!(matches!(Duplicate::read(words), Err(Refusal::Unclear(..))), "{words}");
        }
    }
}
