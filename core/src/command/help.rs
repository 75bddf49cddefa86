//! `!help [VERB]`: what can be typed.

use super::{
    About, Command, Context, Decision, VERBS, Verb, View, parse,
    slot::{Slot, SlotKind},
};
use crate::{
    message::{Message, help},
    policy::Policy,
    refusal::Refusal,
};

pub(super) const VERB: Verb = Verb {
    name: "help",
    aliases: &["?", "commands"],
    usage: "[VERB]",
    help: "shows what you can say, or more about one verb",
    example: "!help retro",
    slots: &[Slot::optional("verb", SlotKind::Text, "More about one of them")],
    parse: |words| Ok(Box::new(Help { verb: words.to_lowercase() })),
};

#[derive(Debug, PartialEq, Eq)]
struct Help {
    verb: String,
}

impl Command for Help {
    fn about(&self) -> About {
        About::Workspace
    }

    fn decide(&self, _view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let prefix = &context.policy.prefix;
        let word = self.verb.strip_prefix(prefix.as_str()).unwrap_or(&self.verb);
        if word.is_empty() {
            return Ok(Decision::discreetly(everything(context.policy)));
        }
        match (parse::find(word), parse::nearest(word)) {
            (Some(verb), _) => Ok(Decision::discreetly(help::help_for(
                &verb.description(&context.policy.words),
                context.policy,
            ))),
            (None, Some(near)) => Err(Refusal::DidYouMean(word.to_owned(), near.name)),
            (None, None) => Ok(Decision::discreetly(everything(context.policy))),
        }
    }
}

fn everything(policy: &Policy) -> Message {
    let verbs: Vec<_> = VERBS.iter().map(|verb| verb.description(&policy.words)).collect();
    help::help(&verbs, policy)
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
