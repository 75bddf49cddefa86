//! A message as lines of Discord's markup.

use serenity::all::{ChannelId, UserId};
use sitrep_core::{
    message::{Line, Message, Span},
    person::Person,
    room::{PlatformName, RoomRef},
};

use super::escape::{as_address, clean, escaped, is_web_address};

/// A piece of words that is longer than this is broken at white space, so that a line can be as long as a message at
/// most.
const PIECE: usize = 400;
/// No line is longer than this, in UTF-16 units, but for a single piece.
pub(super) const LINE: usize = 1_800;

/// What links need to know.
pub(crate) struct Renderer<'a> {
    pub(crate) platform: &'a PlatformName,
    /// The channel behind a room's handle.
    pub(crate) channel_of: &'a (dyn Fn(&RoomRef) -> Option<ChannelId> + Sync),
}

/// How long Discord takes a text to be, at most: it isn't documented whether it counts code points or UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Renderer<'_> {
    /// The lines, each with its mark, none longer than [`LINE`].
    pub(super) fn lines(&self, message: &Message) -> Vec<String> {
        message.lines.iter().flat_map(|line| self.line(line)).collect()
    }

    fn line(&self, line: &Line) -> Vec<String> {
        let (first, further) = match line {
            Line::Plain(_) => ("", ""),
            Line::Bullet(_) => ("- ", "  "),
            Line::Quote(_) => ("> ", "> "),
        };
        let mut lines: Vec<String> = Vec::new();
        for text in self.broken(line.spans()).iter().flat_map(|text| text.split('\n')) {
            let mark = if lines.is_empty() { first } else { further };
            lines.push(format!("{mark}{}", text.trim_end()));
        }
        lines
    }

    /// The spans of a line, broken where they are too long for one.
    fn broken(&self, spans: &[Span]) -> Vec<String> {
        let mut lines = vec![String::new()];
        for piece in spans.iter().flat_map(pieces) {
            let Some(last) = lines.last_mut() else { continue };
            let rendered = self.span(&piece, last.trim().is_empty());
            if !last.is_empty() && length(last) + length(&rendered) > LINE {
                lines.push(self.span(&piece, true));
            } else {
                last.push_str(&rendered);
            }
        }
        lines
    }

    fn span(&self, span: &Span, at_start: bool) -> String {
        match span {
            Span::Text(words) => escaped(words, at_start),
            Span::Bold(words) if words.trim().is_empty() => escaped(words, at_start),
            Span::Bold(words) => format!("**{}**", escaped(words, false)),
            Span::Code(words) => code(words),
            Span::Link(address) if is_web_address(address) => as_address(&clean(address)),
            Span::Link(address) => escaped(address, at_start),
            Span::Person(person) | Span::Mention(person) => match self.user(person) {
                Some(user) => format!("<@{user}>"),
                None => escaped(person.short_name(), at_start),
            },
            Span::Room(room, name) => match self.channel(room) {
                Some(channel) => format!("<#{channel}>"),
                None => escaped(name, at_start),
            },
        }
    }

    /// Words without any markup at all, for places that show it as it is or know none.
    pub(super) fn bare(&self, line: &Line) -> String {
        let mut bare = String::new();
        for span in line.spans() {
            let text = match span {
                Span::Text(words) | Span::Bold(words) | Span::Code(words) | Span::Link(words) => {
                    escaped(words, bare.is_empty())
                }
                Span::Person(person) | Span::Mention(person) => escaped(person.short_name(), bare.is_empty()),
                Span::Room(_, name) => escaped(name, bare.is_empty()),
            };
            bare.push_str(&text);
        }
        bare.replace('\n', " ").trim().to_owned()
    }

    /// The user id of somebody who has one here.
    pub(super) fn user(&self, person: &Person) -> Option<UserId> {
        let is_ours = person.platform == *self.platform;
        let id = person.handle.parse().ok().filter(|id| *id != 0 && is_ours)?;
        Some(UserId::new(id))
    }

    fn channel(&self, room: &RoomRef) -> Option<ChannelId> {
        if room.platform == *self.platform { (self.channel_of)(room) } else { None }
    }
}

/// Something to type. Within it nothing has a meaning but its own end.
fn code(words: &str) -> String {
    let words = clean(words).replace('\n', " ");
    match words.trim() {
        "" => String::new(),
        words if !words.contains('`') => format!("`{words}`"),
        words if !words.contains("``") => format!("`` {words} ``"),
        words => format!("`{}`", words.replace('`', "'")),
    }
}

/// A span, in pieces where it is long.
fn pieces(span: &Span) -> Vec<Span> {
    let as_span: fn(String) -> Span = match span {
        Span::Text(_) => Span::Text,
        Span::Bold(_) => Span::Bold,
        Span::Code(_) => Span::Code,
        Span::Link(_) | Span::Person(_) | Span::Mention(_) | Span::Room(..) => return vec![span.clone()],
    };
    let (Span::Text(words) | Span::Bold(words) | Span::Code(words)) = span else { return vec![span.clone()] };
    if length(words) <= PIECE {
        return vec![span.clone()];
    }
    let (mut pieces, mut rest) = (Vec::new(), words.as_str());
    while !rest.is_empty() {
        let limit = rest.char_indices().map(|(at, _)| at).nth(PIECE / 2).unwrap_or(rest.len());
        // An address that fits is not torn apart.
        let end = match rest[limit..].find(char::is_whitespace) {
            Some(more) if more < PIECE / 2 && limit < rest.len() => limit + more,
            Some(_) | None => limit,
        };
        pieces.push(as_span(rest[..end].to_owned()));
        rest = &rest[end..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use sitrep_core::message::{bold, code, mention, named, text};

    use super::*;
    use crate::render::tests::{person, renderer, room};

    fn rendered(message: &Message) -> String {
        renderer(|renderer| renderer.lines(message).join("\n"))
    }

    #[test]
    fn spans() {
        let cases = [
            (text("a < b & \"c\""), "a \\< b & \"c\""),
            (bold("**"), r"**\*\***"),
            (bold(" "), " ".trim()),
            (bold("# x"), "**# x**"),
            (bold("https://x.aa/**[a](https://b.c)"), "**https://x.aa/%2A%2A%5Ba%5D(https://b.c)**"),
            (code("!ack"), "`!ack`"),
            (code("a`b"), "`` a`b ``"),
            (code("``x``"), "`''x''`"),
            (code(""), ""),
            (Span::Link("https://meet.jit.si/a_b".to_owned()), "https://meet.jit.si/a_b"),
            (Span::Link("https://a.b/*[x]".to_owned()), "https://a.b/%2A%5Bx%5D"),
            (Span::Link("javascript:alert(1)".to_owned()), "javascript:alert(1)"),
            (Span::Link("https://a.b/<x>".to_owned()), r"https://a.b/\<x>"),
            (named(&person("42")), "<@42>"),
            (mention(&person("42")), "<@42>"),
            (mention(&person("nobody_here")), r"nobody\_here"),
            (named(&Person::new(&PlatformName::new("matrix"), "@a_b:example.org")), r"a\_b"),
            (Span::Room(room("ops"), "ops".to_owned()), "<#10>"),
            (Span::Room(room("77"), "2026".to_owned()), "<#77>"),
            (Span::Room(room("nowhere"), "no_where".to_owned()), r"no\_where"),
            (Span::Room(RoomRef::new(&PlatformName::new("matrix"), "77"), "there".to_owned()), "there"),
        ];
        for (span, expected) in cases {
            assert_eq!(rendered(&Message::line([span.clone()])), expected, "{span:?}");
        }
    }

    #[test]
    fn lines_have_their_marks() {
        let message = Message::text("one")
            .and([text("# two")])
            .bullet([text("- a")])
            .quote("# said\nmore")
            .and([text(""), text("# end")]);
        assert_eq!(rendered(&message), "one\n\\# two\n- \\- a\n> \\# said\n> more\n\\# end");
        let message = Message::default().bullet([text("a\nb")]);
        assert_eq!(rendered(&message), "- a\n  b");
    }

    #[test]
    fn long_lines_are_broken_at_white_space() {
        let words = "word_s ".repeat(2_000);
        let message = Message::default().quote(words.trim());
        let lines = renderer(|renderer| renderer.lines(&message));
        assert!(lines.len() > 5);
        for line in &lines {
            assert!(length(line) <= LINE + 2 && line.starts_with("> "), "{}", length(line));
        }
        let together: String = lines.iter().map(|line| line[2..].trim().to_owned() + " ").collect();
        assert_eq!(together.trim().replace('\\', ""), words.trim());
    }

    #[test]
    fn a_line_without_white_space_is_broken_all_the_same() {
        let lines = renderer(|renderer| renderer.lines(&Message::text("🔥*".repeat(5_000))));
        assert!(lines.iter().all(|line| length(line) <= LINE));
    }
}
