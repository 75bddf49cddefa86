//! A message as Discord shows it: content, embeds, and whom it notifies.
//!
//! - **Nobody is notified but those whom core names**: `allowed_mentions` is part of every body, names exactly them, and
//!   parses nothing.
//! - People's words are escaped (`escape.rs`); the only markup is our own (`text.rs`).
//! - A content may have 2000 characters. What is more goes on in embeds of the same message (`fit.rs`), so that it stays
//!   one message: one to find again, and one to change. What is more than that is left out, and it says so.
//! - Links don't unfold: the flag for that is set wherever there is no embed of our own.

mod escape;
mod fit;
mod text;

use serde_json::{Value, json};
use serenity::all::UserId;
use sitrep_core::{
    effect::Purpose,
    message::{Message, Span},
};

pub(crate) use escape::clean;
pub(crate) use fit::shortened;
pub(crate) use text::Renderer;

/// The flag of a message whose links don't unfold.
const SUPPRESS_EMBEDS: u64 = 1 << 2;

/// A message, rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) content: String,
    pub(crate) embeds: Vec<Embed>,
    /// Whom it notifies.
    pub(crate) users: Vec<UserId>,
}

/// A part of a message that stands apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Embed {
    pub(crate) title: String,
    pub(crate) description: String,
}

impl Body {
    /// What goes into a request: for a new message, an answer to an interaction, or a change.
    pub(crate) fn json(&self) -> Value {
        json!({
            "content": self.content,
            "embeds": self.embeds.iter().map(Embed::json).collect::<Vec<_>>(),
            "flags": self.flags(),
            "allowed_mentions": allowed_mentions(&self.users),
        })
    }

    /// The flags, without those that only answers to interactions have.
    pub(crate) fn flags(&self) -> u64 {
        if self.embeds.is_empty() { SUPPRESS_EMBEDS } else { 0 }
    }
}

impl Embed {
    fn json(&self) -> Value {
        let mut embed = json!({ "description": self.description });
        if !self.title.is_empty() {
            embed["title"] = self.title.as_str().into();
        }
        embed
    }
}

/// Who may be notified by a message: these, and nobody else.
pub(crate) fn allowed_mentions(users: &[UserId]) -> Value {
    let users: Vec<String> = users.iter().map(UserId::to_string).collect();
    json!({ "parse": [], "users": users, "replied_user": false })
}

impl Renderer<'_> {
    /// A message as it is sent.
    pub(crate) fn body(&self, message: &Message, purpose: Purpose) -> Body {
        match purpose {
            Purpose::Card => self.card(message),
            Purpose::Answer | Purpose::Notice | Purpose::Prompt | Purpose::Line => {
                let (content, embeds) = fit::content(self.lines(message));
                Body { content, embeds, users: self.mentioned(message) }
            }
        }
    }

    /// The card stands apart from the conversation: its first line is the title.
    fn card(&self, message: &Message) -> Body {
        let (first, others) =
            message.lines.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
        let title = first.map(|line| self.bare(line)).unwrap_or_default();
        let others = Message { lines: others.to_vec() };
        let embed = fit::card(&title, self.lines(&others));
        Body { content: String::new(), embeds: vec![embed], users: Vec::new() }
    }

    /// Who is notified: a hundred at most, which is what Discord takes.
    fn mentioned(&self, message: &Message) -> Vec<UserId> {
        let is_mention = |span: &&Span| matches!(span, Span::Mention(_));
        debug_assert!(message.lines.iter().flat_map(|line| line.spans()).filter(is_mention).count() < 1_000);
        message.mentions().into_iter().filter_map(|person| self.user(person)).take(100).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serenity::all::ChannelId;
    use sitrep_core::{
        message::{mention, named, text},
        person::Person,
        room::{PlatformName, RoomRef},
    };

    use super::*;

    pub(crate) fn person(handle: &str) -> Person {
        Person::new(&PlatformName::new("discord"), handle)
    }

    pub(crate) fn room(handle: &str) -> RoomRef {
        RoomRef::new(&PlatformName::new("discord"), handle)
    }

    /// Something rendered where `ops` is the channel 10.
    pub(crate) fn renderer<T>(render: impl FnOnce(&Renderer<'_>) -> T) -> T {
        let channel_of = |room: &RoomRef| match room.room.as_str() {
            "ops" => Some(ChannelId::new(10)),
            other => other.parse().ok().map(ChannelId::new),
        };
        render(&Renderer { platform: &PlatformName::new("discord"), channel_of: &channel_of })
    }

    fn body(message: &Message, purpose: Purpose) -> Value {
        renderer(|renderer| renderer.body(message, purpose)).json()
    }

    #[test]
    fn only_those_who_are_meant_are_notified() {
        let (alice, bob) = (person("42"), person("43"));
        let words = "@everyone <@44> <@&45> ";
        let message = Message::line([
            text(words),
            mention(&alice),
            named(&bob),
            mention(&alice),
            mention(&person("x")),
        ]);
        for purpose in [Purpose::Answer, Purpose::Notice, Purpose::Prompt] {
            let allowed = &body(&message, purpose)["allowed_mentions"];
            assert_eq!(*allowed, json!({ "parse": [], "users": ["42"], "replied_user": false }));
        }
        let allowed = &body(&message, Purpose::Card)["allowed_mentions"];
        assert_eq!(*allowed, json!({ "parse": [], "users": [], "replied_user": false }));
    }

    #[test]
    fn links_do_not_unfold() {
        let message = Message::line([Span::Link("https://meet.jit.si/x".to_owned())]);
        assert_eq!(body(&message, Purpose::Answer)["flags"], 4);
        assert_eq!(body(&message, Purpose::Card)["flags"], 0, "it would hide the card");
    }

    #[test]
    fn a_card_has_a_title_without_markup() {
        let card = Message::line([sitrep_core::message::bold("INC-1 · Sev1"), text(" · private")])
            .and([sitrep_core::message::bold("a_b")])
            .and([text("Commander: "), named(&person("42"))]);
        let body = body(&card, Purpose::Card);
        assert_eq!(body["content"], "");
        assert_eq!(body["embeds"][0]["title"], "INC-1 · Sev1 · private");
        assert_eq!(body["embeds"][0]["description"], "**a\\_b**\nCommander: <@42>");
    }
}
