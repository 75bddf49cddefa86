//! A message as Matrix shows it: text, HTML, and whom it notifies.
//!
//! - `m.mentions` is always there, empty when nobody is meant. Without it servers fall back to looking for names and
//!   `@room` in the text; with it nothing that people typed can ping anybody. It never says `room`.
//! - Everything is escaped; the only tags are our own.
//! - An event may have 64 KiB, signatures and encryption included. What is longer is cut, with an ellipsis.

use matrix_sdk::ruma::{ServerName, UserId};
use serde_json::{Value, json};
use sitrep_core::{
    message::{Line, Message, Span},
    person::Person,
    room::{PlatformName, RoomRef},
};

/// What the content of an event may have. Encryption makes four bytes of three, and the server adds signatures and
/// references: 65,536 bytes in all (Client-Server API, "Size limits").
const MAX_CONTENT_BYTES: usize = 40_000;

/// How many characters of a message are tried first when it is too long. Halved until it fits: escapes take room.
const FIRST_CUT_CHARS: usize = 16_000;

const ELLIPSIS: &str = "…";

/// What links need to know.
pub(crate) struct Renderer<'a> {
    pub(crate) platform: &'a PlatformName,
    /// Our own server, through which others can enter a room.
    pub(crate) via: &'a ServerName,
}

/// A message, rendered.
pub(crate) struct Rendered {
    pub(crate) body: String,
    pub(crate) html: String,
    /// Full user ids.
    pub(crate) mentions: Vec<String>,
}

impl Rendered {
    /// The content of a message event, with the mentions given.
    pub(crate) fn content(&self, mentions: &[String]) -> Value {
        let mentions = if mentions.is_empty() { json!({}) } else { json!({ "user_ids": mentions }) };
        json!({
            "msgtype": "m.text",
            "body": self.body,
            "format": "org.matrix.custom.html",
            "formatted_body": self.html,
            "m.mentions": mentions,
        })
    }
}

impl Renderer<'_> {
    /// The content that `build` makes of a message, of which as much is left as an event can hold.
    pub(crate) fn fitting(&self, message: &Message, build: impl Fn(&Rendered) -> Value) -> Value {
        let mut content = build(&self.render(message));
        let mut chars = FIRST_CUT_CHARS;
        while content.to_string().len() > MAX_CONTENT_BYTES && chars > 0 {
            content = build(&self.render(&cut(message, chars)));
            chars /= 2;
        }
        content
    }

    pub(crate) fn render(&self, message: &Message) -> Rendered {
        let mentions =
            message.mentions().into_iter().filter_map(|person| self.user_id(person)).map(str::to_owned);
        Rendered {
            body: clean(&message.plain(|room, name| self.room_link(room).unwrap_or_else(|| name.to_owned()))),
            html: self.html(message),
            mentions: mentions.collect(),
        }
    }

    fn html(&self, message: &Message) -> String {
        let mut html = String::new();
        let mut lines = message.lines.as_slice();
        while let Some(first) = lines.first() {
            let length = lines.iter().take_while(|line| same_block(line, first)).count();
            let (block, rest) = lines.split_at(length);
            let spans = block.iter().map(|line| self.spans(line.spans()));
            match first {
                Line::Plain(_) => html.push_str(&spans.collect::<Vec<_>>().join("<br>")),
                Line::Quote(_) => {
                    let words = spans.collect::<Vec<_>>().join("<br>");
                    html.extend(["<blockquote>", &words, "</blockquote>"]);
                }
                Line::Bullet(_) => {
                    html.push_str("<ul>");
                    spans.for_each(|item| html.extend(["<li>", &item, "</li>"]));
                    html.push_str("</ul>");
                }
            }
            lines = rest;
        }
        html
    }

    fn spans(&self, spans: &[Span]) -> String {
        spans.iter().map(|span| self.span(span)).collect()
    }

    fn span(&self, span: &Span) -> String {
        match span {
            Span::Text(words) => escaped(words),
            Span::Bold(words) => format!("<strong>{}</strong>", escaped(words)),
            Span::Code(words) => format!("<code>{}</code>", escaped(words)),
            Span::Link(address) if is_web_address(address) => anchor(address, address),
            Span::Link(address) => escaped(address),
            Span::Person(person) => escaped(person.short_name()),
            Span::Mention(person) => match self.user_id(person) {
                Some(user) => anchor(&permalink(user), person.short_name()),
                None => escaped(person.short_name()),
            },
            Span::Room(room, name) => match self.room_link(room) {
                Some(link) => anchor(&link, name),
                None => escaped(name),
            },
        }
    }

    /// The user id of somebody who has one here.
    fn user_id<'p>(&self, person: &'p Person) -> Option<&'p str> {
        let is_ours = person.platform == *self.platform && UserId::parse(&person.handle).is_ok();
        is_ours.then_some(person.handle.as_str())
    }

    fn room_link(&self, room: &RoomRef) -> Option<String> {
        if room.platform != *self.platform {
            return None;
        }
        let link = permalink(&room.room);
        // An alias leads to a server by itself; the id of a room doesn't.
        Some(if room.room.starts_with('!') {
            format!("{link}?via={}", encoded(self.via.as_str()))
        } else {
            link
        })
    }
}

fn same_block(one: &Line, other: &Line) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// A link to a user or a room, as the specification's `matrix.to` links are written.
fn permalink(id: &str) -> String {
    format!("https://matrix.to/#/{}", encoded(id))
}

/// Percent-encoded for the fragment of a URI, with what sigils and server names need left readable.
fn encoded(id: &str) -> String {
    let mut encoded = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!@:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn is_web_address(address: &str) -> bool {
    let has_scheme =
        |scheme: &str| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    has_scheme("https://") || has_scheme("http://")
}

fn anchor(address: &str, words: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(address), escaped(words))
}

fn escaped(words: &str) -> String {
    let mut html = String::with_capacity(words.len());
    for character in clean(words).chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            other => html.push(other),
        }
    }
    html
}

/// Without what is no text: servers refuse some control characters, and people can't see any.
pub(crate) fn clean(words: &str) -> String {
    words.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).collect()
}

/// The first characters of a message, and an ellipsis.
fn cut(message: &Message, chars: usize) -> Message {
    let mut left = chars;
    let mut kept = Message::default();
    for line in &message.lines {
        let mut spans = Vec::new();
        for span in line.spans() {
            let (Span::Text(words) | Span::Bold(words) | Span::Code(words) | Span::Link(words)) = span else {
                spans.push(span.clone());
                continue;
            };
            let length = words.chars().count();
            if length <= left {
                left -= length;
                spans.push(span.clone());
            } else {
                let start: String = words.chars().take(left).collect();
                spans.push(Span::Text(start + ELLIPSIS));
                kept.lines.push(same_line(line, spans));
                return kept;
            }
        }
        kept.lines.push(same_line(line, spans));
        // A line costs something even when it is empty.
        left = left.saturating_sub(8);
    }
    kept
}

fn same_line(line: &Line, spans: Vec<Span>) -> Line {
    match line {
        Line::Plain(_) => Line::Plain(spans),
        Line::Bullet(_) => Line::Bullet(spans),
        Line::Quote(_) => Line::Quote(spans),
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::server_name;
    use sitrep_core::message::{bold, code, mention, named, text};

    use super::*;

    fn render(message: &Message) -> Rendered {
        let platform = PlatformName::new("matrix");
        Renderer { platform: &platform, via: server_name!("example.org") }.render(message)
    }

    fn person(handle: &str) -> Person {
        Person::new(&PlatformName::new("matrix"), handle)
    }

    #[test]
    fn spans() {
        let matrix = PlatformName::new("matrix");
        let room = |id: &str| Span::Room(RoomRef::new(&matrix, id), "the room".to_owned());
        let alice = person("@alice:example.org");
        let pill = r#"<a href="https://matrix.to/#/@alice:example.org">alice</a>"#;
        let cases = [
            (text("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;"),
            (text("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            (text("two\nlines\0"), "two<br>lines"),
            (bold("<b>"), "<strong>&lt;b&gt;</strong>"),
            (code("!ack"), "<code>!ack</code>"),
            (
                Span::Link("https://example.org/?a=1&b=\"".to_owned()),
                r#"<a href="https://example.org/?a=1&amp;b=&quot;">https://example.org/?a=1&amp;b=&quot;</a>"#,
            ),
            (Span::Link("javascript:alert(1)".to_owned()), "javascript:alert(1)"),
            (named(&alice), "alice"),
            (mention(&alice), pill),
            (mention(&person("nobody")), "nobody"),
            (mention(&Person::new(&PlatformName::new("discord"), "@alice:example.org")), "alice"),
            (room("!abc"), r#"<a href="https://matrix.to/#/!abc?via=example.org">the room</a>"#),
            (room("#ops:example.org"), r#"<a href="https://matrix.to/#/%23ops:example.org">the room</a>"#),
            (
                room("!a\"><b>"),
                r#"<a href="https://matrix.to/#/!a%22%3E%3Cb%3E?via=example.org">the room</a>"#,
            ),
            (Span::Room(RoomRef::new(&PlatformName::new("discord"), "1"), "there".to_owned()), "there"),
        ];
        for (span, expected) in cases {
            assert_eq!(render(&Message::line([span.clone()])).html, expected, "{span:?}");
        }
    }

    #[test]
    fn lines_become_blocks() {
        let message = Message::text("one")
            .and([text("two")])
            .bullet([text("a")])
            .bullet([text("b")])
            .quote("said\nmore")
            .and([text("end")]);
        let rendered = render(&message);
        let expected = "one<br>two<ul><li>a</li><li>b</li></ul><blockquote>said<br>more</blockquote>end";
        assert_eq!(rendered.html, expected);
        assert_eq!(rendered.body, "one\ntwo\n- a\n- b\n> said\n> more\nend");
    }

    #[test]
    fn only_mentions_notify() {
        let (alice, bob) = (person("@alice:example.org"), person("@bob:example.org"));
        let message =
            Message::line([text("@room "), mention(&alice), named(&bob), mention(&person("nobody"))]);
        let rendered = render(&message);
        assert_eq!(rendered.mentions, ["@alice:example.org"]);
        let content = rendered.content(&rendered.mentions);
        assert_eq!(content["m.mentions"], json!({ "user_ids": ["@alice:example.org"] }));
        assert_eq!(rendered.content(&[])["m.mentions"], json!({}));
    }

    #[test]
    fn plain_text_links_to_rooms() {
        let room = RoomRef::new(&PlatformName::new("matrix"), "!abc");
        let message = Message::line([text("see "), Span::Room(room, "the room".to_owned())]);
        assert_eq!(render(&message).body, "see https://matrix.to/#/!abc?via=example.org");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let platform = PlatformName::new("matrix");
        let renderer = Renderer { platform: &platform, via: server_name!("example.org") };
        let messages = [
            Message::text("x".repeat(100_000)),
            Message::text("\"<🔥".repeat(50_000)),
            (0..20_000).fold(Message::default(), |message, _| message.bullet([text("<")])),
        ];
        for message in messages {
            let content = renderer.fitting(&message, |rendered| rendered.content(&[]));
            let body = content["body"].as_str().unwrap();
            assert!(content.to_string().len() <= MAX_CONTENT_BYTES);
            assert!(body.ends_with(ELLIPSIS) && body.len() > 500, "{}", body.len());
        }
        let short = renderer.fitting(&Message::text("short"), |rendered| rendered.content(&[]));
        assert_eq!(short["body"], "short");
    }
}
