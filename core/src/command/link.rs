//! `!link URL [TEXT]`: something worth looking at, kept on the timeline; the latest are on the card.

use super::{
    About, Command, Context, Decision, Verb, View, meet,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Event, IncidentEvent},
    incident::{IncidentId, address, glimpse},
    message::meeting,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "link",
    aliases: &["links"],
    usage: "URL [TEXT]",
    example: "!link https://grafana.example.org/d/checkout failing payments",
    slots: &[Slot::required("address", SlotKind::Text), Slot::optional("text", SlotKind::Text), INCIDENT],
    parse: |words| Link::read(words).map(|link| Box::new(link) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Link {
    id: Option<IncidentId>,
    address: String,
    text: String,
}

impl Link {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (typed, text) = split_word(rest);
        if typed.is_empty() {
            return Err(Refusal::Missing("missing.address", VERB.example));
        }
        let address = address(typed, &["https://", "http://"])
            .map_err(|wrong| meet::refused(typed, wrong, VERB.example))?;
        Ok(Self { id, address, text: glimpse(text) })
    }
}

impl Command for Link {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let words = format!("{} {}", self.address, self.text);
        let words = words.trim_end();
        if incident.links.iter().any(|(_, link)| link == words) {
            return Err(Refusal::AlreadySo(meeting::linked_already(incident.id, context.policy)));
        }
        let linked = Event::Incident(IncidentEvent::Linked);
        let mut decision = Decision::default().fact_with_words(incident.id, linked, words);
        decision.reply = Some(meeting::linked(incident.id, context.policy).into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_address_and_what_it_shows() {
        for (words, id, address, text) in [
            ("https://a.example/1", None, "https://a.example/1", ""),
            ("http://grafana:3000/d/1 payments", None, "http://grafana:3000/d/1", "payments"),
            ("INC-3 <https://a.example/1> two\nlines", Some(3), "https://a.example/1", "two lines"),
        ] {
            let (address, text) = (address.to_owned(), text.to_owned());
            assert_eq!(Link::read(words), Ok(Link { id: id.map(IncidentId), address, text }), "{words:?}");
        }
        assert!(matches!(Link::read(""), Err(Refusal::Missing(..))));
        assert!(matches!(Link::read("INC-3"), Err(Refusal::Missing(..))));
        assert!(matches!(Link::read("the dashboard"), Err(Refusal::Unclear(..))));
        assert!(matches!(Link::read("https://a:b@c.example"), Err(Refusal::Missing(..))));
    }
}
