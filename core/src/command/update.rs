//! `!update TEXT`: news for everybody who follows, and the clock starts over. `!update public TEXT` is worded for
//! customers: support can send it on.

use super::{
    About, Command, Context, Decision, News, Verb, View,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    event::{Audience, Event, UpdateEvent},
    incident::{IncidentId, is_long, passage},
    message::update,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "update",
    aliases: &["up", "upd"],
    usage: "[public] TEXT",
    example: "!update we are failing over to the second database",
    slots: &[
        Slot::required("text", SlotKind::Text),
        Slot::optional("public", SlotKind::Flag).after(PUBLIC),
        INCIDENT,
    ],
    parse: |words| Update::read(words).map(|update| Box::new(update) as Box<dyn Command>),
};

/// What stands before news that is worded for customers.
const PUBLIC: &str = "public";
const EXAMPLE_FOR_CUSTOMERS: &str = "!update public Some payments fail; we are working on it.";

#[derive(Debug, PartialEq, Eq)]
struct Update {
    id: Option<IncidentId>,
    audience: Audience,
    text: String,
    /// It was longer than what can be passed on.
    was_cut: bool,
}

impl Update {
    /// `public` counts as the first word only: anywhere else it is a word of the news.
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, text) = split_id(words);
        let (first, rest) = split_word(text);
        let is_public = first.strip_suffix(':').unwrap_or(first).eq_ignore_ascii_case(PUBLIC);
        let (audience, (id, text)) = match (is_public, id) {
            (false, _) => (Audience::Inside, (id, text)),
            (true, None) => (Audience::Public, split_id(rest)),
            (true, Some(_)) => (Audience::Public, (id, rest)),
        };
        let was_cut = is_long(text);
        let text = passage(text);
        if text.is_empty() {
            return Err(match audience {
                Audience::Inside => Refusal::Missing("missing.news", VERB.example),
                Audience::Public => Refusal::Missing("missing.news_for_customers", EXAMPLE_FOR_CUSTOMERS),
            });
        }
        Ok(Self { id, audience, text, was_cut })
    }
}

impl Command for Update {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn news(&self) -> Option<News<'_>> {
        let Self { id, audience, ref text, was_cut } = *self;
        Some(News { id, audience, words: text, was_cut })
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.open_incident(VERB.name, self.id, context)?;
        if incident.private && self.audience == Audience::Public {
            return Err(Refusal::AlreadySo(update::not_for_customers(incident, context.policy)));
        }
        let promise = context.policy.promise(incident.severity, incident.status, context.now);
        let mut to = context.policy.stakeholders(incident.private);
        to.extend(
            incident.stakeholders.iter().filter(|room| !to.contains(room)).cloned().collect::<Vec<_>>(),
        );
        let reply = update::sent(incident, to.len(), promise, (context.policy, self.was_cut));
        let posted = Event::Update(UpdateEvent::Posted { promise, to, audience: self.audience });
        let mut decision = Decision::default().fact_with_words(incident.id, posted, &self.text);
        decision.reply = Some(reply.into());
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_as_it_was_typed() {
        let cases = [
            ("we're at 50%", "we're at 50%"),
            ("“quoted” 'single' \"double\"", "“quoted” 'single' \"double\""),
            ("first line\nsecond line", "first line\nsecond line"),
            ("--> now -5% <b>", "--> now -5% <b>"),
            ("@everyone look", "@everyone look"),
            ("поплыло", "поплыло"),
        ];
        for (words, text) in cases {
            assert_eq!(
                Update::read(words),
                Ok(Update { id: None, audience: Audience::Inside, text: text.to_owned(), was_cut: false }),
                "{words:?}"
            );
        }
    }

    #[test]
    fn only_the_first_word_says_whom_it_is_for() {
        let three = Some(IncidentId(3));
        let cases = [
            ("INC-3 all good", three, Audience::Inside, "all good"),
            ("public all good", None, Audience::Public, "all good"),
            ("Public: all good", None, Audience::Public, "all good"),
            ("INC-3 public all good", three, Audience::Public, "all good"),
            ("public INC-3 all good", three, Audience::Public, "all good"),
            ("INC-3 public INC-4 all good", three, Audience::Public, "INC-4 all good"),
            ("public\nfirst line\nsecond line", None, Audience::Public, "first line\nsecond line"),
            ("public public transport is down", None, Audience::Public, "public transport is down"),
            ("the public page is down", None, Audience::Inside, "the public page is down"),
            ("publicly nothing is known", None, Audience::Inside, "publicly nothing is known"),
            ("\"public\" is a word", None, Audience::Inside, "\"public\" is a word"),
        ];
        for (words, id, audience, text) in cases {
            let expected = Update { id, audience, text: text.to_owned(), was_cut: false };
            assert_eq!(Update::read(words), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn nothing_is_no_news() {
        assert!(matches!(Update::read(""), Err(Refusal::Missing(..))));
        for words in ["INC-3", "public", "INC-3 public", "public INC-3", "public: ", "\u{202E}"] {
            assert!(matches!(Update::read(words), Err(Refusal::Missing(..))), "{words:?}");
        }
    }
}
