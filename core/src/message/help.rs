//! What can be typed, said to whoever asks.

use super::{Message, code, text};

/// A verb in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// The verb as people type it, without the prefix.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What may follow it.
    pub usage: &'static str,
    /// One line that says what it does.
    pub help: &'static str,
    /// A line that could be typed as it stands, beginning with `!`.
    pub example: &'static str,
}

/// Everything that can be typed, a line a verb.
#[must_use]
pub fn help(verbs: &[Description], prefix: &str) -> Message {
    let mut message = Message::text("What you can say:");
    for verb in verbs {
        message = message.bullet([code(usage(verb, prefix)), text(format!(" {}", verb.help))]);
    }
    message.and([
        text("In an incident's room no number is needed; elsewhere it follows the verb: "),
        code(format!("{prefix}status INC-12")),
    ])
}

/// One verb, with its example and its other names.
#[must_use]
pub fn help_for(verb: &Description, prefix: &str) -> Message {
    let example = verb.example.strip_prefix('!').unwrap_or(verb.example);
    let message = Message::line([code(usage(verb, prefix)), text(format!(" {}", verb.help))])
        .and([text("For example: "), code(format!("{prefix}{example}"))]);
    if verb.aliases.is_empty() {
        return message;
    }
    let aliases = verb.aliases.iter().map(|alias| format!("{prefix}{alias}")).collect::<Vec<_>>().join(", ");
    message.and([text(format!("Also: {aliases}"))])
}

fn usage(verb: &Description, prefix: &str) -> String {
    let space = if verb.usage.is_empty() { "" } else { " " };
    format!("{prefix}{}{space}{}", verb.name, verb.usage)
}
