//! `!follow` and `!follow stop`: hearing of an incident in private.

use super::{
    About, Command, Context, Decision, Reply, Verb, View,
    parse::{split_id, split_word},
    slot::{INCIDENT, Slot, SlotKind},
};
use crate::{
    args,
    event::{Event, PeopleEvent},
    incident::IncidentId,
    message::catalogue::Arg,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "follow",
    aliases: &["watch"],
    usage: "[stop]",
    example: "!follow",
    slots: &[Slot::optional("stop", SlotKind::Flag).after("stop"), INCIDENT],
    parse: |words| Ok(Box::new(Follow::read(words))),
};

#[derive(Debug, PartialEq, Eq)]
struct Follow {
    id: Option<IncidentId>,
    stops: bool,
}

impl Follow {
    /// `stop` may stand before the number, too; everything else is courtesy.
    fn read(words: &str) -> Self {
        let (mut id, mut rest) = split_id(words);
        let (first, more) = split_word(rest);
        let stops = matches!(first.to_lowercase().as_str(), "stop" | "off" | "no" | "end");
        if stops && id.is_none() {
            (id, rest) = split_id(more);
            let _ = rest;
        }
        Self { id, stops }
    }
}

impl Command for Follow {
    fn about(&self) -> About {
        About::Incident(self.id)
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let policy = context.policy;
        let named = view.incident(VERB.name, self.id, context)?;
        let handles = policy.handles(context.person);
        let followed: Vec<_> =
            named.followers.iter().filter(|person| handles.contains(person)).cloned().collect();
        let id = named.id;
        let (event, message) = if self.stops {
            if followed.is_empty() {
                return Err(Refusal::AlreadySo(policy.say("follow.not_following", args![id = id])));
            }
            (PeopleEvent::Unfollowed { people: followed }, policy.say("follow.stopped", args![id = id]))
        } else {
            view.open_incident(VERB.name, self.id, context)?;
            let stop = Arg::typed(format!("!follow {id} stop"));
            if !followed.is_empty() {
                return Err(Refusal::AlreadySo(policy.say("follow.already", args![id = id, stop = stop])));
            }
            (PeopleEvent::Followed, policy.say("follow.following", args![id = id, stop = stop]))
        };
        let mut decision = Decision::default().fact(id, Event::People(event));
        decision.reply = Some(Reply { message, discreet: true });
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_and_whether_to_stop() {
        let cases = [
            ("", None, false),
            ("INC-7", Some(7), false),
            ("please", None, false),
            ("stop", None, true),
            ("Stop please", None, true),
            ("INC-7 stop", Some(7), true),
            ("stop INC-7", Some(7), true),
            ("inc-7: off", Some(7), true),
        ];
        for (words, id, stops) in cases {
            assert_eq!(Follow::read(words), Follow { id: id.map(IncidentId), stops }, "{words:?}");
        }
    }
}
