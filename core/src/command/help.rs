//! `!help`: in an incident's room what it needs now, and what goes with the role of whoever asks; elsewhere how to begin.
//! `!help all` shows everything that can be typed, `!help VERB` more about one.

use chrono::Duration;

use super::{
    About, Command, Context, Decision, VERBS, Verb, View, parse,
    slot::{Slot, SlotKind},
};
use crate::{
    incident::{Incident, Role, Status, retrospective::Stage},
    message::{
        Message,
        help::{self, Description},
    },
    policy::Policy,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "help",
    aliases: &["?", "commands"],
    usage: "[all|VERB]",
    example: "!help retro",
    slots: &[Slot::optional("verb", SlotKind::Text)],
    parse: |words| Ok(Box::new(Help { verb: words.to_lowercase() })),
};

/// An update that is due within this is needed now.
const SOON: Duration = Duration::minutes(5);

#[derive(Debug, PartialEq, Eq)]
struct Help {
    verb: String,
}

impl Command for Help {
    fn about(&self) -> About {
        About::RoomIfAny
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        let word = self.verb.strip_prefix(policy.prefix.as_str()).unwrap_or(&self.verb);
        let answer = match (word, parse::find(word), parse::nearest(word)) {
            ("", _, _) => here(view.incident, context),
            ("all", _, _) | (_, None, None) => help::everything(&descriptions(VERBS, policy), policy),
            (_, Some(verb), _) => help::help_for(&verb.description(&policy.words), policy),
            (_, None, Some(near)) => return Err(Refusal::DidYouMean(word.to_owned(), near.name)),
        };
        Ok(Decision::discreetly(answer))
    }
}

/// What may be said where it was asked.
fn here(incident: Option<&Incident>, context: &Context<'_>) -> Message {
    let policy = context.policy;
    let Some(incident) = incident else {
        return help::beginning(&named(BEGINNING, policy), policy);
    };
    let needs = needs(incident, context);
    let role = role(incident, context);
    let mut own: Vec<&str> = match role {
        _ if !incident.status.is_open() => OVER.to_vec(),
        Some(Role::Commander) => COMMANDER.to_vec(),
        Some(Role::CommsLead) => COMMS_LEAD.to_vec(),
        Some(Role::Scribe) => SCRIBE.to_vec(),
        Some(Role::Responder) | None => RESPONDER.to_vec(),
    };
    own.retain(|name| !needs.contains(name));
    let role = role.filter(|_| incident.status.is_open()).map(|role| policy.role_word(role));
    help::now(&named(&needs, policy), role, &named(&own, policy), policy)
}

const BEGINNING: &[&str] = &["incident", "incidents", "status"];
const COMMANDER: &[&str] = &["update", "sev", "next", "invite", "role", "handoff", "mitigate", "resolve"];
const COMMS_LEAD: &[&str] = &["update", "next", "ask", "brief"];
const SCRIBE: &[&str] = &["note", "timeline", "link", "task"];
const RESPONDER: &[&str] = &["brief", "task", "note", "health", "status"];
const OVER: &[&str] = &["retro", "timeline", "reopen"];

/// The verbs of these names, as far as there are such.
fn named(names: &[&str], policy: &Policy) -> Vec<Description> {
    descriptions(names.iter().filter_map(|name| parse::find(name)), policy)
}

fn descriptions<'a>(verbs: impl IntoIterator<Item = &'a Verb>, policy: &Policy) -> Vec<Description> {
    verbs.into_iter().map(|verb| verb.description(&policy.words)).collect()
}

/// The role of whoever asks.
fn role(incident: &Incident, context: &Context<'_>) -> Option<Role> {
    if incident.commander.as_ref() == Some(context.person) {
        return Some(Role::Commander);
    }
    incident.roles.holders().find(|(_, person)| *person == context.person).map(|(role, _)| role)
}

/// The verbs that it needs now, the most urgent first.
fn needs(incident: &Incident, context: &Context<'_>) -> Vec<&'static str> {
    let mut needs = Vec::new();
    let leads = incident.commander.as_ref() == Some(context.person);
    match incident.status {
        Status::Declared => needs.extend(["ack", "lead"]),
        Status::Acknowledged | Status::Mitigated => {
            if incident.roles.offer.as_ref().is_some_and(|offer| offer.to == *context.person) {
                needs.push("accept");
            }
            if incident.commander.is_none() {
                needs.push("lead");
            }
        }
        Status::Resolved | Status::Closed => {
            if incident.status == Status::Resolved && incident.lasting.is_none() {
                needs.push("resolve");
            }
            match incident.retrospective.as_ref().map(|retrospective| retrospective.stage) {
                Some(Stage::Unbooked { .. }) => needs.push("retro"),
                Some(Stage::Begun(_) | Stage::Declined) if incident.status == Status::Resolved => {
                    needs.push("close");
                }
                Some(Stage::Booked(_) | Stage::Begun(_) | Stage::Declined) | None => {}
            }
            return needs;
        }
    }
    let is_due = |due| due <= context.now + SOON;
    if incident.updates.promise.is_some_and(|promise| is_due(promise.due)) {
        needs.extend(if leads || incident.commander.is_none() {
            ["update", "next"]
        } else {
            ["update", "ask"]
        });
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse as parse_message};

    #[test]
    fn every_way_to_ask_is_read() {
        for (text, verb) in [("!help", ""), ("!?", ""), ("!help retro", "retro"), ("!HELP !Retro", "!retro")]
        {
            let Parsed::Command { command, .. } = parse_message(text, "!") else {
                panic!("{text} is a command")
            };
            assert_eq!(format!("{command:?}"), format!("{:?}", Help { verb: verb.to_owned() }), "{text}");
        }
    }
}
