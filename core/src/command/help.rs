//! `!help [VERB]`: what can be typed.

use super::{About, Command, Context, Decision, VERBS, Verb, View, parse};
use crate::{message::lists, refusal::Refusal};

pub(super) const VERB: Verb = Verb {
    name: "help",
    aliases: &["?", "commands"],
    usage: "[VERB]",
    help: "shows what you can say, or more about one verb",
    example: "!help retro",
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
            return Ok(Decision::answer(lists::help(VERBS, prefix)));
        }
        match (parse::find(word), parse::nearest(word)) {
            (Some(verb), _) => Ok(Decision::answer(lists::help_for(verb, prefix))),
            (None, Some(near)) => Err(Refusal::DidYouMean(word.to_owned(), near.name)),
            (None, None) => Ok(Decision::answer(lists::help(VERBS, prefix))),
        }
    }
}
