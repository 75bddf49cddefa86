//! What a session asked to hear, and how much of a message it may read.
//!
//! - A client says in IDENTIFY which groups of events it wants. Bits that mean nothing end the connection with 4013,
//!   privileged ones that were not granted to the application with 4014. Which event belongs to which group is written
//!   with each event.
//! - Without MESSAGE_CONTENT, what people wrote is blank, except in the bot's own messages, in those that mention it and in
//!   direct ones. The message still comes. The same holds for a message that is answered.

use serde_json::{Value, json};

use crate::intent;

/// Presences, messages, moderation and so on up to scheduled events; the rules of AutoMod; polls.
const VALID: u64 = ((1 << 17) - 1) | (1 << 20) | (1 << 21) | (1 << 24) | (1 << 25);

/// The groups of events that a session asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Intents(u64);

impl Intents {
    /// What is asked for, or the code to close with. `granted` are the privileged ones that the application has.
    pub(crate) fn asked(bits: u64, granted: u64) -> Result<Self, u16> {
        let privileged = intent::GUILD_MEMBERS | intent::GUILD_PRESENCES | intent::MESSAGE_CONTENT;
        if bits & !VALID != 0 {
            Err(4013)
        } else if bits & privileged & !granted != 0 {
            Err(4014)
        } else {
            Ok(Self(bits))
        }
    }

    /// Whether one of these was asked for; 0 is asked for by everybody.
    pub(crate) fn has(self, any_of: u64) -> bool {
        any_of == 0 || self.0 & any_of != 0
    }

    /// Takes people's words out of a message if this session may not read them (`bot` is its own user).
    pub(crate) fn blank(self, message: &mut Value, bot: u64) {
        if !self.has(intent::MESSAGE_CONTENT) && message.get("guild_id").is_some_and(|guild| !guild.is_null())
        {
            blank(message, &bot.to_string());
        }
    }
}

fn blank(message: &mut Value, bot: &str) {
    let own = message["author"]["id"].as_str() == Some(bot);
    let named = message["mentions"]
        .as_array()
        .is_some_and(|mentions| mentions.iter().any(|user| user["id"].as_str() == Some(bot)));
    if !own && !named {
        let empty = [
            ("content", json!("")),
            ("embeds", json!([])),
            ("attachments", json!([])),
            ("components", json!([])),
        ];
        for (key, empty) in empty {
            if message.get(key).is_some() {
                message[key] = empty;
            }
        }
    }
    if let Some(answered) = message.get_mut("referenced_message")
        && answered.is_object()
    {
        blank(answered, bot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_are_checked_as_they_are_asked_for() {
        assert_eq!(Intents::asked(1 << 18, u64::MAX), Err(4013));
        assert_eq!(
            Intents::asked(intent::GUILDS | intent::MESSAGE_CONTENT, intent::GUILD_MEMBERS),
            Err(4014)
        );
        assert!(Intents::asked(intent::GUILDS | intent::MESSAGE_CONTENT, intent::MESSAGE_CONTENT).is_ok());
        assert!(Intents::asked(intent::GUILDS | intent::GUILD_MESSAGES, 0).is_ok());
    }

    #[test]
    fn words_are_blank_without_message_content_but_not_all() {
        let session = Intents(intent::GUILD_MESSAGES);
        let by = |author: u64, mentions: &[u64]| {
            let mentions: Vec<_> = mentions.iter().map(|id| json!({ "id": id.to_string() })).collect();
            json!({ "guild_id": "1", "author": { "id": author.to_string() }, "mentions": mentions,
                "content": "words", "embeds": [{ "title": "t" }], "components": [{}] })
        };
        let read = |mut message: Value| {
            session.blank(&mut message, 7);
            (message["content"] == "words", message["embeds"].as_array().unwrap().len())
        };
        assert_eq!(read(by(8, &[])), (false, 0), "a person's");
        assert_eq!(read(by(7, &[])), (true, 1), "its own");
        assert_eq!(read(by(8, &[7])), (true, 1), "one that mentions it");
        let mut direct = by(8, &[]);
        direct.as_object_mut().unwrap().remove("guild_id");
        assert_eq!(read(direct), (true, 1), "a direct one");
        let mut answer = by(7, &[]);
        answer["referenced_message"] = by(8, &[]);
        session.blank(&mut answer, 7);
        assert_eq!(answer["referenced_message"]["content"], "", "the one that is answered");
    }
}
