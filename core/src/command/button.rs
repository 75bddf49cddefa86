//! Signs that people press instead of typing: which there are, and the command that each stands for.
//!
//! Everything that can be pressed can also be typed. Signs are few and mean the same wherever they are.

use crate::{effect::Pressed, incident::IncidentId};

/// Says that somebody has it.
pub(crate) const ACKNOWLEDGES: &str = "✅";
/// Makes whoever presses it the commander.
pub(crate) const TAKES_THE_LEAD: &str = "🙋";
/// Has the question come again later.
pub(crate) const SNOOZES: &str = "💤";

/// One sign.
struct Button {
    /// As it is put on messages.
    key: &'static str,
    /// What it stands for, without the prefix.
    command: &'static str,
    on: &'static [Pressed],
}

const BUTTONS: [Button; 3] = [
    Button { key: ACKNOWLEDGES, command: "ack", on: &[Pressed::Card] },
    Button { key: TAKES_THE_LEAD, command: "lead me", on: &[Pressed::Card, Pressed::Prompt] },
    Button { key: SNOOZES, command: "snooze", on: &[Pressed::Prompt] },
];

/// The signs that a message carries.
#[must_use]
pub(crate) fn keys(on: Pressed) -> Vec<String> {
    BUTTONS.iter().filter(|button| button.on.contains(&on)).map(|button| button.key.to_owned()).collect()
}

/// The command that a sign stands for. People's keyboards add skin tones, genders and the wish for colour.
#[must_use]
pub(crate) fn command(on: Pressed, key: &str) -> Option<&'static str> {
    let found = BUTTONS.iter().find(|button| key.starts_with(button.key) && button.on.contains(&on))?;
    Some(found.command)
}

/// A command with the incident that it is about, which the room need not say.
#[must_use]
pub(crate) fn addressed(text: &str, id: IncidentId) -> String {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    format!("{verb} {id} {rest}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Parsed, parse};

    #[test]
    fn every_sign_stands_for_a_command_that_can_be_typed() {
        for button in BUTTONS {
            let text = addressed(&format!("!{}", button.command), IncidentId(7));
            assert!(matches!(parse(&text, "!"), Parsed::Command { .. }), "{text}");
        }
    }

    #[test]
    fn signs_are_known_in_every_dress() {
        let cases = [
            (Pressed::Card, "✅", Some("ack")),
            (Pressed::Card, "✅\u{fe0f}", Some("ack")),
            (Pressed::Card, "🙋🏽\u{200d}♀\u{fe0f}", Some("lead me")),
            (Pressed::Prompt, "💤", Some("snooze")),
            (Pressed::Card, "💤", None),
            (Pressed::Prompt, "✅", None),
            (Pressed::Card, "👍", None),
            (Pressed::Card, "", None),
        ];
        for (on, key, expected) in cases {
            assert_eq!(command(on, key), expected, "{key} on {on:?}");
        }
    }
}
