//! `!meet`: where people meet. `!meet URL` says that they meet somewhere else, `!meet none` that they don't.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, IncidentEvent},
    incident::{IncidentId, WrongAddress, address},
    message::meeting,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "meet",
    aliases: &["meeting"],
    usage: "[URL|none]",
    example: "!meet https://meet.example.org/checkout",
    slots: &[Slot::optional("address", SlotKind::Text), INCIDENT],
    parse: |words| Meet::read(words).map(|meet| Box::new(meet) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Meet {
    id: Option<IncidentId>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Show,
    There(String),
    Nowhere,
}

impl Meet {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let what = match rest.to_lowercase().as_str() {
            "" => What::Show,
            "none" | "nowhere" | "off" => What::Nowhere,
            _ => {
                What::There(address(rest, &["https://"]).map_err(|wrong| refused(rest, wrong, VERB.example))?)
            }
        };
        Ok(Self { id, what })
    }
}

/// What is said about an address that is not passed on. One with a password in it is not repeated.
pub(super) fn refused(typed: &str, wrong: WrongAddress, example: &'static str) -> Refusal {
    match wrong {
        WrongAddress::NotOne => Refusal::Unclear(typed.to_owned(), "missing.an_address", example),
        WrongAddress::Credentials => Refusal::Missing("missing.address_without_password", example),
        WrongAddress::TooLong => Refusal::Missing("missing.shorter_address", example),
    }
}

impl Command for Meet {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        let incident = view.incident(VERB.name, self.id, context)?;
        let link = match &self.what {
            What::Show => return Ok(Decision::discreetly(meeting::shown(incident, policy))),
            What::There(link) => Some(link.clone()),
            What::Nowhere => None,
        };
        if incident.meeting == link {
            return Err(Refusal::AlreadySo(meeting::already(incident, policy)));
        }
        let changed = Event::Incident(IncidentEvent::MeetingChanged);
        let reply = meeting::changed(incident.id, link.as_deref(), policy);
        let mut decision = Decision::default().fact_perhaps_with_words(incident.id, changed, link);
        decision.reply = Some(reply.into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_changes_and_takes_away() {
        let there = |link: &str| What::There(link.to_owned());
        for (words, id, what) in [
            ("", None, What::Show),
            ("INC-3", Some(3), What::Show),
            ("none", None, What::Nowhere),
            ("INC-3 None", Some(3), What::Nowhere),
            ("https://meet.example/a", None, there("https://meet.example/a")),
            ("INC-3 <https://meet.example/a>", Some(3), there("https://meet.example/a")),
        ] {
            assert_eq!(Meet::read(words), Ok(Meet { id: id.map(IncidentId), what }), "{words:?}");
        }
    }

    #[test]
    fn refuses_what_it_would_not_pass_on() {
        for words in
            ["http://meet.example/a", "meet.example", "now", "https://a b", "https://meet.example/a at noon"]
        {
            assert!(matches!(Meet::read(words), Err(Refusal::Unclear(..))), "{words}");
        }
        let with_password = Meet::read("https://me:hunter2@meet.example/a");
        assert!(matches!(&with_password, Err(Refusal::Missing(..))), "it is not repeated");
    }
}
