//! What can be typed, said to whoever asks.

use super::{Message, catalogue::Arg};
use crate::{args, policy::Policy};

/// A verb in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The verb as people type it, without the prefix.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What may follow it.
    pub usage: &'static str,
    /// One line that says what it does.
    pub help: String,
    /// A line that could be typed as it stands, beginning with `!`.
    pub example: &'static str,
}

/// Everything that can be typed, a line a verb.
#[must_use]
pub fn help(verbs: &[Description], policy: &Policy) -> Message {
    let lines = verbs.iter().fold(Message::default(), |lines, verb| lines.then(line(verb, policy)));
    policy.say("help.everything", args![verbs = lines])
}

fn line(verb: &Description, policy: &Policy) -> Message {
    policy.say("help.verb", args![usage = usage(verb), help = &verb.help])
}

/// One verb, with its example and its other names.
#[must_use]
pub fn help_for(verb: &Description, policy: &Policy) -> Message {
    let aliases =
        verb.aliases.iter().map(|alias| format!("{}{alias}", policy.prefix)).collect::<Vec<_>>().join(", ");
    let args =
        args![usage = usage(verb), help = &verb.help, example = Arg::typed(verb.example), aliases = aliases,];
    policy.say("help.one", args)
}

fn usage(verb: &Description) -> Arg {
    let space = if verb.usage.is_empty() { "" } else { " " };
    Arg::typed(format!("!{}{space}{}", verb.name, verb.usage))
}
