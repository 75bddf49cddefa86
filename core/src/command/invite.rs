//! `!invite NAMES`: asks people, teams and services in, several at once.
//!
//! Whoever is known is asked in, and who isn't is named: one slip of the finger must not cost the others their call.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, PeopleEvent},
    incident::{Incident, IncidentId, Status},
    message::{
        ending,
        people::{self, Asked},
    },
    policy::Named,
    refusal::Refusal,
    rota::{Duty, ON_CALL},
};

pub(super) const VERB: Verb = Verb {
    name: "invite",
    aliases: &[],
    usage: "@name team service ...",
    example: "!invite @bob payments",
    slots: &[Slot::required("whom", SlotKind::Names), Slot::optional("person", SlotKind::Person), INCIDENT],
    parse: |words| Invite::read(words).map(|invite| Box::new(invite) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Invite {
    id: Option<IncidentId>,
    names: Vec<String>,
}

impl Invite {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let mut names: Vec<String> = Vec::new();
        for name in rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')) {
            let is_filler = matches!(name.to_lowercase().as_str(), "" | "@" | "and" | "&" | "+");
            if !is_filler && !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() {
            return Err(Refusal::Missing("missing.whom", VERB.example));
        }
        Ok(Self { id, names })
    }

    /// What becomes of each name.
    fn asked(&self, incident: &Incident, duty: Duty<'_>, context: &Context<'_>) -> Asked {
        let policy = context.policy;
        let platform = &incident.origin.message.room.platform;
        let mut asked = Asked::default();
        for typed in &self.names {
            let named = policy.named(typed, context.person, &incident.people);
            let people = match typed.trim_start_matches('@').strip_prefix(ON_CALL) {
                Some(team) => duty.on_duty(team, platform).into_iter().collect(),
                None => named.as_ref().map_or_else(Vec::new, |named| duty.people_of(named, platform)),
            };
            if people.is_empty() {
                asked.unknown.push(typed.clone());
                continue;
            }
            for person in people {
                let list = if policy.belongs(&person, incident) {
                    &mut asked.already
                } else if policy.on(&person, platform).is_some() {
                    &mut asked.here
                } else {
                    &mut asked.elsewhere
                };
                if !policy.is_among(&person, list.iter()) {
                    list.push(person);
                }
            }
            if let Some(Named::Team(name) | Named::Service(name)) = named {
                asked.names.push(name);
            }
        }
        asked
    }
}

impl Command for Invite {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        if incident.status == Status::Closed {
            return Err(Refusal::AlreadySo(ending::how(incident, context.policy, context.now)));
        }
        let asked = self.asked(incident, context.duty(view), context);
        let reply = people::asked_in(incident, &asked, context.policy);
        let people: Vec<_> = asked.here.into_iter().chain(asked.elsewhere).collect();
        if people.is_empty() {
            return Err(Refusal::AlreadySo(reply));
        }
        let invited = Event::People(PeopleEvent::Invited { people, names: asked.names });
        let mut decision = Decision::default().fact(incident.id, invited);
        decision.reply = Some(reply.into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_however_they_are_listed() {
        let cases: &[(&str, Option<u64>, &[&str])] = &[
            ("@bob", None, &["@bob"]),
            ("bob payments", None, &["bob", "payments"]),
            ("INC-7 @bob, @carol and payments", Some(7), &["@bob", "@carol", "payments"]),
            ("bob;carol & bob", None, &["bob", "carol"]),
            ("@bob:example.org\n@payments", None, &["@bob:example.org", "@payments"]),
        ];
        for (words, id, names) in cases {
            let names = names.iter().map(ToString::to_string).collect();
            assert_eq!(Invite::read(words), Ok(Invite { id: id.map(IncidentId), names }), "{words}");
        }
    }

    #[test]
    fn nobody_is_refused() {
        for words in ["", "INC-7", " , ", "and", "@"] {
            assert!(matches!(Invite::read(words), Err(Refusal::Missing("missing.whom", _))), "{words:?}");
        }
    }
}
