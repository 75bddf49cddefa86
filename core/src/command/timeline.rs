//! `!timeline [PAGE|all]`: what happened, in order; the latest page unless another is asked for.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_id,
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    incident::{Incident, IncidentId},
    message::timeline,
    port::Attachment,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "timeline",
    aliases: &["tl"],
    usage: "[PAGE|all]",
    example: "!timeline",
    slots: &[Slot::optional("page", SlotKind::Text), INCIDENT],
    parse: |words| Timeline::read(words).map(|timeline| Box::new(timeline) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Timeline {
    id: Option<IncidentId>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Latest,
    Page(usize),
    All,
}

impl Timeline {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let lower = rest.to_lowercase();
        let what = match lower.strip_prefix("page ").unwrap_or(&lower).trim() {
            "" => What::Latest,
            "all" => What::All,
            number => match number.parse() {
                Ok(number) if number > 0 => What::Page(number),
                Ok(_) | Err(_) => {
                    return Err(Refusal::Unclear(rest.to_owned(), "missing.page", "!timeline 1"));
                }
            },
        };
        Ok(Self { id, what })
    }
}

impl Command for Timeline {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let pages = timeline::pages(incident);
        match self.what {
            What::Latest => Ok(Decision::discreetly(timeline::page(incident, pages, context.policy))),
            What::Page(number) if number <= pages => {
                Ok(Decision::discreetly(timeline::page(incident, number, context.policy)))
            }
            What::Page(_) => Err(Refusal::AlreadySo(timeline::no_such_page(incident, context.policy))),
            What::All => Ok(all(incident, view, context)),
        }
    }
}

/// As a file where a message can carry one, page after page elsewhere.
fn all(incident: &Incident, view: &View<'_>, context: &Context<'_>) -> Decision {
    let policy = context.policy;
    if policy.carries_files(&context.message.room.platform) {
        let name_of = |person: &_| policy.name_of(person, view.workspace);
        let file = Attachment::File {
            name: format!("{}-timeline.txt", incident.id),
            media_type: "text/plain".to_owned(),
            content: timeline::whole(incident, policy, name_of),
        };
        return Decision {
            attachment: Some(file),
            ..Decision::discreetly(timeline::attached(incident, policy))
        };
    }
    let further = (2..=timeline::pages(incident)).map(|number| timeline::page(incident, number, policy));
    Decision { further: further.collect(), ..Decision::discreetly(timeline::page(incident, 1, policy)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_page_or_all() {
        let read = |words| Timeline::read(words).map(|timeline| (timeline.id.map(|id| id.0), timeline.what));
        for (words, id, what) in [
            ("", None, What::Latest),
            ("2", None, What::Page(2)),
            ("page 2", None, What::Page(2)),
            ("all", None, What::All),
            ("ALL", None, What::All),
            ("INC-7", Some(7), What::Latest),
            ("INC-7 all", Some(7), What::All),
        ] {
            assert_eq!(read(words), Ok((id, what)), "{words:?}");
        }
        for words in ["0", "-1", "two", "all of it", "99999999999999999999"] {
            assert!(matches!(read(words), Err(Refusal::Unclear(..))), "{words:?}");
        }
    }
}
