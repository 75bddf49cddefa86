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

/// Everything that can be typed, a line a verb, each with its example.
#[must_use]
pub fn everything(verbs: &[Description], policy: &Policy) -> Message {
    let line = |verb: &Description| {
        let args = args![usage = usage(verb), help = &verb.help, example = Arg::typed(verb.example)];
        policy.say("help.with_example", args)
    };
    policy.say("help.everything", args![verbs = lines(verbs, line)])
}

/// How to begin, where there is no incident.
#[must_use]
pub fn beginning(verbs: &[Description], policy: &Policy) -> Message {
    policy.say("help.beginning", args![verbs = lines(verbs, |verb| line(verb, policy))])
}

/// What an incident needs now, and what goes with a role.
#[must_use]
pub fn now(needs: &[Description], role: Option<String>, own: &[Description], policy: &Policy) -> Message {
    let args = args![
        needs = lines(needs, |verb| line(verb, policy)),
        role = role,
        own = lines(own, |verb| line(verb, policy)),
    ];
    policy.say("help.now", args)
}

fn lines(verbs: &[Description], line: impl Fn(&Description) -> Message) -> Message {
    verbs.iter().fold(Message::default(), |lines, verb| lines.then(line(verb)))
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
