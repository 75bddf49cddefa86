//! `!retro WHEN`: books the retrospective, or moves it; `!retro ok` takes the proposed time; `!retro decline WHY`
//! puts on record that there will be none.

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, RetrospectiveEvent, RoomEvent},
    incident::{
        Incident, IncidentId, passage,
        retrospective::{Retrospective, Stage},
    },
    message::retrospective,
    policy::Policy,
    refusal::Refusal,
    time::when::{Overlap, parse_when},
};

pub(super) const VERB: Verb = Verb {
    name: "retro",
    aliases: &["retrospective", "postmortem"],
    usage: "WHEN|ok|decline WHY",
    example: "!retro tomorrow 14:00",
    slots: &[Slot::required("when", SlotKind::Text), INCIDENT],
    parse: |words| Retro::read(words).map(|retro| Box::new(retro) as Box<dyn Command>),
};

#[derive(Debug, PartialEq, Eq)]
struct Retro {
    id: Option<IncidentId>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Book(String),
    TakeProposal,
    Decline(String),
    Show,
}

impl Retro {
    fn read(words: &str) -> Result<Self, Refusal> {
        let (id, rest) = split_id(words);
        let (first, more) = split_word(rest);
        let what = match first.to_lowercase().as_str() {
            "" => What::Show,
            "ok" | "yes" if more.is_empty() => What::TakeProposal,
            "decline" | "skip" => {
                if more.is_empty() {
                    return Err(Refusal::Missing(
                        "missing.why_no_retrospective",
                        "!retro decline the same as INC-7",
                    ));
                }
                What::Decline(passage(more))
            }
            _ => What::Book(rest.to_owned()),
        };
        Ok(Self { id, what })
    }

    fn book(
        incident: &Incident,
        at: chrono::DateTime<chrono::Utc>,
        note: Option<&Overlap>,
        context: &Context<'_>,
    ) -> Decision {
        let booked = Event::Retrospective(RetrospectiveEvent::Booked { at });
        let mut decision = Decision::default();
        // It is held in that room.
        if incident.archived {
            decision = decision.fact(incident.id, Event::Room(RoomEvent::Restored));
        }
        decision = decision.fact(incident.id, booked);
        decision.reply = Some(retrospective::booked(incident, at, note, context.policy, context.now).into());
        decision
    }
}

impl Command for Retro {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let incident = view.incident(VERB.name, self.id, context)?;
        let owed = owed(incident, context.policy)?;
        match &self.what {
            What::Show => Ok(Decision::answer(retrospective::stands(incident, owed, context.policy))),
            What::TakeProposal => {
                let at = owed.proposed_at;
                if at <= context.now {
                    return Err(Refusal::Missing("missing.proposed_time_passed", VERB.example));
                }
                Ok(Self::book(incident, at, None, context))
            }
            What::Book(when) => {
                let when =
                    parse_when(when, context.said_at, context.policy.timezone).map_err(Refusal::When)?;
                // Typed while sitrep was away, and read too late.
                if when.at <= context.now {
                    return Err(Refusal::Missing("missing.time_passed", VERB.example));
                }
                Ok(Self::book(incident, when.at, when.note.as_ref(), context))
            }
            What::Decline(why) => {
                let declined = Event::Retrospective(RetrospectiveEvent::Declined);
                let mut decision = Decision::default().fact_with_words(incident.id, declined, why);
                decision.reply = Some(retrospective::declined(incident, context.policy).into());
                Ok(decision)
            }
        }
    }
}

/// The retrospective, if there is one that was not declined.
fn owed<'a>(incident: &'a Incident, policy: &Policy) -> Result<&'a Retrospective, Refusal> {
    let Some(retrospective) = &incident.retrospective else {
        let open = incident.status.is_open();
        return Err(if open {
            Refusal::NotResolved(incident.id)
        } else {
            Refusal::NoRetrospective(incident.id)
        });
    };
    match retrospective.stage {
        // One whose time has come can still be moved: nobody may have turned up.
        Stage::Unbooked { .. } | Stage::Booked(_) | Stage::Begun(_) => Ok(retrospective),
        Stage::Declined => {
            let already = policy.say("refusal.retrospective_declined", args![id = incident.id]);
            Err(Refusal::AlreadySo(already))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_to_do() {
        let cases = [
            ("tomorrow 14:00", What::Book("tomorrow 14:00".to_owned())),
            ("ok", What::TakeProposal),
            ("OK", What::TakeProposal),
            ("decline the same as INC-7", What::Decline("the same as INC-7".to_owned())),
            ("skip too small", What::Decline("too small".to_owned())),
            ("", What::Show),
        ];
        for (words, what) in cases {
            assert_eq!(Retro::read(words), Ok(Retro { id: None, what }), "{words:?}");
        }
        let numbered = Retro { id: Some(IncidentId(2)), what: What::Book("friday 9:30".to_owned()) };
        assert_eq!(Retro::read("INC-2 friday 9:30"), Ok(numbered));
    }

    #[test]
    fn asks_why() {
        assert!(matches!(Retro::read("decline"), Err(Refusal::Missing(..))));
    }
}
